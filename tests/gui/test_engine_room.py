"""Test gui/engine_room.py: what it tells besides the events of the service."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from PIL import Image
from PySide6.QtGui import QImage

from gui import engine_room
from gui.engine_events import ThumbnailsLoaded, ThumbnailsNotKept, ThumbnailsPutOff
from gui.engine_room import EngineRoom
from gui.qimage import rgb_to_qimage
from gui.session_holder import SessionHolder
from inference.arrays import RgbImage
from inference.classify.preprocess import make_thumbnail
from inference.pictures.decode_pool import DecodePool
from inference.profile import Profile


def test_that_thumbnails_find_no_room_is_told_once_until_there_was_room(tmp_path: Path) -> None:
    told: list[object] = []
    store = SimpleNamespace(lacks_room=False)
    holder = cast("SessionHolder", SimpleNamespace(keep=lambda _answered: frozenset(), thumbnails=lambda: store))
    profile = Profile.below(tmp_path)
    room = EngineRoom(profile, cast("DecodePool", None), holder, told.append)
    for lacks_room in (False, True, True, False, True):
        store.lacks_room = lacks_room
        room._keep([])
    assert told == [ThumbnailsNotKept(str(profile.cache))] * 2


def _jpeg(path: Path, width: int) -> bytes:
    Image.new("RGB", (width, 30), "red").save(path)
    return make_thumbnail(str(path), 256)


def _loaded(told: list[object]) -> list[int]:
    return [key for event in told if isinstance(event, ThumbnailsLoaded) for key, _ in event.images]


def _put_off(told: list[object]) -> list[int]:
    return [key for event in told if isinstance(event, ThumbnailsPutOff) for key in event.keys]


def test_thumbnails_that_there_is_no_memory_for_are_put_off_and_cost_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whether they were kept, came with an answer, or were read for a tile."""

    def scarce(pixels: RgbImage) -> QImage:
        if pixels.shape[1] == 40:
            raise MemoryError
        return rgb_to_qimage(pixels)

    monkeypatch.setattr(engine_room, "rgb_to_qimage", scarce)
    small, large = _jpeg(tmp_path / "a.png", 20), _jpeg(tmp_path / "b.png", 40)
    came = [(1, small), (2, large), (3, small)]
    told: list[object] = []
    holder = cast("SessionHolder", SimpleNamespace(kept_thumbnails=lambda _images: came))
    room = EngineRoom(Profile.below(tmp_path), cast("DecodePool", None), holder, told.append)
    room.load_thumbnails([(key, f"/{key}.jpg") for key, _ in came])
    room._looking_up.shutdown()
    assert (_loaded(told), _put_off(told)) == ([1, 3], [2])
    assert room.keep_thumbnails(()) == [], "nobody waits for it"
    told.clear()
    room._open_thumbnails(came, room._generation)
    assert (_loaded(told), _put_off(told)) == ([1, 3], [2])
    told.clear()
    read: Future[bytes] = Future()
    read.set_result(large)
    room._thumbnail_loaded(2, read, room._generation)
    assert (_loaded(told), _put_off(told)) == ([], [2])
    caplog.clear()
