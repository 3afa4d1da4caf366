"""Tests of inference/attention; the tree mirrors the sources."""
