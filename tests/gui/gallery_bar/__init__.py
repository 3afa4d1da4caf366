"""Tests of gui/gallery_bar."""
