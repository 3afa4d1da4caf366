"""Have the map on screen checked, and show what came of it."""

from __future__ import annotations

import importlib
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from gui.attention.check_panel import CheckPanel
from gui.attention.check_words import backbone_words, badge_words, curve_words, sanity_words
from gui.attention.examined import Examined
from gui.attention.examiner import Examiner
from gui.attention.method_gradients import MethodGradients
from gui.messages import describe
from gui.plain_text import for_sentence
from gui.viewer.map_choice import EVIDENCE, STAGE_METHODS, MapChoice, method_name
from gui.viewer.suggestions_model import NO_CLASS
from gui.viewer.viewer_page import ViewerPage
from gui.viewing import Viewing
from gui.words import tr
from inference.attention.methods import Method
from inference.errors import CardinalError

if TYPE_CHECKING:
    from gui.attention.check_work import Checked, CheckedMap
    from inference.attention.backbone_sanity import BackboneCheck

_KIND = "check"
_BACKBONE = "check-backbone"

RANDOMISED_METHODS = STAGE_METHODS | {Method.EVIDENCE, Method.EIGEN_CAM}
"""Those whose maps can be made of a randomised network (`inference.attention.backbone_sanity.CHECKED_METHODS`)."""


class CheckDesk(QObject):
    """Checks the map of the class that is chosen; results go when another class, kind of map or picture comes."""

    def __init__(self, page: ViewerPage, viewing: Viewing, examiner: Examiner, gradients: MethodGradients) -> None:
        super().__init__()
        self._page = page
        self._viewing = viewing
        self._examiner = examiner
        self._gradients = gradients
        self._asked = NO_CLASS
        self._randomised = EVIDENCE
        self._waits = False
        self.panel = CheckPanel()
        self.section = page.inspector.add_section(tr("Check the map"), self.panel)
        self.panel.check_requested.connect(self.check)
        self.panel.randomise_requested.connect(self.randomise)
        self.panel.stop_requested.connect(self._stop)
        viewing.examined_changed.connect(self._on_examined_changed)
        page.inspector.suggestions.suggestion_chosen.connect(self._on_class_chosen)
        page.inspector.class_search.class_chosen.connect(self._on_class_chosen)
        page.inspector.map_panel.methods.choice_changed.connect(self._on_choice_changed)
        gradients.changed.connect(self._on_gradients_changed)
        examiner.answered.connect(self._on_answered)
        examiner.failed.connect(self._on_failed)
        examiner.progressed.connect(self._on_progressed)
        examiner.open_changed.connect(self._on_open_changed)
        self._on_examined_changed()

    @Slot(str)
    def check(self, filling: str) -> None:
        """Check the map of the chosen class; some fifty runs of the network."""
        examined, wanted = self._viewing.examined, self._map_on_screen()
        if examined is None or wanted is None:
            return
        work = _work()
        self._asked = wanted.subject
        self.panel.say("")

        def ask(bench: object) -> object:
            return work.check(examined, wanted, work.Filling(filling), bench)

        self._examiner.ask(_KIND, examined.key, ask)

    @Slot()
    def randomise(self) -> None:
        """Randomise the network part by part and see whether the map minds; the first time its gradients are opened."""
        examined, subject = self._viewing.examined, self._page.inspector.suggestions.chosen
        if examined is None or subject == NO_CLASS:
            return
        self.panel.say_backbone("")
        network = self._gradients.network
        if network is None:
            self._waits = True
            self._gradients.want()
            self._on_gradients_changed()
            return
        wanted = self._map_on_screen()
        self._randomised = EVIDENCE if wanted is None else wanted.choice
        self._asked = subject
        work = partial(_work().randomise, network, examined, subject, self._randomised)
        self._examiner.ask(_BACKBONE, examined.key, work)

    def _map_on_screen(self) -> CheckedMap | None:
        """The map of the chosen class as it is on screen; its evidence where two classes are compared."""
        subject, drawn = self._page.inspector.suggestions.chosen, self._viewing.drawn_map
        if subject == NO_CLASS:
            return None
        if drawn is None or drawn.rival is not None or drawn.class_index != subject:
            chosen: CheckedMap = _work().CheckedMap(subject)
        else:
            chosen = _work().CheckedMap(subject, drawn.choice, drawn.contributions)
        return chosen

    @Slot()
    def _stop(self) -> None:
        self._waits = False
        self._examiner.cancel(_KIND)
        self._examiner.cancel(_BACKBONE)

    @Slot()
    def _on_examined_changed(self) -> None:
        self._forget()
        self.panel.set_available(self._viewing.examined is not None)

    @Slot(int)
    def _on_class_chosen(self, class_index: int) -> None:
        if class_index != self._asked:
            self._forget()

    @Slot(object)
    def _on_choice_changed(self, choice: MapChoice) -> None:
        self._forget()
        name = method_name(choice.method)
        refusal = tr("{method} is made by many runs, so it is not made again of a randomised network.")
        is_possible = choice.method in RANDOMISED_METHODS
        self.panel.allow_randomising("" if is_possible else refusal.format(method=name))

    @Slot()
    def _on_gradients_changed(self) -> None:
        if not self._waits:
            return
        if self._gradients.network is not None:
            self._waits = False
            self.randomise()
        else:
            self.panel.say_backbone(self._gradients.words)
            self._waits = self._gradients.is_opening

    def _forget(self) -> None:
        self._stop()
        self._asked = NO_CLASS
        self.panel.clear()

    @Slot(str, int, object)
    def _on_answered(self, kind: str, key: int, found: object) -> None:
        examined = self._viewing.examined
        if examined is None or key != examined.key or found is None:
            return
        if kind == _KIND:
            self._show_checked(examined, found)  # type: ignore[arg-type]  # what this kind's work returns
        elif kind == _BACKBONE:
            self._show_backbone(found)  # type: ignore[arg-type]  # likewise

    def _show_checked(self, examined: Examined, checked: Checked) -> None:
        name = for_sentence(examined.contract.labels[checked.subject].name)
        curves = checked.curves
        self.panel.say(
            badge_words(checked, name),
            curve_words(checked),
            sanity_words(checked),
            *(
                list(zip(curve.shares.tolist(), curve.probabilities.tolist(), strict=True))
                for curve in (curves.deletion, curves.insertion)
            ),
        )

    def _show_backbone(self, found: BackboneCheck) -> None:
        self.panel.say_backbone(backbone_words(found, self._randomised))

    @Slot(str, int, object)
    def _on_failed(self, kind: str, _key: int, error: CardinalError) -> None:
        if kind == _KIND:
            self.panel.say(describe(error).text)
        elif kind == _BACKBONE:
            self.panel.say_backbone(describe(error).text)

    @Slot(str, int, int)
    def _on_progressed(self, kind: str, done: int, total: int) -> None:
        if kind in {_KIND, _BACKBONE}:
            self.panel.set_progress(done, total)

    @Slot(str, bool)
    def _on_open_changed(self, kind: str, is_open: bool) -> None:
        if kind in {_KIND, _BACKBONE}:
            self.panel.set_busy(busy=is_open)


def _work() -> Any:  # noqa: ANN401 - a module
    """numpy, at the first use."""
    return importlib.import_module("gui.attention.check_work")
