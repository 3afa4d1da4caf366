"""Test gui/gallery/thumbnail_cache.py: it never holds more bytes than it may, and keeps what was used last."""

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QImage

from gui.gallery.thumbnail_cache import ThumbnailCache


def _image(width: int) -> QImage:
    return QImage(width, 10, QImage.Format.Format_RGB32)  # 40 bytes a column


def test_the_longest_unused_leaves_first() -> None:
    cache = ThumbnailCache(120)
    for key in (1, 2, 3):
        cache.put(key, _image(1))
    assert cache.get(1) is not None
    cache.put(4, _image(1))
    assert [cache.get(key) is not None for key in (1, 2, 3, 4)] == [True, False, True, True]


def test_one_that_is_too_large_is_not_kept_and_throws_nobody_out() -> None:
    cache = ThumbnailCache(120)
    cache.put(1, _image(3))
    cache.put(2, _image(4))
    assert cache.get(2) is None
    assert cache.get(1) is not None


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 5), st.booleans()), max_size=60))
def test_bytes_are_counted_right_whatever_happens(steps: list[tuple[int, int, bool]]) -> None:
    cache = ThumbnailCache(400)
    for key, width, removes in steps:
        if removes:
            cache.remove([key])
        else:
            cache.put(key, _image(width))
            assert cache.get(key) is not None
        kept = [image for number in range(10) if (image := cache.get(number)) is not None]
        assert cache.used_bytes == sum(image.sizeInBytes() for image in kept) <= 400
        assert len(cache) == len(kept)
