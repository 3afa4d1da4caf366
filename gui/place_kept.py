"""Keep where a person was in a session: it opens at the image that was current, and at the top the first time."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from gui.gallery.image_model import ImageModel
from gui.gallery_page import GalleryPage
from gui.session_desk import SessionDesk

_CURRENT = "current"


class PlaceKept(QObject):
    """Images come in pieces, and their order may come last; until somebody moves, the wanted place is looked for."""

    def __init__(self, page: GalleryPage, images: ImageModel, desk: SessionDesk) -> None:
        super().__init__()
        self._page = page
        self._images = images
        self._desk = desk
        self._wanted: int | None = None
        self._untouched: int | None = None
        desk.shown.connect(self._on_shown)
        desk.loaded.connect(self._settle)
        desk.left.connect(self._on_left)
        images.arranged.connect(self._settle)
        page.grid.current_changed.connect(self._on_current_changed)

    def begin(self) -> None:
        """The first images of a session are on screen."""
        self._go_to(0)

    def _go_to(self, row: int) -> None:
        self._untouched = self._images.key_at(row)
        self._page.begin_at(row)

    @Slot()
    def _settle(self) -> None:
        row = self._page.grid.current_row()
        if self._untouched is not None and row >= 0 and self._images.key_at(row) == self._untouched:
            wanted = None if self._wanted is None else self._images.row_of(self._wanted)
            self._go_to(wanted or 0)

    @Slot(object)
    def _on_shown(self) -> None:
        kept = self._desk.remembered(_CURRENT)
        self._wanted = kept if isinstance(kept, int) else None
        self._untouched = None

    @Slot()
    def _on_left(self) -> None:
        self._wanted = self._untouched = None

    @Slot(int)
    def _on_current_changed(self, row: int) -> None:
        if row < 0 or not self._desk.is_loaded:
            return
        key = self._images.key_at(row)
        if key != self._untouched:
            self._untouched = None
            self._desk.remember(_CURRENT, key)
