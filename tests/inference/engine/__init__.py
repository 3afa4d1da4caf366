"""Tests of inference/engine; the tree mirrors the sources."""
