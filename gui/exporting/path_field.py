"""Show the path that was chosen, beside the button that chooses another."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from gui.plain_text import for_tooltip
from gui.theme import TARGET_PX
from gui.words import tr
from inference.texts import visible


class PathField(QWidget):
    """A path, read only: typing one would lose the bytes that are not UTF-8.

    Signals:
        choose_requested(): the button was clicked.
        changed(): another path was chosen.
    """

    choose_requested = Signal()
    changed = Signal()

    def __init__(self, name: str, placeholder: str = "", parent: QWidget | None = None) -> None:
        """`name` says what the path is of; `placeholder` stands where there is none."""
        super().__init__(parent)
        self._path = ""
        self._shown = QLineEdit()
        self._shown.setReadOnly(True)
        self._shown.setMinimumHeight(TARGET_PX)
        self._shown.setPlaceholderText(placeholder)
        self._shown.setAccessibleName(name)
        self._button = QPushButton(tr("Choose..."))
        self._button.setMinimumHeight(TARGET_PX)
        self._button.setAutoDefault(False)
        self._button.setAccessibleName(tr("Choose: {name}").format(name=name))
        self._button.clicked.connect(self.choose_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._shown, 1)
        row.addWidget(self._button)
        self.setFocusProxy(self._button)

    @property
    def path(self) -> str:
        """The path exactly as given; empty where there is none."""
        return self._path

    def set_path(self, path: str) -> None:
        """Show another path; tells nobody."""
        self._path = path
        self._shown.setText(visible(path))
        self._shown.setToolTip(for_tooltip(path))

    def choose(self, path: str) -> None:
        """Take the path that the person chose."""
        if path != self._path:
            self.set_path(path)
            self.changed.emit()
