"""Tests of gui/gallery."""
