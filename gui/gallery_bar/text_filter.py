"""Let a person type a part of a name to filter by; the gallery follows when the typing rests."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from gui.theme import TARGET_PX
from gui.words import tr

DELAY_MS = 150
"""How long nothing is typed before the filter changes: 100,000 images are not filtered at every letter."""

_CHARACTERS, _LEAST_CHARACTERS = 26, 14


class TextFilter(QLineEdit):
    """A line edit. Escape empties it, then leaves it; Enter filters at once and leaves it.

    Signals:
        text_wanted(text: str): filter by this text.
        left(): the person is done with it; the focus belongs to the pictures again.
    """

    text_wanted = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told = ""
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(DELAY_MS)
        self._delay.timeout.connect(self._tell)
        self.setPlaceholderText(tr("Filter by name or label"))
        self.setAccessibleName(tr("Filter by name or label"))
        self.setClearButtonEnabled(True)
        self.setMinimumHeight(TARGET_PX + 2)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.textEdited.connect(self._on_edited)
        self.textChanged.connect(self._on_changed)

    def set_text(self, text: str) -> None:
        """Show the text of the filter in force; what is being typed meanwhile stays."""
        self._told = text
        if not self._delay.isActive() and text != self.text():
            self.setText(text)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * _CHARACTERS, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * _LEAST_CHARACTERS, super().sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Keep Escape and Enter from the window's shortcuts."""
        is_asked = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if is_asked and event.key() in {Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter}:  # type: ignore[attr-defined]  # a QKeyEvent
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape if self.text():
                self.clear()
                self._tell()
            case Qt.Key.Key_Escape:
                self.left.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._tell()
                self.left.emit()
            case _:
                super().keyPressEvent(event)

    @Slot(str)
    def _on_edited(self, _text: str) -> None:
        self._delay.start()

    @Slot(str)
    def _on_changed(self, text: str) -> None:
        """The button that empties it is no typing, as far as Qt is concerned."""
        if not text and self._told:
            self._delay.start()

    @Slot()
    def _tell(self) -> None:
        self._delay.stop()
        if self.text() != self._told:
            self._told = self.text()
            self.text_wanted.emit(self._told)
