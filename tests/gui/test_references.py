"""Guard against a PySide6 that loses references: 6.12.0 dropped one to None or True on each call and aborted."""

import sys

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot


class _Sender(QObject):
    """Sends a truth.

    Signals:
        sent(value: bool): anything.
    """

    sent = Signal(bool)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None and True are immortal there: their counts mean nothing")
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
    assert after_true >= before[0] - 20
    assert after_none >= before[1] - 20
