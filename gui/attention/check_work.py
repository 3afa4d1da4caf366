"""Check a map against the network by real runs, for the panel.

Imports numpy: it is imported at the first use, after the first paint.
"""

from __future__ import annotations

from dataclasses import dataclass

from gui.attention.examination import ExaminationBench
from gui.attention.examined import Examined
from gui.viewer.map_choice import EVIDENCE, MapChoice
from inference.arrays import EvidenceMap
from inference.attention.backbone_sanity import BackboneCheck, check_backbone
from inference.attention.checks import DeletionBadge, deletion_badge
from inference.attention.curves import CurvePair, draw_curves
from inference.attention.earlier import class_direction
from inference.attention.making import InspectedPicture, make_map
from inference.attention.masking import Filling
from inference.attention.methods import Method
from inference.attention.relative import relative_head
from inference.attention.runs import CopyRunner, SeenPicture
from inference.attention.sanity import SanityCheck, check_head, is_the_same_everywhere
from inference.engine.gradient_network import GradientNetwork

__all__ = ["Filling"]


@dataclass(frozen=True, slots=True, eq=False)
class CheckedMap:
    """The map that is to be checked.

    Attributes:
        subject: its class.
        choice: what kind of map it is.
        contributions: (h, w) float32; None for the evidence, which is made from the feature map.
        rival: the class that it compares its own with, or None.
    """

    subject: int
    choice: MapChoice = EVIDENCE
    contributions: EvidenceMap | None = None
    rival: int | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found about one map.

    Attributes:
        subject: the class.
        choice: what kind of map it is.
        filling: what hidden cells showed.
        badge: what hiding the strongest cells did.
        curves: of deletion and insertion.
        sanity: whether the map changes when the head is randomised; None where it is not made from the head alone.
        is_flat: the map is the same everywhere; then no cell is stronger than another, and nothing was checked.
    """

    subject: int
    choice: MapChoice
    filling: Filling
    badge: DeletionBadge
    curves: CurvePair
    sanity: SanityCheck | None
    is_flat: bool = False


def check(examined: Examined, wanted: CheckedMap, filling: Filling, bench: ExaminationBench) -> Checked | None:
    """Hide, draw, randomise. Runs on: the thread that owns the network.

    Returns:
        None where the model has no feature map to check.

    Raises:
        Cancelled: nobody wants it any more.
        InferenceError: the network cannot run, or gives no valid numbers.
    """
    features = examined.inspection.features
    if features is None:
        return None
    runner = CopyRunner(bench.classifier.network, on_progress=bench.on_progress, cancel=bench.cancel)
    seen = SeenPicture(examined.inspection.image, examined.inspection.logits)
    picture = InspectedPicture(seen, features)
    subject, choice, contributions = wanted.subject, wanted.choice, wanted.contributions
    if contributions is None:
        contributions = make_map(Method.EVIDENCE, picture, examined.head, subject)
    badge = deletion_badge(runner, seen, contributions, subject, rival=wanted.rival, filling=filling)
    curves = draw_curves(runner, seen, contributions, subject, filling=filling)
    head = relative_head(examined.head) if choice.relative else examined.head
    sanity = check_head(choice.method, picture, head, subject, rival=wanted.rival) if choice.is_closed_form else None
    return Checked(subject, choice, filling, badge, curves, sanity, is_the_same_everywhere(contributions))


def randomise(
    gradients: GradientNetwork, examined: Examined, wanted: CheckedMap, bench: ExaminationBench
) -> BackboneCheck:
    """Randomise the network from the top, part by part. Runs on: the thread that owns the network.

    Raises:
        Cancelled: nobody wants it any more.
        InferenceError: the network cannot run, or gives no valid numbers.
        ModelLoadError: the gradient file is gone.
    """
    choice = wanted.choice
    direction = class_direction(gradients.facts.classes, wanted.subject, wanted.rival, relative=choice.relative)
    return check_backbone(
        gradients,
        examined.inspection.image,
        direction,
        method=choice.method,
        stage=choice.stage,
        on_progress=bench.on_progress,
        cancel=bench.cancel,
    )
