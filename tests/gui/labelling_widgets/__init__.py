"""Tests of gui/labelling_widgets."""
