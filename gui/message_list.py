"""Show what was said so far: toasts and lines of the status bar pass, and nobody must be quick to read them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QDateTime, QEvent, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QListWidget, QToolButton, QVBoxLayout, QWidget

from gui.icons import IconName, icon
from gui.labels import plain_label
from gui.message_places import MessagePlaces, Said
from gui.theme import TARGET_PX
from gui.words import locale, tr

_WIDTH_CHARACTERS = 78
_LINES = 14


class MessageListButton(QToolButton):
    """A button of the status bar that opens the list. A click leaves the focus where it is; Tab reaches it.

    Signals:
        opened(): the list is on screen.
    """

    opened = Signal()

    def __init__(self, messages: MessagePlaces, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._messages = messages
        self._list: MessageList | None = None
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumSize(TARGET_PX, TARGET_PX)
        self.setAccessibleName(tr("Messages"))
        self.setToolTip(tr("Messages"))
        self.setStatusTip(tr("Show what was said so far."))
        self._paint_icon()
        self.clicked.connect(self.open_list)

    @Slot()
    def open_list(self) -> None:
        """Show the list above the button."""
        if self._list is not None:
            self._list.deleteLater()
        self._list = MessageList(self._messages.past, self.window())
        self._list.open_above(self)
        self.opened.emit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_icon()
        super().changeEvent(event)

    def _paint_icon(self) -> None:
        self.setIcon(icon(IconName.INFO, self.palette()))
        self.setIconSize(QSize(16, 16))


class MessageList(QFrame):
    """The messages of this run of the program, newest first. Escape or a click elsewhere closes it."""

    def __init__(self, past: Sequence[Said], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.lines = QListWidget(self)
        self.lines.setAccessibleName(tr("Messages"))
        self.lines.setWordWrap(True)
        self.lines.setFrameShape(QFrame.Shape.NoFrame)
        self.lines.addItems([_line(said) for said in reversed(past)] or [tr("Nothing was said so far.")])
        self.lines.setCurrentRow(0)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(tr("Messages"))
        column = QVBoxLayout(self)
        column.addWidget(plain_label(tr("Messages"), bold=True))
        column.addWidget(self.lines, 1)
        column.addWidget(plain_label(tr("Ctrl+C copies a line, Esc closes."), secondary=True))
        metrics = self.fontMetrics()
        self.resize(metrics.averageCharWidth() * _WIDTH_CHARACTERS, metrics.lineSpacing() * _LINES)

    def open_above(self, button: QWidget) -> None:
        """Appear over the button, within the screen."""
        screen = button.screen().availableGeometry()
        corner = button.mapToGlobal(QPoint(button.width() - self.width(), -self.height()))
        left = max(screen.left(), min(corner.x(), screen.right() - self.width()))
        self.move(left, max(screen.top(), corner.y()))
        self.show()
        self.lines.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event.matches(QKeySequence.StandardKey.Copy) and self.lines.currentItem() is not None:
            QGuiApplication.clipboard().setText(self.lines.currentItem().text())
        else:
            super().keyPressEvent(event)


def _line(said: Said) -> str:
    time = locale().toString(QDateTime.fromSecsSinceEpoch(int(said.at_s)).time(), locale().FormatType.ShortFormat)
    return f"{time}  {said.message.text}"
