"""Tests of inference; the tree mirrors the sources."""
