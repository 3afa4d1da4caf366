"""Make an int8 copy of a model, compare it with the original, and say whether it may stand in for it."""
