"""Run the whole window in this process, offscreen, with a real engine and a small model."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gui.app import build
from gui.gallery.image_state import ImageState
from gui.program import Program
from gui.wishes import Wishes
from inference.engine.network import Network
from inference.profile import Profile
from tests.conftest import PROJECT_ROOT
from tests.flows.making import Originals, Work
from tests.gradients_once import make_each_gradient_file_once
from tests.tried_once import try_each_model_once

TINY = str(PROJECT_ROOT / "tests" / "data" / "tiny.onnx")
WAIT_MS = 90_000
"""How long anything may take before a test gives up: decoding has low priority, and a machine may have much to do."""


def busy() -> float:
    """How many programs want each processor at the moment, 1 at least: so much longer does everything take."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 1.0
    return max(1.0, load / (os.cpu_count() or 1))


class Bench:
    """A running program and what a person does with it."""

    def __init__(self, program: Program, qtbot: QtBot) -> None:
        self.program = program
        self.qtbot = qtbot

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for a fact."""
        self.qtbot.waitUntil(holds, timeout=WAIT_MS)

    def until_still(self, value: Callable[[], int]) -> int:
        """Wait until a number has stayed the same for a while, the longer the busier the machine is; the number."""
        while True:
            before = value()
            self.qtbot.wait(round(400 * busy()))
            if value() == before:
                return before

    def count(self, state: ImageState) -> int:
        return self.program.images.count(state)

    def until_done(self, total: int) -> None:
        """Wait until `total` images are in the list and none is queued."""
        self.until(lambda: len(self.program.images) == total and self.count(ImageState.QUEUED) == 0)

    def message_ids(self) -> list[str]:
        """What was said in the message bar so far."""
        return [message.id for message in self.program.window.messages.history]

    def drop(self, paths: list[str]) -> Qt.DropAction | None:
        """Drop files as a file manager does."""
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(path) for path in paths])
        return drop(self.program.window, mime)


def drop(widget: QWidget, mime: QMimeData) -> Qt.DropAction | None:
    """Enter, move, drop; None where the drop is refused. The caller keeps `mime` alive: the events do not own it."""
    offered = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    where, button, plain = QPointF(50, 50), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(where.toPoint(), offered, mime, button, plain)
    QApplication.sendEvent(widget, enter)
    if not enter.isAccepted() or enter.dropAction() == Qt.DropAction.IgnoreAction:
        return None
    QApplication.sendEvent(widget, QDragMoveEvent(where.toPoint(), offered, mime, button, plain))
    event = QDropEvent(where, offered, mime, button, plain)
    QApplication.sendEvent(widget, event)
    return event.dropAction()


@pytest.fixture(autouse=True)
def tried_once(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Models are tried, and their gradients made, in a process of their own once, not for each test's profile."""
    try_each_model_once(monkeypatch)
    make_each_gradient_file_once(monkeypatch, tmp_path_factory)


@pytest.fixture
def make_bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Starts programs; each is closed at the end, and the garbage that it leaves is collected."""
    programs: list[Program] = []

    def make(*, model: str = TINY, batch_size: int | None = None, profile: Path | None = None) -> Bench:
        application = cast("QApplication", QApplication.instance())
        folder = profile or tmp_path / "profile"
        program = build(application, Profile.below(folder), Wishes(model, "cpu", batch_size))
        programs.append(program)
        program.start()
        return Bench(program, qtbot)

    yield make
    for program in programs:
        program.close()
        program.window.deleteLater()
    programs.clear()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    """A program with the tiny model."""
    return make_bench()


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """Grows with every run of a network, by the shape of its input."""
    made: list[tuple[int, ...]] = []
    real = Network.run

    def run(self: Network, images: object, **options: object) -> object:
        made.append(images.shape)  # type: ignore[attr-defined]
        return real(self, images, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Network, "run", run)
    return made


@pytest.fixture
def originals() -> Iterator[Originals]:
    """Guards folders; the test fails where a byte of a picture in them changed."""
    guarded = Originals()
    yield guarded
    assert guarded.changed() == []


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Counts the pictures that the network sees in this process."""
    return Work(monkeypatch)
