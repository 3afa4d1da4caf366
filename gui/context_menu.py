"""Offer an image's actions where it is shown, at a right click or the menu key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtWidgets import QMenu, QWidget

from gui.action_table import ActionId
from gui.actions import Actions

ORDER: tuple[ActionId | None, ...] = (
    ActionId.LABEL_ACCEPT,
    ActionId.LABEL_TYPE,
    ActionId.LABEL_AGAIN,
    ActionId.LABEL_UNSURE,
    ActionId.LABEL_REJECT,
    ActionId.LABEL_CLEAR,
    None,
    ActionId.VIEW_VIEWER,
    ActionId.VIEW_GALLERY,
    ActionId.COMPARE,
    None,
    ActionId.COPY_LABEL,
    ActionId.COPY_PATH,
    ActionId.SAVE_VIEW,
    None,
    ActionId.RECLASSIFY,
    ActionId.REVEAL,
    ActionId.REMOVE,
)
"""The actions of an image in the order of the menus; None is a line."""


class ContextMenu(QObject):
    """One menu for every place that shows images; its actions are the menu bar's own."""

    def __init__(self, actions: Actions, places: Sequence[QWidget]) -> None:
        super().__init__()
        self._menu = QMenu(places[0])
        for action_id in ORDER:
            if action_id is None:
                self._menu.addSeparator()
            else:
                self._menu.addAction(actions[action_id])
        for place in places:
            place.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            place.customContextMenuRequested.connect(self._open)

    @Slot(QPoint)
    def _open(self, where: QPoint) -> None:
        place = self.sender()
        if isinstance(place, QWidget):
            self._menu.popup(place.mapToGlobal(where))
