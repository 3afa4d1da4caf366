"""Get what is missing of the compared pictures: answers and pixels, through the engine room's one thread."""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from gui.attention.examination import ExaminationBench
from gui.attention.examiner import Examiner
from gui.compare.answers import PictureAnswer, Pixels
from gui.compare.kept_answers import KeptAnswers
from inference.errors import CardinalError

if TYPE_CHECKING:
    from inference.classify.preprocess import PrepareOrder
    from inference.results import PictureFacts


@dataclass(frozen=True, slots=True)
class _Asked:
    key: int
    path: str
    work: Callable[[ExaminationBench], object]
    order: PrepareOrder
    facts: PictureFacts | None = None


class PictureReader(QObject):
    """Asks for each picture what is not known of it; nothing is asked twice.

    Signals:
        answered(key: int, answered: PictureAnswer): what the open model says.
        pixels_read(key: int, pixels: Pixels): the picture for looking at.
        input_read(key: int, picture: PreparedPicture): the picture as another model wants it.
        failed(key: int, error: CardinalError): one of these cannot be had.
    """

    answered = Signal(int, object)
    pixels_read = Signal(int, object)
    input_read = Signal(int, object)
    failed = Signal(int, object)

    def __init__(self, examiner: Examiner, kept: KeptAnswers) -> None:
        super().__init__()
        self._examiner = examiner
        self._kept = kept
        self._numbers = itertools.count(1)
        self._open: dict[str, _Asked] = {}
        examiner.answered.connect(self._on_answered)
        examiner.failed.connect(self._on_failed)
        examiner.open_changed.connect(self._on_open_changed)

    def read(self, key: int, path: str, known: PictureAnswer | None = None) -> PictureAnswer | None:
        """Get a picture's answer and its pixels; the answer is returned where it is known already."""
        known = known or self._kept.find(key, path)
        if known is not None:
            self._ask_for_pixels(key, path, known)
        elif self._kept.speaker is not None:
            order = _work().answering_order(self._kept.speaker.contract)
            self._ask(_Asked(key, path, partial(_work().answer, path), order))
        return known

    def read_input(self, key: int, path: str, order: PrepareOrder) -> None:
        """Read a picture as another model wants it."""
        self._ask(_Asked(key, path, _work().pass_on, order))

    def stop(self) -> None:
        """Nobody wants anything any more."""
        kinds, self._open = list(self._open), {}
        for kind in kinds:
            self._examiner.cancel(kind)

    def _ask_for_pixels(self, key: int, path: str, answered: PictureAnswer) -> None:
        order = _work().reading_order(answered.classification.facts, answered.speaker.contract)
        self._ask(_Asked(key, path, _work().read, order, answered.classification.facts))

    def _ask(self, asked: _Asked) -> None:
        kind = f"compare-{next(self._numbers)}"
        self._open[kind] = asked
        self._examiner.ask(kind, asked.key, asked.work, path=asked.path, view=asked.order, facts=asked.facts)

    @Slot(str, int, object)
    def _on_answered(self, kind: str, key: int, result: object) -> None:
        asked = self._open.pop(kind, None)
        if asked is None:
            return
        if isinstance(result, PictureAnswer):
            self._kept.keep(key, result)
            self.answered.emit(key, result)
            self._ask_for_pixels(key, asked.path, result)
        elif isinstance(result, Pixels):
            self.pixels_read.emit(key, result)
        else:
            self.input_read.emit(key, result)

    @Slot(str, int, object)
    def _on_failed(self, kind: str, key: int, error: CardinalError) -> None:
        if self._open.pop(kind, None) is not None:
            self.failed.emit(key, error)

    @Slot(str, bool)
    def _on_open_changed(self, kind: str, is_open: bool) -> None:
        # Questions about the viewer's picture are given up when it changes; a comparison is wanted all the same.
        asked = None if is_open else self._open.pop(kind, None)
        if asked is not None:
            self._ask(asked)


def _work() -> Any:  # noqa: ANN401 - a module
    """The module imports numpy and Pillow: at the first use."""
    return importlib.import_module("gui.compare.compare_work")
