"""Show a page's images as tiles that fill the place, and let keys and pointer leave some of them out."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent, QFontMetrics, QKeyEvent, QMouseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from gui.review.class_tile_painter import ClassTilePainter, caption_height, picture_side
from gui.review.class_tiles_model import ClassTilesModel, TileRole
from gui.review.review_queue import PAGE_SIZE
from gui.words import tr

_USUAL_COLUMNS = 5
_USUAL_PICTURE_PX = 104
_LEAST_PICTURE_PX = 84
_AROUND_PICTURE_PX = 14
_SPARE_PX = 2
"""Qt breaks a line that fills the width to the last pixel."""

_NO_ROW = -2

_MOVING_KEYS = frozenset(
    {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End}
)
_OPENING_KEYS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


def cell_for(room: QSize, metrics: QFontMetrics, count: int = PAGE_SIZE) -> QSize:
    """The cells with which `count` tiles fit: 5 in a line where their pictures are large enough, else the largest.

    Args:
        room: of the view, in logical pixels.
        metrics: of its font.
        count: of tiles.

    Returns:
        Width and height; an empty size where the room is too small for all tiles at once.
    """
    usual = _cell(room, _USUAL_COLUMNS, count)
    if picture_side(usual, metrics) >= _USUAL_PICTURE_PX:
        return usual
    cells = [_cell(room, columns, count) for columns in range(1, count + 1)]
    largest = max(cells, key=lambda cell: picture_side(cell, metrics))
    return largest if picture_side(largest, metrics) >= _LEAST_PICTURE_PX else QSize()


def scrolled_cell(width: int, metrics: QFontMetrics) -> QSize:
    """The cell for a view of this width that scrolls, in logical pixels."""
    side = _LEAST_PICTURE_PX + 2 * _AROUND_PICTURE_PX
    return QSize(width // max(1, width // side), side + caption_height(metrics))


def _cell(room: QSize, columns: int, count: int) -> QSize:
    return QSize(max(1, room.width() // columns), max(1, room.height() // -(-count // columns)))


class ClassTiles(QListView):
    """The tiles. Click or Space leaves an image out or takes it in; Enter or a double click opens it large.

    Signals:
        image_activated(key: int): the person wants to see this image large.
    """

    image_activated = Signal(int)

    def __init__(self, tiles: ClassTilesModel, parent: QWidget | None = None) -> None:
        self._painter: ClassTilePainter | None = None  # before Qt's constructor, which already sends events
        super().__init__(parent)
        self._tiles = tiles
        self._pressed_row = _NO_ROW
        self._painter = ClassTilePainter(self)
        self.setModel(tiles)
        self.setItemDelegate(self._painter)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName(tr("Images of this class"))
        tiles.modelReset.connect(self._on_reset)

    def sizeHint(self) -> QSize:
        return QSize(_USUAL_COLUMNS * _LEAST_PICTURE_PX, 4 * _LEAST_PICTURE_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(2 * _LEAST_PICTURE_PX, _LEAST_PICTURE_PX + caption_height(self.fontMetrics()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in _MOVING_KEYS:
            super().keyPressEvent(event)
        elif plain and event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._tiles.toggle(self.currentIndex().row())
        elif plain and event.key() in _OPENING_KEYS:
            if not event.isAutoRepeat():
                self._open(self.currentIndex())
        else:
            event.ignore()

    def keyboardSearch(self, _search: str) -> None:
        """Nothing: letters are label keys here."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_row = self.indexAt(event.position().toPoint()).row()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        row = self.indexAt(event.position().toPoint()).row()
        if event.button() == Qt.MouseButton.LeftButton and row == self._pressed_row:
            self._tiles.toggle(row)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the image, and take the click before back: it left the image out or took it in."""
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            if index.row() == self._pressed_row:
                self._tiles.toggle(index.row())
            self._pressed_row = _NO_ROW
            self._open(index)

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and QAccessible.isActive():
            event = QAccessibleEvent(self, QAccessible.Event.Focus)
            event.setChild(current.row())
            QAccessible.updateAccessibility(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self._fit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._fit()
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        """The pixel ratio of the screen is known only now."""
        self._fit()
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def _fit(self) -> None:
        if self._painter is None:
            return
        self._painter.thumbnails.prepare(self.palette(), self.devicePixelRatioF())
        room, metrics = self.contentsRect().size(), self.fontMetrics()
        cell = cell_for(QSize(room.width() - _SPARE_PX, room.height() - _SPARE_PX), metrics)
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if cell.isEmpty():
            policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOn
            cell = scrolled_cell(room.width() - self.verticalScrollBar().sizeHint().width() - _SPARE_PX, metrics)
        self._painter.cell = cell
        self.setVerticalScrollBarPolicy(policy)
        self.setGridSize(cell)

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.image_activated.emit(int(index.data(TileRole.KEY)))

    @Slot()
    def _on_reset(self) -> None:
        if self._tiles.rowCount():
            self.setCurrentIndex(self._tiles.index(0))
