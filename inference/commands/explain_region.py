"""The `--region` and `--save-region` of `explain`: what a part of the picture says by itself, and its outline."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from inference.attention.region import Box, ask_region, cell_weights, strong_cells
from inference.attention.region_files import MarkedPicture
from inference.attention.region_saving import outlined, write_region
from inference.classify.postprocess import top_predictions
from inference.commands.explanation import Explanation, Look, MapError
from inference.commands.rows import percent
from inference.engine.network import Head
from inference.models.contract import ModelContract
from inference.results import Prediction
from inference.texts import unicode_path

STRONG_SHARE = 0.5
"""Without `--region` the outline is of the cells with at least half of the strongest one's evidence."""

_SIDES = 4
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class RegionFound:
    """What a region says by itself.

    Attributes:
        box: in upright original pixels, cut to the picture.
        cells: how many cells it counts as, in parts of a cell.
        predictions: the best classes of that region.
    """

    box: Box
    cells: float
    predictions: tuple[Prediction, ...]

    def in_words(self) -> Iterator[str]:
        """Line by line."""
        answers = ", ".join(f"{one.label} {percent(one.probability)}" for one in self.predictions)
        yield f"The region by itself ({self.cells:.1f} cells): {answers}"
        yield "It is last-layer evidence: its cells also saw the pixels around it."

    def as_fields(self) -> dict[str, Any]:
        """For the manifest."""
        return {
            "box": asdict(self.box),
            "cells": self.cells,
            "predictions": [asdict(one) for one in self.predictions],
        }


def parse_box(text: str) -> Box:
    """`L,T,R,B` in pixels of the upright picture, for argparse."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != _SIDES or not all(map(math.isfinite, numbers)):
        raise argparse.ArgumentTypeError("must be four numbers: left,top,right,bottom in pixels")
    box = Box(*numbers)
    if box.is_empty:
        raise argparse.ArgumentTypeError("must have its right beyond its left, and its bottom beyond its top")
    return box


def find_region(box: Box, look: Look, contract: ModelContract, head: Head | None) -> RegionFound:
    """What a box says by itself.

    Raises:
        MapError: the model has no exact maps, or the network did not see that part.
    """
    if head is None or look.features is None:
        raise MapError(f"{contract.title} has no exact maps, so a region has no answer of its own.")
    facts = look.classification.facts
    cut = box.within(Box(0.0, 0.0, float(facts.width), float(facts.height)))
    grid = (look.features.shape[1], look.features.shape[2])
    answer = None if cut.is_empty else ask_region(look.features, head, cell_weights(cut, look.prepared.crop, grid))
    if answer is None:
        raise MapError("The network saw nothing of that region. Use --whole, or another region.")
    best = top_predictions(answer.logits, contract.labels, _SHOWN)
    return RegionFound(cut, float(answer.cells.sum()), best)


def save_region(output: Path, box: Box | None, explanation: Explanation, look: Look, contract: ModelContract) -> None:
    """Write a box, or else the outline of the strongest cells, in the form that the suffix asks for.

    Raises:
        MapError: nothing supports the class, so there is nothing to outline.
        OutputWriteError: it cannot be written.
    """
    facts = look.classification.facts
    size = (facts.width, facts.height)
    region = strong_cells(explanation.contributions, STRONG_SHARE) if box is None else box
    found = outlined(region, look.prepared.crop, size)
    if found is None:
        raise MapError("No cell supports the class within the picture, so there is no region to save.")
    name = unicode_path(os.path.basename(look.classification.path))  # noqa: PTH119 - paths stay str as given
    label = contract.labels[explanation.class_index].name
    write_region(
        output, MarkedPicture(name, *size, explanation.class_index, label, found.box), found.mask, is_box=found.is_box
    )
