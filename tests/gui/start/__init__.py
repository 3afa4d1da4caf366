"""Tests of gui/start."""
