"""Name what the engine room tells the window, besides what the classify service tells; no numpy at import."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QImage

from inference.errors import CardinalError
from inference.results import PictureFacts


class NoMemoryForPictureError(CardinalError):
    """A picture was read, and there is no memory for what the screen needs of it; there may be some in a while."""

    kind = "no-memory"

    def __str__(self) -> str:
        return "There is not enough memory for it now. Close other programs, then open it again."


@dataclass(frozen=True, slots=True)
class PictureLoaded:
    """A picture for the viewer.

    Attributes:
        key: the image's key in the image model.
        image: its pixels, or None where it cannot be read.
        facts: of the original, or None likewise.
        error: why it cannot be read.
        has_detail: it was read in full, for a person who zooms in.
        wish: the number that the wish for it had; 0 where nobody asked.
    """

    key: int
    image: QImage | None
    facts: PictureFacts | None
    error: CardinalError | None = None
    has_detail: bool = False
    wish: int = 0


@dataclass(frozen=True, slots=True)
class ThumbnailsLoaded:
    """Thumbnails for tiles: each image's key with its thumbnail, None where the picture cannot be read."""

    images: tuple[tuple[int, QImage | None], ...]


@dataclass(frozen=True, slots=True)
class ThumbnailsPutOff:
    """There was no memory for the thumbnails of these images; there may be some in a while."""

    keys: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ThumbnailsNotKept:
    """The disk has too little room for thumbnails; `folder` is where they would be."""

    folder: str


@dataclass(frozen=True, slots=True)
class ExaminationProgressed:
    """An examination has made so many of its runs."""

    ticket: int
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class ExaminationEnded:
    """An examination ended; one that was cancelled tells nothing.

    Attributes:
        ticket: which.
        result: what its work returned, or None where it failed.
        error: why it failed.
    """

    ticket: int
    result: object
    error: CardinalError | None = None
