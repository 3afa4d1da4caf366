"""Let a person type any label for the images at hand: own labels, classes of the model, or a new one."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QGuiApplication,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.label_notices import label_empty, label_exists
from gui.labelling_widgets.label_edit import LabelEdit
from gui.labelling_widgets.label_list import LabelListView, LabelRow, LabelRowsModel, RowKind, spoken
from gui.labelling_widgets.label_ranking import LabelNames, ranked_labels
from gui.labelling_widgets.label_text import comparable
from gui.labels import plain_label
from gui.theme import theme_of
from gui.words import counted, tr
from inference.texts import LONGEST_LABEL, clean_label

Scores: TypeAlias = Mapping[str, float] | Callable[[str], float | None]
"""The softmax of each class for the image on screen, by its name; names without one have none."""

_SHOWN_ROWS = 9
_WIDTH_CHARACTERS = 62
_MARGIN_PX = 24
_RADIUS_PX = 12
_SCRIM_OPACITY = 0.25
_OFFERED = 500
"""Rows before anything is typed; nobody scrolls through more."""


class LabelPalette(QWidget):
    """A panel over the middle of its parent; a click outside it or Escape closes it, and the focus goes back.

    Enter takes the current row, Ctrl+Enter likewise without moving on, Shift+Enter makes a new label of the text.

    Signals:
        label_chosen(text: str, stay: bool): this label, known or new, was chosen; with `stay` the same image stays on
            screen. The panel is closed already.
        closed(): it went away, for whatever reason.
    """

    label_chosen = Signal(str, bool)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self._focus_before: QWidget | None = None
        self._names = LabelNames()
        self._existing: dict[str, str] = {}
        self._own: tuple[str, ...] = ()
        self._classes: tuple[str, ...] = ()
        self._score: Callable[[str], float | None] = _no_score
        self._refused = ""
        self._card = _Card(self)
        self._title = plain_label(points=2, bold=True)
        self._edit = LabelEdit()
        self._note = plain_label()
        self._rows = LabelRowsModel(self)
        self._list = LabelListView()
        self._list.setModel(self._rows)
        self._hint = plain_label(secondary=True)
        self._arrange()
        self._edit.textChanged.connect(self._on_text_changed)
        self._edit.escaped.connect(self.close_palette)
        self._edit.moved.connect(self._on_moved)
        self._edit.entered.connect(self._on_entered)
        self._list.clicked.connect(self._on_clicked)
        parent.installEventFilter(self)
        self.hide()

    def set_names(self, own: Sequence[str], classes: Sequence[str]) -> None:
        """Take the names to choose from.

        Args:
            own: labels of the person, in the order in which they are offered before anything is typed.
            classes: class names of the model, in class order.
        """
        if (self._own, self._classes) == (tuple(own), tuple(classes)):
            return
        self._own, self._classes = tuple(own), tuple(classes)
        self._names = LabelNames.of(own, classes)
        self._existing = {}
        for name in self._names.names:
            self._existing.setdefault(comparable(name), name)
        if self.isVisible():
            self._find()

    @property
    def text(self) -> str:
        """What was typed."""
        return self._edit.text()

    def open_palette(self, image_count: int = 1, scores: Scores | None = None) -> None:
        """Appear, empty.

        Args:
            image_count: how many images the label is for.
            scores: of the classes for the one image on screen.
        """
        self._score = scores.get if isinstance(scores, Mapping) else scores or _no_score
        title = counted(image_count, "Label this image", "Label %n images")
        self._title.setText(title)
        self._edit.setAccessibleName(title)
        self._edit.clear()
        self._find()
        focused = self.window().focusWidget()
        self._focus_before = focused if focused is not self._edit else self._focus_before
        self._place()
        self.show()
        self.raise_()
        self._edit.setFocus(Qt.FocusReason.PopupFocusReason)

    @Slot()
    def close_palette(self) -> None:
        """Go away and give the focus back."""
        if self.isHidden():
            return
        before, self._focus_before = self._focus_before, None
        if before is not None:
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.hide()
        self.closed.emit()

    # What is shown

    def _arrange(self) -> None:
        self._note.setWordWrap(True)
        self._note.hide()
        self._hint.setWordWrap(True)
        self._hint.setText(tr("Enter: label, next image. Ctrl+Enter: label, stay here. Shift+Enter: new label."))
        self._edit.setPlaceholderText(tr("Type a label"))
        self._edit.setMaxLength(LONGEST_LABEL)
        self._edit.setMinimumHeight(self._list.row_height + 4)
        column = QVBoxLayout(self._card)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(10)
        for widget in (self._title, self._edit, self._note):
            column.addWidget(widget)
        column.addWidget(self._list, 1)
        column.addWidget(self._hint)

    def _place(self) -> None:
        self.setGeometry(self._covered.rect())
        wanted = self.fontMetrics().averageCharWidth() * _WIDTH_CHARACTERS
        width = max(220, min(wanted, self.width() - 2 * _MARGIN_PX))
        layout = self._card.layout()
        around = layout.heightForWidth(width) if layout is not None else 0
        rows = _SHOWN_ROWS * self._list.row_height
        height = min(around - self._list.minimumSizeHint().height() + rows, self.height() - 2 * _MARGIN_PX)
        self._card.resize(width, max(160, height))
        self._card.move(QPoint((self.width() - self._card.width()) // 2, (self.height() - self._card.height()) // 2))

    def _find(self) -> None:
        self._say("")
        query = self._edit.text()
        if clean_label(query):
            rows = [self._row(match.index) for match in ranked_labels(query, self._names)]
            rows.extend(self._new_row(query))
        else:
            rows = self._offered()
        self._rows.set_rows(rows)
        # Before anything is typed no row is current: Enter alone must not label anything.
        self._list.setCurrentIndex(self._rows.index(0) if clean_label(query) else QModelIndex())
        self._list.scrollToTop()

    def _row(self, index: int) -> LabelRow:
        name = self._names.names[index]
        kind = RowKind.OWN if index < self._names.own_count else RowKind.CLASS
        return LabelRow(name, kind, self._score(name))

    def _new_row(self, query: str) -> list[LabelRow]:
        """The last row, unless such a label is there already."""
        new = clean_label(query)
        return [] if comparable(new) in self._existing else [LabelRow(new, RowKind.CREATE)]

    def _offered(self) -> list[LabelRow]:
        """Before anything is typed: own labels, then the classes, the likeliest first."""
        own = [self._row(index) for index in range(min(self._names.own_count, _OFFERED))]
        rest = (self._row(index) for index in range(self._names.own_count, len(self._names)))
        best = heapq.nlargest(_OFFERED - len(own), rest, key=_score_of)
        return own + best

    def _say(self, text: str) -> None:
        self._note.setText(text)
        self._note.setVisible(bool(text))
        if text:
            self._announce(text)

    def _announce(self, text: str) -> None:
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._edit, text))

    # What the person does

    @Slot(str)
    def _on_text_changed(self, _text: str) -> None:
        self._refused = ""
        if self.isVisible():
            self._find()

    @Slot(object)
    def _on_moved(self, key: Qt.Key) -> None:
        page = max(1, self._list.viewport().height() // self._list.row_height)
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page}
        place = max(0, min(self._list.currentIndex().row() + steps[key], self._rows.rowCount() - 1))
        row = self._rows.row(place)
        if row is not None:
            self._list.setCurrentIndex(self._rows.index(place))
            self._announce(spoken(row))

    @Slot(bool, bool)
    def _on_entered(self, create: bool, stay: bool) -> None:
        if create:
            self._create(stay=stay)
        else:
            self._take_current(stay=stay)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self._list.setCurrentIndex(index)
        self._take_current(stay=bool(QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier))

    def _take_current(self, *, stay: bool) -> None:
        row = self._rows.row(self._list.currentIndex().row())
        if row is None:
            self._say(label_empty().text)
        else:
            self._choose(row.text, stay=stay)

    def _create(self, *, stay: bool) -> None:
        new = clean_label(self._edit.text())
        known = self._existing.get(comparable(new))
        if not new:
            self._say(label_empty().text)
        elif known is None or new in self._names.names or new == self._refused:
            self._choose(new, stay=stay)
        else:
            # Another case or accent is a slip more often than another label: the same keys again insist.
            self._refused = new
            self._list.setCurrentIndex(self._rows.index(self._place_of(known)))
            self._say(label_exists(known).text)

    def _place_of(self, name: str) -> int:
        places = (place for place in range(self._rows.rowCount()) if self._text_at(place) == name)
        return next(places, 0)

    def _text_at(self, place: int) -> str:
        row = self._rows.row(place)
        return "" if row is None else row.text

    def _choose(self, text: str, *, stay: bool) -> None:
        self.close_palette()
        self.label_chosen.emit(text, stay)

    # What Qt asks for

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._covered and self.isVisible():
            self._place()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._card.geometry().contains(event.position().toPoint()):
            self.close_palette()
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:
        scrim = QColor(theme_of(self.palette()).shadow)
        scrim.setAlphaF(_SCRIM_OPACITY)
        QPainter(self).fillRect(self.rect(), scrim)


class _Card(QWidget):
    """The panel itself."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.border))
        painter.setBrush(QColor(theme.window))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), _RADIUS_PX, _RADIUS_PX)


def _no_score(_name: str) -> float | None:
    return None


def _score_of(row: LabelRow) -> float:
    return -1.0 if row.score is None else row.score
