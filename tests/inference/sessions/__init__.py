"""Tests of inference/sessions; the tree mirrors the sources."""
