"""Tests of inference/pictures; the tree mirrors the sources."""
