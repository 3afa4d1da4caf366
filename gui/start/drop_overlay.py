"""Say over the whole window what a drop will do, while something hovers."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui.dropping import LOOKED_AT, Drop, DropKind
from gui.icons import IconName, shape
from gui.theme import theme_of
from gui.words import counted, tr

FRAME_PX = 4
SCRIM_OPACITY = 0.78
_TITLE_POINTS = 8
_ICON_PX = 56
_GAP_PX = 14
_TEXT_MARGIN_PX = 48


_ICONS = {DropKind.MODEL: IconName.MODEL, DropKind.SESSION: IconName.RECENT, DropKind.LABELS: IconName.IMPORT}
"""What is no picture has its own shape."""


def drop_text(drop: Drop, *, starts_new: bool = False) -> str:
    """What will happen with a drop, as far as its first entries tell.

    Args:
        drop: what hovers.
        starts_new: files will begin another session.
    """
    match drop.kind:
        case DropKind.FILES if starts_new and drop.has_more:
            return tr("Start a new session with {count}+ items").format(count=LOOKED_AT)
        case DropKind.FILES if starts_new:
            return counted(drop.count, "Start a new session with %n item", "Start a new session with %n items")
        case DropKind.FILES if drop.has_more:
            return tr("Add {count}+ items").format(count=LOOKED_AT)
        case DropKind.FILES:
            return counted(drop.count, "Add %n item", "Add %n items")
        case DropKind.MODEL:
            return counted(drop.count, "Add this model", "Add %n models")
        case _:
            texts = {
                DropKind.PICTURE: tr("Add this picture"),
                DropKind.SESSION: tr("Open this session"),
                DropKind.LABELS: tr("Import labels from this file"),
            }
            return texts.get(drop.kind, "")  # the others are refused by the pointer and the status line, not here


class DropOverlay(QWidget):
    """A scrim with a frame and one sentence, over its parent. It lets the drag through to what lies below.

    It follows its parent's size, and goes when the window is deactivated.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self._text = ""
        self._hint = ""
        self._drop = Drop(DropKind.NOTHING)
        self._usual_hint = ""
        self._is_choice = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        parent.installEventFilter(self)
        if parent.window() is not parent:
            parent.window().installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        return self._text

    def show_drop(self, drop: Drop, hint: str = "", *, can_start_new: bool = False) -> None:
        """Appear and say what an accepted drop will do.

        Args:
            drop: what hovers.
            hint: a second line.
            can_start_new: a session is open, so Shift means that files begin another one; that is the second line.
        """
        self._drop = drop
        self._is_choice = can_start_new and drop.kind is DropKind.FILES
        self._usual_hint = tr("Shift: start a new session instead") if self._is_choice else hint
        self._say(drop_text(drop), self._usual_hint)
        self.setGeometry(self._covered.rect())
        self.raise_()
        self.show()

    def set_starts_new(self, *, starts_new: bool) -> None:
        """Say what happens now that Shift is held, or no longer; where it makes no difference, nothing else is said."""
        if self._is_choice and starts_new:
            self._say(drop_text(self._drop, starts_new=True), tr("Without Shift: add to this session"))
        else:
            self._say(drop_text(self._drop), self._usual_hint)

    def _say(self, text: str, hint: str) -> None:
        if (text, hint) != (self._text, self._hint):
            self._text, self._hint = text, hint
            self.setAccessibleName(text)
            self.setAccessibleDescription(hint)
            self.update()

    @property
    def icon_name(self) -> IconName:
        """What is shown above the words."""
        return _ICONS.get(self._drop.kind, IconName.DROP_IMAGES)

    @property
    def hint(self) -> str:
        """The second line; may be empty."""
        return self._hint

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._covered:
            self.setGeometry(self._covered.rect())
        elif event.type() == QEvent.Type.WindowDeactivate:
            self.hide()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_of(self.palette())
        frame = QColor(theme.accent)
        scrim = QColor(theme.window)
        scrim.setAlphaF(SCRIM_OPACITY)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), scrim)
        for edge in _edges(self.rect()):
            painter.fillRect(edge, frame)
        self._paint_text(painter, QColor(theme.text), frame, QColor(theme.window))

    def _paint_text(self, painter: QPainter, text: QColor, frame: QColor, ground: QColor) -> None:
        """The words stand on a solid card, so that no picture below can make them hard to read."""
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() + _TITLE_POINTS)
        font.setBold(True)
        painter.setFont(font)
        flags = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
        room = self.rect().adjusted(_TEXT_MARGIN_PX, 0, -_TEXT_MARGIN_PX, 0)
        title = painter.boundingRect(room, flags, self._text)
        hint_height = self.fontMetrics().height() + _GAP_PX if self._hint else 0
        height = _ICON_PX + _GAP_PX + title.height() + hint_height
        top = (self.height() - height) // 2
        hint_width = self.fontMetrics().horizontalAdvance(self._hint)
        width = max(title.width(), hint_width, _ICON_PX) + 2 * _TEXT_MARGIN_PX
        card = QRect((self.width() - width) // 2, top - 28, width, height + 56)
        painter.setPen(frame)
        painter.setBrush(ground)
        painter.drawRoundedRect(card, 14, 14)
        pixmap = shape(self.icon_name, frame, _ICON_PX * 2)
        painter.drawPixmap(QRect((self.width() - _ICON_PX) // 2, top, _ICON_PX, _ICON_PX), pixmap)
        painter.setPen(text)
        title.moveTop(top + _ICON_PX + _GAP_PX)
        painter.drawText(QRect(room.left(), title.top(), room.width(), title.height()), flags, self._text)
        painter.setFont(self.font())
        line = QRect(room.left(), title.bottom() + _GAP_PX // 2, room.width(), self.fontMetrics().height() + _GAP_PX)
        painter.drawText(line, flags, self._hint)


def _edges(rect: QRect) -> tuple[QRect, QRect, QRect, QRect]:
    width, height = rect.width(), rect.height()
    return (
        QRect(0, 0, width, FRAME_PX),
        QRect(0, height - FRAME_PX, width, FRAME_PX),
        QRect(0, 0, FRAME_PX, height),
        QRect(width - FRAME_PX, 0, FRAME_PX, height),
    )
