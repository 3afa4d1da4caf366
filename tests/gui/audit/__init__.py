"""Tests of gui/audit."""
