"""Offer classes in a line: pointing at one shows its maps, a click keeps it; any other is found by its name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent
from PySide6.QtWidgets import QButtonGroup, QPushButton, QWidget

from gui.gallery_bar.flow_layout import FlowLayout
from gui.labels import plain_label
from gui.plain_text import elide_middle, for_menu, for_tooltip
from gui.theme import TARGET_PX
from gui.viewer.class_search import ClassSearch
from gui.viewer.suggestions_model import NO_CLASS
from gui.words import tr

_LONGEST_NAME = 28
_BESIDE_PX = 40
"""Room for the frame and the button that clears the text."""


class ClassStrip(QWidget):
    """The classes that all compared pictures can show.

    Attributes:
        search: finds any class.

    Signals:
        class_hovered(int): pointer or focus is on this class; -1 when it left, so the chosen one counts.
        class_chosen(int): this class is the one that is compared now.
    """

    class_hovered = Signal(int)
    class_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._buttons: list[QPushButton] = []
        self._offered: tuple[tuple[int, str], ...] = ()
        self.search = ClassSearch(self)
        self.search.setMinimumHeight(TARGET_PX)
        self.search.setFixedWidth(
            self.search.fontMetrics().horizontalAdvance(self.search.placeholderText()) + _BESIDE_PX
        )
        self._flow = FlowLayout(self)
        caption = plain_label(tr("Map of"), secondary=True)
        caption.setBuddy(self.search)
        self._flow.addWidget(caption)
        self._flow.addWidget(self.search)
        self._group.idClicked.connect(self.class_chosen)
        self.search.class_chosen.connect(self.class_chosen)

    @property
    def offered(self) -> tuple[int, ...]:
        """The classes that have a button, in their order."""
        return tuple(number for number, _name in self._offered)

    @property
    def focus_order(self) -> tuple[QWidget, ...]:
        """What takes the focus here, from left to right."""
        return *self._buttons, self.search

    def set_searchable(self, names: Iterable[str]) -> None:
        """Take the names of all classes, by their numbers."""
        self.search.set_classes(names)

    def offer(self, classes: Sequence[tuple[int, str]], chosen: int) -> None:
        """Give these classes (number, name) a button each; tells nobody."""
        if tuple(classes) != self._offered:
            self._offered = tuple(classes)
            self._make_buttons()
        for number, button in zip(self.offered, self._buttons, strict=True):
            button.setChecked(number == chosen)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Whether the event ends here; none does."""
        if isinstance(watched, QPushButton):
            # The focus that comes with a click or with the page says nothing: only keys and pointers point at a class.
            if isinstance(event, QEnterEvent) or (isinstance(event, QFocusEvent) and _came_by_key(event)):
                self.class_hovered.emit(self._group.id(watched))
            elif event.type() in {QEvent.Type.Leave, QEvent.Type.FocusOut}:
                self.class_hovered.emit(NO_CLASS)
        return False

    def _make_buttons(self) -> None:
        for button in self._buttons:
            self._group.removeButton(button)
            self._flow.removeWidget(button)
            button.deleteLater()
        self._buttons = []
        for place, (number, name) in enumerate(self._offered):
            button = QPushButton(for_menu(elide_middle(name, _LONGEST_NAME)), self)
            button.setCheckable(True)
            button.setMinimumHeight(TARGET_PX)
            button.setAutoDefault(False)
            button.setToolTip(for_tooltip(name))
            button.installEventFilter(self)
            self._group.addButton(button, number)
            self._flow.insert_widget(place + 1, button)
            button.show()
            self._buttons.append(button)
        self.updateGeometry()


def _came_by_key(event: QFocusEvent) -> bool:
    return event.gotFocus() and event.reason() in {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}
