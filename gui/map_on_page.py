"""Put the map of a class on the viewer's page, from what is known already: no run of the network happens here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QLineF

from gui.notices import map_approximate, no_map
from gui.viewer.map_choice import EVIDENCE, MapChoice
from gui.viewer.map_mode import MapMode, MapRemark
from gui.viewer.viewer_page import ViewerPage
from gui.words import tr
from inference.models.class_names import distinct_name
from inference.models.contract import MapKind, ModelContract
from inference.results import Classification

if TYPE_CHECKING:
    from gui.attention.examined import Examined
    from gui.map_maker import Account, MapMaker
    from inference.arrays import EvidenceMap
    from inference.classify.classifier import Inspection


@dataclass(frozen=True, slots=True, eq=False)
class FoundMap:
    """What whoever makes maps by runs has of one.

    Attributes:
        contributions: (h, w) float32, or None while it is not there.
        is_near: it will be there in a moment, so that the map before may stay that long.
        words: what a person should know while it is not there.
    """

    contributions: EvidenceMap | None
    is_near: bool = False
    words: str = ""


class MapSource(Protocol):
    """Makes the maps that take runs of the network, elsewhere and later."""

    def find(self, examined: Examined, class_index: int, choice: MapChoice) -> FoundMap:
        """A map, or why it is not there; whoever asks is told later to draw again."""


@dataclass(frozen=True, slots=True, eq=False)
class DrawnMap:
    """The map that is on screen.

    Attributes:
        class_index: whose it is.
        rival: the class that it is compared with, or None.
        choice: what kind of map it is.
        contributions: (h, w) float32.
        inspection: what it was made from, or None where it was stored.
    """

    class_index: int
    rival: int | None
    choice: MapChoice
    contributions: EvidenceMap
    inspection: Inspection | None


@dataclass(frozen=True, slots=True, eq=False)
class ShownPicture:
    """What is known of the picture on screen.

    Attributes:
        classification: what the model says.
        inspection: its feature map and logits, or None.
        examined: the same with the model, where every question about maps can be answered.
    """

    classification: Classification
    inspection: Inspection | None
    examined: Examined | None


class MapOnPage:
    """Draws evidence, duels and the maps of other methods; keeps what kind of map is wanted.

    A comparison of two classes is always one of evidence, and so is what is shown while another map is being made.

    Attributes:
        mode: how maps are drawn.
        outline: lines are drawn over the colours, too.
        choice: what kind of map is wanted.
        rival: every class is shown rather than this one; None: each class by itself.
        source: makes maps by runs; None while nobody does.
        drawn: the map on screen, or None.
    """

    def __init__(self, page: ViewerPage) -> None:
        self._page = page
        self._contract: ModelContract | None = None
        self._maker: MapMaker | None = None
        self.mode = MapMode.EVIDENCE
        self.outline = False
        self.choice = EVIDENCE
        self.rival: int | None = None
        self.source: MapSource | None = None
        self.drawn: DrawnMap | None = None

    @property
    def maker(self) -> MapMaker | None:
        """Makes the maps of the model that is open."""
        return self._maker

    def set_model(self, contract: ModelContract, maker: MapMaker) -> None:
        """A model is ready: say what maps it has."""
        self._contract, self._maker = contract, maker
        self.drawn = None
        panel = self._page.inspector.map_panel
        panel.set_available(maker.has_maps)
        panel.methods.set_available(maker.has_every_map)
        notices = {MapKind.NONE: no_map, MapKind.APPROXIMATE: map_approximate}
        panel.set_notice(notices[contract.maps]().text if contract.maps in notices else "")

    def show(self, class_index: int, picture: ShownPicture) -> None:
        """Put the map of a class on screen."""
        maker, contract = self._maker, self._contract
        if maker is None or contract is None or not maker.has_maps:
            return
        if self.rival is not None and self._show_duel(class_index, self.rival, picture, maker, contract):
            return
        if picture.examined is None or not maker.has_every_map:
            self._show_evidence(class_index, picture, maker, contract, self._what_is_missing(maker))
        elif self.choice.is_closed_form:
            self._say("")
            made = maker.method_map(self.choice, class_index, picture.examined.inspection)
            if made is not None:
                self._show_map(class_index, made, self.choice, picture, maker, contract)
        else:
            self._show_found(class_index, picture, picture.examined, maker, contract)

    def _show_duel(
        self, class_index: int, rival: int, picture: ShownPicture, maker: MapMaker, contract: ModelContract
    ) -> bool:
        """Why a class rather than another; whether that could be shown."""
        inspection = picture.inspection
        fight = None if inspection is None else maker.duel(class_index, rival, inspection)
        if fight is None or inspection is None:
            return False
        labels, logits = contract.labels, inspection.logits
        names = tr("{subject} rather than {rival}").format(
            subject=distinct_name(labels, fight.subject), rival=distinct_name(labels, fight.rival)
        )
        network = float(logits[fight.subject]) - float(logits[fight.rival])
        self._say("" if self.choice == EVIDENCE else tr("Two classes are compared by their evidence."))
        self.drawn = DrawnMap(class_index, rival, EVIDENCE, fight.contributions, inspection)
        self._draw(self.drawn, names, maker.checked(fight.account, network), picture.classification, maker)
        return True

    def _show_found(
        self, class_index: int, picture: ShownPicture, examined: Examined, maker: MapMaker, contract: ModelContract
    ) -> None:
        """A map that takes runs: itself, the map before while it comes in a moment, or the evidence meanwhile."""
        found = FoundMap(None) if self.source is None else self.source.find(examined, class_index, self.choice)
        if found.contributions is not None:
            self._say(found.words)
            self._show_map(class_index, found.contributions, self.choice, picture, maker, contract)
        elif found.is_near and self._page.legend.is_shown:
            self._say(found.words)
        else:
            self._show_evidence(class_index, picture, maker, contract, found.words)

    def _show_evidence(
        self, class_index: int, picture: ShownPicture, maker: MapMaker, contract: ModelContract, words: str
    ) -> None:
        self._say(words)
        contributions = maker.contributions(class_index, picture.classification, picture.inspection)
        if contributions is None:
            self._show_no_map(distinct_name(contract.labels, class_index), maker)
        else:
            self._show_map(class_index, contributions, EVIDENCE, picture, maker, contract)

    def _what_is_missing(self, maker: MapMaker) -> str:
        """Why the evidence stands in for another map, where it does."""
        if self.choice == EVIDENCE or not maker.has_every_map:
            return ""
        return tr("The feature map is on its way; until then the evidence is shown.")

    def _show_no_map(self, name: str, maker: MapMaker) -> None:
        """Only the feature map could tell: it is on its way, or this model has none."""
        page, panel = self._page, self._page.inspector.map_panel
        self.drawn = None
        page.picture.remove_overlay()
        page.legend.clear()
        panel.set_class_name(name)
        panel.set_remark(MapRemark.NONE if maker.has_every_map else MapRemark.BEST_CLASSES_ONLY)

    def _show_map(
        self,
        class_index: int,
        contributions: EvidenceMap,
        choice: MapChoice,
        picture: ShownPicture,
        maker: MapMaker,
        contract: ModelContract,
    ) -> None:
        name = distinct_name(contract.labels, class_index)
        if choice.relative:
            name = tr("{name} rather than the average class").format(name=name)
        account = None
        if choice.is_exact:
            account = maker.account(class_index, contributions, picture.classification, picture.inspection, choice)
        self.drawn = DrawnMap(class_index, None, choice, contributions, picture.inspection)
        self._draw(self.drawn, name, account, picture.classification, maker)

    def _draw(
        self, drawn: DrawnMap, name: str, account: Account | None, classification: Classification, maker: MapMaker
    ) -> None:
        page, mode = self._page, self.mode
        shown = maker.on_screen(
            drawn.class_index,
            drawn.contributions,
            classification,
            mode,
            account=None if account is None else account.ledger,
            choice=drawn.choice,
            outline=self.outline,
        )
        page.picture.set_cells(*shown.cells)
        if mode is MapMode.OFF:
            page.picture.remove_overlay()
            page.legend.clear()
        else:
            page.picture.show_overlay(
                shown.overlay,
                classification.crop,
                lines=tuple(QLineF(*piece) for piece in shown.lines.tolist()),
                takes_light=mode is MapMode.SPOTLIGHT,
            )
            has_outline = self.outline and mode is not MapMode.OUTLINE
            page.legend.show_scale(mode, scale=shown.scale, class_name=name, choice=drawn.choice, outline=has_outline)
            if account is not None:
                self._explain(account, is_gap=drawn.rival is not None)
        panel = page.inspector.map_panel
        panel.set_class_name(name)
        panel.set_remark(shown.remark)
        self._describe(shown.place, name, drawn.choice)

    def _explain(self, account: Account, *, is_gap: bool) -> None:
        parts = account.ledger
        self._page.legend.set_ledger(
            positive=parts.supporting,
            negative=parts.opposing,
            bias=parts.bias,
            logit=parts.logit,
            is_gap=is_gap,
            network=account.network_logit,
            adds_up=account.adds_up,
            is_approximate=account.is_approximate,
        )

    def _describe(self, place: str, name: str, choice: MapChoice) -> None:
        """The map in a sentence, for screen readers."""
        if not choice.depends_on_class:
            sentence = (
                tr("The picture's strongest pattern is at the {place}.") if place else tr("No pattern stands out.")
            )
        elif place:
            sentence = tr("Evidence for {name} is strongest at the {place}.")
        else:
            sentence = tr("Nothing speaks for {name}.")
        self._page.picture.set_map_description(sentence.format(name=name, place=place))

    def _say(self, words: str) -> None:
        self._page.inspector.map_panel.methods.say(words)
