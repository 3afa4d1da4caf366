"""The Qt shell of Cardinal: what a person sees and does."""
