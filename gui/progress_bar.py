"""Show how far something is without painting the window in between."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar


class ProgressBar(QProgressBar):
    """A progress bar that is painted in its turn, like everything else.

    Qt's own paints itself at once with every new value (`QProgressBar::setValue` calls `repaint`), and with it all that
    waits to be painted in the window: a picture, its map, the filmstrip, each of them again a moment later.
    """

    def show_progress(self, done: int, total: int) -> None:
        """So many of so many; of 0 it moves to and fro, since nobody knows."""
        # Without updates a repaint does nothing, and where they are allowed again, one is asked for.
        self.setUpdatesEnabled(False)
        self.setRange(0, total)
        self.setValue(done)
        self.setUpdatesEnabled(True)
