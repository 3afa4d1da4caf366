"""Show one section of the library: a heading that opens and closes it, its rows, or why there are none."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui.labels import plain_label
from gui.library.facet_list import FacetList
from gui.library.facet_model import FacetModel
from gui.library.sections import LONG_SECTIONS, Section, section_title
from gui.theme import TARGET_PX
from gui.words import number, tr

_PAD_PX = 8
_ROOM_FOR = 999
"""Rows whose count fits beside the heading from the start: the library grows no wider when the first ones come."""

_ANY_HEIGHT = (1 << 24) - 1  # QWIDGETSIZE_MAX


def empty_text(section: Section) -> str:
    """What a section without rows says."""
    texts = {
        Section.SOURCES: tr("No folder is open."),
        Section.STATE: "",
        Section.LABELS: tr("Nothing is labelled yet."),
        Section.SUGGESTIONS: tr("Nothing is classified yet."),
    }
    return texts[section]


class FacetSection(QWidget):
    """One section.

    Attributes:
        section: which one.
        rows: the list.

    Signals:
        opened_changed(is_open: bool): the person opened or closed it.
    """

    opened_changed = Signal(bool)

    def __init__(
        self,
        section: Section,
        facets: FacetModel,
        parent: QWidget | None = None,
        *,
        is_open: bool = True,
        can_close: bool = True,
    ) -> None:
        """Without `can_close`, the heading is only a heading."""
        super().__init__(parent)
        self._can_close = can_close
        self.section = section
        self.rows = FacetList(section, facets)
        self._facets = facets
        self._is_open = is_open
        self._heading = self._make_heading()
        self._total = plain_label(secondary=True)
        self._empty = plain_label(secondary=True)
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(28, 2, _PAD_PX, 4)
        self._arrange()
        facets.row_count_changed.connect(self._show)
        self._show()

    @property
    def is_open(self) -> bool:
        """Whether its rows are shown."""
        return self._is_open

    @property
    def full_height(self) -> int:
        """Of the heading and all rows, in logical pixels."""
        below = self.rows.full_height if self.rows.isVisibleTo(self) else self._empty.sizeHint().height()
        return max(self._head.sizeHint().height(), self._head.minimumHeight()) + below

    def set_open(self, is_open: bool) -> None:
        """Show the rows, or only the heading."""
        self._is_open = is_open
        self._show()

    def _make_heading(self) -> QToolButton:
        heading = QToolButton(self)
        heading.setText(section_title(self.section))
        heading.setAutoRaise(True)
        heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        heading.setMinimumHeight(TARGET_PX)
        heading.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        font = heading.font()
        font.setBold(True)
        heading.setFont(font)
        heading.setVisible(self._can_close)
        heading.clicked.connect(self._on_heading_clicked)
        return heading

    def _arrange(self) -> None:
        self._head = QWidget()
        self._head.setMinimumHeight(TARGET_PX + 2)
        head = QHBoxLayout(self._head)
        head.setContentsMargins(0, 0, _PAD_PX, 0)
        if self._can_close:
            head.addWidget(self._heading, 1)
        else:
            head.addSpacing(_PAD_PX)
            head.addWidget(plain_label(section_title(self.section), bold=True), 1)
        self._total.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self._total)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self.rows, 1)
        column.addWidget(self._empty)

    @Slot()
    def _show(self) -> None:
        shown, total = self._facets.rowCount(), self._facets.total
        is_counted = self.section in LONG_SECTIONS and total > 0
        self._total.setText(number(total) if is_counted else "")
        if self.section in LONG_SECTIONS:
            self._total.setMinimumWidth(self._total.fontMetrics().horizontalAdvance(number(max(total, _ROOM_FOR))) + 1)
        self._empty.setText(tr("No name contains this text.") if total else empty_text(self.section))
        self._empty.setVisible(self._is_open and not shown and bool(self._empty.text()))
        self.rows.setVisible(self._is_open and shown > 0)
        self._limit_height()
        closed = Qt.ArrowType.RightArrow
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            closed = Qt.ArrowType.LeftArrow
        self._heading.setArrowType(Qt.ArrowType.DownArrow if self._is_open else closed)
        self._heading.setAccessibleDescription(tr("Hides the rows") if self._is_open else tr("Shows the rows"))

    def _limit_height(self) -> None:
        """Never be higher than the rows: the room below belongs to the next section."""
        grows = self.rows.isVisibleTo(self) and self.section in LONG_SECTIONS
        vertical = QSizePolicy.Policy.Expanding if grows else QSizePolicy.Policy.Maximum
        self.setSizePolicy(QSizePolicy.Policy.Preferred, vertical)
        self.setMaximumHeight(self.full_height if grows else _ANY_HEIGHT)

    @Slot()
    def _on_heading_clicked(self) -> None:
        self.set_open(not self._is_open)
        self.opened_changed.emit(self._is_open)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.LayoutDirectionChange, QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._show()
