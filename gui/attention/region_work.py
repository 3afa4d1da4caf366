"""Answer what a region of the picture on screen says by itself: from its cells, or by a run on what is cut out.

Imports numpy and Pillow: it is imported at the first use, after the first paint.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF

from gui.attention.examination import ExaminationBench
from gui.attention.examined import Examined
from inference.arrays import Logits
from inference.attention.evidence import evidence_map, is_valid
from inference.attention.masking import CellMask, PixelMask, pixels_of
from inference.attention.region import Box, ask_region, box_of_cells, cell_weights, cells_holding
from inference.attention.region_files import MarkedPicture, pixels_under
from inference.attention.region_run import cut_out, reading_order
from inference.attention.region_saving import checked_region_target, outlined, write_region
from inference.attention.runs import CopyRunner
from inference.classify.postprocess import softmax, top_predictions
from inference.classify.preprocess import PrepareOrder
from inference.errors import OutputWriteError
from inference.models.class_names import distinct_name
from inference.texts import unicode_path

SHOWN = 5

MAP_SHARE = 0.5
"""A region out of the map holds this part of all evidence for the class."""


@dataclass(frozen=True, slots=True)
class RegionRow:
    """One class and its probabilities (0...1).

    Attributes:
        name: of the class.
        here: from the region's cells.
        whole: in the whole picture.
        alone: in a run on the region alone; None where there was none.
    """

    name: str
    here: float
    whole: float
    alone: float | None


@dataclass(frozen=True, slots=True)
class RegionSaid:
    """What a region says by itself.

    Attributes:
        cells: how many cells it covers, in parts of a cell.
        rows: its best classes; where it was run alone, also the best of that run.
    """

    cells: float
    rows: tuple[RegionRow, ...]


def box_of(region: QRectF) -> Box:
    """A box of upright original pixels."""
    return Box(region.left(), region.top(), region.right(), region.bottom())


def ask(examined: Examined, region: Box | CellMask, alone: Logits | None = None) -> RegionSaid | None:
    """What a region says from its cells, without a run.

    Args:
        examined: the picture.
        region: a box of upright original pixels, or (h, w) bool cells of its map.
        alone: (C,) logits of a run on the region alone, where there was one.

    Returns:
        None where the network saw nothing of it.
    """
    features = examined.inspection.features
    if features is None:
        return None
    if isinstance(region, Box):
        weights = cell_weights(region, examined.classification.crop, features.shape[1:])
    else:
        weights = region.astype(np.float64)
    answer = ask_region(features, examined.head, weights)
    if answer is None:
        return None
    whole = softmax(examined.inspection.logits)
    run = None if alone is None else softmax(alone)
    labels = examined.contract.labels
    best = [one.index for one in top_predictions(answer.logits, labels, SHOWN)]
    if alone is not None and int(alone.argmax()) not in best:
        best.append(int(alone.argmax()))
    rows = tuple(
        RegionRow(
            distinct_name(labels, index),
            float(answer.probabilities[index]),
            float(whole[index]),
            None if run is None else float(run[index]),
        )
        for index in best
    )
    return RegionSaid(float(answer.cells.sum()), rows)


def has_numbers(examined: Examined) -> bool:
    """Whether every value of the feature map is a number: one that is none makes every answer of a region none."""
    features = examined.inspection.features
    return features is None or is_valid(features)


def strongest(examined: Examined, subject: int) -> CellMask | None:
    """The fewest cells that hold `MAP_SHARE` of the evidence for a class; None where nothing speaks for it."""
    features = examined.inspection.features
    if features is None:
        return None
    contributions = evidence_map(features, examined.head.weight[subject])
    if not is_valid(contributions):
        return None
    cells = cells_holding(contributions, MAP_SHARE)
    return cells if cells.any() else None


def places_of(cells: CellMask) -> list[tuple[int, int]]:
    """(row, column) of each cell."""
    return [(int(row), int(column)) for row, column in zip(*cells.nonzero(), strict=True)]


def around(examined: Examined, cells: CellMask) -> QRectF | None:
    """The smallest box of original pixels around some cells; None where they lie beside the picture."""
    facts, crop = examined.classification.facts, examined.classification.crop
    box = box_of_cells(cells, crop, (facts.width, facts.height))
    return None if box is None or box.is_empty else QRectF(box.left, box.top, box.width, box.height)


def reading(examined: Examined, box: Box) -> PrepareOrder:
    """How to read the picture for a run on a part of it alone."""
    facts = examined.classification.facts
    return reading_order(examined.contract.preprocessing, (facts.width, facts.height), box)


def run_alone(examined: Examined, box: Box, bench: ExaminationBench) -> Logits | None:
    """What the network says of a part that is cut out. Runs on: the thread that owns the network.

    Returns:
        (C,) float32; None where what was read shows nothing of the part.

    Raises:
        Cancelled: nobody wants it any more.
        InferenceError: the network cannot run, or takes no pictures of that shape.
    """
    picture = bench.picture
    if picture is None:
        return None
    image = cut_out(picture.input, picture.crop, box, examined.contract.preprocessing)
    return None if image is None else CopyRunner(bench.classifier.network, cancel=bench.cancel).run_one(image)


def first_of(examined: Examined, alone: Logits) -> tuple[str, float]:
    """The best class of a run on the region alone, and its probability (0...1)."""
    first = int(alone.argmax())
    return distinct_name(examined.contract.labels, first), float(softmax(alone)[first])


def pixels_of_region(examined: Examined, region: Box | CellMask) -> PixelMask:
    """(H, W) bool: the pixels of the network's input that belong to a region."""
    size = (examined.inspection.image.shape[0], examined.inspection.image.shape[1])
    if isinstance(region, Box):
        return pixels_under(region, examined.classification.crop, size)
    return pixels_of(region, size)


def save(target: str, examined: Examined, region: Box | CellMask, subject: int) -> None:
    """Write a region in the form that the name's suffix asks for. Runs on: any thread.

    Raises:
        OutputWriteError: the name is taken or has another suffix, or it cannot be written.
    """
    output = checked_region_target(target)
    facts = examined.classification.facts
    size = (facts.width, facts.height)
    found = outlined(region, examined.classification.crop, size)
    if found is None:
        raise OutputWriteError(target, "nothing of the region lies within the picture.")
    name = unicode_path(os.path.basename(examined.path))  # noqa: PTH119 - paths stay str as given
    marked = MarkedPicture(name, *size, subject, examined.contract.labels[subject].name, found.box)
    write_region(output, marked, found.mask, is_box=found.is_box)
