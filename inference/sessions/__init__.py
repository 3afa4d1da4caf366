"""The session file: images, answers, labels, and the journal that takes steps back."""
