"""Labels on their way out and in: rows, class folders, lists, sidecars, and imports of all of these."""
