"""Make what flows need: pictures that differ, a look into a session file from outside, keys, and proof of originals."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from gui.gallery.image_state import ImageState
from inference.classify.classifier import Classifier
from inference.profile import Profile
from inference.sessions.folder import sessions_folder
from inference.sessions.session import SUFFIX

if TYPE_CHECKING:
    from tests.flows.conftest import Bench


def make_pictures(folder: Path, count: int, *, first: int = 0, size: tuple[int, int] = (70, 50)) -> Path:
    """Pictures of different colours and contents, "000.png" and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + count):
        tint = (37 * number % 256, 91 * number % 256, 151 * number % 256)
        image = Image.linear_gradient("L").resize(size).rotate(number * 7).convert("RGB")
        Image.blend(image, Image.new("RGB", size, tint), 0.5).save(folder / f"{number:03}.png")
    return folder


def hashes(folder: Path) -> dict[bytes, str]:
    """The SHA-256 of each file below a folder, by its path."""
    found = {}
    for place, _, names in os.walk(os.fsencode(folder)):
        for name in names:
            path = os.path.join(place, name)  # noqa: PTH118 - bytes
            if os.path.isfile(path):  # noqa: PTH113 - bytes
                with open(path, "rb") as file:  # noqa: PTH123 - bytes
                    found[path] = hashlib.sha256(file.read()).hexdigest()
    return found


class Originals:
    """Folders of pictures whose bytes must be the same at the end of a test."""

    def __init__(self) -> None:
        self._before: dict[bytes, str] = {}

    def guard(self, folder: Path) -> Path:
        """Remember what is in it."""
        self._before |= hashes(folder)
        return folder

    def changed(self) -> list[bytes]:
        """Files with other bytes; those that a test itself moved away are not asked for."""
        now: dict[bytes, str] = {}
        for folder in {os.path.dirname(path) for path in self._before}:  # noqa: PTH120 - bytes
            now |= hashes(Path(os.fsdecode(folder)))
        return [path for path, digest in self._before.items() if now.get(path, digest) != digest]


class Work:
    """How much work the network did since somebody set `runs` to 0.

    Attributes:
        runs: pictures that went through the network.
        pause_s: every run takes this much longer.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.runs = 0
        self.pause_s = 0.0
        real = Classifier.classify

        def counted(classifier: Classifier, paths: list[str], *rest: object, **options: object) -> object:
            self.runs += len(paths)
            time.sleep(self.pause_s)
            return real(classifier, paths, *rest, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(Classifier, "classify", counted)


def session_file(profile: Path, name: str) -> Path:
    """Where a session of a profile lies."""
    return sessions_folder(Profile.below(profile)) / f"{name}{SUFFIX}"


def looked_up(path: Path, query: str) -> list[tuple[object, ...]]:
    """Ask a session file with plain SQLite, as any other program would."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as reader:
        return reader.execute(query).fetchall()


def labels_in(path: Path) -> dict[str, str]:
    """By file name: the label that the session file has for it."""
    query = "SELECT path, text FROM image JOIN decision ON image_id = image.id JOIN name ON name.id = name"
    rows = looked_up(path, query)
    return {Path(os.fsdecode(name)).name: bytes(text).decode() for name, text in rows if isinstance(name, bytes)}  # type: ignore[call-overload]


def labels_shown(bench: Bench) -> dict[str, str]:
    """By file name: the label that the window has for it."""
    table = bench.program.images.table
    places = range(len(table.columns))
    return {Path(table.path(place)).name: table.label(place) for place in places if table.label(place)}


def states_shown(bench: Bench) -> dict[str, ImageState]:
    """By file name: the visible state of each image on the list."""
    table = bench.program.images.table
    return {Path(table.path(p)).name: table.state(p) for p in range(len(table.columns)) if not table.is_removed(p)}


def until_saved(bench: Bench) -> None:
    """Wait until every decision is on the disk."""
    bench.until(lambda: bench.program.writer.unsaved == 0)


def until_loaded(bench: Bench, count: int) -> None:
    """Wait until a session is open with so many images, all of them answered, and the model is ready."""
    program = bench.program
    bench.until(lambda: program.desk.is_loaded and bool(program.models.name))
    bench.until(lambda: len(program.images.table) == count and program.images.table.count_answered(_QUEUED) == 0)


_QUEUED = ImageState.QUEUED


def press(widget: QWidget, key: Qt.Key | str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where somebody looks."""
    if isinstance(key, str):
        QTest.keyClicks(widget, key, modifier)
    else:
        QTest.keyClick(widget, key, modifier)
