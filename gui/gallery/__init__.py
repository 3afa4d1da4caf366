"""Everything that was dropped: the virtual model and its two views."""
