"""Tests of inference/commands; the tree mirrors the sources."""
