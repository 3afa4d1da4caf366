"""Guard against a PySide6 that loses references: 6.12.0 dropped one to None or True on each call and aborted."""

import sys

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot


class _Sender(QObject):
    """Sends a truth.

    Signals:
        sent(value: bool): anything.
    """

    sent = Signal(bool)


def test_signals_and_void_calls_lose_no_reference(qtbot: QtBot) -> None:
    sender, widget = _Sender(), QWidget()
    qtbot.addWidget(widget)
    received: list[bool] = []
    sender.sent.connect(received.append)
    before = sys.getrefcount(True), sys.getrefcount(None)
    for _ in range(2_000):
        sender.sent.emit(True)
        widget.update()
    after_true, after_none = sys.getrefcount(True) - len(received), sys.getrefcount(None)
    assert len(received) == 2_000
    immortal = sys.version_info >= (3, 12)
    assert after_true >= before[0] - (2_000 if immortal else 20)
    assert after_none >= before[1] - 20
