"""Let a person type the name of any class to put its map on screen."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QModelIndex, QStringListModel, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QWidget

from gui.viewer.class_ranking import SearchableNames, ranked_classes

_VISIBLE_ROWS = 8


class ClassSearch(QLineEdit):
    """A line edit with a list of matching classes below it.

    Signals:
        class_chosen(int): the index of the class that was picked from the list, or the best match on Enter.
    """

    class_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels: tuple[str, ...] = ()
        self._names: SearchableNames | None = None
        self._matches: tuple[int, ...] = ()
        self._rows = QStringListModel(self)
        self._list = QCompleter(self._rows, self)
        # The ranking is ours: Qt shows the rows as they are.
        self._list.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._popup = QListView()
        self._list.setPopup(self._popup)
        self._list.setMaxVisibleItems(_VISIBLE_ROWS)
        self._list.setWidget(self)
        self.setPlaceholderText(self.tr("Show the map of any class…"))
        self.setClearButtonEnabled(True)
        self.setAccessibleName(self.tr("Find a class"))
        self.textEdited.connect(self._on_text_edited)
        self.returnPressed.connect(self._on_return_pressed)
        self._list.activated[QModelIndex].connect(self._on_row_activated)  # type: ignore[index]  # an overloaded signal

    def set_classes(self, labels: Iterable[str]) -> None:
        """Take the class names of a model, in class order. They are made ready when somebody types."""
        self._labels, self._names = tuple(labels), None
        self._forget()

    @property
    def matches(self) -> tuple[int, ...]:
        """The indices of the classes in the list, best first."""
        return self._matches

    def event(self, event: QEvent) -> bool:
        """Keep Escape while there is text to clear; otherwise it means "one level out" to the window."""
        is_asked = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if is_asked and event.key() == Qt.Key.Key_Escape and self.text():  # type: ignore[attr-defined]  # a QKeyEvent
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self._forget()
        elif event.key() == Qt.Key.Key_Down and self._matches and not self._popup.isVisible():
            self._list.complete()
        else:
            super().keyPressEvent(event)

    @Slot(str)
    def _on_text_edited(self, text: str) -> None:
        if self._names is None:
            self._names = SearchableNames.of(self._labels)
        self._matches = ranked_classes(text, self._names)
        self._rows.setStringList([self._names.names[index] for index in self._matches])
        if self._matches:
            self._list.complete()
        else:
            self._popup.hide()

    @Slot()
    def _on_return_pressed(self) -> None:
        # The list hands Enter to the line edit before it acts itself, so its current row is asked for here.
        row = self._popup.currentIndex().row() if self._popup.isVisible() else 0
        self._choose(max(0, row))

    @Slot(QModelIndex)
    def _on_row_activated(self, row: QModelIndex) -> None:
        self._choose(row.row())

    def _choose(self, row: int) -> None:
        if not 0 <= row < len(self._matches):
            return
        class_index = self._matches[row]
        self._forget()
        self.class_chosen.emit(class_index)

    def _forget(self) -> None:
        self._matches = ()
        self._popup.hide()
        self._rows.setStringList([])
        self.clear()
