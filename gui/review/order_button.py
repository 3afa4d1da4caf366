"""Let a person choose in which order a review goes through the images."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from gui.plain_text import for_menu
from gui.review.review_queue import QueueOrder
from gui.review.review_words import order_text
from gui.theme import TARGET_PX
from gui.words import tr


class OrderButton(QPushButton):
    """A button with a menu of all orders; the one in force has a mark. A click leaves the focus where it is.

    Signals:
        order_chosen(order: QueueOrder): the person wants this one, also if it is in force already.
    """

    order_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(for_menu(tr("Order")), parent)
        self._entries: dict[QueueOrder, QAction] = {}
        self.setMenu(self._order_menu())
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumHeight(TARGET_PX)

    def show_order(self, order: QueueOrder) -> None:
        """Mark the order in force; tells nobody."""
        self._entries[order].setChecked(True)

    def _order_menu(self) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(menu)
        for order in QueueOrder:
            entry = menu.addAction(for_menu(order_text(order)))
            entry.setCheckable(True)
            entry.setData(order.value)
            group.addAction(entry)
            self._entries[order] = entry
        group.triggered.connect(self._on_triggered)
        return menu

    @Slot(QAction)
    def _on_triggered(self, entry: QAction) -> None:
        self.order_chosen.emit(QueueOrder(entry.data()))
