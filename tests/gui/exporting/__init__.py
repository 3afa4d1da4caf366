"""Tests of gui/exporting."""
