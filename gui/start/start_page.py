"""Greet with what can be done first: drop, or open."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal, SignalInstance, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui.icons import IconName, icon, shape
from gui.labels import ElidedLabel, plain_label
from gui.message_strip import MessageStrip
from gui.messages import format_list
from gui.start.session_lines import SessionLines, SessionOnStart
from gui.theme import TARGET_PX, mixed, theme_of
from gui.user_message import UserMessage
from gui.words import tr

_FRAME_WIDTH_PX = 720
_PICTURE_PX = 76
_RADIUS_PX = 14
_BUTTON_ICON_PX = 18


class StartPage(QWidget):
    """The window without images. It paints before any model is loaded; the model line changes in place.

    Signals:
        open_images_requested(): the person wants to choose images.
        open_folder_requested(): the person wants to choose a folder.
        model_change_requested(): the person wants another model.
        session_chosen(path: str): the person wants to go on with this session.
        all_sessions_requested(): the person wants to see all sessions.
        action_chosen(message: UserMessage, action: MessageAction): a verb of the inline message was clicked.
    """

    open_images_requested = Signal()
    open_folder_requested = Signal()
    model_change_requested = Signal()
    session_chosen = Signal(str)
    all_sessions_requested = Signal()
    action_chosen = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = plain_label(tr("Drop images or a folder here"), points=6, bold=True)
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title.setWordWrap(True)
        self._formats = plain_label(secondary=True)
        self._formats.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._formats.setWordWrap(True)
        self._message: MessageStrip | None = None
        self._message_area = QVBoxLayout()
        self._images = self._button(tr("Open images..."), self.open_images_requested)
        self._folder = self._button(tr("Open folder..."), self.open_folder_requested)
        self._sessions = SessionLines()
        self._sessions.session_chosen.connect(self.session_chosen)
        self._sessions.all_sessions_requested.connect(self.all_sessions_requested)
        self._model = ElidedLabel()
        self._change = QToolButton()
        self._change.setText(tr("Change..."))
        self._change.setMinimumHeight(TARGET_PX)
        self._change.setAccessibleName(tr("Change the model"))
        self._change.clicked.connect(self.model_change_requested)
        self._arrange()
        self._paint_icons()
        self.set_model_text(tr("loading..."))
        self.setFocusProxy(self._images)

    def set_formats(self, formats: Sequence[str]) -> None:
        """Name the picture formats that can be read."""
        self._formats.setText(format_list(formats))

    def set_sessions(self, sessions: Sequence[SessionOnStart]) -> None:
        """Offer to go on with these, newest first; nothing is shown where there are none."""
        self._sessions.set_sessions(sessions)
        # They come after the rest of the window is there: without this, Tab would go through all of it first.
        order = [self._images, self._folder, *self._sessions.focus_order, self._change]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def set_model_text(self, text: str) -> None:
        """Say which model answers, or that it is on its way: the words after "Model:", safe to show."""
        self._model.set_text(tr("Model: {text}").format(text=text))

    @property
    def message(self) -> UserMessage | None:
        """The message above the buttons, or None."""
        return None if self._message is None else self._message.message

    def show_message(self, message: UserMessage) -> None:
        """Say above the buttons why the last drop or opening did not work."""
        self.clear_message()
        self._message = MessageStrip(message, self, stacked=True)
        self._message.action_chosen.connect(self.action_chosen)
        self._message.dismissed.connect(self.clear_message)
        self._message_area.addWidget(self._message)

    @Slot()
    def clear_message(self) -> None:
        """Take the message away."""
        if self._message is not None:
            self._message_area.removeWidget(self._message)
            self._message.hide()
            self._message.deleteLater()
            self._message = None

    def _button(self, text: str, requested: SignalInstance) -> QPushButton:
        button = QPushButton(text)
        button.setIconSize(QSize(_BUTTON_ICON_PX, _BUTTON_ICON_PX))
        button.setMinimumHeight(button.fontMetrics().height() * 2 + 4)
        button.setMinimumWidth(button.fontMetrics().averageCharWidth() * 24)
        button.setAutoDefault(True)
        button.clicked.connect(requested)
        return button

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addStretch(1)
        buttons.addWidget(self._images)
        buttons.addWidget(self._folder)
        buttons.addStretch(1)
        frame = _DashedFrame()
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(32, 44, 32, 44)
        inside.setSpacing(10)
        inside.addWidget(self._picture)
        inside.addSpacing(8)
        inside.addWidget(self._title)
        inside.addWidget(self._formats)
        inside.addSpacing(14)
        inside.addLayout(self._message_area)
        inside.addSpacing(4)
        inside.addLayout(buttons)
        # Below the model, not beside it: a usual title with its facts takes nearly all of the width.
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._model)
        words.addWidget(plain_label(tr("Nothing is uploaded."), secondary=True))
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addLayout(words, 1)
        foot.addWidget(self._change)
        column = QVBoxLayout()
        column.addStretch(1)
        column.addWidget(frame)
        column.addSpacing(14)
        column.addWidget(self._sessions)
        column.addLayout(foot)
        column.addStretch(1)
        centre = QWidget()
        centre.setLayout(column)
        centre.setMaximumWidth(_FRAME_WIDTH_PX)
        centre.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 24, 24, 24)
        row.addStretch(1)
        row.addWidget(centre, 100)
        row.addStretch(1)

    def _paint_icons(self) -> None:
        theme = theme_of(self.palette())
        pixmap = shape(IconName.DROP_IMAGES, QColor(theme.secondary_text), _PICTURE_PX * 2)
        pixmap.setDevicePixelRatio(2)
        self._picture.setPixmap(pixmap)
        self._images.setIcon(icon(IconName.OPEN_IMAGES, self.palette()))
        self._folder.setIcon(icon(IconName.OPEN_FOLDER, self.palette()))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_icons()
        super().changeEvent(event)


class _DashedFrame(QFrame):
    """The frame that says where to drop; decoration only, since the whole window takes the drop."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_of(self.palette())
        pen = QPen(mixed(theme.secondary_text, theme.base, 0.65), 1.5, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([5, 4])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen)
        painter.setBrush(QColor(theme.base))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), _RADIUS_PX, _RADIUS_PX)
