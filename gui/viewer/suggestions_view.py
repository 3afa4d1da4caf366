"""Let a person look through the suggestions by pointer and keys, and choose one."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QMenu, QSizePolicy, QWidget

from gui.viewer.suggestion_delegate import SuggestionDelegate
from gui.viewer.suggestions_model import NO_CLASS, SuggestionRole, SuggestionsModel
from gui.viewer.viewer_colors import ViewerColors
from inference.results import Prediction

_VISIBLE_ROWS = 8
_CHOOSING_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_MOVING_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down)
_RIVAL_MODIFIER = Qt.KeyboardModifier.ControlModifier


class SuggestionsView(QListView):
    """The list of suggestions of one picture.

    Signals:
        suggestion_hovered(int): pointer or arrow keys are on this class; -1 when they left, so the chosen one counts.
        suggestion_chosen(int): this class is now the map's class.
        rival_requested(int): the map's class is to be compared with this one.
        why_not_requested(int): the first suggestion is to be compared with this class.
    """

    suggestion_hovered = Signal(int)
    suggestion_chosen = Signal(int)
    rival_requested = Signal(int)
    why_not_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._suggestions = SuggestionsModel(self)
        self._painter = SuggestionDelegate(self)
        self._told = NO_CLASS
        self._passed_over: int | None = None
        self._is_comparing = False
        self.setModel(self._suggestions)
        self.setItemDelegate(self._painter)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Suggestions"))
        self.clicked.connect(self._on_clicked)

    def set_shared_names(self, names: frozenset[str]) -> None:
        """Take the names that several classes of the model have; they are listed with the number of the class."""
        self._suggestions.set_shared_names(names)

    def show_predictions(self, predictions: tuple[Prediction, ...], *, class_count: int) -> None:
        """Show what the model says of a picture; the first class becomes the chosen one.

        Args:
            predictions: best first; empty clears the list.
            class_count: how many classes the model has.
        """
        self._told = NO_CLASS
        self._suggestions.show_predictions(predictions, class_count=class_count)
        self.updateGeometry()

    def set_chosen(self, class_index: int) -> None:
        """Mark the map's class, which need not be in the list."""
        self._suggestions.set_chosen(class_index)

    @property
    def chosen(self) -> int:
        """The chosen class's index, or -1."""
        return self._suggestions.chosen

    def choose(self, class_index: int) -> None:
        """Choose the map's class as a click would; it need not be in the list."""
        self._suggestions.set_chosen(class_index)
        self.suggestion_chosen.emit(class_index)

    def set_colors(self, colors: ViewerColors) -> None:
        """Take the theme's colours."""
        self._painter.set_colors(colors)
        self.viewport().update()

    # What Qt asks for

    def sizeHint(self) -> QSize:
        rows = min(_VISIBLE_ROWS, max(1, self._suggestions.rowCount()))
        row_height = self.sizeHintForRow(0) if self._suggestions.rowCount() else self.fontMetrics().height() * 2
        return QSize(self.fontMetrics().averageCharWidth() * 30, rows * row_height + 2 * self.frameWidth())

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 18, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _CHOOSING_KEYS and self._class_at(self.currentIndex()) != NO_CLASS:
            self._choose(self.currentIndex())
        elif key in _MOVING_KEYS:
            super().keyPressEvent(event)
        else:
            # The rest (arrows to the sides, letters, digits) belongs to the page and its pictures.
            event.ignore()

    def keyboardSearch(self, search: str) -> None:
        """Nothing: letters are label keys here."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._is_comparing = event.button() == Qt.MouseButton.LeftButton and event.modifiers() == _RIVAL_MODIFIER
        class_index = self._class_at(self.indexAt(event.position().toPoint())) if self._is_comparing else NO_CLASS
        if not self._is_comparing:
            super().mousePressEvent(event)
        elif class_index not in {NO_CLASS, self.chosen}:
            # The pointer is still on it, but it is the other class of the comparison now.
            self._passed_over = class_index
            self._tell(NO_CLASS)
            self.rival_requested.emit(class_index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        # Its press was no click on a row either.
        if not self._is_comparing:
            super().mouseReleaseEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        class_index = self._class_at(index)
        if class_index == NO_CLASS:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        first = self._class_at(self._suggestions.index(0))
        why_not = menu.addAction(self.tr("Why not this one?"), partial(self.why_not_requested.emit, class_index))
        why_not.setEnabled(class_index != first)
        compare = menu.addAction(
            self.tr("Compare the map's class with this one"), partial(self.rival_requested.emit, class_index)
        )
        compare.setEnabled(class_index != self.chosen)
        where = self.visualRect(index).center()
        menu.popup(self.viewport().mapToGlobal(where) if by_key else event.globalPos())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        class_index = self._class_at(self.indexAt(event.position().toPoint()))
        if class_index != self._passed_over:
            self._passed_over = None
            self._tell(class_index)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._passed_over = None
        self._tell(NO_CLASS)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        row = self._suggestions.row_of(self._suggestions.chosen)
        if row is not None:
            self.setCurrentIndex(self._suggestions.index(row))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._tell(NO_CLASS)

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().currentChanged(current, previous)
        if self.hasFocus():
            self._tell(self._class_at(current))

    # Within

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self._choose(index)

    def _class_at(self, index: QModelIndex | QPersistentModelIndex) -> int:
        return int(index.data(SuggestionRole.CLASS_INDEX)) if index.isValid() else NO_CLASS

    def _choose(self, index: QModelIndex | QPersistentModelIndex) -> None:
        class_index = self._class_at(index)
        if class_index != NO_CLASS:
            self.choose(class_index)

    def _tell(self, class_index: int) -> None:
        if class_index != self._told:
            self._told = class_index
            self.suggestion_hovered.emit(class_index)
