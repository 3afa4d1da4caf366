"""Look at the picture on screen in another size or as a whole, with one run, and make the maps of that look.

Imports numpy: it is imported at the first use, after the first paint.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from gui.attention.examination import ExaminationBench
from gui.attention.examined import Examined
from gui.map_maker import Account, MapMaker, MapOnScreen
from gui.map_on_page import DrawnMap
from gui.viewer.map_choice import EVIDENCE, MapChoice
from gui.viewer.map_mode import MapMode
from inference.attention.finer import (
    ViewChange,
    compare_views,
    is_enlarged,
    scale_for,
    view_fields,
    view_order,
)
from inference.classify.preprocess import PrepareOrder
from inference.errors import InferenceError
from inference.results import Failure


@dataclass(frozen=True, slots=True)
class Wanted:
    """A look that a person asks for.

    Attributes:
        factor: how many times as large as usual the network's input is.
        whole: the whole picture instead of the centre crop.
    """

    factor: int
    whole: bool


@dataclass(frozen=True, slots=True)
class FinerLook:
    """What another look at the picture gave.

    Attributes:
        wanted: how it looked.
        examined: the picture as it was seen then; its maps are on a scale for so many cells.
        rows: of the map's cells.
        columns: of the map's cells.
        change: what became of the usual look's answer.
        first_score: probability (0...1) of the class that is first now.
        enlarged: the picture has fewer pixels than this look, so more cells show no more detail.
    """

    wanted: Wanted
    examined: Examined
    rows: int
    columns: int
    change: ViewChange
    first_score: float
    enlarged: bool


@dataclass(frozen=True, slots=True, eq=False)
class LookMap:
    """A map of a look, ready to be shown.

    Attributes:
        on_screen: its colours and lines.
        drawn: whose and what kind of map it is.
        account: how the logit comes about, or the gap of two; None where the map is in no logits.
    """

    on_screen: MapOnScreen
    drawn: DrawnMap
    account: Account | None


def order_of(examined: Examined, wanted: Wanted) -> PrepareOrder | None:
    """How the picture is read for a look; None where the input would be larger than any model's may be."""
    try:
        return view_order(examined.contract.preprocessing, factor=wanted.factor, whole=wanted.whole)
    except ValueError:
        return None


def look(examined: Examined, wanted: Wanted, bench: ExaminationBench) -> FinerLook:
    """Run the network once on the picture as it was ordered. Runs on: the thread that owns the network.

    Raises:
        Cancelled: nobody wants it any more.
        ImageReadError: the network gives no valid numbers for it.
        InferenceError: the network cannot run, or takes pictures of one size only.
    """
    picture = bench.picture
    order = order_of(examined, wanted)
    usual = examined.inspection.features
    if picture is None or order is None or usual is None:
        raise InferenceError("there is nothing to look at.")
    (answer,) = bench.classifier.classify([examined.path], [picture], inspect=True, cancel=bench.cancel)
    if isinstance(answer.outcome, Failure):
        raise answer.outcome.error
    inspection = answer.inspection
    if inspection is None or inspection.features is None:
        raise InferenceError("it gave no feature map.")
    rows, columns = inspection.features.shape[1:]
    scale = scale_for(examined.scale, usual[0].size, rows * columns)
    seen = replace(examined, classification=answer.outcome, inspection=inspection, scale=scale)
    return FinerLook(
        wanted,
        seen,
        rows,
        columns,
        compare_views(examined.inspection.logits, inspection.logits),
        answer.outcome.predictions[0].probability,
        enlarged=wanted.factor > 1 and is_enlarged(answer.outcome.facts, order),
    )


def rescaled(look: FinerLook, usual: Examined) -> FinerLook:
    """The same look where the scale of the usual one has become another."""
    features = usual.inspection.features
    if features is None:
        return look
    scale = scale_for(usual.scale, features[0].size, look.rows * look.columns)
    return replace(look, examined=replace(look.examined, scale=scale))


def view_of(look: FinerLook) -> dict[str, Any]:
    """For the manifest of a map: how the picture was looked at, and what that did to the decision."""
    return view_fields(look.change, factor=look.wanted.factor, whole=look.wanted.whole, enlarged=look.enlarged)


def map_of(
    seen: Examined, shown: int, rival: int | None, mode: MapMode, choice: MapChoice = EVIDENCE, *, outline: bool = False
) -> LookMap | None:
    """The map of a class in a look, without a run; the evidence where another map would take runs.

    Args:
        seen: the picture as the look saw it.
        shown: the class.
        rival: it is compared with this class, by evidence; None, or itself: with none.
        mode: how the map is drawn.
        choice: what kind of map is wanted.
        outline: lines are drawn over the colours, too.

    Returns:
        None where the look has no feature map.
    """
    inspection, classification = seen.inspection, seen.classification
    maker = _maker_of(seen)
    account: Account | None = None
    fight = None if rival is None else maker.duel(shown, rival, inspection)
    if fight is not None:
        choice, contributions = EVIDENCE, fight.contributions
        gap = float(inspection.logits[fight.subject]) - float(inspection.logits[fight.rival])
        account = maker.checked(fight.account, gap)
    else:
        choice = choice if choice.is_closed_form else EVIDENCE
        made = maker.method_map(choice, shown, inspection)
        if made is None:
            return None
        contributions = made
        if choice.is_exact:
            account = maker.account(shown, contributions, classification, inspection, choice)
    drawn = DrawnMap(shown, None if fight is None else fight.rival, choice, contributions, inspection)
    on_screen = maker.on_screen(
        shown,
        contributions,
        classification,
        mode,
        account=None if account is None else account.ledger,
        choice=choice,
        outline=outline,
    )
    return LookMap(on_screen, drawn, account)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a look saw, which stays the same where its scale becomes another.

    Attributes:
        identity: of the inspection, whose arrays cannot be compared; it is nobody else's while `seen` is kept.
        seen: the picture as the look saw it.
    """

    identity: int
    seen: Examined = field(compare=False)


def _maker_of(seen: Examined) -> MapMaker:
    maker = _maker_for(_Answer(id(seen.inspection), seen))
    maker.fix_scale(seen.scale)
    return maker


@lru_cache(maxsize=1)
def _maker_for(answer: _Answer) -> MapMaker:
    """Kept while the look is on screen: what does not depend on the class is then computed once (0.2 s for 27 x 27)."""
    seen = answer.seen
    return MapMaker(seen.contract, seen.head, seen.model_hash, seen.precision)
