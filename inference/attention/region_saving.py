"""Write a region to a file in the form that the file's suffix asks for: a mask, numbers, COCO, YOLO."""

from __future__ import annotations

import io
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from inference.attention.masking import CellMask, PixelMask
from inference.attention.region import Box, box_of_cells
from inference.attention.region_files import MarkedPicture, coco_data_set, mask_of_box, mask_of_cells, yolo_row
from inference.errors import OutputWriteError
from inference.files import replacing
from inference.results import CropGeometry

REGION_SUFFIXES = (".png", ".npy", ".json", ".txt")
"""A mask as a picture, a mask as numbers, COCO, YOLO."""


@dataclass(frozen=True, slots=True)
class Outlined:
    """A region of one picture.

    Attributes:
        box: around it, in upright original pixels, within the picture.
        mask: (height, width) bool of the upright original.
        is_box: the region is all of its box.
    """

    box: Box
    mask: PixelMask
    is_box: bool


def outlined(region: Box | CellMask, crop: CropGeometry, size: tuple[int, int]) -> Outlined | None:
    """A region as it lies in its picture.

    Args:
        region: a box of upright original pixels, or (h, w) bool cells of a map.
        crop: what the network saw, in the same pixels.
        size: (width, height) of the picture.

    Returns:
        None where nothing of it lies within the picture.
    """
    if isinstance(region, Box):
        cut = region.within(Box(0.0, 0.0, float(size[0]), float(size[1])))
        return None if cut.is_empty else Outlined(cut, mask_of_box(cut, size), is_box=True)
    around = box_of_cells(region, crop, size)
    if around is None or around.is_empty:
        return None
    return Outlined(around, mask_of_cells(region, crop, size), is_box=False)


def checked_region_target(name: str) -> Path:
    """Where a region may be written; never over anything that is there.

    Raises:
        OutputWriteError: the name has another suffix than those that are known, or is taken.
    """
    output = Path(name)
    if output.suffix.lower() not in REGION_SUFFIXES:
        raise OutputWriteError(name, f"the name must end in {', '.join(REGION_SUFFIXES)}.")
    if os.path.lexists(output):
        raise OutputWriteError(name, "it is there already. Choose another name.")
    return output


def write_region(output: Path, marked: MarkedPicture, mask: PixelMask, *, is_box: bool) -> None:
    """A region in the form that the file's suffix asks for, whole or not at all.

    Args:
        output: one of `REGION_SUFFIXES`.
        marked: the picture and the box around the region.
        mask: (height, width) bool of the upright original.
        is_box: the region is all of its box.

    Raises:
        OutputWriteError: it cannot be written.
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
