"""Have maps made that take runs of the network, where a person chooses them; kept while their picture is on screen."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from gui.attention.examined import Examined
from gui.attention.examiner import Examiner
from gui.attention.method_gradients import MethodGradients
from gui.map_on_page import FoundMap
from gui.messages import describe
from gui.viewer.map_choice import MapChoice, method_name
from gui.viewer.suggestions_model import NO_CLASS
from gui.viewer.viewer_page import ViewerPage
from gui.viewing import Viewing
from gui.words import counted, tr
from inference.attention.methods import Method
from inference.errors import CardinalError

if TYPE_CHECKING:
    from gui.attention.method_work import Tried
    from inference.arrays import EvidenceMap
    from inference.classify.classifier import Inspection

_STAGES = "map-of-stage"
_RUNS = "map-by-runs"

_CLASSES_KEPT = 64
"""So many classes' maps of all stages are kept, at some hundred kilobytes each."""

_Asked = tuple[int, bool]
"""A class, and whether it is compared with the average class: one run forwards and backwards answers that."""


class MethodDesk(QObject):
    """The source of maps that are not computed at once (`gui.map_on_page.MapSource`).

    A map of an earlier stage takes one run, which is asked for at once; the latest class counts. Score-CAM and
    occlusion take many runs, which a person orders; from then on every class of the picture has its map at once.

    Signals:
        map_came(): a map was made, or cannot be; the page shows it.
    """

    map_came = Signal()

    def __init__(self, page: ViewerPage, viewing: Viewing, examiner: Examiner, gradients: MethodGradients) -> None:
        super().__init__()
        self._page = page
        self._viewing = viewing
        self._examiner = examiner
        self._gradients = gradients
        self._row = page.inspector.map_panel.methods
        self._inspection: Inspection | None = None
        self._of_stages: dict[_Asked, Mapping[tuple[int, Method], EvidenceMap]] = {}
        self._tried: dict[Method, Tried] = {}
        self._failures: dict[object, str] = {}
        self._asked: _Asked | None = None
        self._running: Method | None = None
        self._wants_stage = False
        self._stage_of_before: int | None = None
        self._note = ""
        viewing.set_map_source(self)
        self._row.choice_changed.connect(self._on_choice_changed)
        self._row.stages_wanted.connect(self._on_stages_wanted)
        self._row.run_requested.connect(self._run)
        self._row.stop_requested.connect(self._stop)
        viewing.examined_changed.connect(self._on_examined_changed)
        page.class_shown_changed.connect(self._update)
        gradients.changed.connect(self._on_gradients_changed)
        examiner.answered.connect(self._on_answered)
        examiner.failed.connect(self._on_failed)
        examiner.progressed.connect(self._on_progressed)
        examiner.open_changed.connect(self._on_open_changed)

    @property
    def wanted(self) -> MapChoice:
        """What is chosen, for the next start; a stage that could not be asked for yet still counts."""
        choice = self._row.choice
        return choice if self._stage_of_before is None else replace(choice, stage=self._stage_of_before)

    def restore(self, choice: MapChoice) -> None:
        """Choose what was chosen when the program was last open.

        An earlier stage follows with the first picture, where the model's gradients are written already: the model may
        be another, and nobody asked for a file of its size.
        """
        self._row.choose(replace(choice, stage=None))
        self._stage_of_before = choice.possible.stage

    def find(self, examined: Examined, class_index: int, choice: MapChoice) -> FoundMap:
        """A map that takes runs, or why it is not there; a run for a stage is asked for now."""
        if examined.inspection is not self._inspection:
            self._forget(examined.inspection)
        if choice.stage is None:
            return self._find_tried(examined, class_index, choice.method)
        return self._find_of_stage(examined, class_index, choice)

    def _find_tried(self, examined: Examined, class_index: int, method: Method) -> FoundMap:
        tried = self._tried.get(method)
        if tried is not None:
            return FoundMap(_work().tried_map(tried, examined, class_index))
        name = method_name(method)
        if method in self._failures:
            return FoundMap(None, words=self._failures[method])
        if self._running is method and self._examiner.is_open(_RUNS):
            words = tr("{method} is being made; until then the evidence is shown.")
            return FoundMap(None, words=words.format(method=name))
        runs = _work().runs_of(method, examined)
        words = counted(
            runs,
            "{method} takes %n run of the network for this picture. The evidence is shown.",
            "{method} takes %n runs of the network for this picture. The evidence is shown.",
        )
        return FoundMap(None, words=words.format(method=name))

    def _find_of_stage(self, examined: Examined, class_index: int, choice: MapChoice) -> FoundMap:
        asked = (class_index, choice.relative)
        made = self._of_stages.get(asked)
        if made is not None and choice.stage is not None:
            contributions = made.get((choice.stage, choice.method))
            return FoundMap(contributions, words="" if contributions is not None else tr("There is no such stage."))
        if asked in self._failures:
            return FoundMap(None, words=self._failures[asked])
        network = self._gradients.network
        if network is None:
            return FoundMap(None)
        if self._asked != asked or not self._examiner.is_open(_STAGES):
            self._asked = asked
            work = partial(_work().stage_maps, network, examined, class_index, relative=choice.relative)
            self._examiner.ask(_STAGES, examined.key, work)
        return FoundMap(None, is_near=True, words=tr("Computing the map of this class\N{HORIZONTAL ELLIPSIS}"))

    def _forget(self, inspection: Inspection | None) -> None:
        self._inspection = inspection
        self._of_stages.clear()
        self._tried.clear()
        self._failures.clear()
        self._asked = None

    @Slot(object)
    def _on_choice_changed(self, choice: MapChoice) -> None:
        self._wants_stage, self._stage_of_before = False, None
        self._note = ""
        if choice.method is not self._running and self._examiner.is_open(_RUNS):
            self._examiner.cancel(_RUNS)
            self._viewing.redraw_map()
        if choice.stage is None:
            self._examiner.cancel(_STAGES)
        self._update()

    @Slot()
    def _on_stages_wanted(self) -> None:
        self._ask_for_stages(may_write=True)

    @Slot()
    def _on_examined_changed(self) -> None:
        is_left = self._stage_of_before is not None and not self._wants_stage and not self._note
        if is_left and self._viewing.examined is not None:
            self._ask_for_stages(may_write=False)
        self._update()

    def _ask_for_stages(self, *, may_write: bool) -> None:
        self._wants_stage = True
        self._gradients.want(may_write=may_write)
        self._on_gradients_changed()

    @Slot()
    def _on_gradients_changed(self) -> None:
        row, earlier = self._row, self._gradients.earlier_stages
        row.set_stages(earlier)
        if self._gradients.network is None and row.choice.stage is not None:
            # Another model is open; which stages it has is not known.
            row.choose(MapChoice(row.choice.method, None, row.choice.relative))
        elif self._wants_stage and earlier:
            self._wants_stage = False
            self._note = ""
            self._choose_stage(earlier)
        elif self._wants_stage:
            self._wants_stage = self._gradients.is_opening
            self._note = self._why_no_stage()
        elif self._stage_of_before is not None:
            # Another model may have its gradients.
            self._note = ""
        self._update()

    def _why_no_stage(self) -> str:
        if self._gradients.network is not None:
            self._stage_of_before = None
            return tr("This model has no earlier stages.")
        if self._gradients.words:
            if not self._wants_stage:
                self._stage_of_before = None
            return self._gradients.words
        if self._stage_of_before is None:
            return ""
        words = tr(
            "Stage {number} was shown last. For it, Earlier\N{HORIZONTAL ELLIPSIS} writes this model's gradients, once."
        )
        return words.format(number=self._stage_of_before)

    def _choose_stage(self, earlier: Sequence[int]) -> None:
        """The stage of the last start, where the model has it; the one before the last where a person asked now."""
        row, before = self._row, self._stage_of_before
        self._stage_of_before = None
        if before is None or before in earlier:
            row.choose(MapChoice(row.choice.method, before or earlier[0], row.choice.relative))
        else:
            missing = tr("This model has no stage {number}, which was shown last; its last stage is shown.")
            self._note = missing.format(number=before)

    @Slot()
    def _run(self) -> None:
        """Run the network for the chosen method and the picture on screen."""
        examined, method = self._viewing.examined, self._row.choice.method
        if examined is None or not self._row.choice.runs_network:
            return
        self._failures.pop(method, None)
        self._running = method
        self._examiner.ask(_RUNS, examined.key, partial(_work().try_copies, method, examined), is_long=True)
        self._show_again()

    @Slot()
    def _stop(self) -> None:
        self._examiner.cancel(_RUNS)
        self._show_again()

    @Slot(str, int, object)
    def _on_answered(self, kind: str, key: int, result: Any) -> None:  # noqa: ANN401 - of either kind
        examined = self._viewing.examined
        if kind not in {_STAGES, _RUNS} or examined is None or key != examined.key or result is None:
            return
        if examined.inspection is not self._inspection:
            self._forget(examined.inspection)
        if kind == _RUNS:
            self._tried[result.method] = result
        elif self._asked is not None:
            while len(self._of_stages) >= _CLASSES_KEPT:
                del self._of_stages[next(iter(self._of_stages))]
            self._of_stages[self._asked] = result
        self._show_again()

    @Slot(str, int, object)
    def _on_failed(self, kind: str, _key: int, error: CardinalError) -> None:
        if kind in {_STAGES, _RUNS}:
            asked: object = self._running if kind == _RUNS else self._asked
            self._failures[asked] = describe(error).text
            self._show_again()

    @Slot(str, int, int)
    def _on_progressed(self, kind: str, done: int, total: int) -> None:
        if kind == _RUNS:
            self._row.set_progress(done, total)

    @Slot(str, bool)
    def _on_open_changed(self, kind: str, is_open: bool) -> None:
        if kind == _RUNS:
            self._row.set_busy(busy=is_open)
            self._update()

    def _show_again(self) -> None:
        self._viewing.redraw_map()
        self._update()
        self.map_came.emit()

    @Slot()
    def _update(self) -> None:
        """Offer to run the network where the chosen method waits for it, and say what is done for the choices."""
        choice, examined = self._row.choice, self._viewing.examined
        has_map = choice.method in self._tried and examined is not None and examined.inspection is self._inspection
        waits = choice.runs_network and examined is not None and self._page.class_shown != NO_CLASS
        self._row.offer_run(offered=waits and not has_map and not self._examiner.is_open(_RUNS))
        self._row.tell(self._note)
        if examined is None:
            # What was said of the picture before does not hold; the map of this one says its own.
            self._row.say("")


def _work() -> Any:  # noqa: ANN401 - a module
    """numpy, at the first use."""
    return importlib.import_module("gui.attention.method_work")
