"""Fold a part of the inspector away under its heading, so that a person sees the parts that are used."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui.theme import TARGET_PX
from gui.words import tr

_GAP_PX = 4


class Section(QWidget):
    """A heading that opens and closes what stands below it, by pointer or keyboard.

    Signals:
        opened_changed(bool): the person opened or closed it.
    """

    opened_changed = Signal(bool)

    def __init__(self, title: str, content: QWidget, parent: QWidget | None = None, *, is_open: bool = True) -> None:
        super().__init__(parent)
        self._heading = QToolButton(self)
        self._content = content
        self._heading.setText(title)
        self._is_open = is_open
        self._heading.setAutoRaise(True)
        self._heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._heading.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._heading.setMinimumHeight(TARGET_PX)
        self.setFocusProxy(self._heading)
        font = QFont(self._heading.font())
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.1)
        self._heading.setFont(font)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_GAP_PX)
        column.addWidget(self._heading)
        column.addWidget(content)
        self.set_open(is_open)
        self._heading.clicked.connect(self._on_clicked)

    @property
    def is_open(self) -> bool:
        """Whether the content shows."""
        return self._is_open

    @property
    def content_height(self) -> int:
        """What the content takes or took when it was last on screen, with the gap above it, in pixels."""
        return self._content.height() + _GAP_PX

    @property
    def least_height(self) -> int:
        """Of the heading and a first line of the content, in pixels."""
        return self._heading.height() + _GAP_PX + TARGET_PX

    def set_open(self, is_open: bool) -> None:
        """Open or close it; tells nobody."""
        self._is_open = is_open
        self._heading.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self._heading.setAccessibleDescription(tr("open") if is_open else tr("closed"))
        self._content.setVisible(is_open)

    @Slot()
    def _on_clicked(self) -> None:
        self.set_open(not self._is_open)
        self.opened_changed.emit(self._is_open)
