"""Tests of `inference.engine.card`, most of them on the processor: no card is at hand."""
