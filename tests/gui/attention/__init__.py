"""Tests of the Viewer's widgets."""
