"""Tests of inference/models/adopt."""
