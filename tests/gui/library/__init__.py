"""Tests of gui/library."""
