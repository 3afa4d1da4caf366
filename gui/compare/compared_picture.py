"""Gather what is known of one compared picture so far."""

from __future__ import annotations

from gui.compare.answers import PictureAnswer, Pixels


class ComparedPicture:
    """One picture on the page; it may stand in several panels.

    Attributes:
        key: of the image.
        path: of its file.
        answer: what the open model says, or None while that is not known.
        pixels: what lies on screen, or None while it is read.
        sentence: why nothing of it can be shown; empty where something can.
    """

    def __init__(self, key: int, path: str, sentence: str = "") -> None:
        self.key = key
        self.path = path
        self.answer: PictureAnswer | None = None
        self.pixels: Pixels | None = None
        self.sentence = sentence

    @property
    def is_complete(self) -> bool:
        """Whether nothing more will come."""
        return bool(self.sentence) or (self.answer is not None and self.pixels is not None)
