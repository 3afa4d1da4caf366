"""The `--region` and `--save-region` of `explain`: what a part of the picture says by itself, and its outline."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from inference.attention.masking import CellMask
from inference.attention.region import Box, ask_region, box_of_cells, cell_weights, cells_holding, strong_cells
from inference.attention.region_files import MarkedPicture
from inference.attention.region_saving import outlined, write_region
from inference.classify.postprocess import top_predictions
from inference.commands.explain_words import answers_in_words
from inference.commands.explanation import Explanation, Look, MapError
from inference.engine.network import Head
from inference.models.contract import ModelContract
from inference.results import Prediction
from inference.texts import unicode_path

FROM_MAP = "map"
"""What stands for the region that the map itself gives."""

MAP_SHARE = 0.5
"""That region holds this part of all evidence for the class."""

STRONG_SHARE = 0.5
"""Without `--region` the outline is of the cells with at least half of the strongest one's evidence."""

_SIDES = 4
_SHOWN = 5
_FEWEST_SHOWN = 0.1
"""Of a cell; a smaller part is no part of zero cells."""

_UNSEEN = "The network saw nothing of that region. Use --whole, or a region that is larger or elsewhere."


@dataclass(frozen=True, slots=True)
class RegionFound:
    """What a region says by itself.

    Attributes:
        box: in upright original pixels, cut to the picture; around the region where that is no box.
        cells: how many cells it counts as, in parts of a cell.
        predictions: the best classes of that region.
        answers: the same in words.
        subject: the class in words, whose map gave the region.
        chosen: (h, w) bool, the cells that the map gave; None where a box was asked about.
    """

    box: Box
    cells: float
    predictions: tuple[Prediction, ...]
    answers: str
    subject: str
    chosen: CellMask | None

    def in_words(self) -> Iterator[str]:
        """Line by line."""
        if self.chosen is not None:
            count = int(self.chosen.sum())
            yield (
                f"The region is the fewest cells that hold half of the evidence for {self.subject}: "
                f"{count} of {self.chosen.size}."
            )
        cells = f"{self.cells:.1f}" if self.cells >= _FEWEST_SHOWN else f"less than {_FEWEST_SHOWN}"
        yield f"The region by itself ({cells} cells): {self.answers}"
        yield "It is last-layer evidence: its cells also saw the pixels around it."

    def as_fields(self) -> dict[str, Any]:
        """For the manifest."""
        fields = {
            "box": asdict(self.box),
            "cells": self.cells,
            "predictions": [asdict(one) for one in self.predictions],
        }
        if self.chosen is None:
            return fields
        places = [[int(row), int(column)] for row, column in zip(*self.chosen.nonzero(), strict=True)]
        return fields | {"from_map": {"share": MAP_SHARE, "cells": places}}


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


def parse_region(text: str) -> Box | str:
    """`L,T,R,B` in pixels of the upright picture, or `FROM_MAP`, for argparse."""
    return FROM_MAP if text == FROM_MAP else parse_box(text)


def chosen_region(asked: Box | str | None, explanation: Explanation) -> Box | CellMask | None:
    """The region that is meant: the box itself, or (h, w) bool cells of the map; None where none was asked about.

    Raises:
        MapError: the map shall give the region, and nothing speaks for the class.
    """
    if not isinstance(asked, str):
        return asked
    cells = cells_holding(explanation.signed, MAP_SHARE)
    if not cells.any():
        raise MapError(f"Nothing speaks for {explanation.subject}, so its map gives no region.")
    return cells


def find_region(
    region: Box | CellMask, explanation: Explanation, look: Look, contract: ModelContract, head: Head | None
) -> RegionFound:
    """What a box, or some cells of the map, say by themselves.

    Raises:
        MapError: the model has no exact maps, or the network did not see that part.
    """
    if head is None or look.features is None:
        raise MapError(f"{contract.title} has no exact maps, so a region has no answer of its own.")
    facts, crop = look.classification.facts, look.prepared.crop
    size = (facts.width, facts.height)
    chosen = None if isinstance(region, Box) else region
    if isinstance(region, Box):
        around: Box | None = region.within(Box(0.0, 0.0, float(size[0]), float(size[1])))
    else:
        around = box_of_cells(region, crop, size)
    if around is None or around.is_empty:
        raise MapError(_UNSEEN)
    grid = (look.features.shape[1], look.features.shape[2])
    weights = cell_weights(around, crop, grid) if chosen is None else chosen.astype(np.float64)
    answer = ask_region(look.features, head, weights)
    if answer is None:
        raise MapError(_UNSEEN)
    best = top_predictions(answer.logits, contract.labels, _SHOWN)
    answers = answers_in_words(best, contract)
    return RegionFound(around, float(answer.cells.sum()), best, answers, explanation.subject, chosen)


def save_region(
    output: Path, region: Box | CellMask | None, explanation: Explanation, look: Look, contract: ModelContract
) -> None:
    """Write a region, or else the outline of the strongest cells, in the form that the suffix asks for.

    Raises:
        MapError: nothing supports the class, so there is nothing to outline.
        OutputWriteError: it cannot be written.
    """
    facts = look.classification.facts
    size = (facts.width, facts.height)
    if region is None:
        region = strong_cells(explanation.contributions, STRONG_SHARE)
    found = outlined(region, look.prepared.crop, size)
    if found is None:
        raise MapError("No cell supports the class within the picture, so there is no region to save.")
    name = unicode_path(os.path.basename(look.classification.path))  # noqa: PTH119 - paths stay str as given
    label = contract.labels[explanation.class_index].name
    write_region(
        output, MarkedPicture(name, *size, explanation.class_index, label, found.box), found.mask, is_box=found.is_box
    )
