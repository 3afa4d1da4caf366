"""Tests of labels on their way out and in."""
