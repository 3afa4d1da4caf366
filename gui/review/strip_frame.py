"""Show one image of the review's strip: its picture, and below it the shape of its state with its label."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QStyle, QWidget

from gui.gallery.image_state import state_word
from gui.plain_text import for_sentence, for_tooltip
from gui.review.thumbnail_painter import ThumbnailPainter, state_color
from gui.words import tr
from inference.sessions.states import ImageState
from inference.texts import visible

_WIDTH_PX = 96
_WIDTH_IN_LETTERS = 11
_PICTURE_HEIGHT_PX = 58
_INSET_PX = 6
_SHAPE_PX = 12
_RING_PX = 2


@dataclass(frozen=True, slots=True)
class StripEntry:
    """One image of the strip.

    Attributes:
        key: in the session.
        state: where it stands.
        label: the person's label, or the suggestion where nobody has decided; may be empty.
        name: of the file.
        thumbnail: its small picture, or None where it is not here yet.
    """

    key: int
    state: ImageState
    label: str = ""
    name: str = ""
    thumbnail: QImage | None = None


class StripFrame(QAbstractButton):
    """A button that goes to its image. A click leaves the focus where it is; Tab reaches it."""

    def __init__(self, painter: ThumbnailPainter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = painter
        self._entry: StripEntry | None = None
        self._is_current = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def entry(self) -> StripEntry | None:
        """What it shows."""
        return self._entry

    @property
    def is_current(self) -> bool:
        """Whether its image is the one on screen."""
        return self._is_current

    def show_entry(self, entry: StripEntry, *, is_current: bool) -> None:
        """Show another image."""
        self._entry, self._is_current = entry, is_current
        words = [for_sentence(text) for text in (entry.name, entry.label) if text]
        words.append(state_word(entry.state))
        if is_current:
            words.append(tr("on screen"))
        self.setAccessibleName(", ".join(words))
        self.setToolTip(for_tooltip("\n".join(words)))
        self.update()

    def sizeHint(self) -> QSize:
        width = max(_WIDTH_PX, self.fontMetrics().averageCharWidth() * _WIDTH_IN_LETTERS)
        return QSize(width, _PICTURE_HEIGHT_PX + self.fontMetrics().height() + 3 * _INSET_PX)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._entry is None:
            return
        painter = QPainter(self)
        theme, entry = self._thumbnails.theme, self._entry
        picture = QRect(_INSET_PX, _INSET_PX, self.width() - 2 * _INSET_PX, _PICTURE_HEIGHT_PX)
        self._thumbnails.paint_picture(painter, picture, entry.thumbnail)
        height = self.fontMetrics().height()
        line = QRect(_INSET_PX, picture.bottom() + _INSET_PX, picture.width(), height)
        mark = QRect(line.left(), line.top() + (height - _SHAPE_PX) // 2, _SHAPE_PX, _SHAPE_PX)
        self._thumbnails.paint_state(painter, self._mirrored(mark), entry.state, state_color(entry.state, theme))
        is_decided = entry.state >= ImageState.ACCEPTED
        painter.setPen(QColor(theme.text if is_decided else theme.secondary_text))
        room = line.adjusted(_SHAPE_PX + 4, 0, 0, 0)
        text = visible(entry.label) or state_word(entry.state)
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading | Qt.TextFlag.TextSingleLine
        painter.drawText(self._mirrored(room), int(flags), shown)
        self._paint_ring(painter)

    def _paint_ring(self, painter: QPainter) -> None:
        """The current image has a frame; the focus has one in another colour and style, so that they can meet."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        theme = self._thumbnails.theme
        if self._is_current:
            painter.setPen(QPen(QColor(theme.text), _RING_PX))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        if self.hasFocus():
            inset = _RING_PX + 1 if self._is_current else 1
            painter.setPen(QPen(QColor(theme.accent), _RING_PX))
            painter.drawRect(self.rect().adjusted(inset, inset, -inset, -inset))

    def _mirrored(self, rect: QRect) -> QRect:
        return QStyle.visualRect(self.layoutDirection(), self.rect(), rect)
