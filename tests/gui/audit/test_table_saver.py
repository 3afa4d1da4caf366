"""A table is written beside other work, and what became of it is said."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from gui.audit.table_saver import TableSaver
from gui.tasks import TaskRunner
from inference.errors import OutputWriteError


def test_it_says_what_became_of_the_table(qtbot: QtBot) -> None:
    runner = TaskRunner()
    said: list[str] = []
    saver = TableSaver(runner, "the test")
    saver.said.connect(said.append)

    def refuse() -> None:
        raise OutputWriteError("audit.csv", "No space left on device.")

    def break_down() -> None:
        raise RuntimeError("nobody expected this")

    for writing in (lambda: None, refuse, break_down):
        saver.write(writing)
    qtbot.waitUntil(lambda: len(said) == 3, timeout=10_000)
    runner.shutdown()
    assert said[0] == "The table was written."
    assert said[1].startswith("audit.csv could not be written")
    assert "the test" in said[2]
