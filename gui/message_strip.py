"""Show one message with its verbs, its details and a way to dismiss it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt, Signal, Slot
from PySide6.QtGui import QColor, QEnterEvent, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.icons import IconName, icon, shape
from gui.labels import plain_label
from gui.theme import Theme, mixed, theme_of
from gui.user_message import Level, MessageAction, UserMessage, action_text
from gui.words import tr

_STRIPE_PX = 4
_ICON_PX = 20
TINT = 0.10
"""Share of the level's colour in the ground of a message."""
_DETAIL_LINES = 7


class MessageStrip(QFrame):
    """One message.

    Signals:
        action_chosen(message: UserMessage, action: MessageAction): a verb was clicked.
        dismissed(message: UserMessage): the person closed it.
        attention_changed(has_attention: bool): the pointer or the focus came in or left.
    """

    action_chosen = Signal(object, object)
    dismissed = Signal(object)
    attention_changed = Signal(bool)

    def __init__(self, message: UserMessage, parent: QWidget | None = None, *, stacked: bool = False) -> None:
        """With `stacked`, the verbs stand below the text, for narrow places."""
        super().__init__(parent)
        self.message = message
        self._pointer_inside = False
        self.setAccessibleName(message.text)
        self._icon = QLabel()
        self._icon.setFixedSize(_ICON_PX, _ICON_PX)
        text = plain_label(message.text)
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        policy = text.sizePolicy()  # changed, not replaced: it knows that the height depends on the width
        policy.setHorizontalPolicy(QSizePolicy.Policy.Expanding)
        text.setSizePolicy(policy)
        self._close = QToolButton()
        self._close.setAutoRaise(True)
        self._close.setToolTip(tr("Dismiss"))
        self._close.setAccessibleName(tr("Dismiss this message"))
        self._close.clicked.connect(self._on_closed)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(text, 1)
        verbs = QHBoxLayout() if stacked else row
        self._add_verbs(verbs)
        row.addWidget(self._close)
        self._details = self._make_details()
        column = QVBoxLayout(self)
        column.setContentsMargins(12 + _STRIPE_PX, 6, 8, 6)
        column.setSpacing(6)
        column.addLayout(row)
        if stacked:
            verbs.setContentsMargins(_ICON_PX + 8, 0, 0, 2)
            verbs.addStretch(1)
            column.addLayout(verbs)
        column.addWidget(self._details)
        self._details.hide()
        self._paint_icons()

    @property
    def has_attention(self) -> bool:
        """Whether the pointer or the focus is in it."""
        focused = QGuiApplication.focusObject()
        has_focus = isinstance(focused, QWidget) and self.isAncestorOf(focused)
        return self._pointer_inside or has_focus

    def _add_verbs(self, row: QHBoxLayout) -> None:
        for action in self.message.actions:
            button = QPushButton(action_text(action))
            button.setAutoDefault(False)
            button.setProperty("message_action", action.value)
            button.clicked.connect(self._on_action)
            button.installEventFilter(self)
            row.addWidget(button)
        if self.message.details:
            toggle = QToolButton()
            toggle.setText(tr("Details"))
            toggle.setCheckable(True)
            toggle.toggled.connect(self._on_details_toggled)
            toggle.installEventFilter(self)
            row.addWidget(toggle)

    def _make_details(self) -> QWidget:
        box = QWidget()
        self._text = QPlainTextEdit(self.message.details)
        self._text.setReadOnly(True)
        self._text.setAccessibleName(tr("Details"))
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(self._text.fontMetrics().lineSpacing() * _DETAIL_LINES)
        self._text.installEventFilter(self)
        copy = QPushButton(tr("Copy"))
        copy.setAutoDefault(False)
        copy.clicked.connect(self._on_copied)
        row = QHBoxLayout(box)
        row.setContentsMargins(_ICON_PX + 8, 0, 0, 0)
        row.addWidget(self._text, 1)
        row.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
        return box

    def _paint_icons(self) -> None:
        name = {Level.INFO: IconName.INFO, Level.WARNING: IconName.WARNING, Level.ERROR: IconName.ERROR}
        pixmap = shape(name[self.message.level], self._color(theme_of(self.palette())), _ICON_PX * 2)
        pixmap.setDevicePixelRatio(2)
        self._icon.setPixmap(pixmap)
        self._close.setIcon(icon(IconName.CLOSE, self.palette()))

    def _color(self, theme: Theme) -> QColor:
        return QColor(theme.accent if self.message.level is Level.INFO else theme.warning)

    @Slot()
    def _on_action(self) -> None:
        self.action_chosen.emit(self.message, MessageAction(self.sender().property("message_action")))

    @Slot()
    def _on_closed(self) -> None:
        self.dismissed.emit(self.message)

    @Slot(bool)
    def _on_details_toggled(self, shown: bool) -> None:
        self._details.setVisible(shown)

    @Slot()
    def _on_copied(self) -> None:
        QGuiApplication.clipboard().setText(f"{self.message.id}: {self.message.text}\n{self.message.details}")

    def eventFilter(self, _watched: object, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.FocusIn, QEvent.Type.FocusOut}:
            self.attention_changed.emit(event.type() == QEvent.Type.FocusIn or self._pointer_inside)
        return False

    def enterEvent(self, event: QEnterEvent) -> None:
        self._pointer_inside = True
        self.attention_changed.emit(True)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer_inside = False
        self.attention_changed.emit(self.has_attention)
        super().leaveEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_icons()
        super().changeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_of(self.palette())
        color = self._color(theme)
        painter = QPainter(self)
        painter.fillRect(self.rect(), mixed(color.name(), theme.base, TINT))
        painter.fillRect(QRect(0, 0, _STRIPE_PX, self.height()), color)
        painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), QColor(theme.border))
