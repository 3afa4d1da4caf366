"""Collect garbage on the GUI thread only, because Qt objects in a cycle must not be destroyed on another one.

Python collects on whichever thread happens to allocate. A widget that is part of a reference cycle and is collected by
the network's thread is destroyed there, which aborts the program or corrupts its memory.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

INTERVAL_MS = 500
"""Often enough that little is there to collect each time."""


class MainThreadGc(QObject):
    """Switches Python's own collecting off and does the same work by a timer, with Python's own thresholds."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._collect)

    def start(self) -> None:
        """From now on garbage is collected here. What exists already counts as permanent and costs nothing."""
        gc.disable()
        gc.collect()
        gc.freeze()
        self._timer.start()

    def stop(self) -> None:
        """Let Python collect by itself again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def _collect(self) -> None:
        for generation in reversed(range(3)):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                return
