"""Keep the pictures that views ask for while they paint, and ask for those that are missing once."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from gui.gallery.thumbnail_cache import DEFAULT_LIMIT_BYTES, ThumbnailCache

PUT_OFF_MS = 10_000
"""So long nobody asks for a picture again for which there was no memory: asking takes memory, too."""


class WantedImages(QObject):
    """One small picture for each key; the longest unused ones leave.

    Signals:
        wanted(keys: list[int]): these were looked for and are not here; at most once per turn of the event loop, and
            once per key until `put` or `forget_requests`.
        put_off_ended(): what `put_off` was told of can be asked for again; who still shows it paints it anew.
    """

    wanted = Signal(list)
    put_off_ended = Signal()

    def __init__(self, limit_bytes: int = DEFAULT_LIMIT_BYTES, *, put_off_ms: int = PUT_OFF_MS) -> None:
        super().__init__()
        self._cache = ThumbnailCache(limit_bytes)
        self._missing: dict[int, None] = {}
        self._asked: set[int] = set()
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.setInterval(0)
        self._asking.timeout.connect(self._ask)
        self._put_off: set[int] = set()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(put_off_ms)
        self._pause.timeout.connect(self._end_pause)

    def get(self, key: int) -> QImage | None:
        """The picture, or None: then it is asked for with the next `wanted`."""
        image = self._cache.get(key)
        if image is None and key not in self._asked:
            self._missing[key] = None
            if not self._asking.isActive():
                self._asking.start()
        return image

    def put(self, key: int, image: QImage) -> None:
        """Keep a picture; the longest unused ones may leave. A null one says that there is none to be had."""
        if not image.isNull():
            self._cache.put(key, image)
        if self._cache.get(key) is None:
            self._asked.add(key)  # none, or too large to keep: it is not asked for again and again
        else:
            self._asked.discard(key)  # so that it is, once it had to leave

    def forget_requests(self, keys: Iterable[int]) -> None:
        """Say that pictures asked for will not come (they were scrolled out of sight): views may ask again."""
        self._asked.difference_update(keys)

    def put_off(self, keys: Iterable[int]) -> None:
        """Say that pictures asked for could not be made for the moment: in a while, views may ask again."""
        later = set(keys)
        self._put_off |= later
        self._asked |= later
        if later and not self._pause.isActive():
            self._pause.start()

    def remove(self, keys: Iterable[int]) -> None:
        """Forget some pictures, which are different now."""
        gone = list(keys)
        self._cache.remove(gone)
        self._asked.difference_update(gone)

    def clear(self) -> None:
        """Forget all."""
        self._cache.clear()
        self._missing.clear()
        self._asked.clear()
        self._put_off.clear()

    @Slot()
    def _ask(self) -> None:
        keys = list(self._missing)
        self._asked.update(keys)
        self._missing.clear()
        if keys:
            self.wanted.emit(keys)

    @Slot()
    def _end_pause(self) -> None:
        # Those that came all the same are here, and are not asked for.
        self._asked -= self._put_off
        self._put_off.clear()
        self.put_off_ended.emit()
