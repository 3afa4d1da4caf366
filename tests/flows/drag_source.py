"""Offer files as a file manager does: drag them with the mouse, and delete them where the target says it moved them.

    python -m tests.flows.drag_source PATH...

Its trace has two events: `action` (what would be done at the pointer's place) and `dropped` (what was done).
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel

from gui.trace import Trace

NAME = "drag source"


class DragSource(QLabel):
    """A small window; dragging it drags all its files."""

    def __init__(self, trace: Trace, paths: list[Path]) -> None:
        super().__init__(NAME)
        self.setWindowTitle(NAME)
        self._trace = trace
        self._paths = paths

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        del event
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in self._paths])
        drag = QDrag(self)
        drag.setMimeData(mime)
        drag.actionChanged.connect(lambda action: self._trace.note("action", action=action.name))
        # Asks for a move, as file managers do within one disk: the target has to insist on a copy.
        done = drag.exec(Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, Qt.DropAction.MoveAction)
        if done is Qt.DropAction.MoveAction:
            for path in self._paths:
                path.unlink()
        self._trace.note("dropped", action=done.name)


def main(arguments: list[str]) -> int:
    """Show the window in the upper right corner until somebody ends the process."""
    application = QApplication([])
    source = DragSource(Trace.from_environment(), [Path(path) for path in arguments])
    source.resize(120, 80)
    source.move(application.primaryScreen().geometry().right() - 140, 20)
    source.show()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
