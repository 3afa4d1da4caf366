"""Answer for the region of the picture that a person points out, while it is drawn, moved and pulled."""

from __future__ import annotations

import importlib
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QRectF, Signal, Slot

from gui.attention.examined import Examined
from gui.attention.examiner import Examiner
from gui.attention.needs import needed_words
from gui.attention.region_hand import RegionHand
from gui.attention.region_panel import RegionPanel, RegionTexts
from gui.attention.region_saver import RegionSaver
from gui.messages import describe
from gui.plain_text import for_sentence
from gui.tasks import TaskRunner
from gui.viewer.number_texts import decimal_text, percent_text
from gui.viewer.region_outline import outline_of
from gui.viewer.suggestions_model import NO_CLASS
from gui.viewer.viewer_page import ViewerPage
from gui.viewing import Viewing
from gui.words import counted, tr
from inference.errors import CardinalError
from inference.models.class_names import distinct_name

if TYPE_CHECKING:
    from inference.arrays import Logits
    from inference.attention.masking import CellMask
    from inference.attention.region import Box

_KIND = "region"


class RegionDesk(QObject):
    """Keeps region and answer together; they go with the picture.

    A region is a box, or cells of the map with the box around them.

    Signals:
        hide_wanted(pixels: PixelMask): the person wants to see what the network says without the region.
    """

    hide_wanted = Signal(object)

    def __init__(self, page: ViewerPage, viewing: Viewing, examiner: Examiner, runner: TaskRunner) -> None:
        super().__init__()
        self._page = page
        self._viewing = viewing
        self._examiner = examiner
        self._look: Examined | None = None
        self._key: int | None = None
        self._region: QRectF | None = None
        self._cells: CellMask | None = None
        self._of_cells, self._class_of_cells = "", NO_CLASS
        self._alone: Logits | None = None
        self.panel = RegionPanel()
        self.saver = RegionSaver(runner)
        self.section = page.inspector.add_section(tr("One region by itself"), self.panel)
        self.hand = RegionHand(page, page.picture)
        self.panel.middle_requested.connect(self._ask_middle)
        self.panel.map_requested.connect(self._ask_map)
        self.panel.clear_requested.connect(self.clear)
        self.panel.run_requested.connect(self._run)
        self.panel.save_requested.connect(self._save)
        self.panel.hide_requested.connect(self._hide)
        self.hand.box_changed.connect(self.ask)
        self.hand.box_dismissed.connect(self.clear)
        page.picture.region_drawn.connect(self.ask)
        page.picture.region_dismissed.connect(self.clear)
        viewing.examined_changed.connect(self._on_examined_changed)
        examiner.answered.connect(self._on_answered)
        examiner.failed.connect(self._on_failed)
        examiner.open_changed.connect(self._on_open_changed)
        self.clear()

    @property
    def region(self) -> QRectF | None:
        """The box, or the one around the cells, in original pixels; None where there is no region."""
        return self._region

    @property
    def cells(self) -> CellMask | None:
        """(h, w) bool: the cells, where the region is made of them."""
        return self._cells

    @Slot(QRectF)
    def ask(self, region: QRectF) -> None:
        """Show a box, and what it says by itself; not in a review, where nothing could say it."""
        if self._page.has_inspector:
            self._take(region, None)

    @Slot()
    def clear(self) -> None:
        """No region."""
        self._examiner.cancel(_KIND)
        self._region = self._cells = self._alone = None
        self._draw()
        self.panel.set_available(self._examined is not None)
        self.panel.show_sentence(
            tr("Drag a box over the picture with Shift to hear what that part says by itself; then move or pull it.")
            if self._examined is not None
            else needed_words(self._viewing)
        )

    def set_look(self, look: Examined | None) -> None:
        """Answer from another look at the picture, whose cells are others; None: from the usual one."""
        self._look = look
        if self._cells is not None or self._region is None:
            # Without a region, what can be asked may be another: a look goes with its picture.
            self.clear()
        else:
            self._answer()

    @property
    def _examined(self) -> Examined | None:
        return self._look or self._viewing.examined

    @property
    def _asked(self) -> Box | CellMask | None:
        """The region, as it is computed with."""
        if self._cells is not None or self._region is None:
            return self._cells
        box: Box = _work().box_of(self._region)
        return box

    def _take(self, region: QRectF, cells: CellMask | None) -> None:
        self._examiner.cancel(_KIND)
        self._region, self._cells, self._alone = QRectF(region), cells, None
        self._draw()
        if not self.section.is_open:
            self._page.inspector.reveal(self.section)
        self._answer()

    def _draw(self) -> None:
        picture, examined = self._page.picture, self._examined
        is_box = self._cells is None
        outline = None
        if self._cells is not None and examined is not None:
            grid = (self._cells.shape[0], self._cells.shape[1])
            outline = outline_of(_work().places_of(self._cells), examined.classification.crop, grid)
        picture.set_region(self._region if is_box else None)
        picture.set_region_outline(outline)
        self.hand.show_box(self._region if is_box else None, has_region=self._region is not None)

    @Slot()
    def _ask_middle(self) -> None:
        examined = self._examined
        if examined is not None:
            crop = examined.classification.crop
            width, height = crop.right - crop.left, crop.bottom - crop.top
            self.ask(QRectF(crop.left + width / 4, crop.top + height / 4, width / 2, height / 2))

    @Slot()
    def _ask_map(self) -> None:
        examined, subject = self._examined, self._page.class_shown
        if examined is None or subject == NO_CLASS:
            return
        if not _work().has_numbers(examined):
            self.clear()
            self.panel.show_sentence(_no_numbers())
            return
        name = for_sentence(distinct_name(examined.contract.labels, subject))
        cells = _work().strongest(examined, subject)
        region = None if cells is None else _work().around(examined, cells)
        if cells is None or region is None:
            self.clear()
            self.panel.show_sentence(tr("Nothing speaks for {name}, so its map gives no region.").format(name=name))
            return
        self._of_cells = counted(
            int(cells.sum()),
            "The strongest cell holds half of the evidence for {name}.",
            "The %n strongest cells hold half of the evidence for {name}.",
        ).format(name=name)
        self._class_of_cells = subject
        self._take(region, cells)

    @Slot()
    def _on_examined_changed(self) -> None:
        examined = self._viewing.examined
        key = None if examined is None else examined.key
        self._alone = None
        if key != self._key or self._region is None or self._cells is not None:
            # Cells are those of one map; a box has its meaning without it.
            self._key = key
            self.clear()
        else:
            self._answer()

    def _answer(self) -> None:
        examined, region = self._examined, self._asked
        if region is None:
            return
        if examined is None:
            self.panel.show_sentence(tr("A region has no answer of its own here."), has_region=True)
            return
        if not _work().has_numbers(examined):
            # What is cut out and run by itself may still have an answer.
            self.panel.show_sentence(_no_numbers(), has_region=True, can_run=True)
            self.panel.say_of_run("" if self._alone is None else self._run_in_words(examined, self._alone))
            return
        said = _work().ask(examined, region, self._alone)
        if said is None:
            self.panel.show_sentence(tr("The network saw nothing of that region."), has_region=True)
            return
        rows = [
            RegionTexts(
                row.name,
                percent_text(row.here),
                "" if row.alone is None else percent_text(row.alone),
                percent_text(row.whole),
            )
            for row in said.rows
        ]
        if self._cells is None:
            told = tr("Last-layer evidence of {cells} cells, which also saw the pixels around them.").format(
                cells=decimal_text(said.cells, 1)
            )
        else:
            told = f"{self._of_cells} {tr('It is last-layer evidence: they also saw the pixels around them.')}"
        self.panel.show_rows(rows, told)
        self.panel.say_of_run("" if self._alone is None else self._run_in_words(examined, self._alone))

    def _run_in_words(self, examined: Examined, alone: Logits) -> str:
        first, score = _work().first_of(examined, alone)
        told = (
            tr("Cut out and run by itself, the region is {name} to the network, {score}.")
            if self._cells is None
            else tr("Cut out and run by itself, the box around the region is {name} to the network, {score}.")
        )
        return told.format(name=for_sentence(first), score=percent_text(score))

    @Slot()
    def _run(self) -> None:
        examined, region = self._viewing.examined, self._region
        if examined is not None and region is not None:
            work = _work()
            box = work.box_of(region)
            self._examiner.ask(
                _KIND,
                examined.key,
                partial(work.run_alone, examined, box),
                path=examined.path,
                view=work.reading(examined, box),
                facts=examined.classification.facts,
            )

    @Slot()
    def _hide(self) -> None:
        examined, region, asked = self._viewing.examined, self._region, self._asked
        if examined is None or region is None or asked is None:
            return
        # The cells of another look are no cells of the picture that is painted over.
        shown = asked if self._look is None else _work().box_of(region)
        self.hide_wanted.emit(_work().pixels_of_region(examined, shown))

    @Slot()
    def _save(self) -> None:
        examined, region, subject = self._examined, self._asked, self._page.class_shown
        if examined is not None and region is not None:
            if self._cells is not None:
                # The cells are that class's, whichever is on screen by now.
                subject = self._class_of_cells
            of_class = examined.classification.predictions[0].index if subject == NO_CLASS else subject
            self.saver.save(self._page.window(), examined, region, of_class)

    @Slot(str, int, object)
    def _on_answered(self, kind: str, key: int, alone: Logits | None) -> None:
        if kind != _KIND or key != self._key or self._region is None:
            return
        self._alone = alone
        self._answer()
        if alone is None:
            self.panel.say_of_run(tr("There is nothing of that region to be cut out."))
        self._page.inspector.follow(self.section)

    @Slot(str, int, object)
    def _on_failed(self, kind: str, _key: int, error: CardinalError) -> None:
        if kind == _KIND:
            self.panel.say_of_run(describe(error).text)

    @Slot(str, bool)
    def _on_open_changed(self, kind: str, is_open: bool) -> None:
        if kind == _KIND:
            self.panel.set_busy(is_open)


def _no_numbers() -> str:
    return tr("The model gave no valid numbers for this map, so no region of it has an answer of its own.")


def _work() -> Any:  # noqa: ANN401 - a module
    """numpy, at the first use."""
    return importlib.import_module("gui.attention.region_work")
