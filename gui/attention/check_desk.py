"""Have the map on screen checked, and say in words what came of it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from gui.attention.check_panel import CheckPanel
from gui.attention.examination import ExaminationBench
from gui.attention.examiner import Examiner
from gui.messages import describe
from gui.plain_text import for_sentence
from gui.viewer.number_texts import decimal_text, percent_text
from gui.viewer.suggestions_model import NO_CLASS
from gui.viewer.viewer_page import ViewerPage
from gui.viewing import Viewing
from gui.words import tr
from inference.errors import CardinalError

if TYPE_CHECKING:
    from gui.attention.check_work import Checked

_KIND = "check"


class CheckDesk(QObject):
    """Checks the evidence map of the class that is chosen; results go when another class or picture comes."""

    def __init__(self, page: ViewerPage, viewing: Viewing, examiner: Examiner) -> None:
        super().__init__()
        self._page = page
        self._viewing = viewing
        self._examiner = examiner
        self._asked = NO_CLASS
        self.panel = CheckPanel()
        self.section = page.inspector.add_section(tr("Check the map"), self.panel)
        self.panel.check_requested.connect(self.check)
        self.panel.stop_requested.connect(self._stop)
        viewing.examined_changed.connect(self._on_examined_changed)
        page.inspector.suggestions.suggestion_chosen.connect(self._on_class_chosen)
        page.inspector.class_search.class_chosen.connect(self._on_class_chosen)
        examiner.answered.connect(self._on_answered)
        examiner.failed.connect(self._on_failed)
        examiner.progressed.connect(self._on_progressed)
        examiner.open_changed.connect(self._on_open_changed)
        self._on_examined_changed()

    @Slot(str)
    def check(self, filling: str) -> None:
        """Check the map of the chosen class; some fifty runs of the network."""
        examined, subject = self._viewing.examined, self._page.inspector.suggestions.chosen
        if examined is None or subject == NO_CLASS:
            return
        work = _work()
        self._asked = subject

        def ask(bench: ExaminationBench) -> object:
            return work.check(examined, subject, work.Filling(filling), bench)

        self.panel.clear()
        self._examiner.ask(_KIND, examined.key, ask)

    @Slot()
    def _stop(self) -> None:
        self._examiner.cancel(_KIND)

    @Slot()
    def _on_examined_changed(self) -> None:
        self._forget()
        self.panel.set_available(self._viewing.examined is not None)

    @Slot(int)
    def _on_class_chosen(self, class_index: int) -> None:
        if class_index != self._asked:
            self._forget()

    def _forget(self) -> None:
        self._examiner.cancel(_KIND)
        self._asked = NO_CLASS
        self.panel.clear()

    @Slot(str, int, object)
    def _on_answered(self, kind: str, key: int, checked: Checked | None) -> None:
        examined = self._viewing.examined
        if kind != _KIND or examined is None or key != examined.key or checked is None:
            return
        name = for_sentence(examined.contract.labels[checked.subject].name)
        curves = checked.curves
        self.panel.say(
            _badge_words(checked, name),
            _curve_words(checked),
            _sanity_words(checked),
            *(
                list(zip(curve.shares.tolist(), curve.probabilities.tolist(), strict=True))
                for curve in (curves.deletion, curves.insertion)
            ),
        )

    @Slot(str, int, object)
    def _on_failed(self, kind: str, _key: int, error: CardinalError) -> None:
        if kind == _KIND:
            self.panel.say(describe(error).text)

    @Slot(str, int, int)
    def _on_progressed(self, kind: str, done: int, total: int) -> None:
        if kind == _KIND:
            self.panel.set_progress(done, total)

    @Slot(str, bool)
    def _on_open_changed(self, kind: str, is_open: bool) -> None:
        if kind == _KIND:
            self.panel.set_busy(busy=is_open)


def _badge_words(checked: Checked, name: str) -> str:
    badge = checked.badge
    sentence = tr(
        "With the strongest fifth of the cells {filling}: {name} {before} \N{RIGHTWARDS ARROW} {after}."
    ).format(
        filling=_filling_words(checked.filling.value),
        name=name,
        before=percent_text(badge.before),
        after=percent_text(badge.after),
    )
    verdict = (
        tr("The network bears the map out.")
        if badge.is_borne_out
        else tr("The network does not bear the map out: the class did not lose by it.")
    )
    return f"{sentence} {verdict}"


def _curve_words(checked: Checked) -> str:
    words = tr("Area under deletion (dashed; low is good) {deletion}, under insertion (high is good) {insertion}.")
    curves = checked.curves
    return words.format(
        deletion=decimal_text(curves.deletion.area, 2), insertion=decimal_text(curves.insertion.area, 2)
    )


def _filling_words(filling: str) -> str:
    return {"blur": tr("blurred"), "grey": tr("painted grey"), "noise": tr("replaced by noise")}[filling]


def _sanity_words(checked: Checked) -> str:
    likeness = decimal_text(checked.sanity.signed, 2)
    if checked.sanity.passed:
        words = tr("With a random last layer the map is another one (rank correlation {likeness}), as it should be.")
    else:
        words = tr("With a random last layer the map hardly changes (rank correlation {likeness}): it says little.")
    return words.format(likeness=likeness)


def _work() -> Any:  # noqa: ANN401 - a module
    """numpy, at the first use."""
    return importlib.import_module("gui.attention.check_work")
