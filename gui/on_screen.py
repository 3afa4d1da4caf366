"""Bring on screen what was opened, and ask first for the answers and thumbnails of what is seen."""

from __future__ import annotations

from itertools import chain

from PySide6.QtCore import QObject, Slot

from gui.controller import Controller
from gui.gallery.image_model import ImageModel
from gui.main_window import MainWindow, View
from gui.place_kept import PlaceKept
from gui.trace import Trace
from gui.viewing import Viewing

FEW_IMAGES = 12
"""So many fit into the filmstrip: the viewer shows them all. More of them open in the gallery."""


class OnScreen(QObject):
    """Chooses the view for what arrives, and follows where the person looks."""

    def __init__(
        self,
        window: MainWindow,
        images: ImageModel,
        controller: Controller,
        viewing: Viewing,
        place: PlaceKept,
        trace: Trace,
    ) -> None:
        super().__init__()
        self._window = window
        self._images = images
        self._controller = controller
        self._viewing = viewing
        self._place = place
        self._trace = trace
        self._arrived_key = -1
        window.grid.current_changed.connect(self._on_current_changed)
        window.grid.image_activated.connect(self._on_activated)
        window.grid.visible_rows_changed.connect(self._on_scrolled)
        window.filmstrip.visible_rows_changed.connect(self._on_strip_scrolled)
        window.view_changed.connect(self._on_view_changed)

    @Slot(int, int)
    def show_arrived(self, key: int, count: int) -> None:
        """Bring what was opened on screen, and let it be there when more of it comes.

        Args:
            key: of the first image that was opened.
            count: how many of them there are by now.
        """
        window, row = self._window, self._images.row_of(key)
        is_first_chunk = key != self._arrived_key
        is_where_it_began = row is not None and window.grid.current_row() == row
        if window.view is View.START or (is_first_chunk and count > FEW_IMAGES):
            window.show_view(View.VIEWER if count <= FEW_IMAGES else View.GALLERY)
        elif count > FEW_IMAGES and window.view is View.VIEWER and is_where_it_began:
            # There are more than it seemed at first, and the person has not gone on yet.
            window.show_view(View.GALLERY)
        if is_first_chunk:
            self._trace.note("images", count=count)
            self._arrived_key = key
            if row is not None:
                window.gallery.begin_at(row)

    @Slot(object)
    def show_session_rows(self) -> None:
        """Images of a session that was opened come on screen."""
        if self._window.view is View.START and len(self._images):
            self._window.show_view(View.GALLERY)
            self._place.begin()

    @Slot(object)
    def follow_journal(self) -> None:
        """Images came back to an empty list, or the last of them left it."""
        if self._window.view is View.START and len(self._images):
            self._arrived_key = -1
            self.show_arrived(self._images.key_at(0), len(self._images))
        elif not len(self._images.table):
            self._viewing.show_nothing()
            self._window.show_view(View.START)

    @Slot()
    def begin_anew(self) -> None:
        """What arrives next was opened by itself."""
        self._arrived_key = -1

    @Slot(int)
    def _on_current_changed(self, row: int) -> None:
        if row >= 0 and self._window.view is View.VIEWER:
            self._viewing.show_key(self._images.key_at(row))

    @Slot(int)
    def _on_activated(self, row: int) -> None:
        self._window.grid.set_current_row(row)
        self._window.show_view(View.VIEWER)

    @Slot(object)
    def _on_view_changed(self, view: View) -> None:
        if view is View.VIEWER:
            self._on_current_changed(self._window.grid.current_row())
        elif view is View.GALLERY:
            self._prefer(*self._window.grid.visible_rows())

    @Slot(int, int)
    def _on_scrolled(self, first: int, last: int) -> None:
        if self._window.view is View.GALLERY:
            self._prefer(first, last)
        self._keep_thumbnails()

    @Slot(int, int)
    def _on_strip_scrolled(self, first: int, last: int) -> None:
        if self._window.view is View.VIEWER:
            self._prefer(first, last)
        self._keep_thumbnails()

    def _prefer(self, first: int, last: int) -> None:
        """Classify these rows first, and one more screen ahead."""
        if first >= 0:
            self._controller.prefer(self._images.keys_between(first, last + (last - first) + 1))

    def _keep_thumbnails(self) -> None:
        """Read only the thumbnails of what is on screen in either view."""
        ranges = (self._window.grid.visible_rows(), self._window.filmstrip.visible_rows())
        keys = (self._images.keys_between(first, last) for first, last in ranges if first >= 0)
        self._controller.thumbnails.keep(frozenset(chain.from_iterable(keys)))
