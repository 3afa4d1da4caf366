"""Tests of the whole program, through its window and its command line."""
