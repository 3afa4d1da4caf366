"""Keep the most recently used thumbnails within a number of bytes."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QImage

DEFAULT_LIMIT_BYTES = 64 * 1024 * 1024


class ThumbnailCache:
    """Thumbnails by the key of their image; the longest unused ones leave first.

    Attributes:
        limit_bytes: what all thumbnails together may take.
    """

    def __init__(self, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self._images: OrderedDict[int, QImage] = OrderedDict()
        self._bytes = 0

    @property
    def used_bytes(self) -> int:
        """What the kept thumbnails take."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._images)

    def get(self, key: int) -> QImage | None:
        """The thumbnail of an image, which thereby is the most recently used."""
        image = self._images.get(key)
        if image is not None:
            self._images.move_to_end(key)
        return image

    def put(self, key: int, image: QImage) -> None:
        """Keep a thumbnail, for which others may have to leave. One that is larger than the limit is not kept."""
        self.remove([key])
        size = image.sizeInBytes()
        if size > self.limit_bytes:
            return
        self._images[key] = image
        self._bytes += size
        while self._bytes > self.limit_bytes:
            _, gone = self._images.popitem(last=False)
            self._bytes -= gone.sizeInBytes()

    def remove(self, keys: Iterable[int]) -> None:
        """Forget thumbnails; keys without one are passed over."""
        for key in keys:
            image = self._images.pop(key, None)
            if image is not None:
                self._bytes -= image.sizeInBytes()

    def clear(self) -> None:
        """Forget all."""
        self._images.clear()
        self._bytes = 0
