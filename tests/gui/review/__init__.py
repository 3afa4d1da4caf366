"""Tests of gui/review."""
