"""Learn the fixed scale of a model that has none from its first pictures, and tell when a map is out of date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from inference.results import Classification

if TYPE_CHECKING:
    from gui.map_maker import MapMaker

RESCALE_MS = 250
"""While a folder runs, a new scale is told so often at most."""


class ScaleLearning(QObject):
    """Lets the map maker see each answer.

    Signals:
        changed(): the scale is another than that of what was drawn before; told a moment later.
    """

    changed = Signal()

    def __init__(self, screen: QObject) -> None:
        super().__init__()
        # The screen's child: nothing is drawn again that is gone.
        self._later = QTimer(screen, interval=RESCALE_MS, singleShot=True)
        self._later.timeout.connect(self.changed)

    def begin(self) -> None:
        """Another model is open: nothing is drawn on its scale yet."""
        self._later.stop()

    def learn(self, maker: MapMaker, classification: Classification) -> None:
        """Take an answer into account."""
        before = maker.scale
        maker.learn_scale(classification)
        if maker.scale != before and not self._later.isActive():
            self._later.start()
