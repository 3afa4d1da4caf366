"""Keep the pictures that views ask for while they paint, and ask for those that are missing once."""

from __future__ import annotations

from collections.abc import Container, Iterable

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from gui.gallery.thumbnail_cache import DEFAULT_LIMIT_BYTES, ThumbnailCache

PUT_OFF_MS = 10_000
"""So long nobody asks for a picture again for which there was no memory: asking takes memory, too."""


class WantedImages(QObject):
    """One small picture for each key; the longest unused ones leave.

    Signals:
        wanted(keys: list[int]): these were looked for and are not here; at most once per turn of the event loop, and
            once per key until `put` or `forget_requests`; those that were put off once more after a while.
    """

    wanted = Signal(list)

    def __init__(self, limit_bytes: int = DEFAULT_LIMIT_BYTES, *, put_off_ms: int = PUT_OFF_MS) -> None:
        super().__init__()
        self._cache = ThumbnailCache(limit_bytes)
        self._missing: dict[int, None] = {}
        self._asked: set[int] = set()
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.setInterval(0)
        self._asking.timeout.connect(self._ask)
        # Put off: whether somebody looked for it, before or since.
        self._put_off: dict[int, bool] = {}
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(put_off_ms)
        self._pause.timeout.connect(self._end_pause)

    def get(self, key: int) -> QImage | None:
        """The picture, or None: then it is asked for with the next `wanted`, or when it was put off long enough."""
        image = self._cache.get(key)
        if image is None and key in self._put_off:
            self._put_off[key] = True
        elif image is None and key not in self._asked:
            self._want([key])
        return image

    def put(self, key: int, image: QImage) -> None:
        """Keep a picture; the longest unused ones may leave. A null one says that there is none to be had."""
        if not image.isNull():
            self._cache.put(key, image)
        self._put_off.pop(key, None)
        if self._cache.get(key) is None:
            self._asked.add(key)  # none, or too large to keep: it is not asked for again and again
        else:
            self._asked.discard(key)  # so that it is, once it had to leave

    def forget_requests(self, keys: Iterable[int]) -> None:
        """Say that pictures asked for will not come (they were scrolled out of sight): views may ask again."""
        for key in keys:
            self._asked.discard(key)
            self._put_off.pop(key, None)

    def put_off(self, keys: Iterable[int]) -> None:
        """Say that pictures could not be made for the moment: in a while, those that were looked for are asked for."""
        for key in keys:
            self._put_off[key] = self._put_off.get(key, False) or key in self._asked or key in self._missing
            self._asked.discard(key)
            self._missing.pop(key, None)
        if self._put_off and not self._pause.isActive():
            self._pause.start()

    def keep_waiting_for(self, seen: Container[int]) -> None:
        """Of what was put off, ask again by itself only for these; for others the views ask when they paint them."""
        for key in self._put_off:
            self._put_off[key] = self._put_off[key] and key in seen

    def remove(self, keys: Iterable[int]) -> None:
        """Forget some pictures, which are different now."""
        gone = list(keys)
        self._cache.remove(gone)
        self.forget_requests(gone)

    def clear(self) -> None:
        """Forget all."""
        self._cache.clear()
        self._missing.clear()
        self._asked.clear()
        self._put_off.clear()
        self._pause.stop()

    def _want(self, keys: Iterable[int]) -> None:
        self._missing.update(dict.fromkeys(keys))
        if self._missing and not self._asking.isActive():
            self._asking.start()

    @Slot()
    def _ask(self) -> None:
        keys = list(self._missing)
        self._asked.update(keys)
        self._missing.clear()
        if keys:
            self.wanted.emit(keys)

    @Slot()
    def _end_pause(self) -> None:
        """Not by the views: not every one that shows a picture paints it again when nothing has come."""
        put_off, self._put_off = self._put_off, {}
        self._want(key for key, is_looked_for in put_off.items() if is_looked_for)
