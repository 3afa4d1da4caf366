"""Write a table into a file beside other work, and say what became of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from gui.messages import describe, unexpected
from gui.tasks import Lane, TaskRunner
from gui.words import tr
from inference.errors import CardinalError


class TableSaver(QObject):
    """Writes one table after the other.

    Signals:
        said(text: str): it was written, or why not.
    """

    said = Signal(str)

    def __init__(self, runner: TaskRunner, area: str) -> None:
        """`area` names in words what the table is of, for errors that nobody expected."""
        super().__init__()
        self._runner = runner
        self._area = area

    def write(self, writing: Callable[[], None]) -> None:
        """Have it written by `writing`, in a worker thread; `said` follows."""
        task = self._runner.create(lambda _tell, _cancel: writing(), Lane.EXPORTS)
        task.succeeded.connect(self._on_written)
        task.failed.connect(self._on_failed)
        self._runner.start(task)

    @Slot()
    def _on_written(self) -> None:
        self.said.emit(tr("The table was written."))

    @Slot(object)
    def _on_failed(self, error: BaseException) -> None:
        if isinstance(error, CardinalError):
            self.said.emit(describe(error).text)
        else:
            self.said.emit(unexpected(self._area, repr(error)).text)
