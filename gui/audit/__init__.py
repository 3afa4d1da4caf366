"""Show where a folder's evidence lies, class by class."""
