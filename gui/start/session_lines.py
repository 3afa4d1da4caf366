"""Offer on the start page to go on where somebody stopped."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from gui.labels import ElidedLabel, plain_label
from gui.plain_text import elide_middle, for_menu, for_sentence, for_tooltip
from gui.start.days import day_text
from gui.theme import TARGET_PX
from gui.words import counted, number, tr
from inference.texts import visible

_MOST_RECENT = 6
_NAME_LIMIT = 28
_GAP_PX = 4
_NAME_GAP_PX = 14


@dataclass(frozen=True, slots=True)
class SessionOnStart:
    """A session that can be continued.

    Attributes:
        path: the session file.
        name: what the person calls it.
        images: how many it has.
        labelled: how many of them have a label.
        changed_at: when it was last written, seconds since 1970.
        sources: the folders that were opened in it.
        is_damaged: the file cannot be read; opening it offers what can be done.
    """

    path: str
    name: str
    images: int
    labelled: int
    changed_at: float
    sources: tuple[str, ...] = ()
    is_damaged: bool = False


class SessionLines(QWidget):
    """One line for the newest session, one for a few more. Without sessions there is nothing.

    Signals:
        session_chosen(path: str): go on with this one.
        all_sessions_requested(): the person wants to see the others too.
    """

    session_chosen = Signal(str)
    all_sessions_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._shown: list[QWidget] = []
        self.hide()

    def set_sessions(self, sessions: Sequence[SessionOnStart], *, now_s: float | None = None) -> None:
        """Show these, newest first; `now_s` is the present time, for tests."""
        for widget in self._shown:
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._shown = []
        if sessions:
            self._add_newest(sessions[0], time.time() if now_s is None else now_s)
            self._add_recent(sessions[1:])
        self.setVisible(bool(sessions))

    @property
    def focus_order(self) -> tuple[QWidget, ...]:
        """What takes the focus here, from the newest session on."""
        held = [[widget, *widget.findChildren(QAbstractButton)] for widget in self._shown]
        return tuple(one for widgets in held for one in widgets if isinstance(one, QAbstractButton))

    def _add_newest(self, session: SessionOnStart, now_s: float) -> None:
        name = ElidedLabel()
        name.set_text(visible(session.name))
        font = QFont(name.font())
        font.setBold(True)
        name.setFont(font)
        facts = ElidedLabel()
        facts.set_text(facts_text(session, now_s))
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_NAME_GAP_PX)
        row.addWidget(name)
        row.addWidget(facts, 1)
        button = QPushButton(tr("Repair...") if session.is_damaged else tr("Continue"))
        button.setMinimumHeight(TARGET_PX)
        button.setAccessibleName(tr("Continue {name}").format(name=for_sentence(session.name)))
        button.setProperty("session_path", session.path)
        button.clicked.connect(self._on_chosen)
        self._add_row(0, tr("Continue:"), line, button)

    def _add_recent(self, sessions: Sequence[SessionOnStart]) -> None:
        row = _FittingRow()
        for session in sessions[:_MOST_RECENT]:
            button = QToolButton()
            button.setToolTip(for_tooltip(session.name))
            button.setAccessibleName(tr("Continue {name}").format(name=for_sentence(session.name)))
            button.setAutoRaise(True)
            button.setMinimumHeight(TARGET_PX)
            button.setProperty("session_path", session.path)
            button.clicked.connect(self._on_chosen)
            name = visible(elide_middle(session.name, _NAME_LIMIT))
            count = tr("damaged") if session.is_damaged else number(session.images)
            row.add(button, tr("{name} ({count})").format(name=name, count=count))
        everything = QPushButton(tr("All..."))
        everything.setMinimumHeight(TARGET_PX)
        everything.setAccessibleName(tr("All sessions"))
        everything.clicked.connect(self.all_sessions_requested)
        self._add_row(1, tr("Recent:") if sessions else "", row, everything)

    def _add_row(self, number_: int, heading: str, middle: QWidget, button: QPushButton) -> None:
        button.setAutoDefault(True)
        label = plain_label(heading, secondary=True)
        for column, widget in enumerate((label, middle, button)):
            self._grid.addWidget(widget, number_, column)
            self._shown.append(widget)

    @Slot()
    def _on_chosen(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.session_chosen.emit(str(sender.property("session_path")))


class _FittingRow(QWidget):
    """Buttons side by side; those that do not fit whole are hidden, but the first one is cut instead."""

    def __init__(self) -> None:
        super().__init__()
        self._buttons: list[tuple[QToolButton, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def add(self, button: QToolButton, text: str) -> None:
        """One more at the end, with its text."""
        button.setParent(self)
        button.setText(for_menu(text))
        self._buttons.append((button, text))

    def sizeHint(self) -> QSize:
        hints = [button.sizeHint() for button, _ in self._buttons]
        height = max((hint.height() for hint in hints), default=TARGET_PX)
        return QSize(sum(hint.width() + _GAP_PX for hint in hints), max(TARGET_PX, height))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        left = 0
        is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        for button, text in self._buttons:
            button.setText(for_menu(text if left else self._cut(button, text)))
            width = button.sizeHint().width()
            button.setVisible(left + width <= self.width())
            place = self.width() - left - width if is_mirrored else left
            button.setGeometry(place, 0, width, self.height())
            left += width + _GAP_PX

    def _cut(self, button: QToolButton, text: str) -> str:
        """The text as far as the row has room for it."""
        metrics = button.fontMetrics()
        button.setText(for_menu(text))
        around = button.sizeHint().width() - metrics.horizontalAdvance(text)
        return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, self.width() - around - 1)


def facts_text(session: SessionOnStart, now_s: float) -> str:
    """What is in a session: images, labels, day; of a damaged one only that it is."""
    if session.is_damaged:
        return tr("the file is damaged, {day}").format(day=day_text(session.changed_at, now_s))
    return tr("{images}, {labelled} labelled, {day}").format(
        images=counted(session.images, "%n image", "%n images"),
        labelled=number(session.labelled),
        day=day_text(session.changed_at, now_s),
    )
