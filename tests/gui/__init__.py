"""Tests of gui; the tree mirrors the sources."""
