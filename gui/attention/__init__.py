"""The attention inspector: questions about one picture's maps, and what answers them."""
