"""Have the mean picture of a class's images made beside other work, at the first time that it is wanted."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from gui.gallery.image_table import ImageTable
from gui.session_holder import SessionHolder
from gui.tasks import Lane, Task, TaskRunner

if TYPE_CHECKING:
    from gui.audit.audit_work import AuditFound


class ClassGrounds(QObject):
    """The mean pictures of the classes of one audit; the last one that was asked for counts.

    Signals:
        made(class_index: int): the picture of this class is there.
    """

    made = Signal(int)

    def __init__(self, table: ImageTable, holder: SessionHolder, runner: TaskRunner) -> None:
        super().__init__()
        self._table = table
        self._holder = holder
        self._runner = runner
        self._found: AuditFound | None = None
        self._known: dict[int, tuple[QImage, int]] = {}
        self._asked: Task | None = None

    def known(self, class_index: int) -> tuple[QImage, int] | None:
        """The mean picture (null without small pictures) and of how many it is; None where it was not made yet."""
        return self._known.get(class_index)

    def ask(self, found: AuditFound, class_index: int) -> None:
        """Make one of some of the class's kept small pictures; `made` follows unless another is asked for."""
        if self._asked is not None:
            self._asked.cancel()
        self._found, holder, table = found, self._holder, self._table
        places = [(key, table.place_of(key)) for key in found.classes[class_index].examples]
        images = [(key, table.path(place)) for key, place in places if place is not None]

        def work(_tell: object, _cancel: object) -> tuple[AuditFound, int, tuple[QImage, int]]:
            return found, class_index, _work().mean_image(holder, images)

        self._asked = self._runner.create(work, Lane.READING)
        self._asked.succeeded.connect(self._on_made)
        self._runner.start(self._asked)

    def forget(self) -> None:
        """Another audit comes, whose classes have other images."""
        self._found = None
        self._known.clear()

    @Slot(object)
    def _on_made(self, came: tuple[AuditFound, int, tuple[QImage, int]]) -> None:
        found, class_index, ground = came
        if found is self._found:
            self._known[class_index] = ground
            self.made.emit(class_index)


def _work() -> Any:  # noqa: ANN401 - a module
    """numpy, at the first use."""
    return importlib.import_module("gui.audit.audit_work")
