"""Tests of `inference.models.half`."""
