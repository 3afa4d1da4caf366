"""Tests of inference/models; the tree mirrors the sources."""
