"""Import what computes answers before the first question, in a worker thread, so that no first frame waits for it."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from gui.tasks import Lane, TaskRunner
from gui.viewing import Viewing

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference.cancel import CancelToken

WORK_MODULES = tuple(
    f"gui.attention.{name}_work" for name in ("region", "duel", "finer", "check", "what_if", "method", "keep")
)
"""Those that import numpy; the first box, duel or stroke took two frames longer without."""


class Preloading(QObject):
    """Begins when the first picture can be asked about; nothing is imported before a person looks at one."""

    def __init__(self, viewing: Viewing, runner: TaskRunner, modules: Sequence[str] = WORK_MODULES) -> None:
        super().__init__()
        self._viewing = viewing
        self._runner = runner
        self._modules = tuple(modules)
        viewing.examined_changed.connect(self._on_examined_changed)

    @Slot()
    def _on_examined_changed(self) -> None:
        if self._viewing.examined is not None:
            self._viewing.examined_changed.disconnect(self._on_examined_changed)
            self._runner.start(self._runner.create(self._import, Lane.EXPORTS))

    def _import(self, _on_progress: Callable[[object], None], cancel: CancelToken) -> None:
        """Runs on: a worker. What cannot be imported says so where it is used."""
        for name in self._modules:
            cancel.raise_if_set()
            importlib.import_module(name)
