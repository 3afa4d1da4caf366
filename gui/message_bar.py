"""Show messages without stopping the work: banners that stay, and the newest toast, which passes."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.message_strip import MessageStrip
from gui.user_message import MessageAction, Place, UserMessage

TOAST_MS = 5_000
_AFTER_ATTENTION_MS = 1_500
"""How long a toast stays after the pointer has left it, at least."""
_HISTORY = 200


class MessageBar(QWidget):
    """The strip of messages below the menu.

    A banner stays until it is dismissed or `withdraw` takes it back; one of the same id and subject replaces it.
    A toast goes after five seconds, or when another comes: what was said before is often no longer so. Not while the
    pointer or the focus is in it; the newest one then follows.

    Signals:
        action_chosen(message: UserMessage, action: MessageAction): a verb was clicked; the message goes away.
        message_dismissed(message: UserMessage): the person closed a message.
    """

    action_chosen = Signal(object, object)
    message_dismissed = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, toast_ms: int = TOAST_MS) -> None:
        super().__init__(parent)
        self._toast_ms = toast_ms
        self._banners: dict[tuple[str, str], MessageStrip] = {}
        self._toast: MessageStrip | None = None
        self._has_attention = False
        self._waiting: UserMessage | None = None
        self._history: deque[UserMessage] = deque(maxlen=_HISTORY)
        self._left_ms = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._next_toast)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.hide()

    @property
    def shown(self) -> tuple[UserMessage, ...]:
        """What is on screen: banners in the order in which they came, then the toast."""
        strips = [*self._banners.values(), *([self._toast] if self._toast else [])]
        return tuple(strip.message for strip in strips)

    @property
    def history(self) -> tuple[UserMessage, ...]:
        """The last 200 messages, oldest first, also those that have passed."""
        return tuple(self._history)

    def show_message(self, message: UserMessage) -> None:
        """Show a message: a toast instead of the one before, everything else at once and until dismissed."""
        self._history.append(message)
        if message.place is Place.TOAST:
            self._waiting = message
            if not self._has_attention:
                self._next_toast()
        else:
            key = (message.id, message.subject)
            self._drop(self._banners.pop(key, None))
            self._banners[key] = self._add(message, len(self._banners))
        self.setVisible(True)

    def withdraw(self, message_id: str, subject: str | None = None) -> None:
        """Take back every message of an id, or those of one subject: what it said is no longer so."""

        def is_meant(message: UserMessage) -> bool:
            return message.id == message_id and subject in {None, message.subject}

        for key in [key for key, strip in self._banners.items() if is_meant(strip.message)]:
            self._drop(self._banners.pop(key))
        if self._waiting is not None and is_meant(self._waiting):
            self._waiting = None
        if self._toast is not None and is_meant(self._toast.message):
            self._next_toast()
        self._hide_when_empty()

    def _add(self, message: UserMessage, position: int) -> MessageStrip:
        strip = MessageStrip(message, self)
        strip.action_chosen.connect(self._on_action)
        strip.dismissed.connect(self._on_dismissed)
        self._column.insertWidget(position, strip)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, message.text))
        return strip

    def _drop(self, strip: MessageStrip | None) -> None:
        if strip is not None:
            self._column.removeWidget(strip)
            strip.hide()
            strip.deleteLater()

    @Slot()
    def _next_toast(self) -> None:
        self._timer.stop()
        if self._toast is not None:
            # When it goes, the pointer and the focus leave it.
            self._toast.attention_changed.disconnect(self._on_attention_changed)
            self._drop(self._toast)
        self._toast, self._has_attention = None, False
        message, self._waiting = self._waiting, None
        if message is not None:
            self._toast = self._add(message, len(self._banners))
            self._toast.attention_changed.connect(self._on_attention_changed)
            self._timer.start(self._toast_ms)
        self._hide_when_empty()

    def _hide_when_empty(self) -> None:
        self.setVisible(bool(self._banners) or self._toast is not None)

    @Slot(bool)
    def _on_attention_changed(self, has_attention: bool) -> None:
        self._has_attention = has_attention
        if not has_attention and self._waiting is not None:
            self._next_toast()
        elif has_attention and self._timer.isActive():
            self._left_ms = self._timer.remainingTime()
            self._timer.stop()
        elif not has_attention and not self._timer.isActive() and self._toast is not None:
            self._timer.start(max(self._left_ms, min(_AFTER_ATTENTION_MS, self._toast_ms)))

    @Slot(object, object)
    def _on_action(self, message: UserMessage, action: MessageAction) -> None:
        self._remove(message)
        self.action_chosen.emit(message, action)

    @Slot(object)
    def _on_dismissed(self, message: UserMessage) -> None:
        self._remove(message)
        self.message_dismissed.emit(message)

    def _remove(self, message: UserMessage) -> None:
        if self._toast is not None and self._toast.message is message:
            self._next_toast()
            return
        self._drop(self._banners.pop((message.id, message.subject), None))
        self._hide_when_empty()
