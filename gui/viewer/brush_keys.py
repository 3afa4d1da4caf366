"""Give the brush its keys while it is in the hand, before the window's actions get them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget


class BrushKeys(QObject):
    """Keys that mean something else while the brush is in the hand.

    A key that the focused widget needs for itself (Ctrl+Z in a field) stays its own: only what it leaves reaches the
    page, and only there it is taken.
    """

    def __init__(self, page: QWidget, first: QWidget, orders: Mapping[str, Callable[[], object]]) -> None:
        """Listen.

        Args:
            page: whose focus, or that of what is in it, means that the keys are meant for the brush.
            first: the widget in it that uses keys itself (its arrows pan), which come here before.
            orders: what a key does, by its name in Qt's portable notation.
        """
        super().__init__(page)
        self._orders = {QKeySequence(name).toString(): order for name, order in orders.items()}
        self._left: frozenset[str] = frozenset()
        self._is_active = False
        page.installEventFilter(self)
        first.installEventFilter(self)

    def set_active(self, active: bool) -> None:
        """The brush is in the hand, or no longer."""
        self._is_active = active

    def leave(self, *names: str) -> None:
        """Leave these keys to the window for now, and no others: there is nothing for them to do here."""
        self._left = frozenset(QKeySequence(name).toString() for name in names)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Whether the event was a key of the brush."""
        if not self._is_active or not isinstance(event, QKeyEvent):
            return False
        order = self._order(event)
        if order is None:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            # Accepted: the key comes as a key press, and triggers no action.
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress:
            order()
            return True
        return False

    def _order(self, event: QKeyEvent) -> Callable[[], object] | None:
        # Brackets need Shift or AltGr on many keyboards; what counts is what is written.
        name = QKeySequence(event.keyCombination()).toString()
        return None if name in self._left else self._orders.get(name) or self._orders.get(event.text())
