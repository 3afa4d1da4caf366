"""Tests of inference/training; the tree mirrors the sources."""
