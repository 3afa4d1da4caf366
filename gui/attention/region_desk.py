"""Answer for the box that a person draws over the picture, while it is drawn."""

from __future__ import annotations

import importlib

from PySide6.QtCore import QObject, QRectF, Slot

from gui.attention.region_panel import RegionPanel
from gui.viewer.number_texts import decimal_text, percent_text
from gui.viewer.viewer_page import ViewerPage
from gui.viewing import Viewing
from gui.words import tr


class RegionDesk(QObject):
    """Keeps box and answer together; they go with the picture."""

    def __init__(self, page: ViewerPage, viewing: Viewing) -> None:
        super().__init__()
        self._page = page
        self._viewing = viewing
        self._key: int | None = None
        self._region: QRectF | None = None
        self.panel = RegionPanel()
        self.section = page.inspector.add_section(tr("One region by itself"), self.panel)
        self.panel.middle_requested.connect(self._ask_middle)
        self.panel.clear_requested.connect(self.clear)
        page.picture.region_drawn.connect(self.ask)
        page.picture.region_dismissed.connect(self.clear)
        viewing.examined_changed.connect(self._on_examined_changed)
        self.clear()

    @property
    def region(self) -> QRectF | None:
        """The box, in original pixels, or None."""
        return self._region

    @Slot(QRectF)
    def ask(self, region: QRectF) -> None:
        """Show a box, and what it says by itself."""
        self._region = QRectF(region)
        self._page.picture.set_region(self._region)
        if not self.section.is_open:
            self.section.set_open(True)
            self._page.inspector.ensureWidgetVisible(self.section)
        self._answer()

    @Slot()
    def clear(self) -> None:
        """No box."""
        self._region = None
        self._page.picture.set_region(None)
        self.panel.set_available(self._viewing.examined is not None)
        self.panel.show_sentence(tr("Drag a box over the picture with Shift to hear what that part says by itself."))

    @Slot()
    def _ask_middle(self) -> None:
        examined = self._viewing.examined
        if examined is not None:
            crop = examined.classification.crop
            width, height = crop.right - crop.left, crop.bottom - crop.top
            self.ask(QRectF(crop.left + width / 4, crop.top + height / 4, width / 2, height / 2))

    @Slot()
    def _on_examined_changed(self) -> None:
        examined = self._viewing.examined
        key = None if examined is None else examined.key
        if key != self._key or self._region is None:
            self._key = key
            self.clear()
        else:
            self._answer()

    def _answer(self) -> None:
        examined, box = self._viewing.examined, self._region
        if box is None:
            return
        if examined is None:
            self.panel.show_sentence(tr("A region has no answer of its own here."), has_region=True)
            return
        work = importlib.import_module("gui.attention.region_work")
        said = work.ask(examined, box.left(), box.top(), box.right(), box.bottom())
        if said is None:
            self.panel.show_sentence(tr("The network saw nothing of that region."), has_region=True)
            return
        rows = [(row.name, percent_text(row.here), percent_text(row.whole)) for row in said.rows]
        sentence = tr("Last-layer evidence of {cells} cells, which also saw the pixels around them.")
        self.panel.show_rows(rows, sentence.format(cells=decimal_text(said.cells, 1)))
