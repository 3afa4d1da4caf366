"""Keep the comparison of two classes true to what is on screen, and have its deciding cells confirmed."""

from __future__ import annotations

import importlib
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from gui.attention.duel_panel import DuelPanel
from gui.attention.examined import Examined
from gui.attention.examiner import Examiner
from gui.attention.needs import needed_words
from gui.messages import describe
from gui.plain_text import for_sentence
from gui.viewer.number_texts import decimal_text, percent_text
from gui.viewer.suggestions_model import NO_CLASS
from gui.viewer.viewer_page import ViewerPage
from gui.viewing import Viewing
from gui.words import counted, tr
from inference.errors import CardinalError
from inference.models.class_names import distinct_name

if TYPE_CHECKING:
    from gui.attention.duel_work import Decision
    from inference.attention.confirming import HiddenRun

_KIND = "duel"


class DuelDesk(QObject):
    """Compares the class on screen with the runner-up, or with the class that a person chose.

    Signals:
        redrawn(): another comparison is on screen, or none.
    """

    redrawn = Signal()

    def __init__(self, page: ViewerPage, viewing: Viewing, examiner: Examiner) -> None:
        super().__init__()
        self._page = page
        self._viewing = viewing
        self._examiner = examiner
        self._look: Examined | None = None
        self._model = ""
        self._chosen: int | None = None
        self._rival: int | None = None
        self._decision: Decision | None = None
        self._is_painted = False
        self._asked: Decision | None = None
        self._confirmed: dict[tuple[int, int], str] = {}
        self.panel = DuelPanel()
        self.section = page.inspector.add_section(tr("Why this and not that?"), self.panel)
        self.panel.wanted_changed.connect(self.update)
        self.panel.rival_chosen.connect(self._on_rival_chosen)
        self.panel.swap_requested.connect(self._swap)
        self.panel.confirm_requested.connect(self._confirm)
        page.inspector.suggestions.rival_requested.connect(self.panel.choose_rival)
        page.inspector.suggestions.why_not_requested.connect(self.why_not)
        viewing.examined_changed.connect(self._on_examined_changed)
        page.class_shown_changed.connect(self.update)
        examiner.answered.connect(self._on_answered)
        examiner.failed.connect(self._on_failed)
        examiner.open_changed.connect(self._on_open_changed)
        self.update()

    @Slot()
    def toggle(self) -> None:
        """Compare the class on screen with the runner-up, or stop comparing."""
        self.panel.set_wanted(not self.panel.is_wanted)
        if self.panel.is_wanted:
            self._page.inspector.reveal(self.section)

    @property
    def rival(self) -> int | None:
        """The class that is compared with; None where nothing is compared."""
        return self._rival

    @Slot(int)
    def why_not(self, class_index: int) -> None:
        """Compare the first suggestion with this class."""
        examined = self._examined
        if examined is None or not examined.classification.predictions:
            # Says why not.
            self.panel.choose_rival(class_index)
            return
        first = examined.classification.predictions[0].index
        if first != class_index:
            self._page.inspector.suggestions.choose(first)
            self.panel.choose_rival(class_index)

    def set_look(self, look: Examined | None) -> None:
        """Compare in another look at the picture; None: in the usual one."""
        self._look = look
        self._forget()
        self.update()

    @Slot(bool)
    def set_painted(self, is_painted: bool) -> None:
        """Something is painted over the picture, of whose cells nothing was decided; or no longer."""
        self._is_painted = is_painted
        self._mark()

    @Slot()
    def update(self) -> None:
        """Another class or picture is on screen, or the person switched the comparison."""
        examined, subject = self._examined, self._page.class_shown
        self._decision = self._rival = None
        if not self.panel.is_wanted:
            self._examiner.cancel(_KIND)
        self.panel.set_available(examined is not None)
        if examined is not None:
            self._know_classes(examined)
        if not self.panel.is_wanted or examined is None or subject == NO_CLASS or len(examined.contract.labels) < 2:  # noqa: PLR2004
            self._viewing.set_rival(None)
            self.panel.clear_rivals()
            self._mark()
            self.panel.say("" if examined is not None else self._what_is_missing(), "", can_confirm=False)
            self.redrawn.emit()
            return
        work = _work()
        listed, self._rival = work.rivals_of(examined, subject, self._chosen)
        labels = examined.contract.labels
        self.panel.set_rivals([(index, distinct_name(labels, index)) for index in listed], self._rival)
        self._viewing.set_rival(self._rival)
        self._decision = work.decide(examined, subject, self._rival)
        self._say(examined)
        self.redrawn.emit()

    def _what_is_missing(self) -> str:
        if self.panel.is_wanted and self._viewing.classification is not None:
            return tr("This needs the maps of all classes, which are not there.")
        return needed_words(self._viewing)

    @property
    def _examined(self) -> Examined | None:
        return self._look or self._viewing.examined

    def _know_classes(self, examined: Examined) -> None:
        """Another model has other classes under the same numbers."""
        if examined.model_hash != self._model:
            self._model, self._chosen = examined.model_hash, None
            self.panel.set_classes(label.name for label in examined.contract.labels)

    def _say(self, examined: Examined) -> None:
        decision = self._decision
        self._mark()
        if decision is None:
            even = _work().has_numbers(examined)
            words = tr("Neither of the two leads.") if even else tr("The model gave no valid numbers for this map.")
            self.panel.say(words, "", can_confirm=False)
            return
        first, second = self._names(examined, decision)
        account = tr("{first} leads {second} by {gap} logits.").format(
            first=first, second=second, gap=decimal_text(decision.leading.gap, 2)
        )
        self.panel.say(account, self._cells_in_words(decision, second), can_confirm=decision.cells is not None)
        self.panel.set_busy(self._examiner.is_open(_KIND))
        self.panel.say_confirmed(self._confirmed.get(_pair(decision), ""))

    def _mark(self) -> None:
        """Hatch the cells that decide, on the picture that they were found in."""
        cells = None if self._decision is None or self._is_painted else self._decision.cells
        marked = [] if cells is None else [tuple(place) for place in zip(*cells.nonzero(), strict=True)]
        self._page.picture.set_marked_cells(frozenset((int(row), int(column)) for row, column in marked))

    def _forget(self) -> None:
        """Other numbers: what was confirmed of the ones before does not hold."""
        self._examiner.cancel(_KIND)
        self._asked = None
        self._confirmed.clear()

    @Slot()
    def _on_examined_changed(self) -> None:
        self._forget()
        self.update()

    def _names(self, examined: Examined, decision: Decision) -> tuple[str, str]:
        labels = examined.contract.labels
        pair = (decision.leading.subject, decision.leading.rival)
        return for_sentence(distinct_name(labels, pair[0])), for_sentence(distinct_name(labels, pair[1]))

    def _cells_in_words(self, decision: Decision, second: str) -> str:
        total = decision.leading.contributions.size
        zeroed, repooled = decision.zeroed, decision.repooled
        if zeroed is None and repooled is None:
            return tr("No cells decide it alone: whichever are taken away, the lead stays.")
        sentences = []
        if zeroed is not None:
            sentences.append(
                counted(
                    zeroed.count,
                    "Without %n of {total} cells (set to zero, hatched) {second} would lead.",
                    "Without %n of {total} cells (set to zero, hatched) {second} would lead.",
                )
            )
        else:
            sentences.append(tr("Setting cells to zero does not turn it."))
        if repooled is not None:
            sentences.append(
                counted(repooled.count, "Averaged over the rest: %n cell.", "Averaged over the rest: %n cells.")
            )
        else:
            sentences.append(tr("Averaging over the rest does not turn it."))
        return " ".join(sentences).format(total=total, second=second)

    @Slot(int)
    def _on_rival_chosen(self, rival: int) -> None:
        self._chosen = rival
        self._page.inspector.reveal(self.section)
        if self.panel.is_wanted:
            self.update()
        else:
            self.panel.set_wanted(True)

    @Slot()
    def _swap(self) -> None:
        subject, rival = self._page.class_shown, self._rival
        if rival is not None:
            self.panel.choose_rival(subject)
            self._page.inspector.suggestions.choose(rival)

    @Slot()
    def _confirm(self) -> None:
        examined, decision = self._examined, self._decision
        if examined is not None and decision is not None and decision.cells is not None:
            self._asked = decision
            self._examiner.ask(_KIND, examined.key, partial(_work().confirm, examined, decision.cells))

    @Slot(str, int, object)
    def _on_answered(self, kind: str, key: int, done: HiddenRun) -> None:
        # Another class may be under the pointer by now; the answer is about the one that was asked for.
        examined, decision = self._examined, self._asked
        if kind != _KIND or examined is None or decision is None or key != examined.key:
            return
        leading = decision.leading
        first, second = self._names(examined, decision)
        parts = []
        for index, name in ((leading.subject, first), (leading.rival, second)):
            before, after = done.probabilities(index)
            parts.append(f"{name} {percent_text(before)} \N{RIGHTWARDS ARROW} {percent_text(after)}")
        if done.turned(leading.subject, leading.rival):
            verdict = tr("The real run agrees: {second} leads.").format(second=second)
        else:
            verdict = tr("The real run disagrees: {first} still leads.").format(first=first)
        if done.first_after not in {leading.subject, leading.rival}:
            third = for_sentence(distinct_name(examined.contract.labels, done.first_after))
            verdict = tr("{verdict} First of all is now {third}.").format(verdict=verdict, third=third)
        told = tr("With these cells blurred: {changes}. {verdict}").format(changes=", ".join(parts), verdict=verdict)
        self._tell_confirmed(decision, told)

    def _tell_confirmed(self, asked: Decision, text: str) -> None:
        self._confirmed[_pair(asked)] = text
        if self._decision is not None and _pair(self._decision) == _pair(asked):
            self.panel.say_confirmed(text)
            self._page.inspector.follow(self.section)

    @Slot(str, int, object)
    def _on_failed(self, kind: str, _key: int, error: CardinalError) -> None:
        if kind == _KIND and self._asked is not None:
            self._tell_confirmed(self._asked, describe(error).text)

    @Slot(str, bool)
    def _on_open_changed(self, kind: str, is_open: bool) -> None:
        if kind == _KIND:
            self.panel.set_busy(is_open)


def _pair(decision: Decision) -> tuple[int, int]:
    return decision.leading.subject, decision.leading.rival


def _work() -> Any:  # noqa: ANN401 - a module
    """numpy, at the first use."""
    return importlib.import_module("gui.attention.duel_work")
