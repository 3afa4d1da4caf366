"""Tests of inference/bench; the tree mirrors the sources."""
