"""The `--minimal-set` of `explain`: the fewest cells that turn a decision, each set tried with one real run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from inference.attention.confirming import HiddenRun, run_hidden
from inference.attention.duel import Duel, duel, runner_up
from inference.attention.masking import Filling
from inference.attention.runs import CopyRunner
from inference.attention.turning import Reading, TurningSet, turning_set
from inference.commands.explain_words import lead_in_words
from inference.commands.explanation import Explanation, Look, MapError, class_name

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
                f"{lead_in_words(fewest.gap_before)} -> {lead_in_words(fewest.gap_after)} logits."
            )
            before, after = done.gaps(self.leading.subject, self.leading.rival)
            agrees = done.turned(self.leading.subject, self.leading.rival)
            verdict = "the real run agrees" if agrees else "the real run disagrees"
            yield (
                f"Hidden in the picture ({done.filling.value}) and run again: {lead_in_words(before)} -> "
                f"{lead_in_words(after)} logits, "
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
    contract, picture = runner.network.contract, look.inspected
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
    names = (class_name(contract, leading.subject), class_name(contract, leading.rival))
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
            others[reading] = class_name(contract, done.first_after)
    return TurningFound(leading, names, sets, others)


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
