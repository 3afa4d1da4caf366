"""The window is on screen before the program is loaded, and nothing that happens in between is lost."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from gui import program as program_module
from gui.exception_hook import ExceptionHook
from gui.front import Front
from gui.opening import Opening
from gui.single_instance import SingleInstance
from gui.wishes import Wishes
from inference.profile import Profile
from tests.conftest import PROJECT_ROOT
from tests.flows.conftest import TINY

Make = Callable[..., Opening]


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path) -> Make:
    """Makes an opening whose window is not shown yet."""
    assert qtbot is not None
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    profile = Profile.below(tmp_path / "profile")

    def made(paths: tuple[str, ...] = ()) -> Opening:
        front = Front(application, profile)
        return Opening(
            front, application, SingleInstance(profile), ExceptionHook(), profile, Wishes(TINY, "cpu"), paths
        )  # fmt: skip

    return made


def _front(opening: Opening) -> Front:
    return opening._front


def _run(opening: Opening, qtbot: QtBot) -> Any:  # noqa: ANN401 - a Program
    _front(opening).show()
    qtbot.waitUntil(lambda: opening.program is not None, timeout=20000)
    return opening.program


def test_only_the_start_page_is_loaded_before_the_first_paint() -> None:
    code = "import sys, gui.app; print(*sorted(name for name in sys.modules if name.startswith('gui.')))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(done.stdout.split())
    assert "gui.start.start_page" in loaded
    later = (
        "gui.program",
        "gui.controller",
        "gui.action_table",
        "gui.gallery",
        "gui.review",
        "gui.attention",
        "gui.library",
    )
    assert not [name for name in loaded if name.startswith(later)]


def test_the_window_is_painted_before_it_is_furnished(make: Make, qtbot: QtBot) -> None:
    opening = make()
    painted: list[bool] = []
    window = _front(opening).window
    window.painted.connect(lambda: painted.append(hasattr(window, "gallery")))
    program = _run(opening, qtbot)
    assert painted == [False]
    assert program.window is window
    assert window.gallery.isHidden() or not window.gallery.isVisible()
    assert [entry.text() for entry in window.menuBar().actions()][:2] == ["&File", "&Edit"]
    program.close()


def test_what_another_start_hands_over_meanwhile_is_opened(
    make: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[tuple[list[str], str | None]] = []

    def open_paths(_self: object, paths: list[str], model: str | None = None) -> None:
        opened.append((paths, model))

    monkeypatch.setattr(program_module.Program, "open_paths", open_paths)
    own, other = str(tmp_path / "own"), str(tmp_path / "other")
    opening = make((own,))
    instance = opening._instance
    instance.paths_received.emit([other], "a model")
    program = _run(opening, qtbot)
    instance.paths_received.emit([own], None)
    assert opened == [([own], None), ([other], "a model"), ([own], None)]
    program.close()


def test_the_start_page_works_when_the_program_is_there(
    make: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gui.action_runner import ActionRunner  # noqa: PLC0415 - what is tested is that it comes later

    asked: list[str] = []
    monkeypatch.setattr(ActionRunner, "open_folder", lambda _self: asked.append("folder"))
    monkeypatch.setattr(ActionRunner, "open_images", lambda _self: asked.append("images"))
    opening = make()
    page = _front(opening).window.start_page
    program = _run(opening, qtbot)
    for button in page.findChildren(QPushButton):
        if "older" in button.text():
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == ["folder"]
    program.close()


def test_a_window_that_is_closed_meanwhile_gets_no_program(make: Make, qtbot: QtBot) -> None:
    opening = make()
    front = _front(opening)
    application = QApplication.instance()
    assert application is not None
    front.window.painted.connect(lambda: QTimer.singleShot(0, front.window.close))
    QTimer.singleShot(20000, application.quit)
    front.show()
    assert application.exec() == 0
    assert opening.program is None
    assert opening.error is None


def test_a_program_that_cannot_be_built_ends_with_its_error(
    make: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise ZeroDivisionError("nothing is built")

    monkeypatch.setattr(program_module, "Program", broken)
    opening = make()
    application = QApplication.instance()
    assert application is not None
    QTimer.singleShot(20000, application.quit)
    _front(opening).show()
    assert application.exec() == 1
    assert isinstance(opening.error, ZeroDivisionError)
    _front(opening).window.close()


@pytest.mark.parametrize("is_painted", [False, True])
def test_a_window_that_is_closed_before_anything_is_loaded_ends_the_program(
    make: Make, monkeypatch: pytest.MonkeyPatch, is_painted: bool
) -> None:
    opening = make()
    ended: list[int] = []
    monkeypatch.setattr(QApplication, "quit", lambda *_: ended.append(1))
    if is_painted:
        # It was painted, and the loading waits for its turn.
        opening._on_painted()
    _front(opening).window.close_requested.emit()
    assert ended == [1]
    assert opening.program is None
