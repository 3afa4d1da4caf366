"""Show the images that are farthest from their class's mean map as tiles; a click opens one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui.plain_text import for_sentence, for_tooltip
from gui.review.class_tiles_model import TileSource
from gui.viewer.number_texts import percent_text
from gui.words import tr

_AnyIndex = QModelIndex | QPersistentModelIndex
_PICTURE_PX = 88
_AROUND_PX = 10


class OutlierModel(QAbstractListModel):
    """Images and how far each is from the mean map."""

    def __init__(self, source: TileSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._outliers: tuple[tuple[int, float], ...] = ()

    def show_outliers(self, outliers: Sequence[tuple[int, float]]) -> None:
        """Replace all tiles by these (key, distance 0...1)."""
        self.beginResetModel()
        self._outliers = tuple(outliers)
        self.endResetModel()

    def key(self, row: int) -> int:
        """The image of a row."""
        return self._outliers[row][0]

    def refresh(self, key: int) -> None:
        """The picture of this image has come."""
        for row, (one, _) in enumerate(self._outliers):
            if one == key:
                self.dataChanged.emit(self.index(row), self.index(row), [Qt.ItemDataRole.DecorationRole])

    def rowCount(self, parent: _AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._outliers)

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._outliers):
            return None
        key, distance = self._outliers[index.row()]
        name, share = self._source.name(key), percent_text(distance)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return share
            case Qt.ItemDataRole.DecorationRole:
                image = self._source.thumbnail(key)
                return None if image is None or image.isNull() else _in_a_square(image)
            case Qt.ItemDataRole.ToolTipRole:
                return for_tooltip(tr("{name}\n{share} of its evidence lies elsewhere").format(name=name, share=share))
            case Qt.ItemDataRole.AccessibleTextRole:
                words = tr("{name}, {share} of its evidence lies elsewhere")
                return words.format(name=for_sentence(name), share=share)
        return None


class _TileDelegate(QStyledItemDelegate):
    """Gives every tile the room of a picture, also while that is being read: the view measures the first tile once."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        del index
        return QSize(_PICTURE_PX + _AROUND_PX, _height_of(option.fontMetrics))

    def initStyleOption(self, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        super().initStyleOption(option, index)
        option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
        option.decorationSize = QSize(_PICTURE_PX, _PICTURE_PX)


class OutlierTiles(QListView):
    """One line of tiles that scrolls sideways.

    Signals:
        image_chosen(key: int): the person wants to see this image.
    """

    image_chosen = Signal(int)

    def __init__(self, outliers: OutlierModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._outliers = outliers
        self.setModel(outliers)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setIconSize(QSize(_PICTURE_PX, _PICTURE_PX))
        self.setItemDelegate(_TileDelegate(self))
        high = _height_of(self.fontMetrics())
        self.setGridSize(QSize(_PICTURE_PX + _AROUND_PX, high))
        self.setFixedHeight(high + self.horizontalScrollBar().sizeHint().height() + 2 * self.frameWidth())
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Images that deviate, farthest first"))
        self.clicked.connect(self._on_chosen)
        self.activated.connect(self._on_chosen)

    @Slot(QModelIndex)
    def _on_chosen(self, index: QModelIndex) -> None:
        if index.isValid():
            self.image_chosen.emit(self._outliers.key(index.row()))


def _height_of(metrics: QFontMetrics) -> int:
    return _PICTURE_PX + metrics.height() + _AROUND_PX


def _in_a_square(image: QImage) -> QIcon:
    """The picture in the middle of a clear square, so that the words below wide and tall ones stand in one line."""
    side = max(image.width(), image.height())
    square = QPixmap(side, side)
    square.fill(Qt.GlobalColor.transparent)
    painter = QPainter(square)
    painter.drawImage((side - image.width()) // 2, (side - image.height()) // 2, image)
    painter.end()
    return QIcon(square)
