"""A new value is painted in its turn, and never brings what else waits to be painted forward."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.progress_bar import ProgressBar


class _Paints(QObject):
    """Counts what is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def _shown(qtbot: QtBot, bar: QProgressBar) -> tuple[QWidget, _Paints, _Paints]:
    """A window with a bar and a neighbour, and what counts the paintings of both."""
    window, neighbour = QWidget(), QWidget()
    neighbour.setMinimumSize(40, 40)
    layout = QVBoxLayout(window)
    layout.addWidget(bar)
    layout.addWidget(neighbour)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    qtbot.wait(50)
    counts = _Paints(), _Paints()
    bar.installEventFilter(counts[0])
    neighbour.installEventFilter(counts[1])
    neighbour.update()
    return window, *counts


def test_a_new_value_is_painted_later_and_brings_nothing_forward(qtbot: QtBot) -> None:
    bar = ProgressBar()
    _window, own, others = _shown(qtbot, bar)
    for done in range(1, 50):
        bar.show_progress(done, 100)
    assert (bar.value(), bar.maximum()) == (49, 100)
    assert (own.count, others.count) == (0, 0)
    qtbot.waitUntil(lambda: own.count >= 1 and others.count >= 1)


def test_qts_own_paints_at_once(qtbot: QtBot) -> None:
    """Where it does so no longer, `ProgressBar` is not needed any more."""
    bar = QProgressBar()
    _window, own, _others = _shown(qtbot, bar)
    bar.setRange(0, 100)
    bar.setValue(50)
    assert own.count > 0


def test_it_may_not_be_known_how_far_it_is(qtbot: QtBot) -> None:
    bar = ProgressBar()
    qtbot.addWidget(bar)
    bar.show_progress(0, 0)
    assert (bar.minimum(), bar.maximum()) == (0, 0)
    bar.show_progress(3, 4)
    assert bar.value() == 3
    assert bar.updatesEnabled()
