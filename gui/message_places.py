"""Put messages where they belong in the window: banners above the images, toasts over them, all of them on record."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from gui.message_bar import MessageBar
from gui.theme import theme_of
from gui.user_message import Place, UserMessage

_MOST_REMEMBERED = 200
_MARGIN_PX = 12
_TOAST_WIDTH_PX = 640

_IMPLIED = {"E-204": "T-16"}
"""What says nothing more than a toast that is on screen: in a session that goes on, the images are "already here"."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the past.

    Attributes:
        at_s: when, in seconds since 1970.
        message: what.
    """

    at_s: float
    message: UserMessage


class MessagePlaces(QWidget):
    """The banners, which take room of their own; toasts come and go over `covered`, so that no image moves for them.

    Signals:
        action_chosen(message: UserMessage, action: MessageAction): a verb was clicked; the message goes away.
        message_dismissed(message: UserMessage): the person closed a message.
    """

    action_chosen = Signal(object, object)
    message_dismissed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._banners = MessageBar(self)
        self._toasts = MessageBar()
        self._float = _Float(self._toasts)
        self._past: deque[Said] = deque(maxlen=_MOST_REMEMBERED)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._banners)
        for bar in (self._banners, self._toasts):
            bar.action_chosen.connect(self.action_chosen)
            bar.message_dismissed.connect(self.message_dismissed)

    def float_over(self, covered: QWidget) -> None:
        """Show toasts at the lower edge of this widget: of the images, so that no button or strip lies below them."""
        self._float.cover(covered, self.parentWidget() or self)

    @property
    def shown(self) -> tuple[UserMessage, ...]:
        """What is on screen: banners in the order in which they came, then the toast."""
        return (*self._banners.shown, *self._toasts.shown)

    @property
    def history(self) -> tuple[UserMessage, ...]:
        """The last 200 messages, oldest first, also those that have passed."""
        return tuple(said.message for said in self._past)

    @property
    def past(self) -> tuple[Said, ...]:
        """The same with the times at which they came."""
        return tuple(self._past)

    def remember(self, message: UserMessage) -> None:
        """Put a message on record that is shown elsewhere."""
        self._past.append(Said(time.time(), message))

    def show_message(self, message: UserMessage) -> None:
        """Show a message: a toast instead of the one before, everything else at once and until dismissed."""
        self.remember(message)
        if _IMPLIED.get(message.id) in {toast.id for toast in self._toasts.shown}:
            return
        (self._toasts if message.place is Place.TOAST else self._banners).show_message(message)

    def withdraw(self, message_id: str, subject: str | None = None) -> None:
        """Take back every message of an id, or those of one subject: what it said is no longer so."""
        self._banners.withdraw(message_id, subject)
        self._toasts.withdraw(message_id, subject)


class _Float(QFrame):
    """Holds the toast over a widget, as wide as a line of text that is easy to read."""

    def __init__(self, toasts: MessageBar) -> None:
        super().__init__()
        self._covered: QWidget | None = None
        self._toasts = toasts
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.addWidget(toasts)
        toasts.installEventFilter(self)
        self.hide()

    def cover(self, covered: QWidget, around: QWidget) -> None:
        """Float over `covered`, which lies somewhere within `around`."""
        if self._covered is not None:
            self._covered.removeEventFilter(self)
        self._covered = covered
        if self.parentWidget() is not around:
            self.setParent(around)
            self.setVisible(not self._toasts.isHidden())
        covered.installEventFilter(self)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._toasts and kind in {QEvent.Type.ShowToParent, QEvent.Type.HideToParent}:
            self.setVisible(kind == QEvent.Type.ShowToParent and self._covered is not None)
            self._place()
        elif kind in {QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.LayoutRequest}:
            self._place()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A frame all around: what lies below is a photograph."""
        painter = QPainter(self)
        painter.setPen(QColor(theme_of(self.palette()).secondary_text))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _place(self) -> None:
        around = self.parentWidget()
        if self._covered is None or around is None or self.isHidden():
            return
        corner = self._covered.mapTo(around, QPoint(0, 0))
        area = QRect(corner, self._covered.size()).adjusted(_MARGIN_PX, _MARGIN_PX, -_MARGIN_PX, -_MARGIN_PX)
        width = min(area.width(), max(_TOAST_WIDTH_PX, self.minimumSizeHint().width()))
        height = self.heightForWidth(width) if self.hasHeightForWidth() else self.sizeHint().height()
        height = max(height, self.minimumSizeHint().height())
        wanted = QRect(area.left() + (area.width() - width) // 2, area.bottom() + 1 - height, width, height)
        if wanted != self.geometry():
            self.setGeometry(wanted)
        self.raise_()
