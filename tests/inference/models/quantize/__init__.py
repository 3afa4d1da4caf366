"""Tests of inference/models/quantize; the tree mirrors the sources."""
