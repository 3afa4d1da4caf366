"""Have the map on screen checked, be it of the usual look or of a closer one, and show what came of it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from gui.attention.asking_row import AskingRow
from gui.attention.check_panel import CheckPanel
from gui.attention.check_words import about_words, backbone_words, badge_words, curve_words, sanity_words
from gui.attention.examined import Examined
from gui.attention.examiner import Examiner
from gui.attention.look_on_screen import LookOnScreen
from gui.attention.method_gradients import MethodGradients
from gui.attention.needs import needed_words
from gui.messages import describe
from gui.plain_text import for_sentence
from gui.viewer.map_choice import EVIDENCE, STAGE_METHODS, method_name
from gui.viewer.suggestions_model import NO_CLASS
from gui.viewer.viewer_page import ViewerPage
from gui.viewing import Viewing
from gui.words import tr
from inference.attention.methods import Method
from inference.errors import CardinalError
from inference.models.class_names import distinct_name

if TYPE_CHECKING:
    from gui.attention.check_work import Checked, CheckedMap
    from gui.map_on_page import DrawnMap
    from inference.attention.backbone_sanity import BackboneCheck

_KIND = "check"
_BACKBONE = "check-backbone"

RANDOMISED_METHODS = STAGE_METHODS | {Method.EVIDENCE, Method.EIGEN_CAM}
"""Those whose maps can be made of a randomised network (`inference.attention.backbone_sanity.CHECKED_METHODS`)."""


class CheckDesk(QObject):
    """Checks the map of the class that is chosen; results go when another class, kind of map, look or picture comes.

    Attributes:
        look: another look that is on screen, which is checked then; None for the usual one.
    """

    def __init__(self, page: ViewerPage, viewing: Viewing, examiner: Examiner, gradients: MethodGradients) -> None:
        super().__init__()
        self._page = page
        self._viewing = viewing
        self._examiner = examiner
        self._gradients = gradients
        self._asked: CheckedMap | None = None
        self._wanted = EVIDENCE
        self._waits = False
        self._is_painted = False
        self.look: Callable[[], LookOnScreen | None] = _none
        self.panel = CheckPanel()
        self.section = page.inspector.add_section(tr("Check the map"), self.panel)
        self.panel.check_requested.connect(self.check)
        self.panel.randomise_requested.connect(self.randomise)
        self.panel.checking.stop_requested.connect(self._stop_checking)
        self.panel.randomising.stop_requested.connect(self._stop_randomising)
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
        # By its key it may be asked for while the pointer shows another class.
        self._page.hover_class(NO_CLASS)
        examined, wanted = self._examined, self._map_on_screen()
        if examined is None or wanted is None:
            return
        work = _work()
        self._remember(wanted)
        self.panel.say("")

        def ask(bench: object) -> object:
            return work.check(examined, wanted, work.Filling(filling), bench)

        self._examiner.ask(_KIND, examined.key, ask, is_long=True)

    @Slot()
    def randomise(self) -> None:
        """Randomise the network part by part and see whether the map minds; the first time its gradients are opened."""
        self._page.hover_class(NO_CLASS)
        examined, wanted = self._examined, self._map_on_screen()
        if examined is None or wanted is None:
            return
        self.panel.say_backbone("")
        network = self._gradients.network
        if network is None:
            self._waits = True
            self._gradients.want()
            self._on_gradients_changed()
            return
        self._remember(wanted)
        work = partial(_work().randomise, network, examined, wanted)
        self._examiner.ask(_BACKBONE, examined.key, work, is_long=True)

    @Slot(object)
    def set_look(self, _look: Examined | None) -> None:
        """Another look is on screen, or the usual one again: what was found out is about the one before."""
        self._forget()
        self._update_panel()

    @Slot(bool)
    def set_painted(self, is_painted: bool) -> None:
        """Something is painted over the picture, or no longer; what was found out is about the picture as it is."""
        self._is_painted = is_painted
        self._update_panel()

    @property
    def _examined(self) -> Examined | None:
        """The picture as it is on screen."""
        look = self.look()
        return self._viewing.examined if look is None else look.examined

    @property
    def _drawn(self) -> DrawnMap | None:
        look = self.look()
        return self._viewing.drawn_map if look is None else look.drawn

    def _map_on_screen(self) -> CheckedMap | None:
        """The map of the chosen class as it is on screen; its evidence where that of another one is."""
        subject, drawn = self._page.inspector.suggestions.chosen, self._drawn
        if subject == NO_CLASS:
            return None
        if drawn is None or drawn.class_index != subject:
            chosen: CheckedMap = _work().CheckedMap(subject)
        else:
            chosen = _work().CheckedMap(subject, drawn.choice, drawn.contributions, drawn.rival)
        return chosen

    def _remember(self, wanted: CheckedMap) -> None:
        """What is asked about now; what was found out about a map of another kind is forgotten."""
        if self._asked is not None and (wanted.choice, wanted.rival) != (self._asked.choice, self._asked.rival):
            self._forget()
        self._asked = wanted
        self._wanted = self._page.inspector.map_panel.methods.choice

    @Slot()
    def compare_again(self) -> None:
        """Another map may have come on screen: forget what was found out about one of another kind."""
        asked, drawn = self._asked, self._drawn
        if asked is not None and drawn is not None and drawn.class_index == asked.subject:
            # One of a class under the pointer says nothing about the chosen one's.
            is_other = (drawn.choice, drawn.rival) != (asked.choice, asked.rival)
            if is_other:
                self._forget()
        self._update_panel()

    @Slot()
    def _stop_checking(self) -> None:
        self._examiner.cancel(_KIND)

    @Slot()
    def _stop_randomising(self) -> None:
        self._waits = False
        self._examiner.cancel(_BACKBONE)

    @Slot()
    def _on_examined_changed(self) -> None:
        self._forget()
        self._update_panel()

    @Slot(int)
    def _on_class_chosen(self, class_index: int) -> None:
        if self._asked is None or class_index != self._asked.subject:
            self._forget()

    @Slot()
    def _on_choice_changed(self) -> None:
        self._forget()
        self._update_panel()

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

    def _update_panel(self) -> None:
        """Say what the questions are about, and allow those that have an answer."""
        look = self.look()
        # A look shows the evidence in place of maps that take many runs, and so does a comparison of two classes.
        method, drawn = self._page.inspector.map_panel.methods.choice.method, self._drawn
        is_evidence = look is not None or (drawn is not None and drawn.rival is not None)
        is_possible = is_evidence or method in RANDOMISED_METHODS
        refusal = tr("{method} is made by many runs, so it is not made again of a randomised network.")
        self.panel.allow_randomising("" if is_possible else refusal.format(method=method_name(method)))
        is_available = self._viewing.examined is not None
        self.panel.set_available(is_available)
        self.panel.say_about(
            about_words(look, is_painted=self._is_painted) if is_available else needed_words(self._viewing)
        )

    def _forget(self) -> None:
        self._stop_checking()
        self._stop_randomising()
        self._asked = None
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
        else:
            return
        self._page.inspector.follow(self.section)

    def _show_checked(self, examined: Examined, checked: Checked) -> None:
        labels, rival = examined.contract.labels, checked.badge.rival
        name = for_sentence(distinct_name(labels, checked.subject))
        other = "" if rival is None else for_sentence(distinct_name(labels, rival))
        found = badge_words(checked, name, other, wanted=self._wanted if rival is None else EVIDENCE)
        if checked.is_flat:
            self.panel.say(found)
            return
        curves = checked.curves
        self.panel.say(
            found,
            curve_words(checked, name),
            sanity_words(checked),
            *(
                list(zip(curve.shares.tolist(), curve.probabilities.tolist(), strict=True))
                for curve in (curves.deletion, curves.insertion)
            ),
        )

    def _show_backbone(self, found: BackboneCheck) -> None:
        if self._asked is not None:
            wanted = self._wanted if self._asked.rival is None else EVIDENCE
            self.panel.say_backbone(backbone_words(found, self._asked.choice, wanted=wanted))

    @Slot(str, int, object)
    def _on_failed(self, kind: str, _key: int, error: CardinalError) -> None:
        if kind == _KIND:
            self.panel.say(describe(error).text)
        elif kind == _BACKBONE:
            self.panel.say_backbone(describe(error).text)

    @Slot(str, int, int)
    def _on_progressed(self, kind: str, done: int, total: int) -> None:
        if kind in {_KIND, _BACKBONE}:
            self._row(kind).set_progress(done, total)

    @Slot(str, bool)
    def _on_open_changed(self, kind: str, is_open: bool) -> None:
        if kind in {_KIND, _BACKBONE}:
            self._row(kind).set_busy(busy=is_open)

    def _row(self, kind: str) -> AskingRow:
        return self.panel.checking if kind == _KIND else self.panel.randomising


def _none() -> None:
    """No other look than the usual one."""


def _work() -> Any:  # noqa: ANN401 - a module
    """numpy, at the first use."""
    return importlib.import_module("gui.attention.check_work")
