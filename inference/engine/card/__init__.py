"""Try on the person's own card what may be faster there, and keep what answers alike and is faster."""
