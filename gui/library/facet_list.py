"""Show the rows of one section: a click or a key filters, images dropped on a row are told."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QModelIndex, QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QEnterEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QSizePolicy, QWidget

from gui.dropping import DropKind, decide, uri_list_of
from gui.library.facet_delegate import FacetDelegate, row_height
from gui.library.facet_model import FacetModel
from gui.library.sections import LONG_SECTIONS, FacetKey, Section, section_title
from gui.theme import theme_of

ROWS_MIME = "application/x-cardinal-rows"
"""What a drag of images from this window carries."""

_USUAL_ROWS = 8
_LEAST_ROWS = 4
_CHOOSING_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_MOVING_KEYS = (
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
)


class FacetList(QListView):
    """The rows of one section.

    Signals:
        row_chosen(section: Section, key: FacetKey, add: bool): a row was clicked, or chosen by key; `add` with Ctrl.
        menu_requested(section: Section, key: FacetKey, where: QPoint): a row's menu is wanted there on the screen.
        rename_requested(key: FacetKey): F2 on a row.
        rows_dropped(key: FacetKey): images of this window were dropped on a row.
        files_dropped(key: FacetKey, uri_list: bytes): files were dropped on a row.
    """

    row_chosen = Signal(object, object, bool)
    menu_requested = Signal(object, object, QPoint)
    rename_requested = Signal(object)
    rows_dropped = Signal(object)
    files_dropped = Signal(object, bytes)

    def __init__(self, section: Section, facets: FacetModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._section = section
        self._facets = facets
        self._pressed: FacetKey | None = None
        self._current_key: FacetKey | None = None
        self._takes_drop = False
        self._drop_row = -1
        self.setModel(facets)
        self.setItemDelegate(FacetDelegate(section, self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setAcceptDrops(section is Section.LABELS)
        self.setAccessibleName(section_title(section))
        facets.row_count_changed.connect(self._limit_height)
        facets.modelAboutToBeReset.connect(self._on_about_to_be_reset)
        facets.modelReset.connect(self._on_reset)
        self._limit_height()

    # Sizes: as many rows as there are, if there is room; state is never cut, long lists scroll by themselves.

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 24, self._height_of(self._usual_rows()))

    def minimumSizeHint(self) -> QSize:
        least = self._usual_rows() if self._section is Section.STATE else min(_LEAST_ROWS, self._usual_rows())
        return QSize(self.fontMetrics().averageCharWidth() * 10, self._height_of(least))

    @property
    def full_height(self) -> int:
        """Of all rows, in logical pixels."""
        return self._height_of(self._facets.rowCount())

    def _usual_rows(self) -> int:
        # Long lists grow into the room that is left; the others get what they need.
        most = _LEAST_ROWS if self._section in LONG_SECTIONS else _USUAL_ROWS
        return min(most, self._facets.rowCount())

    def _height_of(self, rows: int) -> int:
        return rows * row_height(self.fontMetrics()) + 2 * self.frameWidth()

    @Slot()
    def _limit_height(self) -> None:
        is_long = self._section in LONG_SECTIONS
        vertical = QSizePolicy.Policy.Expanding if is_long else QSizePolicy.Policy.Maximum
        self.setSizePolicy(QSizePolicy.Policy.Preferred, vertical)
        self.setMaximumHeight(self._height_of(self._facets.rowCount() if is_long else self._usual_rows()))
        self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._limit_height()

    @Slot()
    def _on_about_to_be_reset(self) -> None:
        entry = self._facets.entry_at(self.currentIndex().row())
        self._current_key = entry.key if entry is not None else None

    @Slot()
    def _on_reset(self) -> None:
        """The search hid rows: the current one stays if it can."""
        row = self._facets.row_of(self._current_key) if self._current_key is not None else None
        if row is not None:
            self.setCurrentIndex(self._facets.index(row))

    # Choosing

    def choose(self, row: int, *, add: bool = False) -> None:
        """Do what a click on this row does, with Ctrl if `add`."""
        key = self._key_at(row)
        if key is not None:
            self.row_chosen.emit(self._section, key, add)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        is_left = event.button() == Qt.MouseButton.LeftButton
        self._pressed = self._key_under(event.position().toPoint()) if is_left else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        if pressed is not None and pressed == self._key_under(event.position().toPoint()):
            add = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.row_chosen.emit(self._section, pressed, add)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, row = Qt.Key(event.key()), self.currentIndex().row()
        if key in _CHOOSING_KEYS:
            if not event.isAutoRepeat():
                self.choose(row, add=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        elif key == Qt.Key.Key_F2 and self._section is Section.LABELS and self._key_at(row) is not None:
            self.rename_requested.emit(self._key_at(row))
        elif key in _MOVING_KEYS:
            super().keyPressEvent(event)
        else:
            # Letters are label keys elsewhere; here they do nothing.
            event.ignore()

    def keyboardSearch(self, search: str) -> None:
        """Nothing: names are found in the search box."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        key = self._key_at(index.row())
        if key is None:
            event.ignore()
            return
        where = self.visualRect(index).center() if by_key else event.pos()
        self.menu_requested.emit(self._section, key, self.viewport().mapToGlobal(where))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The focus needs a row to stand on."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._facets.rowCount():
            self.setCurrentIndex(self._facets.index(0))
        self._hold_order()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._hold_order()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._facets.hold_order(True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._facets.hold_order(self.hasFocus())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._facets.hold_order(False)

    def _hold_order(self) -> None:
        self._facets.hold_order(self.hasFocus() or self.underMouse())

    def _key_at(self, row: int) -> FacetKey | None:
        entry = self._facets.entry_at(row)
        return entry.key if entry is not None and entry.is_choice else None

    def _key_under(self, point: QPoint) -> FacetKey | None:
        return self._key_at(self.indexAt(point).row())

    # Drops: what it is is decided once, when it comes in; then only the row under the pointer matters.

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._takes_drop = bool(self._facets.rowCount()) and _is_for_labels(event.mimeData())
        self._answer_drag(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._show_drop_row(self._row_for(event) if self._takes_drop else -1)
        self._answer_drag(event)
        if self._drop_row < 0:
            event.ignore()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._takes_drop = False
        self._show_drop_row(-1)

    def dropEvent(self, event: QDropEvent) -> None:
        key = self._key_at(self._row_for(event)) if self._takes_drop else None
        self._answer_drag(event)
        self._takes_drop = False
        self._show_drop_row(-1)
        if key is None:
            event.ignore()
        elif event.mimeData().hasFormat(ROWS_MIME):
            self.rows_dropped.emit(key)
        else:
            self.files_dropped.emit(key, uri_list_of(event.mimeData()))

    def _answer_drag(self, event: QDropEvent) -> None:
        if self._takes_drop:
            # A file manager that believes in a move would delete the source.
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()

    def _row_for(self, event: QDropEvent) -> int:
        row = self.indexAt(event.position().toPoint()).row()
        return row if self._key_at(row) is not None else -1

    def _show_drop_row(self, row: int) -> None:
        if row != self._drop_row:
            self._drop_row = row
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._drop_row >= 0:
            painter = QPainter(self.viewport())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme_of(self.palette()).accent), 2))
            row = QRectF(self.visualRect(self._facets.index(self._drop_row)))
            painter.drawRoundedRect(row.adjusted(3, 1, -3, -1), 4, 4)

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]
        super().currentChanged(current, previous)
        if current.isValid() and self.hasFocus():
            self.scrollTo(current)


def _is_for_labels(mime: QMimeData) -> bool:
    return mime.hasFormat(ROWS_MIME) or decide(mime).kind is DropKind.FILES
