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
from gui.engine_events import (
    NoMemoryForPictureError,
    PictureLoaded,
    ThumbnailsLoaded,
    ThumbnailsNotKept,
    ThumbnailsPutOff,
)
from gui.engine_room import EngineRoom
from gui.qimage import rgb_to_qimage
from gui.session_holder import SessionHolder
from inference.arrays import RgbImage
from inference.classify.preprocess import ViewPicture, make_thumbnail, view_picture
from inference.errors import ImageProblem, ImageReadError
from inference.pictures.decode_pool import DecodePool
from inference.pictures.decode_starts import DecodersError
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


def _room(folder: Path, told: list[object]) -> EngineRoom:
    """One that keeps no thumbnails and whose workers are the test's."""
    return EngineRoom(
        Profile.below(folder), cast("DecodePool", None), cast("SessionHolder", SimpleNamespace()), told.append
    )


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


def _failed(error: Exception) -> Future[bytes]:
    future: Future[bytes] = Future()
    future.set_exception(error)
    return future


def test_what_no_worker_can_read_for_now_is_put_off(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    told: list[object] = []
    room = _room(tmp_path, told)
    for key in (1, 2):
        room._thumbnail_loaded(key, _failed(DecodersError("no process can be started")), room._generation)
    assert (_loaded(told), _put_off(told)) == ([], [1, 2])
    assert len(caplog.records) == 1, "said once, not for each"
    told.clear()
    room._open_thumbnails([(3, _jpeg(tmp_path / "a.png", 20))], room._generation)
    room._thumbnail_loaded(1, _failed(DecodersError("no process can be started")), room._generation)
    assert len(caplog.records) == 2, "it had become better"
    caplog.clear()


def test_a_picture_that_needs_too_much_memory_is_tried_a_few_times(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[object] = []
    room = _room(tmp_path, told)
    too_large = ImageReadError("/a.jpg", ImageProblem.OUT_OF_MEMORY)
    for _ in range(4):
        room._thumbnail_loaded(1, _failed(too_large), room._generation)
    assert (_loaded(told), _put_off(told)) == ([1, 1], [1, 1])
    told.clear()
    room.forget_images()
    room._thumbnail_loaded(1, _failed(too_large), room._generation)
    assert (_loaded(told), _put_off(told)) == ([], [1]), "another session's image"
    told.clear()
    room._thumbnail_loaded(2, _failed(ImageReadError("/b.jpg", ImageProblem.DAMAGED)), room._generation)
    assert (_loaded(told), _put_off(told)) == ([2], [])
    caplog.clear()


def test_without_memory_to_look_thumbnails_up_they_are_put_off(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def no_memory(_images: object) -> object:
        raise MemoryError

    told: list[object] = []
    holder = cast("SessionHolder", SimpleNamespace(kept_thumbnails=no_memory))
    room = EngineRoom(Profile.below(tmp_path), cast("DecodePool", None), holder, told.append)
    room.load_thumbnails([(1, "/1.jpg"), (2, "/2.jpg")])
    room._looking_up.shutdown()
    assert (_loaded(told), _put_off(told)) == ([], [1, 2])
    assert room.keep_thumbnails(()) == [], "nobody waits for them"
    caplog.clear()


@pytest.mark.parametrize("detail", [False, True])
def test_a_picture_that_there_is_no_memory_for_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, detail: bool
) -> None:
    """Or the viewer would wait for it for ever."""

    def scarce(_pixels: RgbImage) -> QImage:
        raise MemoryError

    monkeypatch.setattr(engine_room, "rgb_to_qimage", scarce)
    Image.new("RGB", (20, 30), "red").save(tmp_path / "a.png")
    told: list[object] = []
    room = _room(tmp_path, told)
    read: Future[ViewPicture] = Future()
    read.set_result(view_picture(str(tmp_path / "a.png"), 256))
    room._picture_loaded(1, read, room._generation, detail=detail, wish=7)
    [loaded] = told
    assert isinstance(loaded, PictureLoaded)
    assert isinstance(loaded.error, NoMemoryForPictureError)
    assert (loaded.key, loaded.image, loaded.has_detail, loaded.wish) == (1, None, detail, 7)
