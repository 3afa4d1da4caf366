"""Let a person choose the order, the groups and the size of the tiles."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSlider, QWidget

from gui.gallery.arrangement import GroupKey, SortKey
from gui.gallery_bar.arrangement_words import group_text, sort_text
from gui.labels import plain_label
from gui.theme import TARGET_PX
from gui.words import tr

LEAST_TILE_PX, MOST_TILE_PX = 96, 320
_STEP_PX, _PAGE_PX = 8, 32
_SLIDER_PX = 72


class SortChoice(QComboBox):
    """Keys of sorting, each in both directions.

    Signals:
        sort_wanted(key: SortKey, descending: bool): the person chose another order.
    """

    sort_wanted = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._orders = [(key, descending) for key in SortKey for descending in (False, True)]
        for key, descending in self._orders:
            self.addItem(sort_text(key, descending=descending))
        self.setAccessibleName(tr("Sort"))
        self.setMinimumHeight(TARGET_PX + 2)
        self.activated.connect(self._on_activated)

    def set_order(self, key: SortKey, *, descending: bool) -> None:
        """Show the order in force."""
        self.setCurrentIndex(self._orders.index((key, descending)))

    @Slot(int)
    def _on_activated(self, row: int) -> None:
        self.sort_wanted.emit(*self._orders[row])


class GroupChoice(QComboBox):
    """Ways of grouping.

    Signals:
        group_wanted(key: GroupKey): the person chose other groups.
    """

    group_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = list(GroupKey)
        for key in self._keys:
            self.addItem(group_text(key))
        self.setAccessibleName(tr("Group"))
        self.setMinimumHeight(TARGET_PX + 2)
        self.activated.connect(self._on_activated)

    def set_group(self, key: GroupKey) -> None:
        """Show the groups in force."""
        self.setCurrentIndex(self._keys.index(key))

    @Slot(int)
    def _on_activated(self, row: int) -> None:
        self.group_wanted.emit(self._keys[row])


class TileSizeSlider(QSlider):
    """The width of tiles in logical pixels, `LEAST_TILE_PX` to `MOST_TILE_PX`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(LEAST_TILE_PX, MOST_TILE_PX)
        self.setSingleStep(_STEP_PX)
        self.setPageStep(_PAGE_PX)
        self.setFixedWidth(_SLIDER_PX)
        self.setMinimumHeight(TARGET_PX)
        self.setAccessibleName(tr("Size of the tiles"))
        self.setToolTip(tr("Size of the tiles"))


def captioned(text: str, control: QWidget) -> QWidget:
    """A control with a word before it, which never stand on different lines."""
    both = QWidget()
    label = plain_label(text)
    label.setBuddy(control)
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    row.addWidget(label)
    row.addWidget(control)
    return both
