"""Review: one key, one decision, next image; or a page of one class at a time."""
