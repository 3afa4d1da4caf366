"""Say above the picture what is reviewed, in which order, how far and how fast; hold order and end."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui.labels import ElidedLabel, plain_label
from gui.review.key_button import KeyButton
from gui.review.order_button import OrderButton
from gui.review.review_queue import QueueOrder
from gui.review.review_words import pace_text, queue_text, reviewed_text
from gui.theme import TARGET_PX
from gui.words import tr


class ReviewHeader(QWidget):
    """One line above the picture.

    Signals:
        order_chosen(order: QueueOrder): the person wants the review in this order.
        done_requested(): the person has had enough.
    """

    order_chosen = Signal(object)
    done_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._queue = ElidedLabel()
        self._reviewed = plain_label()
        self._pace = plain_label(secondary=True)
        self._order = OrderButton()
        self._done = KeyButton(tr("Esc"), tr("Done"))
        self._order.setMinimumHeight(max(TARGET_PX, self._done.sizeHint().height()))
        self._order.order_chosen.connect(self.order_chosen)
        self._done.clicked.connect(self.done_requested)
        self._queue.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.setAccessibleName(tr("Review"))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(14)
        row.addWidget(plain_label(tr("Review"), bold=True))
        row.addWidget(self._queue)
        row.addStretch(1)
        for widget in (self._reviewed, self._pace, self._order, self._done):
            row.addWidget(widget)
        self.show_pace(0, None)

    def show_queue(self, remaining: int, order: QueueOrder, *, seed: int | None = None) -> None:
        """Say how many images are left, and in which order they come.

        Args:
            remaining: images that wait for a decision.
            order: of the queue.
            seed: with which a random order was drawn.
        """
        self._queue.set_text(queue_text(remaining, order, seed=seed))
        self._order.show_order(order)

    def show_pace(self, reviewed: int, per_minute: int | None) -> None:
        """Say how many decisions were made since the review began, and how many per minute of late (None: unknown)."""
        self._reviewed.setText(reviewed_text(reviewed))
        self._pace.setText(pace_text(per_minute))
        self._pace.setVisible(per_minute is not None)

    @property
    def text(self) -> str:
        """What the line says, for screen readers and tests."""
        parts = (self._queue.text(), self._reviewed.text(), self._pace.text())
        return "  ".join(part for part in parts if part)
