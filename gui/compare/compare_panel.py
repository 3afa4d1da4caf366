"""Show one of the compared pictures with its map, under its name, over its scores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QSize, Signal
from PySide6.QtGui import QImage, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from gui.compare.linked_view import LinkedView
from gui.labels import ElidedLabel, plain_label
from gui.theme import TARGET_PX
from gui.viewer.class_search import ClassSearch
from gui.viewer.viewer_colors import ViewerColors
from gui.words import tr
from inference.results import CropGeometry

_NO_BOX = CropGeometry(0, 0, 0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class PanelMap:
    """A map, ready to be laid over its picture.

    Attributes:
        overlay: its colours, or None where nothing is drawn.
        lines: pieces of outlines, in shares of the box.
        box: what it covers, in pixels of the shown picture.
        takes_light: the overlay is a veil.
        cells: rows and columns of the true grid.
    """

    overlay: QImage | None
    lines: tuple[QLineF, ...]
    box: CropGeometry
    takes_light: bool
    cells: tuple[int, int]


class ComparePanel(QWidget):
    """One picture, its title above and its words below. What they say is decided elsewhere.

    Attributes:
        view: the picture; zooms and moves with its neighbours.
        search: chooses the class of this panel; hidden where all panels have one class.

    Signals:
        class_chosen(int): the person wants this class here.
    """

    class_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ElidedLabel(self)
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        self.view = LinkedView(self)
        self.search = ClassSearch(self)
        self.search.setMinimumHeight(TARGET_PX)
        self.search.setPlaceholderText(tr("Another class…"))
        self.search.hide()
        self._below = QWidget(self)
        self._score, self._first, self._ledger, self._remark = (plain_label() for _ in range(4))
        self._ledger.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        bold = self._score.font()
        bold.setBold(True)
        self._score.setFont(bold)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._title)
        column.addWidget(self.search)
        column.addWidget(self.view, 1)
        column.addWidget(self._lay_out_words())
        self.search.class_chosen.connect(self.class_chosen)

    @property
    def title(self) -> str:
        """What stands above the picture."""
        return self._title.text()

    def set_title(self, title: str) -> None:
        """Name what this is, safe to show already."""
        self._title.set_text(title)
        self.view.setAccessibleName(tr("Picture {title}").format(title=title))
        self.search.setAccessibleName(tr("Another class for {title}").format(title=title))

    def set_colors(self, colors: ViewerColors) -> None:
        """Take the theme's colours."""
        self.view.set_colors(colors)

    def say(self, *, score: str = "", first: str = "", ledger: str = "", remark: str = "") -> None:
        """Say these below the picture; what is empty takes no room."""
        for label, text in zip(self._all_words(), (score, first, ledger, remark), strict=True):
            label.setText(text)
            label.setVisible(bool(text))
        self.view.set_map_description(self.words())

    def words(self) -> str:
        """All that stands below the picture."""
        return " ".join(label.text() for label in self._all_words() if label.text())

    def lines(self) -> tuple[str, ...]:
        """The same line by line, for a picture that is saved."""
        return tuple(label.text() for label in self._all_words() if label.text())

    def show_map(self, shown: PanelMap | None) -> None:
        """Lay a map over the picture, or take it off."""
        if shown is None:
            self.view.show_overlay(None, _NO_BOX)
            return
        self.view.set_cells(*shown.cells)
        self.view.show_overlay(shown.overlay, shown.box, lines=shown.lines, takes_light=shown.takes_light)

    def set_classes(self, names: Iterable[str] | None) -> None:
        """Offer these classes for this panel alone; None: it has no class of its own."""
        self.search.setVisible(names is not None)
        if names is not None:
            self.search.set_classes(names)

    def height_of_words(self) -> int:
        """How high the words below the picture want to be at their width now, in logical pixels."""
        column = self._below.layout()
        return 0 if column is None else column.heightForWidth(max(1, self.width()))

    def set_height_of_words(self, height: int) -> None:
        """Give the words this height, so that pictures beside each other have one size."""
        self._below.setFixedHeight(height)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.view.minimumSizeHint().width(), super().minimumSizeHint().height())

    def _lay_out_words(self) -> QWidget:
        column = QVBoxLayout(self._below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for words in self._all_words():
            words.setWordWrap(True)
            words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            column.addWidget(words)
        column.addStretch(1)
        return self._below

    def _all_words(self) -> tuple[QLabel, ...]:
        return self._score, self._first, self._ledger, self._remark
