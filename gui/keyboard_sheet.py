"""List the keys as they are set now, over the window."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from gui.action_table import ACTIONS, ActionId, ActionRow, Menu
from gui.actions import Actions, keys_of, native_text
from gui.labels import plain_label
from gui.theme import theme_of
from gui.words import tr

_SCRIM_OPACITY = 0.6
_MARGIN_PX = 32
_RADIUS_PX = 12
_COLUMNS = 2
"""Where there is room for them; one in a narrow window."""
_AROUND_PX = 60
"""What the card is wider than the keys in it, about, without the scroll bar."""
_CLOSING = frozenset({Qt.Key.Key_Escape, Qt.Key.Key_F1, Qt.Key.Key_Question})
_NATIVE = QKeySequence.SequenceFormat.NativeText


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """One line of the sheet."""

    menu: Menu
    text: str
    keys: tuple[str, ...]


def sheet_entries(actions: Actions) -> tuple[SheetEntry, ...]:
    """All actions that have a key, in the table's order, with the texts and keys that the live actions have."""
    entries = []
    for row in ACTIONS:
        action = actions[row.id]
        if row.taught or row.decides:
            keys = _keys_of_views(row)
        else:
            keys = tuple(key.toString(_NATIVE) for key in keys_of(action))
        if keys:
            entries.append(SheetEntry(row.menu, _without_marks(action.text()), tuple(dict.fromkeys(keys))))
    return tuple(entries)


def _without_marks(text: str) -> str:
    """A menu's text without its access key, without the key behind it, and without dots."""
    words = text.partition("\t")[0]
    return words.replace("&&", "\0").replace("&", "").replace("\0", "&").removesuffix("...")


def _keys_of_views(row: ActionRow) -> tuple[str, ...]:
    """The keys that no live action has, because the views handle them; many that belong together are one entry."""
    keys = tuple(native_text(key.sequence) for key in row.keys)
    match row.id:
        case ActionId.MAP_HOLD:
            return (tr("{key} (hold)").format(key=keys[0]),)
        case ActionId.LABEL_NTH:
            return (tr("{first} to {last}").format(first=keys[0], last=keys[-1]),)
        case ActionId.REGION_MOVE | ActionId.REGION_SIZE:
            # All four arrows with the same modifiers.
            return (keys[0].removesuffix(native_text("Left")) + tr("arrow"),)
        case ActionId.LABEL_CUSTOM:
            return (" ".join(keys),)
    return keys


class KeyboardSheet(QWidget):
    """An overlay over its parent. Escape, F1, `?` or a click outside the card close it; the focus goes back.

    Signals:
        closed(): it went away.
    """

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self._focus_before: QWidget | None = None
        self._entries: tuple[SheetEntry, ...] = ()
        self._columns = 0
        self._whole_width = 0
        self._listed = QWidget()
        self._card = _Card(self)
        self._scroll = QScrollArea(self._card)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.viewport().setAutoFillBackground(False)
        title = plain_label(tr("Keyboard shortcuts"), points=4, bold=True)
        column = QVBoxLayout(self._card)
        column.setContentsMargins(28, 22, 20, 22)
        column.setSpacing(14)
        column.addWidget(title)
        column.addWidget(self._scroll, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Keyboard shortcuts"))
        parent.installEventFilter(self)
        self.hide()

    def show_actions(self, actions: Actions) -> None:
        """Appear with the keys of these actions."""
        self._entries = sheet_entries(actions)
        self._list(_COLUMNS)
        self._whole_width = self._listed.sizeHint().width()
        focused = self.window().focusWidget()
        self._focus_before = focused if focused is not self else self._focus_before
        self._place()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_sheet(self) -> None:
        """Go away and give the focus back."""
        if self.isHidden():
            return
        self.hide()
        if self._focus_before is not None:
            self._focus_before.setFocus(Qt.FocusReason.PopupFocusReason)
        self._focus_before = None
        self.closed.emit()

    def _list(self, columns: int) -> None:
        self._columns = columns
        self._listed = _listing(self._entries, columns)
        self._scroll.setWidget(self._listed)

    def _place(self) -> None:
        self.setGeometry(self._covered.rect())
        around = _AROUND_PX + self._scroll.verticalScrollBar().sizeHint().width()
        room = self.width() - 2 * _MARGIN_PX
        columns = _COLUMNS if self._whole_width + around <= room else 1
        if columns != self._columns:
            self._list(columns)
        content = self._listed.sizeHint()
        width = min(content.width() + around, room)
        height = min(content.height() + 100, self.height() - 2 * _MARGIN_PX)
        self._card.resize(max(200, width), max(160, height))
        self._card.move(QPoint((self.width() - self._card.width()) // 2, (self.height() - self._card.height()) // 2))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._covered and self.isVisible():
            self._place()
        return False

    def event(self, event: QEvent) -> bool:
        """Keep the closing keys from the window's actions, one of which opened the sheet by the same key."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _CLOSING:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self._scroll.verticalScrollBar()
        match event.key():
            case key if key in _CLOSING:
                self.close_sheet()
            case Qt.Key.Key_Down | Qt.Key.Key_Up:
                bar.setValue(bar.value() + (1 if event.key() == Qt.Key.Key_Down else -1) * bar.singleStep())
            case Qt.Key.Key_PageDown | Qt.Key.Key_PageUp:
                bar.setValue(bar.value() + (1 if event.key() == Qt.Key.Key_PageDown else -1) * bar.pageStep())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._card.geometry().contains(event.position().toPoint()):
            self.close_sheet()
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:
        scrim = QColor(theme_of(self.palette()).shadow)
        scrim.setAlphaF(_SCRIM_OPACITY)
        QPainter(self).fillRect(self.rect(), scrim)


class _Card(QWidget):
    """The sheet itself."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.border))
        painter.setBrush(QColor(theme.window))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), _RADIUS_PX, _RADIUS_PX)


class _KeyCap(QLabel):
    """One key, drawn as a key."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setContentsMargins(7, 2, 7, 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.border))
        painter.setBrush(QColor(theme.base))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 4, 4)
        painter.end()
        super().paintEvent(event)


def _listing(entries: tuple[SheetEntry, ...], column_count: int) -> QWidget:
    """The entries by menu, in at most so many columns of about the same length."""
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 8, 0)
    row.setSpacing(40)
    per_column = -(-len(entries) // column_count)
    placed = 0
    columns = [_new_column(row)]
    for menu in Menu:
        here = [entry for entry in entries if entry.menu is menu]
        if not here:
            continue
        if placed and len(columns) < column_count and placed + len(here) // 2 > per_column:
            placed = 0
            columns.append(_new_column(row))
        columns[-1].addWidget(_section(menu, here))
        placed += len(here)
    for filled in columns:
        filled.addStretch(1)
    return box


def _new_column(row: QHBoxLayout) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(16)
    row.addLayout(column)
    return column


def _section(menu: Menu, entries: list[SheetEntry]) -> QWidget:
    box = QWidget()
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(5)
    grid.setColumnStretch(0, 1)
    grid.addWidget(plain_label(tr(menu.value).replace("&", ""), bold=True), 0, 0, 1, 2)
    for number, entry in enumerate(entries, start=1):
        grid.addWidget(plain_label(entry.text), number, 0)
        keys = QHBoxLayout()
        keys.setSpacing(5)
        keys.addStretch(1)
        for key in entry.keys:
            keys.addWidget(_KeyCap(key))
        grid.addLayout(keys, number, 1)
    return box
