"""Choose a label by typing, or accept many suggestions at once."""
