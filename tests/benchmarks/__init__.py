"""Measurements; run by hand, alone on the machine."""
