"""Ask what to export and where, and which labels to import."""
