"""Put another look at the picture on screen: larger or whole, with its own map, cells and answer."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLineF, QObject, QTimer, Signal, Slot

from gui.attention.examined import Examined
from gui.attention.examiner import Examiner
from gui.attention.finer_panel import FinerPanel
from gui.attention.look_on_screen import LookOnScreen, view_in_words
from gui.attention.needs import needed_words
from gui.messages import describe
from gui.plain_text import for_sentence
from gui.viewer.map_choice import MapChoice
from gui.viewer.map_look import MapLook
from gui.viewer.map_mode import MapMode
from gui.viewer.number_texts import percent_text
from gui.viewer.suggestions_model import NO_CLASS
from gui.viewer.viewer_page import ViewerPage
from gui.viewing import Viewing
from gui.words import tr
from inference.errors import CardinalError, InferenceError
from inference.models.class_names import distinct_name

if TYPE_CHECKING:
    from gui.attention.finer_work import FinerLook, LookMap
    from gui.map_on_page import DrawnMap

_KIND = "finer"


class FinerDesk(QObject):
    """Keeps a look and its map on screen until the person goes back, or the picture changes.

    The usual map goes on being drawn below; whenever it is, the look is drawn again, and so are the words beside it.

    Attributes:
        rival: the class that is compared with now, or None.
        is_painted: whether something is painted over the picture; no look knows of that.

    Signals:
        look_changed(look: Examined | None): questions about maps are about this look now; None: about the usual one.
    """

    look_changed = Signal(object)

    def __init__(self, page: ViewerPage, viewing: Viewing, examiner: Examiner) -> None:
        super().__init__()
        self._page = page
        self._viewing = viewing
        self._examiner = examiner
        self._base: Examined | None = None
        self._look: FinerLook | None = None
        self._drawn: DrawnMap | None = None
        self._note = ""
        self.rival: Callable[[], int | None] = _none
        self.is_painted: Callable[[], bool] = bool
        self.panel = FinerPanel()
        self.section = page.inspector.add_section(tr("Closer"), self.panel)
        self._later = QTimer(self, interval=0, singleShot=True)
        self._later.timeout.connect(self.redraw)
        self.panel.look_requested.connect(self.look)
        self.panel.back_requested.connect(self.back)
        viewing.examined_changed.connect(self._on_examined_changed)
        panel = page.inspector.map_panel
        for changed in (page.picture.usual_map_changed, panel.outline_changed, panel.methods.choice_changed):
            changed.connect(self._redraw_soon)
        examiner.answered.connect(self._on_answered)
        examiner.failed.connect(self._on_failed)
        examiner.open_changed.connect(self._on_open_changed)
        self._on_examined_changed()

    @property
    def examined(self) -> Examined | None:
        """The picture as the look sees it; None in the usual look."""
        return None if self._look is None else self._look.examined

    @property
    def kept(self) -> tuple[Examined, DrawnMap, dict[str, Any]] | None:
        """What is kept of the map on screen: the picture as the look sees it, the map, how it looked; None: no look."""
        look, drawn = self._look, self._drawn
        return None if look is None or drawn is None else (look.examined, drawn, _work().view_of(look))

    @property
    def on_screen(self) -> LookOnScreen | None:
        """The look with its map, for questions about what is on screen; None in the usual look."""
        look = self._look
        return None if look is None else LookOnScreen(look.examined, self._drawn, look.wanted.factor, look.wanted.whole)

    @Slot(int, bool)
    def look(self, factor: int, whole: bool) -> None:
        """Ask for a look: one run of the network."""
        examined = self._viewing.examined
        if examined is None:
            return
        work = _work()
        wanted = work.Wanted(factor, whole)
        order = work.order_of(examined, wanted)
        self._note = ""
        if self.is_painted():
            self._note = tr("What is painted over the picture hides another look. Take it back first.")
        elif order is None:
            self._note = tr("The network's input would be too large.")
        else:
            ask = partial(work.look, examined, wanted)
            facts = examined.classification.facts
            self._examiner.ask(_KIND, examined.key, ask, path=examined.path, view=order, facts=facts)
            return
        self._update_panel()

    @Slot(bool)
    def set_painted(self, is_painted: bool) -> None:
        """Something is painted over the picture, or no longer: then nothing hides a look any more."""
        if not is_painted and self._note:
            self._note = ""
            self._update_panel()

    @Slot()
    def back(self) -> None:
        """The usual look again."""
        if self._leave():
            # Whoever shows the usual map says again what it is.
            self._viewing.set_mode(self._page.inspector.map_panel.mode)

    @Slot()
    def redraw(self) -> None:
        """Another class, style or comparison is wanted: draw its map in this look, without a run."""
        self._later.stop()
        look, shown = self._look, self._page.class_shown
        if look is None:
            return
        if self.is_painted():
            # Whoever paints has drawn, and explained, the map of what is painted.
            self._leave()
            return
        if shown == NO_CLASS:
            self._drawn = None
            self._page.picture.show_look(_in_place(look, None, MapMode.OFF))
            return
        panel, rival = self._page.inspector.map_panel, self.rival()
        mode, choice, outline = panel.mode, self._viewing.map_choice, panel.has_outline
        found = _work().map_of(look.examined, shown, rival, mode, choice, outline=outline)
        self._drawn = None if found is None else found.drawn
        self._page.picture.show_look(_in_place(look, found, mode))
        if found is not None:
            panel.methods.say(_words_of(look, found, choice))
            self._explain(look, found, mode, _name_of(look, found.drawn))

    @Slot()
    def rescale(self) -> None:
        """The fixed scale has become another: so has that of the look."""
        usual = self._viewing.examined
        if self._look is not None and usual is not None:
            self._look = _work().rescaled(self._look, usual)
            self.redraw()

    @Slot()
    def _redraw_soon(self) -> None:
        if self._look is not None:
            self._later.start()

    def _leave(self) -> bool:
        """Give the look up, and a question for one; whether there was a look."""
        self._examiner.cancel(_KIND)
        had = self._look is not None
        self._look, self._drawn, self._note = None, None, ""
        self._later.stop()
        self._update_panel()
        if had:
            self._page.picture.show_look(None)
            usual = self._viewing.classification
            if usual is not None:
                self._page.inspector.facts.show_facts(usual.facts, usual.crop)
            self.look_changed.emit(None)
        return had

    def _explain(self, look: FinerLook, found: LookMap, mode: MapMode, name: str) -> None:
        legend, panel = self._page.legend, self._page.inspector.map_panel
        has_outline = panel.has_outline and mode is not MapMode.OUTLINE
        told = f"{name} ({_view_in_words(look)})"
        legend.show_scale(
            mode, scale=found.on_screen.scale, class_name=told, choice=found.drawn.choice, outline=has_outline
        )
        if found.account is not None and mode is not MapMode.OFF:
            parts = found.account.ledger
            legend.set_ledger(
                positive=parts.supporting,
                negative=parts.opposing,
                bias=parts.bias,
                logit=parts.logit,
                is_gap=found.drawn.rival is not None,
                network=found.account.network_logit,
                adds_up=found.account.adds_up,
            )
        panel.set_class_name(name)
        panel.set_remark(found.on_screen.remark)
        self._page.picture.set_map_description(_described(found, told))

    @Slot()
    def _on_examined_changed(self) -> None:
        examined, before = self._viewing.examined, self._base
        self._base = examined
        if examined is not None and before is not None and examined.inspection is before.inspection:
            # The same picture and answer, known better: the look stays, a question was given up.
            self._update_panel()
            return
        self.back()

    @Slot(str, int, object)
    def _on_answered(self, kind: str, key: int, look: FinerLook) -> None:
        usual = self._viewing.examined
        if kind != _KIND or usual is None or key != usual.key:
            return
        if self.is_painted():
            # Somebody painted meanwhile: no look knows of that, so nobody is told of this one.
            return
        # The scale may have become another while the network looked.
        self._look = look = _work().rescaled(look, usual)
        self._page.inspector.facts.show_facts(look.examined.classification.facts, look.examined.classification.crop)
        self.look_changed.emit(look.examined)
        self.redraw()
        self._page.inspector.follow(self.section)

    @Slot(str, int, object)
    def _on_failed(self, kind: str, _key: int, error: CardinalError) -> None:
        if kind != _KIND:
            return
        if isinstance(error, InferenceError) and not error.out_of_memory:
            text = tr("This look failed. The model may take pictures of its own size only: {reason}")
            self._note = text.format(reason=for_sentence(error.reason))
        else:
            self._note = describe(error).text

    @Slot(str, bool)
    def _on_open_changed(self, kind: str, is_open: bool) -> None:
        if kind != _KIND:
            return
        self._update_panel()
        if is_open:
            self.panel.set_state(available=False, is_on=True)
            self.panel.say(tr("Looking…"))

    def _update_panel(self) -> None:
        self.panel.set_state(available=self._base is not None, is_on=self._look is not None)
        told = (self._note, self._sentence()) if self._look is not None else (self._note or self._sentence(),)
        self.panel.say(" ".join(filter(None, told)))

    def _sentence(self) -> str:
        look = self._look
        if self._base is None:
            return needed_words(self._viewing)
        if look is None:
            return tr("The same network at a larger input has more cells, and may have another answer.")
        labels, change = look.examined.contract.labels, look.change
        before, now = (
            for_sentence(distinct_name(labels, index)) for index in (change.first_before, change.first_after)
        )
        scores = f"{percent_text(change.before)} \N{RIGHTWARDS ARROW} {percent_text(change.after)}"
        sentences = [
            tr("{view}: {rows} \N{MULTIPLICATION SIGN} {columns} cells.").format(
                view=_view_in_words(look).capitalize(), rows=look.rows, columns=look.columns
            )
        ]
        if change.stayed:
            sentences.append(tr("The decision stayed: {name}, {scores}.").format(name=before, scores=scores))
        else:
            sentences.append(
                tr("The decision changed: {name}, {scores}, gave way to {other}, {score}.").format(
                    name=before, scores=scores, other=now, score=percent_text(look.first_score)
                )
            )
        if look.enlarged:
            sentences.append(tr("The picture has fewer pixels than this look, so more cells show no more detail."))
        return " ".join(sentences)


def _in_place(look: FinerLook, found: LookMap | None, mode: MapMode) -> MapLook:
    """What goes on screen in place of the usual map; frame and cells where no map is to be drawn."""
    crop = look.examined.classification.crop
    if found is None or mode is MapMode.OFF:
        return MapLook(None, crop, look.rows, look.columns)
    lines = tuple(QLineF(*piece) for piece in found.on_screen.lines.tolist())
    return MapLook(found.on_screen.overlay, crop, look.rows, look.columns, lines, takes_light=mode is MapMode.SPOTLIGHT)


def _name_of(look: FinerLook, drawn: DrawnMap) -> str:
    labels = look.examined.contract.labels
    name = distinct_name(labels, drawn.class_index)
    if drawn.rival is not None:
        return tr("{subject} rather than {rival}").format(subject=name, rival=distinct_name(labels, drawn.rival))
    return tr("{name} rather than the average class").format(name=name) if drawn.choice.relative else name


def _described(found: LookMap, told: str) -> str:
    """The map in a sentence, for screen readers."""
    place = found.on_screen.place
    if not found.drawn.choice.depends_on_class:
        return tr("The picture's strongest pattern is at the {place}.").format(place=place) if place else ""
    sentence = tr("Evidence for {name} is strongest at the {place}.") if place else tr("Nothing speaks for {name}.")
    return sentence.format(name=told, place=place)


def _words_of(look: FinerLook, found: LookMap, wanted: MapChoice) -> str:
    """What the legend does not say: why another kind of map than the wanted one is shown, or of which look it is."""
    if not found.drawn.choice.depends_on_class:
        return tr("The map is of this look: {view}.").format(view=_view_in_words(look))
    if found.drawn.choice == wanted:
        return ""
    if found.drawn.rival is not None:
        return tr("Two classes are compared by their evidence.")
    return tr("Another look shows the evidence only.")


def _view_in_words(look: FinerLook) -> str:
    return view_in_words(look.wanted.factor, whole=look.wanted.whole, examined=look.examined)


def _none() -> int | None:
    return None


def _work() -> Any:  # noqa: ANN401 - a module
    """numpy, at the first use."""
    return importlib.import_module("gui.attention.finer_work")
