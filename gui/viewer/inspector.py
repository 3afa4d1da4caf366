"""Stack what is said about one picture in a column: suggestions, class search, label, map controls, facts."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QSizePolicy, QSpacerItem, QVBoxLayout, QWidget

from gui.theme import TARGET_PX
from gui.viewer.class_search import ClassSearch
from gui.viewer.facts_panel import FactsPanel
from gui.viewer.label_panel import LabelPanel
from gui.viewer.map_panel import MapPanel
from gui.viewer.section import Section
from gui.viewer.suggestions_view import SuggestionsView
from gui.viewer.viewer_colors import ViewerColors
from inference.results import Prediction

_WIDTH_IN_LETTERS = 46
_NARROWEST_IN_LETTERS = 26
_SETTLED_MS = 60
_ROOM_PX = 6
"""Around a part that is scrolled to."""


class Inspector(QScrollArea):
    """The right column of the Viewer; scrolls where the window is low.

    Attributes:
        suggestions: what the model says.
        class_search: finds any other class.
        label: what a person decided.
        map_panel: the controls of the map.
        facts: of the file.

    Signals:
        classify_requested(): the person wants the picture classified now.
        reclassify_requested(): the person wants the failed picture to be tried again.
        reveal_requested(): the person wants to see the failed picture's file.
    """

    classify_requested = Signal()
    reclassify_requested = Signal()
    reveal_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QWidget(self)
        self.suggestions = SuggestionsView(column)
        self.class_search = ClassSearch(column)
        self.label = LabelPanel(column)
        self.map_panel = MapPanel(column)
        self.facts = FactsPanel(column)
        self._sections = QVBoxLayout()
        self._revealed: Section | None = None
        self._is_whole_wanted = True
        # Empty room below everything, so that what closes farther up moves nothing on screen.
        self._spare = QSpacerItem(0, 0)
        self._settling = QTimer(self, interval=_SETTLED_MS, singleShot=True)
        self._settling.timeout.connect(self._on_settled)
        self.verticalScrollBar().rangeChanged.connect(self._scroll_to_revealed)
        self.verticalScrollBar().rangeChanged.connect(self._give_up_spare_room)
        self.verticalScrollBar().valueChanged.connect(self._give_up_spare_room)
        self._sentence = QLabel(column)
        self._classify = QPushButton(self.tr("Classify now"), column)
        self._reclassify = QPushButton(self.tr("Classify again"), column)
        self._reveal = QPushButton(self.tr("Show in file manager"), column)
        self._lay_out(column)
        self.setWidget(column)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always there: one that comes with a part that opens would push everything aside.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._classify.clicked.connect(self.classify_requested)
        self._reclassify.clicked.connect(self.reclassify_requested)
        self._reveal.clicked.connect(self.reveal_requested)
        self.show_sentence("")

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * _WIDTH_IN_LETTERS, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Wide enough for every line and the scroll bar: nothing scrolls sideways, so nothing may be cut there."""
        column = self.widget()
        inside = column.minimumSizeHint().width() if column is not None else 0
        narrowest = self.fontMetrics().averageCharWidth() * _NARROWEST_IN_LETTERS
        width = max(narrowest, inside + self.verticalScrollBar().sizeHint().width())
        return QSize(width, super().minimumSizeHint().height())

    def add_section(self, title: str, content: QWidget, *, is_open: bool = False) -> Section:
        """Add a part that can be folded away, below the map's controls and above the file's facts."""
        section = Section(title, content, self.widget(), is_open=is_open)
        section.opened_changed.connect(partial(self._on_opened, section))
        self._sections.addWidget(section)
        return section

    def last_stop(self) -> QWidget | None:
        """Where Tab leads last in here: the last widget that takes it in the part that was added last."""
        item = self._sections.itemAt(self._sections.count() - 1)
        section = None if item is None else item.widget()
        last, widget = None, None if section is None else section.nextInFocusChain()
        # No farther than it takes: each widget that is asked for lives as long as Python holds it.
        while section is not None and widget is not None and section.isAncestorOf(widget):
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                last = widget
            widget = widget.nextInFocusChain()
        return last

    def reveal(self, section: Section) -> None:
        """Open a part and scroll to it, no farther than it takes; in a moment, when it has got its place."""
        section.set_open(True)
        self._scroll_soon_to(section, is_whole_wanted=True)

    def follow(self, section: Section) -> None:
        """An answer that was asked for has come in a part: scroll to it, unless it was folded away or pointed past."""
        if section.is_open and not self.suggestions.underMouse():
            self.reveal(section)

    @Slot()
    def scroll_to_top(self) -> None:
        """Begin with the suggestions: what was scrolled to belonged to pictures that are gone."""
        self._settling.stop()
        self._revealed = None
        self.verticalScrollBar().setValue(0)

    def _on_opened(self, section: Section, is_open: bool) -> None:
        """Whoever opens or closes a part looks at its heading: that stays where it is, under the pointer."""
        if is_open:
            # Unless it is so far down that nobody would see that something opened.
            self._scroll_soon_to(section, is_whole_wanted=False)
        else:
            self._revealed = None
            self._settling.start()
            self._keep_room_below(section.content_height)

    def _scroll_soon_to(self, section: Section, *, is_whole_wanted: bool) -> None:
        self._revealed, self._is_whole_wanted = section, is_whole_wanted
        self._settling.start()

    @Slot()
    def _give_up_spare_room(self) -> None:
        """What of the empty room nobody sees any more goes; not before the layout has made what closed smaller."""
        if self._spare.sizeHint().height() and not self._settling.isActive():
            self._keep_room_below(0)

    def _keep_room_below(self, lost: int) -> None:
        """The column becomes lower by so many pixels: what is seen now can be seen then, with empty room below it."""
        column = self.widget()
        layout = None if column is None else column.layout()
        if column is None or layout is None:
            return
        before = self._spare.sizeHint().height()
        seen_to = self.verticalScrollBar().value() + self.viewport().height()
        # The column has the height of the last layout, with the empty room that there was then.
        content = column.height() - self._spare.geometry().height()
        spare = max(0, min(before + lost, seen_to - (content - lost)))
        if spare != before:
            self._spare.changeSize(0, spare)
            layout.invalidate()

    @Slot()
    def _on_settled(self) -> None:
        self._scroll_to_revealed()
        self._revealed = None
        self._give_up_spare_room()

    @Slot()
    def _scroll_to_revealed(self) -> None:
        """The layout needs some rounds of the event loop to give what was opened its place; each is followed."""
        section, column = self._revealed, self.widget()
        if section is None or column is None:
            return
        bar, room = self.verticalScrollBar(), self.viewport().height()
        top = section.mapTo(column, QPoint(0, 0)).y() - _ROOM_PX
        height = section.height() if self._is_whole_wanted else min(section.height(), section.least_height)
        bottom = top + height + 2 * _ROOM_PX
        # Of one that is higher than the window, the heading and what follows it.
        bar.setValue(min(top, max(bar.value(), bottom - room)))

    def set_colors(self, colors: ViewerColors) -> None:
        """Take the theme's colours."""
        self.suggestions.set_colors(colors)

    def show_predictions(self, predictions: tuple[Prediction, ...], *, class_count: int) -> None:
        """Show what the model says of the picture."""
        # Not by way of `show_sentence`: a list that goes and comes back has the whole column laid out twice.
        self._say("", can_classify=False, has_failed=False)
        self.suggestions.show_predictions(predictions, class_count=class_count)
        self.suggestions.setVisible(bool(predictions))

    def show_sentence(self, text: str, *, can_classify: bool = False, has_failed: bool = False) -> None:
        """Show a sentence in place of suggestions, with the buttons that would help now.

        Args:
            text: one sentence, or nothing.
            can_classify: offer to classify the picture.
            has_failed: offer to try the picture again and to show its file.
        """
        self.suggestions.show_predictions((), class_count=0)
        self.suggestions.hide()
        self._say(text, can_classify=can_classify, has_failed=has_failed)

    def _say(self, text: str, *, can_classify: bool, has_failed: bool) -> None:
        self._sentence.setText(text)
        self._sentence.setVisible(bool(text))
        self._classify.setVisible(can_classify)
        self._reclassify.setVisible(has_failed)
        self._reveal.setVisible(has_failed)

    @property
    def sentence(self) -> str:
        """The sentence in place of suggestions, or nothing."""
        return self._sentence.text()

    def _lay_out(self, column: QWidget) -> None:
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setWordWrap(True)
        layout = QVBoxLayout(column)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(8)
        layout.addWidget(_heading(self.tr("Suggestions"), column))
        layout.addWidget(self._sentence)
        self.class_search.setMinimumHeight(TARGET_PX)
        for button in (self._classify, self._reclassify, self._reveal):
            button.setMinimumHeight(TARGET_PX)
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            layout.addWidget(button)
        layout.addWidget(self.suggestions)
        layout.addWidget(self.class_search)
        layout.addSpacing(10)
        layout.addWidget(_heading(self.tr("Label"), column))
        layout.addWidget(self.label)
        layout.addSpacing(10)
        layout.addWidget(_heading(self.tr("Map"), column))
        layout.addWidget(self.map_panel)
        layout.addSpacing(10)
        layout.addLayout(self._sections)
        layout.addSpacing(10)
        layout.addWidget(_heading(self.tr("Picture"), column))
        layout.addWidget(self.facts)
        layout.addItem(self._spare)
        layout.addStretch(1)


def _heading(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    font = QFont(label.font())
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * 1.1)
    label.setFont(font)
    return label
