"""The `--check` of `explain`: whether the network bears a map out, and whether the map depends on what it learned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from inference.attention.backbone_sanity import BackboneCheck, check_backbone
from inference.attention.checks import DeletionBadge, deletion_badge
from inference.attention.curves import CurvePair, draw_curves
from inference.attention.earlier import class_direction
from inference.attention.masking import Filling
from inference.attention.methods import FACTS
from inference.attention.relative import relative_head
from inference.attention.runs import CopyRunner, SeenPicture
from inference.attention.sanity import SanityCheck, check_head, is_the_same_everywhere
from inference.commands.explain_words import lead_in_words
from inference.commands.explanation import Explanation, Look, class_name
from inference.commands.rows import percent
from inference.engine.gradient_network import GradientNetwork
from inference.models.gradient_file import NoGradientsError

_PARTS = {"head": "last layer", "stem": "first layers"}
"""In words, as in the window; stages are numbered."""


@dataclass(frozen=True, slots=True)
class CheckFound:
    """Whether the network bears a map out.

    Attributes:
        badge: the strongest fifth hidden, one run.
        curves: insertion and deletion, cell by cell.
        sanity: against maps of random heads; None where the map is not made from the head.
        backbone: against maps of the network, randomised part by part; None where that cannot be made.
        no_backbone: why, a sentence; empty where it was made.
        is_flat: the map is the same everywhere; then no cell is stronger than another, and nothing was checked.
        subject: the class's name.
        rival: the name of the class that the map compares it with, or empty.
    """

    badge: DeletionBadge
    curves: CurvePair
    sanity: SanityCheck | None
    backbone: BackboneCheck | None
    no_backbone: str
    is_flat: bool
    subject: str
    rival: str

    def in_words(self) -> Iterator[str]:
        """Line by line."""
        if self.is_flat and self.badge.has_support:
            yield "The map is the same everywhere: no cell is stronger than another, so hiding some checks nothing."
        else:
            yield self._badge_words()
        if not self.is_flat:
            yield self._curve_words()
        if self.sanity is not None:
            yield _sanity_words(self.sanity)
        if self.backbone is not None:
            yield _backbone_words(self.backbone)
        else:
            yield f"The network was not randomised part by part. {self.no_backbone}"

    def _curve_words(self) -> str:
        of_class = f" of {self.subject}'s score" if self.rival else ""
        return (
            f"Area below the deletion curve{of_class} {self.curves.deletion.area:.3f} (less is better), "
            f"below the insertion curve {self.curves.insertion.area:.3f} (more is better)."
        )

    def as_fields(self) -> dict[str, Any]:
        """For the manifest."""
        curves = {"deletion": self.curves.deletion, "insertion": self.curves.insertion}
        gaps, is_checked = self.badge.gaps, self.badge.has_support and not self.is_flat
        return {
            "filling": self.badge.done.filling.value,
            "hidden_cells": int(self.badge.done.cells.sum()),
            "probability_before": self.badge.before,
            "probability_after": self.badge.after,
            "lead": None if gaps is None else {"over": self.rival, "before": gaps[0], "after": gaps[1]},
            # None where no cell speaks for the class, or none more than another: nothing was checked.
            "borne_out": self.badge.is_borne_out if is_checked else None,
            "slight": self.badge.is_slight if is_checked else None,
            "flat": self.is_flat,
            "curves": {
                name: {
                    "shares": curve.shares.tolist(),
                    "probabilities": curve.probabilities.tolist(),
                    "area": curve.area,
                }
                for name, curve in curves.items()
            },
            "randomised_head": None if self.sanity is None else _sanity_fields(self.sanity),
            "randomised_backbone": None
            if self.backbone is None
            else [
                {
                    "part": step.part,
                    "signed": step.signed,
                    "absolute": step.absolute,
                    "flat": step.is_flat,
                    "draws": step.draws,
                }
                for step in self.backbone.steps
            ],
            "backbone_passed": None if self.backbone is None or self.backbone.is_flat else self.backbone.passed,
        }

    def _badge_words(self) -> str:
        badge = self.badge
        subject = f"{self.subject} rather than {self.rival}" if self.rival else self.subject
        if not badge.has_support:
            return f"No cell of the map speaks for {subject}, so there was nothing to hide."
        hidden = f"With the strongest {int(badge.done.cells.sum())} of {badge.done.cells.size} cells hidden"
        verdict = "." if badge.is_borne_out else "; the map is not borne out."
        if badge.is_slight:
            verdict = ". That hardly changes it, so it does not speak for the map."
        scores = f"{self.subject} goes from {percent(badge.before)} to {percent(badge.after)}"
        if badge.gaps is None:
            return f"{hidden} ({badge.done.filling.value}), {scores}{verdict}"
        before, after = badge.gaps
        return (
            f"{hidden} ({badge.done.filling.value}), its lead over {self.rival} goes from {lead_in_words(before)} to "
            f"{lead_in_words(after)} logits, and {scores}{verdict}"
        )


def check_map(
    explanation: Explanation,
    look: Look,
    runner: CopyRunner,
    filling: Filling,
    gradients: GradientNetwork | NoGradientsError | None,
) -> CheckFound:
    """Hide what the map calls strongest, draw both curves, randomise the last layer, then all others. Some sixty runs.

    Args:
        explanation: the map.
        look: the picture.
        runner: runs the network on changed copies.
        filling: what hidden cells show.
        gradients: of the network, which can be randomised; or why there are none; None where the method has no such
            check (`CHECKED_METHODS`).

    Raises:
        Cancelled: if the runner's `cancel` was used.
        InferenceError: the network cannot run.
    """
    network, image = runner.network, look.prepared.input
    picture = look.inspected
    seen = picture.seen if picture is not None else SeenPicture(image, runner.run_one(image))
    subject, against = explanation.class_index, explanation.against_index
    badge = deletion_badge(runner, seen, explanation.contributions, subject, rival=against, filling=filling)
    curves = draw_curves(runner, seen, explanation.contributions, subject, filling=filling)
    sanity = None
    is_closed_form = explanation.stage is None and not FACTS[explanation.method].runs_network
    if network.head is not None and picture is not None and is_closed_form:
        # Of the map that was made, which compares with a class or with the average.
        head = relative_head(network.head) if explanation.relative else network.head
        sanity = check_head(explanation.method, picture, head, subject, rival=against)
    backbone, no_backbone = None, ""
    if isinstance(gradients, NoGradientsError):
        no_backbone = str(gradients)
    elif gradients is None:
        no_backbone = f"Maps by {explanation.method.value} take many runs, and would take them anew for each part."
    else:
        direction = class_direction(gradients.facts.classes, subject, against, relative=explanation.relative)
        backbone = check_backbone(
            gradients,
            image,
            direction,
            method=explanation.method,
            stage=explanation.stage,
            on_progress=runner.on_progress,
            cancel=runner.cancel,
        )
    names = [class_name(network.contract, index) for index in (subject, against) if index is not None]
    is_flat = is_the_same_everywhere(explanation.contributions)
    return CheckFound(badge, curves, sanity, backbone, no_backbone, is_flat, names[0], names[1] if names[1:] else "")


def _sanity_words(sanity: SanityCheck) -> str:
    if sanity.is_flat:
        return "The map is the same everywhere, so there is nothing to compare with maps of a random last layer."
    verdict = "the map depends on it" if sanity.passed else "the map hardly depends on it"
    return (
        f"With the last layer randomised the map's rank correlation is {sanity.signed:+.2f} "
        f"(mean of {sanity.draws} draws): {verdict}."
    )


def _backbone_words(backbone: BackboneCheck) -> str:
    if backbone.is_flat:
        return "The map is the same everywhere, so there is nothing to compare with maps of randomised parts."
    steps = ", ".join(
        f"{_PARTS.get(step.part, step.part)} {'flat' if step.is_flat else format(step.signed, '+.2f')}"
        for step in backbone.steps
    )
    verdict = "depends" if backbone.passed else "hardly depends"
    flat = " (flat: a map that is the same everywhere)" if any(step.is_flat for step in backbone.steps) else ""
    return (
        f"With the network randomised from the top, one part after the other ({_draws_words(backbone)}), the map's "
        f"rank correlation is {steps}{flat}: the map {verdict} on what the network learned."
    )


def _draws_words(backbone: BackboneCheck) -> str:
    """How often each part was drawn; the last one, which decides, more often than the others."""
    *others, last = (step.draws for step in backbone.steps)
    return f"drawn once each, the last mean of {last}" if set(others) == {1} else f"mean of {last}"


def _sanity_fields(sanity: SanityCheck) -> dict[str, Any]:
    return {
        "signed": sanity.signed,
        "absolute": sanity.absolute,
        "draws": sanity.draws,
        "flat": sanity.is_flat,
        "passed": None if sanity.is_flat else sanity.passed,
    }
