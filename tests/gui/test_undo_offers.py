"""Undo in a message takes back what the message says, or is not offered."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui import export_notices, label_notices, notices, undo_offers
from gui.undo_offers import UndoOffers
from gui.user_message import MessageAction, UserMessage
from tests.gui.label_bench import LabelBench


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[LabelBench]:
    bench = LabelBench(qtbot, ("jay", "jay", "crow"))
    offers = UndoOffers(bench.labelling, bench.window.messages)
    bench.deciding.message_raised.connect(bench.window.messages.show_message)
    yield bench
    offers.deleteLater()


def _offering(bench: LabelBench) -> list[str]:
    return [message.text for message in bench.window.messages.shown if MessageAction.UNDO in message.actions]


def test_only_the_newest_step_is_offered_to_be_taken_back(bench: LabelBench) -> None:
    bench.window.grid.selectAll()
    bench.press(Qt.Key.Key_P)
    assert _offering(bench) == ["Accepted 3 suggestions."]
    bench.press(Qt.Key.Key_X)
    assert _offering(bench) == ["Rejected 3 images."], "at once, not when the other one has passed"
    bench.window.grid.set_current_row(1)
    bench.press(Qt.Key.Key_S)
    assert _offering(bench) == [], "a single decision is not told, but Undo would take it back"


def test_what_was_taken_back_or_left_is_not_offered(bench: LabelBench) -> None:
    bench.window.grid.selectAll()
    bench.press(Qt.Key.Key_S)
    bench.press(Qt.Key.Key_P)
    bench.labelling.undo()
    assert _offering(bench) == []
    bench.press(Qt.Key.Key_X)
    bench.labelling.start((), 0)
    assert _offering(bench) == [], "another session has other steps"


def test_what_is_undone_is_said_until_the_next_step(bench: LabelBench) -> None:
    bench.window.grid.selectAll()
    bench.press(Qt.Key.Key_S)
    bench.press(Qt.Key.Key_X)
    bench.labelling.undo()
    bench.labelling.undo()
    shown = [message.text for message in bench.window.messages.shown]
    assert shown == ["Undone: set 3 images unsure."], "at once, and not after what was said of the step before"
    bench.labelling.redo()
    assert [message.text for message in bench.window.messages.shown] == ["Redone: set 3 images unsure."]
    bench.window.grid.set_current_row(1)
    bench.press(Qt.Key.Key_X)
    assert bench.window.messages.shown == ()


def test_every_message_with_this_verb_is_known() -> None:
    offering = {
        message.id
        for module in (label_notices, export_notices, notices)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and (message := _made(function)) and MessageAction.UNDO in message.actions
    }
    assert offering | {"T-23"} == set(undo_offers._OFFERING)


def _made(function: object) -> UserMessage | None:
    """A message, from whatever the function wants; None where it makes none."""
    values = {"int": 2, "str": "x", "float": 0.5, "bool": True}
    try:
        signature = inspect.signature(function)  # type: ignore[arg-type]  # it is a function
        message = function(**{name: values[str(one.annotation)] for name, one in signature.parameters.items()})  # type: ignore[operator]
    except (KeyError, TypeError):
        return None
    return message if isinstance(message, UserMessage) else None
