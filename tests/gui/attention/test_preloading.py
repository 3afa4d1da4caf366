"""What computes answers is imported once, off the GUI thread, and not before somebody can ask."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from gui.attention.preloading import WORK_MODULES, Preloading
from gui.tasks import TaskRunner

_MODULE = "preloaded_for_a_test"


class FakeViewing(QObject):
    """Tells of pictures."""

    examined_changed = Signal(object)
    examined: object = None

    def show(self, examined: object) -> None:
        self.examined = examined
        self.examined_changed.emit(examined)


def test_every_desks_work_is_named() -> None:
    folder = Path(__file__).parents[3] / "gui" / "attention"
    assert sorted(WORK_MODULES) == sorted(f"gui.attention.{path.stem}" for path in folder.glob("*_work.py"))


def test_the_first_picture_brings_the_modules_in_another_thread(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"{_MODULE}.py").write_text("import threading\nTHREAD = threading.current_thread()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    viewing, runner = FakeViewing(), TaskRunner()
    preloading = Preloading(viewing, runner, (_MODULE,))  # type: ignore[arg-type]  # all of it that is used
    try:
        viewing.show(None)
        qtbot.wait(50)
        assert _MODULE not in sys.modules
        viewing.show(object())
        viewing.show(object())
        qtbot.waitUntil(lambda: hasattr(sys.modules.get(_MODULE), "THREAD"))
        assert sys.modules[_MODULE].THREAD.name != "MainThread"
        assert preloading is not None
    finally:
        runner.shutdown()
        sys.modules.pop(_MODULE, None)
