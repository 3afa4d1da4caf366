"""Compare the methods on some of the audited images: one question for each image, so that what is done stays."""

from __future__ import annotations

import importlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from gui.attention.examiner import Examiner
from gui.audit.methods_words import Ending, Standing, curve_words, refusal_words, row_texts, standing_words
from gui.audit.table_saver import TableSaver
from gui.engine_link import EngineLink
from gui.gallery.image_table import ImageTable
from gui.session_holder import SessionHolder
from gui.tasks import TaskRunner
from gui.words import tr
from inference.classify.events import ModelOpened
from inference.errors import CardinalError
from inference.models.class_names import shared_names

if TYPE_CHECKING:
    from gui.audit.methods_panel import MethodsPanel
    from gui.audit.methods_work import ComparedOn, MethodComparison, Wanted
    from inference.attention.figures import MethodFigures, PictureFigures
    from inference.classify.preprocess import PrepareOrder
    from inference.models.contract import Preprocessing

_KIND = "methods"


@dataclass(frozen=True, slots=True)
class _OpenModel:
    """The open model; `channels` is 0 where it has no exact maps, and `shared` are the names of several classes."""

    model_hash: str
    title: str
    preprocessing: Preprocessing
    channels: int
    shared: frozenset[str]


@dataclass(slots=True)
class _Comparing:
    """One comparison, under way or over; `waiting` begins with the image that is being asked about."""

    wanted: Wanted
    view: PrepareOrder
    on: ComparedOn
    comparison: MethodComparison
    waiting: list[tuple[int, str]]
    total: int
    began: float
    ending: Ending = Ending.UNDER_WAY
    failures: list[tuple[str, str]] = field(default_factory=list)

    def standing(self) -> Standing:
        """How far it is."""
        over = self.total - len(self.waiting)
        left = (time.monotonic() - self.began) / over * len(self.waiting) if over and self.waiting else None
        return Standing(
            self.on.model,
            self.total,
            self.on.drawn_from,
            self.comparison.pictures,
            tuple(self.failures),
            self.ending,
            left,
        )


class MethodsDesk(QObject):
    """One comparison at a time. Its questions are its own: another image on screen does not end it.

    Signals:
        ended(): a comparison is over, was stopped, or ended with its model.
    """

    ended = Signal()

    def __init__(self, table: ImageTable, holder: SessionHolder, link: EngineLink, runner: TaskRunner) -> None:
        super().__init__()
        self._table = table
        self._holder = holder
        self._saver = TableSaver(runner, tr("the comparison"))
        self._examiner = Examiner(link)
        self._panel: MethodsPanel | None = None
        self._model: _OpenModel | None = None
        self._keys: Sequence[int] = ()
        self._current: _Comparing | None = None
        self._saver.said.connect(self._say_written)
        self._examiner.answered.connect(self._on_answered)
        self._examiner.failed.connect(self._on_failed)
        self._examiner.progressed.connect(self._on_progressed)
        link.event_arrived.connect(self._on_event)

    @property
    def figures(self) -> tuple[MethodFigures, ...]:
        """What was found so far; empty before the first image is over."""
        current = self._current
        return () if current is None or not current.comparison.pictures else current.comparison.figures()

    @property
    def shared_names(self) -> frozenset[str]:
        """The names that several classes of the open model have; empty where none is open."""
        return frozenset() if self._model is None else self._model.shared

    def attach(self, panel: MethodsPanel) -> None:
        """Use this panel."""
        self._panel = panel
        panel.asking.asked.connect(self.start)
        panel.asking.stop_requested.connect(self.stop)
        panel.method_chosen.connect(self._show_curves)
        panel.copy_requested.connect(self._copy)
        panel.save_requested.connect(self._save)
        self._allow()

    def set_images(self, keys: Sequence[int]) -> None:
        """The images that an audit is about; a comparison on others stops, and what it found stays."""
        self.stop()
        self._keys = keys
        self._allow()

    def clear(self) -> None:
        """Another session comes: its keys mean other images."""
        self.set_images(())
        self._current = None
        if self._panel is not None:
            self._panel.clear()

    @Slot()
    def start(self) -> None:
        """Draw images and begin with the first."""
        panel, model = self._panel, self._model
        if panel is None or model is None or not model.channels or not self._keys:
            return
        self.stop()
        work = _work()
        places = [(key, self._table.place_of(key)) for key in work.draw(self._keys, panel.images)]
        images = [(key, self._table.path(place)) for key, place in places if place is not None]
        self._current = _Comparing(
            work.Wanted(model.model_hash, panel.methods),
            work.view_order(model.preprocessing),
            work.ComparedOn(model.title, model.model_hash, work.SEED, len(self._keys)),
            work.MethodComparison(panel.methods),
            images,
            len(images),
            time.monotonic(),
        )
        panel.clear()
        panel.set_busy(busy=True)
        self._show()
        self._ask_next()

    @Slot()
    def stop(self) -> None:
        """Give the rest up; what is done stays."""
        if self.is_under_way:
            self._examiner.cancel(_KIND)
            self._end(Ending.STOPPED)

    @Slot()
    def end_for_another_model(self) -> None:
        """Another model is wanted, which would wait for the image at hand: two models' figures do not mix anyway."""
        if self.is_under_way:
            self._examiner.cancel(_KIND)
            self._end(Ending.OTHER_MODEL)

    @property
    def is_under_way(self) -> bool:
        """Whether images are being compared now."""
        return self._current is not None and self._current.ending is Ending.UNDER_WAY

    def _ask_next(self) -> None:
        current = self._current
        if current is None or current.ending is not Ending.UNDER_WAY:
            return
        if not current.waiting:
            self._end(Ending.DONE)
            return
        key, path = current.waiting[0]
        work = partial(_work().measure, path, current.wanted)
        if not self._examiner.ask(_KIND, key, work, path=path, view=current.view, is_long=True):
            self._end(Ending.STOPPED)

    def _end(self, ending: Ending) -> None:
        if self._current is not None:
            self._current.ending = ending
        if self._panel is not None:
            self._panel.set_busy(busy=False)
        self._show()
        self.ended.emit()

    @Slot(str, int, object)
    def _on_answered(self, _kind: str, _key: int, measured: tuple[PictureFigures, ...] | None) -> None:
        current = self._current
        if current is None:
            return
        if measured is None:
            self._end(Ending.OTHER_MODEL)
            return
        current.waiting.pop(0)
        current.comparison.add(measured)
        self._go_on()

    @Slot(str, int, object)
    def _on_failed(self, _kind: str, _key: int, error: CardinalError) -> None:
        """An image that cannot be read or measured is left out, and said."""
        current = self._current
        if current is not None:
            _, path = current.waiting.pop(0)
            current.failures.append((path, str(error)))
            self._go_on()

    def _go_on(self) -> None:
        if self._current is not None and self._current.waiting:
            self._show()
        self._ask_next()

    @Slot(str, int, int)
    def _on_progressed(self, _kind: str, done: int, total: int) -> None:
        if self._current is not None and self._panel is not None:
            over = self._current.total - len(self._current.waiting)
            self._panel.set_progress(over * total + done, self._current.total * total)

    @Slot(object)
    def _on_event(self, event: object) -> None:
        if not isinstance(event, ModelOpened):
            return
        network = event.classifier.network
        head = network.head
        channels = 0 if head is None else int(head.weight.shape[1])
        contract = network.contract
        shared = shared_names(contract.labels)
        self._model = _OpenModel(network.model_hash, contract.title, contract.preprocessing, channels, shared)
        if self._current is not None and self._current.wanted.model_hash != network.model_hash:
            self.end_for_another_model()
        self._allow()

    def _allow(self) -> None:
        model, panel = self._model, self._panel
        if panel is not None:
            channels = 0 if model is None else model.channels
            panel.show_costs(channels)
            panel.allow(refusal_words(has_model=model is not None, has_maps=channels > 0, images=len(self._keys)))

    def _show(self) -> None:
        if self._panel is not None and self._current is not None:
            self._panel.say(standing_words(self._current.standing()))
            self._panel.show_rows([row_texts(one) for one in self.figures])

    @Slot(int)
    def _show_curves(self, row: int) -> None:
        current = self._current
        if self._panel is None or current is None or not current.comparison.pictures:
            return
        one = self.figures[row]
        curves = current.comparison.curves(one.method)
        deletion, insertion = (
            list(zip(one.shares.tolist(), one.probabilities.tolist(), strict=True))
            for one in (curves.deletion, curves.insertion)
        )
        self._panel.show_curves(curve_words(one), deletion, insertion)

    @Slot()
    def _copy(self) -> None:
        if self._panel is not None and self._current is not None and self.figures:
            QGuiApplication.clipboard().setText(_work().table_text(self.figures, self._current.on, separator="\t"))
            self._panel.say_written(tr("The table was copied."))

    @Slot()
    def _save(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self._panel, tr("Save as CSV"), "methods.csv", tr("CSV files (*.csv)"))
        if path:
            self.save_to(path)

    def save_to(self, path: str) -> None:
        """Write the table there."""
        if self._current is None or not self.figures:
            return
        text: str = _work().table_text(self.figures, self._current.on)
        session = self._holder.session
        inputs = [] if session is None else [str(session.path)]
        self._saver.write(lambda: _work().write_table(text, path, inputs))

    @Slot(str)
    def _say_written(self, words: str) -> None:
        if self._panel is not None:
            self._panel.say_written(words)


def _work() -> Any:  # noqa: ANN401 - a module
    """numpy, at the first use."""
    return importlib.import_module("gui.audit.methods_work")
