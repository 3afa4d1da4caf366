"""Model files: their contract, making them, listing them, fetching official weights."""
