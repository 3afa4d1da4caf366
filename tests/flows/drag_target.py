"""Take drops as another program does, and write down what they hold.

    python -m tests.flows.drag_target

Its trace has two events: `entered` (a drag may be dropped here now) and `dropped` (what was taken, and how).
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QLabel

from gui.dropping import local_paths
from gui.trace import Trace

NAME = "drag target"


class DragTarget(QLabel):
    """A small window that takes everything, and asks for it to be moved, as careless programs do."""

    def __init__(self, trace: Trace) -> None:
        super().__init__(NAME)
        self.setWindowTitle(NAME)
        self.setAcceptDrops(True)
        self._trace = trace

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        can_move = bool(event.possibleActions() & Qt.DropAction.MoveAction)
        event.setDropAction(Qt.DropAction.MoveAction if can_move else Qt.DropAction.CopyAction)
        event.accept()
        self._trace.note("entered", can_move=can_move)

    def dropEvent(self, event: QDropEvent) -> None:
        mime = event.mimeData()
        paths = local_paths(bytes(mime.data("text/uri-list").data()))
        image = mime.imageData()
        self._trace.note(
            "dropped",
            action=event.dropAction().name,
            names=[Path(path).name for path in paths],
            sha256=[hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in paths],
            image=[image.width(), image.height()] if isinstance(image, QImage) else [],
            paths=paths,
        )
        event.accept()


def main() -> int:
    """Show the window in the upper right corner until somebody ends the process."""
    application = QApplication([])
    target = DragTarget(Trace.from_environment())
    target.resize(120, 80)
    target.move(application.primaryScreen().geometry().right() - 140, 20)
    target.show()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
