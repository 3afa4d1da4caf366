"""Controls that let the wheel scroll the column they lie in, so that nobody changes a choice by scrolling past."""

from __future__ import annotations

from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QSlider, QSpinBox


class StillBox(QComboBox):
    """A list of choices that opens by click or key, and never moves with the wheel."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class StillSlider(QSlider):
    """A slider that is dragged or moved with keys, and never with the wheel."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class StillNumber(QSpinBox):
    """A number that is typed or stepped with keys and buttons, and never with the wheel."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
