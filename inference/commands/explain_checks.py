"""The `--minimal-set` and `--check` of `explain`: which cells decide, and whether the network bears the map out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from inference.attention.backbone_sanity import CHECKED_METHODS, BackboneCheck, check_backbone
from inference.attention.checks import DeletionBadge, deletion_badge
from inference.attention.confirming import HiddenRun, run_hidden
from inference.attention.curves import CurvePair, draw_curves
from inference.attention.duel import Duel, duel, runner_up
from inference.attention.earlier import class_direction
from inference.attention.making import InspectedPicture
from inference.attention.masking import Filling
from inference.attention.methods import FACTS
from inference.attention.runs import CopyRunner, SeenPicture
from inference.attention.sanity import SanityCheck, check_head
from inference.attention.turning import Reading, TurningSet, turning_set
from inference.commands.explanation import Explanation, Look, MapError
from inference.commands.rows import percent
from inference.engine.gradient_network import GradientNetwork
from inference.models.gradient_file import NoGradientsError

_READINGS = {
    Reading.ZEROED: "set to zero, the mean still over all cells",
    Reading.REPOOLED: "taken out, the mean over the cells that remain",
}


@dataclass(frozen=True, slots=True)
class TurningFound:
    """The fewest cells that decide between two classes.

    Attributes:
        leading: the duel from the side of the class that leads.
        names: of the leading class and of the other.
        sets: for each reading the set and the real run without its cells; None where no set turns the duel.
        others: names of the classes that the real runs put first, by reading.
    """

    leading: Duel
    names: tuple[str, str]
    sets: dict[Reading, tuple[TurningSet, HiddenRun] | None]
    others: dict[Reading, str]

    def in_words(self) -> Iterator[str]:
        """Line by line: for each reading what the feature map says, then what the network says."""
        first, second = self.names
        for reading, found in self.sets.items():
            if found is None:
                yield f"No set of cells turns it ({_READINGS[reading]}): {first} stays ahead of {second}."
                continue
            fewest, done = found
            yield (
                f"Without {fewest.count} of {fewest.cells.size} cells ({_READINGS[reading]}) {second} leads {first}: "
                f"{fewest.gap_before:+.2f} -> {fewest.gap_after:+.2f} logits."
            )
            before, after = done.gaps(self.leading.subject, self.leading.rival)
            verdict = "the real run agrees" if after < 0 else "the real run disagrees"
            yield (
                f"Hidden in the picture ({done.filling.value}) and run again: {before:+.2f} -> {after:+.2f} logits, "
                f"{verdict}; the first class is now {self.others[reading]}."
            )

    def as_fields(self) -> dict[str, Any]:
        """For the manifest."""
        return {
            "leading": self.leading.subject,
            "other": self.leading.rival,
            "sets": {
                reading.value: None if found is None else _set_fields(self.leading, *found)
                for reading, found in self.sets.items()
            },
        }


def find_turning(explanation: Explanation, look: Look, runner: CopyRunner, filling: Filling) -> TurningFound:
    """The fewest cells that turn the class against its rival (or the runner-up), each set tried with one real run.

    Raises:
        InferenceError: the network cannot run.
        MapError: the model has no exact maps or only one class, or neither class leads.
    """
    contract, picture = runner.network.contract, _inspected(look)
    head = runner.network.head
    if head is None or picture is None:
        raise MapError(f"{contract.title} has no exact maps, so it cannot be said which cells decide.")
    if len(contract.labels) == 1:
        raise MapError(f"{contract.title} has one class, so there is nothing to decide.")
    rival = explanation.against_index
    if rival is None:
        rival = runner_up(picture.seen.logits, explanation.class_index)
    leading = duel(picture.features, head, explanation.class_index, rival)
    if leading.gap < 0:
        leading = leading.turned_round()
    names = (contract.labels[leading.subject].name, contract.labels[leading.rival].name)
    if not leading.gap > 0:
        raise MapError(f"{names[0]} and {names[1]} have the same score, so there is no decision to turn.")
    sets: dict[Reading, tuple[TurningSet, HiddenRun] | None] = {}
    others: dict[Reading, str] = {}
    for reading in Reading:
        found = turning_set(leading, reading)
        sets[reading] = None
        if found is not None:
            done = run_hidden(runner, picture.seen, found.cells, filling)
            sets[reading] = (found, done)
            others[reading] = contract.labels[done.first_after].name
    return TurningFound(leading, names, sets, others)


@dataclass(frozen=True, slots=True)
class CheckFound:
    """Whether the network bears a map out.

    Attributes:
        badge: the strongest fifth hidden, one run.
        curves: insertion and deletion, cell by cell.
        sanity: against maps of random heads; None where the map is not made from the head.
        backbone: against maps of the network, randomised part by part; None where that cannot be made.
        no_backbone: why, a sentence; empty where the method has no such check.
        subject: the class's name.
    """

    badge: DeletionBadge
    curves: CurvePair
    sanity: SanityCheck | None
    backbone: BackboneCheck | None
    no_backbone: str
    subject: str

    def in_words(self) -> Iterator[str]:
        """Line by line."""
        hidden, badge = int(self.badge.done.cells.sum()), self.badge
        verdict = "" if badge.is_borne_out else "; the map is not borne out"
        yield (
            f"With the strongest {hidden} of {badge.done.cells.size} cells hidden ({badge.done.filling.value}), "
            f"{self.subject} goes from {percent(badge.before)} to {percent(badge.after)}{verdict}."
        )
        yield (
            f"Area below the deletion curve {self.curves.deletion.area:.3f} (less is better), "
            f"below the insertion curve {self.curves.insertion.area:.3f} (more is better)."
        )
        if self.sanity is not None:
            verdict = "the map depends on it" if self.sanity.passed else "the map hardly depends on it"
            yield (
                f"With the last layer randomised the map's rank correlation is {self.sanity.signed:+.2f} "
                f"(mean of {self.sanity.draws}): {verdict}."
            )
        if self.backbone is not None:
            steps = ", ".join(f"{step.part} {step.signed:+.2f}" for step in self.backbone.steps)
            verdict = "depends" if self.backbone.passed else "hardly depends"
            yield (
                f"With the network randomised from the top, one part after the other, it is {steps}: "
                f"the map {verdict} on what the network learned."
            )
        elif self.no_backbone:
            yield f"The network was not randomised part by part. {self.no_backbone}"

    def as_fields(self) -> dict[str, Any]:
        """For the manifest."""
        curves = {"deletion": self.curves.deletion, "insertion": self.curves.insertion}
        return {
            "filling": self.badge.done.filling.value,
            "hidden_cells": int(self.badge.done.cells.sum()),
            "probability_before": self.badge.before,
            "probability_after": self.badge.after,
            "curves": {
                name: {
                    "shares": curve.shares.tolist(),
                    "probabilities": curve.probabilities.tolist(),
                    "area": curve.area,
                }
                for name, curve in curves.items()
            },
            "randomised_head": None
            if self.sanity is None
            else {
                "signed": self.sanity.signed,
                "absolute": self.sanity.absolute,
                "draws": self.sanity.draws,
            },
            "randomised_backbone": None
            if self.backbone is None
            else [
                {"part": step.part, "signed": step.signed, "absolute": step.absolute, "flat": step.is_flat}
                for step in self.backbone.steps
            ],
        }


def check_map(
    explanation: Explanation,
    look: Look,
    runner: CopyRunner,
    filling: Filling,
    gradients: GradientNetwork | NoGradientsError,
) -> CheckFound:
    """Hide what the map calls strongest, draw both curves, randomise the last layer, then all others. Some sixty runs.

    Args:
        explanation: the map.
        look: the picture.
        runner: runs the network on changed copies.
        filling: what hidden cells show.
        gradients: of the network, which can be randomised; or why there are none.

    Raises:
        Cancelled: if the runner's `cancel` was used.
        InferenceError: the network cannot run.
    """
    network, image = runner.network, look.prepared.input
    picture = _inspected(look)
    seen = picture.seen if picture is not None else SeenPicture(image, runner.run_one(image))
    subject = explanation.class_index
    badge = deletion_badge(runner, seen, explanation.contributions, subject, filling=filling)
    curves = draw_curves(runner, seen, explanation.contributions, subject, filling=filling)
    sanity = None
    is_closed_form = explanation.stage is None and not FACTS[explanation.method].runs_network
    if network.head is not None and picture is not None and is_closed_form:
        sanity = check_head(explanation.method, picture, network.head, subject)
    backbone, no_backbone = None, ""
    if isinstance(gradients, NoGradientsError):
        no_backbone = str(gradients)
    elif explanation.method in CHECKED_METHODS:
        against, relative = explanation.against_index, explanation.relative
        backbone = check_backbone(
            gradients,
            image,
            class_direction(gradients.facts.classes, subject, against, relative=relative),
            method=explanation.method,
            stage=explanation.stage,
            cancel=runner.cancel,
        )
    return CheckFound(badge, curves, sanity, backbone, no_backbone, network.contract.labels[subject].name)


def _inspected(look: Look) -> InspectedPicture | None:
    inspection = look.answer.inspection
    if inspection is None or inspection.features is None:
        return None
    return InspectedPicture(SeenPicture(look.prepared.input, inspection.logits), inspection.features)


def _set_fields(leading: Duel, fewest: TurningSet, done: HiddenRun) -> dict[str, Any]:
    return {
        "cells": [[int(row), int(column)] for row, column in zip(*fewest.cells.nonzero(), strict=True)],
        "gap_before": fewest.gap_before,
        "gap_after": fewest.gap_after,
        "real_run": {
            "filling": done.filling.value,
            "gap_after": done.gaps(leading.subject, leading.rival)[1],
            "agrees": done.turned(leading.subject, leading.rival),
            "first_class": done.first_after,
        },
    }
