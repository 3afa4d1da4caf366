"""Tests of inference/classify; the tree mirrors the sources."""
