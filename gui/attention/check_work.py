"""Check a map against the network by real runs, for the panel.

Imports numpy: it is imported at the first use, after the first paint.
"""

from __future__ import annotations

from dataclasses import dataclass

from gui.attention.examination import ExaminationBench
from gui.attention.examined import Examined
from inference.attention.checks import DeletionBadge, deletion_badge
from inference.attention.curves import CurvePair, draw_curves
from inference.attention.making import InspectedPicture, make_map
from inference.attention.masking import Filling
from inference.attention.methods import Method
from inference.attention.runs import CopyRunner, SeenPicture
from inference.attention.sanity import SanityCheck, check_head


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found about one map.

    Attributes:
        subject: the class.
        filling: what hidden cells showed.
        badge: what hiding the strongest fifth of the cells did.
        curves: of deletion and insertion.
        sanity: whether the map changes when the head is randomised.
    """

    subject: int
    filling: Filling
    badge: DeletionBadge
    curves: CurvePair
    sanity: SanityCheck


def check(examined: Examined, subject: int, filling: Filling, bench: ExaminationBench) -> Checked | None:
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
    contributions = make_map(Method.EVIDENCE, picture, examined.head, subject)
    badge = deletion_badge(runner, seen, contributions, subject, filling=filling)
    curves = draw_curves(runner, seen, contributions, subject, filling=filling)
    return Checked(subject, filling, badge, curves, check_head(Method.EVIDENCE, picture, examined.head, subject))
