"""Get the thumbnails that views ask for: from the classification that comes, from the disk, or from the pictures."""

from __future__ import annotations

from collections.abc import Container, Sequence

from PySide6.QtCore import QObject, Slot

from gui.engine_events import ThumbnailsLoaded, ThumbnailsPutOff
from gui.engine_link import EngineLink
from gui.gallery.image_state import ImageState
from gui.gallery.image_table import ImageTable
from gui.viewing import Viewing


class ThumbnailDesk(QObject):
    """Passes wishes of the views to the engine room, and what comes of them to the table and the viewer."""

    def __init__(self, link: EngineLink, table: ImageTable, viewing: Viewing) -> None:
        super().__init__()
        self._link = link
        self._table = table
        self._viewing = viewing
        self._later: set[int] = set()
        table.thumbnails_wanted.connect(self._on_wanted)
        table.cleared.connect(self._on_cleared)

    def keep(self, seen: Container[int]) -> None:
        """Read no thumbnails of tiles that were scrolled out of sight; the views ask again when they come back."""
        self._table.keep_waiting_for_thumbnails(seen)
        room = self._link.room
        if room is not None:
            self._table.forget_thumbnail_requests(room.keep_thumbnails(seen))

    def take(self, event: ThumbnailsLoaded | ThumbnailsPutOff) -> None:
        """Thumbnails came, or could not be made for the moment."""
        if isinstance(event, ThumbnailsPutOff):
            self._table.put_off_thumbnails(event.keys)
            return
        for key, image in event.images:
            if image is not None and not image.isNull():
                self._table.set_thumbnail(key, image)
                self._viewing.show_thumbnail(key)

    def ask_for_late_ones(self) -> None:
        """After a run: what is still queued on screen gets its thumbnail without a classification."""
        if self._link.room is not None and not self._link.room.service.is_working:
            keys, self._later = self._later, set()
            table = self._table
            self._on_wanted(
                [
                    key
                    for key in keys
                    if (place := table.place_of(key)) is not None and table.answer(place) is ImageState.QUEUED
                ]
            )

    @Slot(list)
    def _on_wanted(self, keys: Sequence[int]) -> None:
        room = self._link.room
        if room is None:
            self._table.forget_thumbnail_requests(keys)
            return
        wanted = []
        for key in keys:
            place = self._table.place_of(key)
            if place is None:
                continue
            if self._table.answer(place) is ImageState.QUEUED and room.service.is_working:
                # It comes with the classification, from the same decode, unless the run is stopped before.
                self._later.add(key)
            else:
                wanted.append((key, self._table.path(place)))
        if wanted:
            room.load_thumbnails(wanted)

    @Slot()
    def _on_cleared(self) -> None:
        """Keys mean other images from now on."""
        self._later.clear()
