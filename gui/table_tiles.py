"""Let the page of a class in review take its tiles from the image table."""

from __future__ import annotations

from PySide6.QtGui import QImage

from gui.gallery.image_table import ImageTable
from gui.plain_text import file_name


class TableTiles:
    """Answers by key, also for images that a filter hides; see `gui.review.class_tiles_model.TileSource`."""

    def __init__(self, table: ImageTable) -> None:
        self._table = table

    def thumbnail(self, key: int) -> QImage | None:
        """The small picture; where it is not here it is asked for."""
        return self._table.thumbnail(key)

    def score(self, key: int) -> float | None:
        """Softmax of the suggestion, 0...1."""
        place = self._table.place_of(key)
        return None if place is None else self._table.score(place)

    def name(self, key: int) -> str:
        """The file's name, as it is."""
        place = self._table.place_of(key)
        return "" if place is None else file_name(self._table.path(place))
