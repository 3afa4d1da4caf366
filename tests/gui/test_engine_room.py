"""Test gui/engine_room.py: what it tells besides the events of the service."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from gui.engine_events import ThumbnailsNotKept
from gui.engine_room import EngineRoom
from gui.session_holder import SessionHolder
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
