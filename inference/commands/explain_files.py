"""Write what `explain` found: a picture with its legend, the raw grid with a manifest, a region for other programs."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from inference.arrays import RgbImage
from inference.attention.map_files import MapNumbers, manifest, write_grid
from inference.attention.masking import PixelMask
from inference.attention.methods import Method, Unit
from inference.attention.picture import Caption, as_png, picture_with_map
from inference.attention.region_files import MarkedPicture, coco_data_set, yolo_row
from inference.classify.classifier import RunsNetwork
from inference.commands.explanation import Explanation
from inference.commands.targets import inputs_of, require_map_target, require_numbers_target
from inference.errors import OutputWriteError
from inference.files import replacing
from inference.models.contract import ModelContract
from inference.results import Classification

PICTURE = ".png"
NUMBERS = ".npy"
REGION_SUFFIXES = (".png", ".npy", ".json", ".txt")
"""A mask as a picture, a mask as numbers, COCO, YOLO."""


def checked_output(name: str | None, image: str, model: str | None) -> Path | None:
    """Where the map goes.

    Raises:
        OutputWriteError: the name has another suffix than those that are known, or something would be lost there.
    """
    if name is None:
        return None
    output = Path(name)
    inputs = inputs_of([image], model)
    if output.suffix.lower() == PICTURE:
        require_map_target(output, inputs)
    elif output.suffix.lower() == NUMBERS:
        require_numbers_target(output, inputs)
    else:
        raise OutputWriteError(str(output), f"the name must end in {PICTURE} or {NUMBERS}.")
    return output


def checked_region_output(name: str | None) -> Path | None:
    """Where the region goes; never over anything that is there.

    Raises:
        OutputWriteError: the name has another suffix than those that are known, or is taken.
    """
    if name is None:
        return None
    output = Path(name)
    if output.suffix.lower() not in REGION_SUFFIXES:
        raise OutputWriteError(str(output), f"the name must end in {', '.join(REGION_SUFFIXES)}.")
    if os.path.lexists(output):
        raise OutputWriteError(str(output), "it is there already. Choose another name.")
    return output


def write_picture(
    output: Path,
    pixels: RgbImage,
    explanation: Explanation,
    contract: ModelContract,
    classification: Classification,
    *,
    scale: float | None,
) -> None:
    """The picture with the map.

    Args:
        output: a PNG file.
        pixels: (H, W, 3), the picture at any size.
        explanation: what to draw.
        contract: of the model.
        classification: of the view that was explained.
        scale: the model's fixed scale for a map with so many cells; None where there is none.
    """
    unit = explanation.unit
    largest = float(np.abs(explanation.contributions).max()) or 1.0
    shown = scale if scale is not None and unit is Unit.LOGITS else largest
    subject = explanation.subject
    if explanation.method is not Method.EVIDENCE:
        stage = "" if explanation.stage is None else f", stage {explanation.stage}"
        subject = f"{subject} ({explanation.method.value}{stage})"
    caption = Caption(subject, shown, contract.title, "" if unit is Unit.NONE else unit.value)
    size = (classification.facts.width, classification.facts.height)
    drawn = picture_with_map(pixels, explanation.contributions, classification.crop, size, caption)
    with replacing(output) as file:
        file.write(as_png(drawn))


def write_numbers(
    output: Path,
    explanation: Explanation,
    network: RunsNetwork,
    classification: Classification,
    more: Mapping[str, Any],
) -> None:
    """The grid as NPY and beside it a JSON file that says what it is.

    Args:
        output: an NPY file.
        explanation: what to write.
        network: that was asked.
        classification: of the view that was explained.
        more: what else was found out, by name.
    """
    numbers = MapNumbers(
        contributions=explanation.contributions,
        class_index=explanation.class_index,
        against_index=explanation.against_index,
        relative=explanation.relative,
        method=explanation.method,
        supporting=explanation.supporting,
        opposing=explanation.opposing,
        bias=explanation.bias,
        logit=explanation.logit,
        network_logit=explanation.network_logit,
        adds_up=explanation.adds_up,
    )
    # No number is that of the last stage.
    of_stage = {"stage": explanation.stage, "unit": explanation.unit.value}
    described = manifest(numbers, network.contract, network.model_hash, classification, of_stage | dict(more))
    write_grid(output, explanation.contributions, described)


def write_region(output: Path, marked: MarkedPicture, mask: PixelMask, *, is_box: bool) -> None:
    """A region in the form that the file's suffix asks for.

    Args:
        output: one of `REGION_SUFFIXES`.
        marked: the picture and the box around the region.
        mask: (height, width) bool of the upright original.
        is_box: the region is all of its box.
    """
    suffix = output.suffix.lower()
    buffer = io.BytesIO()
    if suffix == ".npy":
        np.save(buffer, mask)
    elif suffix == ".png":
        Image.fromarray(mask.astype(np.uint8) * 255).save(buffer, "PNG")
    elif suffix == ".txt":
        buffer.write(f"{yolo_row(marked)}\n".encode())
    else:
        data = coco_data_set(marked, None if is_box else mask)
        buffer.write((json.dumps(data, allow_nan=False) + "\n").encode())
    with replacing(output) as file:
        file.write(buffer.getvalue())
