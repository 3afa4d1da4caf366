"""Fill the panels of a comparison: pixels, maps, and the words below them."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize

from gui.compare.compare_page import ComparePage
from gui.compare.comparison import Comparison, Kind
from gui.compare.panel_words import first_words, maps_words, remark_words, score_words, unknown_words
from gui.viewer.ledger_words import ledger_words
from gui.viewer.map_mode import MapMode
from gui.viewer.number_texts import percent_text
from gui.viewer.suggestions_model import NO_CLASS
from gui.words import tr
from inference.models.class_names import distinct_name

if TYPE_CHECKING:
    from gui.compare.answers import PictureAnswer
    from gui.compare.compare_work import Drawn
    from inference.arrays import EvidenceMap
    from inference.results import Prediction


class PanelFiller:
    """Draws what is known, each class from what the network said once.

    Attributes:
        mode: how maps are drawn.
        scale: s of the one scale -s...+s, in logits.
    """

    def __init__(self, page: ComparePage) -> None:
        self.mode = MapMode.EVIDENCE
        self.scale = 1.0
        self._page = page
        self._drawn: dict[int, Drawn] = {}

    def contributions(self, place: int) -> EvidenceMap | None:
        """The numbers of the map that a panel shows, (h, w) float32 in logits, or None where it shows none."""
        drawn = self._drawn.get(place)
        return None if drawn is None or drawn.map is None else drawn.contributions

    def forget(self) -> None:
        """Nothing is compared any more, or something else."""
        self._drawn.clear()

    def show_picture(self, comparison: Comparison, place: int) -> None:
        """Put the picture itself into a panel, or why it cannot be shown."""
        view, picture = self._page.panels[place].view, comparison.picture_of(place)
        if picture.sentence:
            view.show_message(picture.sentence)
            self._page.panels[place].say()
        elif picture.pixels is not None:
            view.show_picture(picture.pixels.image, original_size=QSize(*picture.pixels.size), is_full=True)

    def draw_all(self, comparison: Comparison) -> None:
        """Show in all panels the classes that are wanted now, and say what their colours mean."""
        for place in range(comparison.panel_count):
            self.draw(comparison, place)
        self._page.level()
        legend = self._page.legend
        if any(drawn.map is not None for drawn in self._drawn.values()):
            name = comparison.shared_class() or tr("the class above each picture")
            legend.show_scale(self.mode, scale=self.scale, class_name=name)
        else:
            legend.clear()

    def draw(self, comparison: Comparison, place: int) -> None:
        """Show in one panel what is known now."""
        panel, number = self._page.panels[place], comparison.choice.of(place)
        self._drawn.pop(place, None)
        panel.set_title(comparison.panel_title(place))
        if comparison.picture_of(place).sentence:
            return
        answer = comparison.answer_of(place)
        if answer is None or number == NO_CLASS:
            panel.show_map(None)
            panel.say(remark=_waiting_words(comparison, place))
            return
        pixels = comparison.picture_of(place).pixels
        if pixels is not None:
            panel.view.set_crop_frame(pixels.within(answer.classification.crop))
        class_index = comparison.class_index(place, number)
        if class_index is None:
            panel.show_map(None)
            unknown = unknown_words(comparison.choice.classes.names[number])
            panel.say(first=_first_words(answer, None), remark=unknown)
        else:
            self._draw_class(comparison, place, answer, class_index)

    def _draw_class(self, comparison: Comparison, place: int, answer: PictureAnswer, class_index: int) -> None:
        panel, pixels = self._page.panels[place], comparison.picture_of(place).pixels
        drawn = self._drawn[place] = _work().draw(answer, class_index, self.mode, self.scale, pixels)
        if pixels is not None:
            panel.show_map(drawn.map)
        contract = answer.speaker.contract
        if comparison.kind is Kind.CLASSES:
            score, first = tr("Score: {share}").format(share=percent_text(drawn.share)), ""
        else:
            score = score_words(distinct_name(contract.labels, class_index), drawn.share)
            first = _first_words(answer, class_index)
        remarks = (remark_words(drawn.remark), maps_words(contract.maps))
        panel.say(
            score=score,
            first=first,
            ledger="" if drawn.entry is None else ledger_words(drawn.entry),
            remark=" ".join(filter(None, remarks)),
        )


def _first_words(answer: PictureAnswer, class_index: int | None) -> str:
    """The picture's own first suggestion, where the class of this index is shown."""
    best: Prediction = _work().best(answer, 1)[0]
    name = distinct_name(answer.speaker.contract.labels, best.index)
    return first_words(name, best.probability, is_shown=best.index == class_index)


def _waiting_words(comparison: Comparison, place: int) -> str:
    if not comparison.is_second(place):
        return tr("Classifying…")
    return comparison.second_sentence or tr("Opening the model and asking it…")


def _work() -> Any:  # noqa: ANN401 - a module
    """The module imports numpy and Pillow: at the first use."""
    return importlib.import_module("gui.compare.compare_work")
