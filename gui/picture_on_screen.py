"""Keep the image on screen by its key: its pixels, sharper ones when a person zooms in, and those of its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from PySide6.QtCore import QObject, QSize, Signal, Slot

from gui.engine_events import NoMemoryForPictureError, PictureLoaded
from gui.engine_link import EngineLink
from gui.gallery.image_model import ImageModel
from gui.gallery.image_state import ImageState
from gui.messages import describe
from gui.notices import detail_unreadable
from gui.recent import Recent
from gui.viewer.viewer_page import ViewerPage
from inference.results import Classification, PictureFacts

PICTURES_KEPT = 7
"""Pictures of the viewer's size, at up to 16 MB each."""

PREFETCHED = (1, -1, 2, -2, 3)
"""Neighbours that are read ahead, in this order."""


class PictureOnScreen(QObject):
    """The image on screen is known by its key, so that rows may come and go.

    Signals:
        pixels_changed(): other pixels of the image lie on screen; frame and map belong on them, too.
        file_changed(key: int): the file that was read is another than the one that was classified.
        message_raised(message: UserMessage): something about the picture must be said.
    """

    pixels_changed = Signal()
    file_changed = Signal(int)
    message_raised = Signal(object)

    def __init__(self, page: ViewerPage, images: ImageModel, link: EngineLink, results: Recent[Classification]) -> None:
        super().__init__()
        self._page = page
        self._images = images
        self._table = images.table
        self._link = link
        self._results = results
        self._key: int | None = None
        self._detail_key: int | None = None
        # Numbers tell what was read before a file changed or moved from what is read now.
        self._wishes = count(1)
        self._detail_wish = 0
        self._ahead: tuple[int, ...] | None = None
        self._kept: Recent[PictureLoaded] = Recent(PICTURES_KEPT)
        self._loading: dict[int, int] = {}
        page.picture.detail_requested.connect(self._load_detail)

    @property
    def key(self) -> int | None:
        """The key of the image on screen, or None."""
        return self._key

    @property
    def place(self) -> int | None:
        """Its place in the table, or None where there is no image, or it was removed."""
        place = None if self._key is None else self._table.place_of(self._key)
        return None if place is None or self._table.is_removed(place) else place

    def is_failed(self, place: int) -> bool:
        """Whether the image at a place could not be read."""
        return self._table.answer(place) is ImageState.FAILED

    def facts_of(self, key: int) -> PictureFacts | None:
        """Of the file whose pixels are at hand; None where they are not."""
        kept = self._kept.get(key)
        return None if kept is None else kept.facts

    def begin(self, key: int) -> None:
        """Another image comes on screen; what is neither it nor next to it is read no more."""
        self._key, self._detail_key, self._detail_wish = key, None, -1
        # Somebody may hold an arrow key down.
        if self._link.room is not None:
            for given_up in self._link.room.keep_pictures({key, *self._neighbours()}):
                self._loading.pop(given_up, None)

    def leave(self) -> None:
        """No image is on screen."""
        self._key = None

    def set_ahead(self, ahead: Sequence[int] | None) -> None:
        """Say which images are likely to come next; None: the neighbours in the gallery."""
        self._ahead = None if ahead is None else tuple(ahead)

    def show(self, place: int, key: int) -> None:
        """Put the image's pixels on screen; where they are not there yet, its thumbnail, and have them read."""
        known = self._kept.get(key)
        if known is not None:
            self._put_on_screen(known)
            self._prefetch()
            return
        # Whatever stands there belongs to the picture before.
        self._page.picture.show_message("")
        if not self.is_failed(place):
            self._show_placeholder(key)
            self._load(place, key)

    def show_thumbnail(self, key: int) -> None:
        """A thumbnail came: it stands in for the picture on screen while that is being read."""
        place = self.place
        if (
            key == self._key
            and place is not None
            and self._page.picture.placement is None
            # Why there is no picture was said; nothing is being read.
            and not self._page.picture.message
            and not self.is_failed(place)
        ):
            self._show_placeholder(key)
            self.pixels_changed.emit()

    def take_size(self, key: int) -> None:
        """The answer came, and with it the size: the thumbnail on screen takes the place that the picture will have."""
        if key == self._key and not self._page.picture.has_known_size:
            # Whatever stands there lies in pixels of its own, over which neither frame nor map may come.
            self._page.picture.show_message("")
            self._show_placeholder(key)

    def take(self, loaded: PictureLoaded) -> None:
        """A picture was read."""
        if loaded.wish and loaded.wish != (self._detail_wish if loaded.has_detail else self._loading.get(loaded.key)):
            return
        if not loaded.has_detail:
            self._loading.pop(loaded.key, None)
        place = self.place
        is_shown = loaded.key == self._key and place is not None
        said = self._results.get(loaded.key)
        is_other = said is not None and loaded.facts is not None and not loaded.facts.is_of_file(said.facts)
        if loaded.has_detail:
            if is_shown and not is_other:
                self._take_detail(loaded)
        elif loaded.image is not None:
            self._kept.put(loaded.key, loaded)
        if is_other and is_shown:
            self.file_changed.emit(loaded.key)
        if loaded.has_detail or is_other:
            return
        if not is_shown or place is None:
            return
        if isinstance(loaded.error, NoMemoryForPictureError):
            # The picture is sound, and what the model says of it holds.
            self._page.picture.show_message(describe(loaded.error, self._table.name(place)).text)
        elif loaded.error is not None:
            self._page.show_failure(describe(loaded.error, self._table.name(place)).text)
        else:
            self._put_on_screen(loaded)
            self.pixels_changed.emit()
        self._prefetch()

    def forget_all(self) -> None:
        """Every image was removed, or is to be read anew."""
        self._kept.clear()
        self._loading.clear()
        self._detail_key, self._detail_wish = None, -1

    def forget(self, keys: set[int]) -> None:
        """Some images were removed, or are to be read anew."""
        self._kept.discard(keys)
        for key in self._loading.keys() & keys:
            del self._loading[key]
        if self._detail_key in keys:
            self._detail_key, self._detail_wish = None, -1

    def _show_placeholder(self, key: int) -> None:
        thumbnail = self._table.thumbnail(key)
        if thumbnail is not None:
            self._page.picture.show_placeholder(thumbnail, original_size=self._known_size(key))

    def _neighbours(self) -> list[int]:
        """Keys of the images that may come next; around the one on screen none are known while a filter hides it."""
        if self._ahead is not None:
            return list(self._ahead)
        row = None if self._key is None else self._images.row_of(self._key)
        if row is None:
            return []
        return [self._images.key_at(row + step) for step in PREFETCHED if 0 <= row + step < len(self._images)]

    def _known_size(self, key: int) -> QSize | None:
        result = self._results.get(key)
        return None if result is None else QSize(result.facts.width, result.facts.height)

    def _put_on_screen(self, loaded: PictureLoaded) -> None:
        if loaded.image is not None and loaded.facts is not None:
            size = QSize(loaded.facts.width, loaded.facts.height)
            self._page.picture.show_picture(loaded.image, original_size=size)
            if self._results.get(loaded.key) is None:
                self._page.inspector.facts.show_facts(loaded.facts, None)

    @Slot()
    def _load_detail(self) -> None:
        """The person zooms into more pixels than the viewer's copy has: read the picture in full, this one, once."""
        place = self.place
        if place is not None and self._link.room is not None and self._detail_key != self._key is not None:
            self._detail_key, self._detail_wish = self._key, next(self._wishes)
            self._link.room.load_picture(self._key, self._table.path(place), detail=True, wish=self._detail_wish)

    def _take_detail(self, loaded: PictureLoaded) -> None:
        if loaded.image is not None and loaded.facts is not None:
            size = QSize(loaded.facts.width, loaded.facts.height)
            self._page.picture.show_picture(loaded.image, original_size=size, keep_view=True, is_full=True)
        elif loaded.error is not None:
            if isinstance(loaded.error, NoMemoryForPictureError):
                # Who zooms in again later may have closed other programs.
                self._detail_key = None
            self.message_raised.emit(detail_unreadable(str(loaded.error)))

    def _prefetch(self) -> None:
        for key in self._neighbours():
            place = self._table.place_of(key)
            if place is not None and key not in self._kept and not self.is_failed(place):
                self._load(place, key, urgent=False)

    def _load(self, place: int, key: int, *, urgent: bool = True) -> None:
        if self._link.room is not None and key not in self._loading:
            self._loading[key] = next(self._wishes)
            self._link.room.load_picture(key, self._table.path(place), urgent=urgent, wish=self._loading[key])
