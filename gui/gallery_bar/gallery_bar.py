"""The bar above the gallery: order, groups, size, filters, and what they leave over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.gallery.arrangement import Arrangement, GroupKey, ImageFilter, SortKey
from gui.gallery_bar.filter_line import FilterLine
from gui.gallery_bar.flow_layout import FlowLayout
from gui.gallery_bar.order_controls import GroupChoice, SortChoice, TileSizeSlider, captioned
from gui.gallery_bar.score_range import ScoreRange
from gui.gallery_bar.text_filter import TextFilter
from gui.theme import theme_of
from gui.words import tr


class GalleryBar(QWidget):
    """Shows the arrangement in force, and tells which one the person wants.

    Signals:
        arrangement_changed(arrangement: Arrangement): the person wants this one.
        sort_now_requested(): the frozen order shall be made anew.
        tile_size_changed(size_px: int): tiles of this width, in logical pixels.
        left(): the person is done with the text field or took away the last chip; the focus belongs to the pictures.
    """

    arrangement_changed = Signal(object)
    sort_now_requested = Signal()
    tile_size_changed = Signal(int)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._arrangement = Arrangement()
        self._sort = SortChoice()
        self._group = GroupChoice()
        self._size = TileSizeSlider()
        self._score = ScoreRange()
        self._text = TextFilter()
        self._line = FilterLine()
        self._arrange()
        self._sort.sort_wanted.connect(self._on_sort_wanted)
        self._group.group_wanted.connect(self._on_group_wanted)
        self._size.valueChanged.connect(self.tile_size_changed)
        self._score.range_wanted.connect(self._on_range_wanted)
        self._text.text_wanted.connect(self._on_text_wanted)
        self._text.left.connect(self.left)
        self._line.filter_wanted.connect(self._on_filter_wanted)
        self._line.sort_now_requested.connect(self.sort_now_requested)
        self._line.emptied.connect(self.left)
        self._show()

    @property
    def arrangement(self) -> Arrangement:
        """The arrangement as the bar knows it."""
        return self._arrangement

    @Slot(object)
    def set_arrangement(self, arrangement: Arrangement) -> None:
        """Show the arrangement in force; tells nobody."""
        if arrangement != self._arrangement:
            self._arrangement = arrangement
            self._show()

    def set_counts(self, shown: int, total: int) -> None:
        """Say how many of all images pass the filter."""
        self._line.set_counts(shown, total)

    @Slot(bool)
    def set_stale(self, is_stale: bool) -> None:
        """Say that results came which are not sorted in yet."""
        self._line.set_stale(is_stale)

    def set_arriving(self, *, is_arriving: bool) -> None:
        """Say whether a run brings results now."""
        self._line.set_arriving(is_arriving=is_arriving)

    def set_also_shown(self, *, is_shown: bool) -> None:
        """Say that images are shown which the filter would hide, because what happened to them was taken back."""
        self._line.set_also_shown(is_shown=is_shown)

    @property
    def is_also_shown(self) -> bool:
        """Whether the bar says so."""
        return self._line.is_also_shown

    def set_names(self, label_name: Callable[[int], str]) -> None:
        """How a code of a label or suggestion is called."""
        self._line.set_names(label_name)

    def set_tile_size(self, size_px: int) -> None:
        """Show the width of tiles in force; tells nobody."""
        was_blocked = self._size.blockSignals(True)
        self._size.setValue(size_px)
        self._size.blockSignals(was_blocked)

    @Slot()
    def focus_text(self) -> None:
        """Let the person type a text to filter by; the old one is selected, so that typing replaces it."""
        self._text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._text.selectAll()

    def _arrange(self) -> None:
        controls = FlowLayout(gap_px=10)
        controls.addWidget(captioned(tr("Sort"), self._sort))
        controls.addWidget(captioned(tr("Group"), self._group))
        controls.addWidget(self._score)
        controls.addWidget(self._text)
        controls.addWidget(captioned(tr("Size"), self._size))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 6)
        column.setSpacing(6)
        column.addLayout(controls)
        column.addWidget(self._line)
        self.setAccessibleName(tr("Order and filter"))

    def _show(self) -> None:
        wanted = self._arrangement
        self._sort.set_order(wanted.sort, descending=wanted.descending)
        self._group.set_group(wanted.group)
        self._score.set_range(wanted.filter.score_from, wanted.filter.score_to)
        self._text.set_text(wanted.filter.text)
        self._line.set_filter(wanted.filter)

    def _take(self, arrangement: Arrangement) -> None:
        if arrangement != self._arrangement:
            self.set_arrangement(arrangement)
            self.arrangement_changed.emit(arrangement)

    @Slot(object, bool)
    def _on_sort_wanted(self, key: SortKey, descending: bool) -> None:
        self._take(replace(self._arrangement, sort=key, descending=descending))

    @Slot(object)
    def _on_group_wanted(self, key: GroupKey) -> None:
        self._take(replace(self._arrangement, group=key))

    @Slot(object, object)
    def _on_range_wanted(self, lowest: float | None, highest: float | None) -> None:
        images = replace(self._arrangement.filter, score_from=lowest, score_to=highest)
        self._take(self._arrangement.with_filter(images))

    @Slot(str)
    def _on_text_wanted(self, text: str) -> None:
        self._take(self._arrangement.with_filter(replace(self._arrangement.filter, text=text)))

    @Slot(object)
    def _on_filter_wanted(self, images: ImageFilter) -> None:
        self._take(self._arrangement.with_filter(images))

    def paintEvent(self, _event: QPaintEvent) -> None:
        border = QColor(theme_of(self.palette()).border)
        QPainter(self).fillRect(0, self.height() - 1, self.width(), 1, border)
