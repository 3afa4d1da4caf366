"""Give a region in the forms that other programs read: a mask, a COCO data set, a YOLO row.

COCO: boxes are [x, y, width, height] in pixels from the top left corner, category ids begin at 1, a region is a list of
polygons; one of cells is rectangles side by side. (Run lengths would say the same, but in COCO they mark a crowd, and
readers leave crowds out of training.) YOLO: one line `class x y width height`, class numbers from 0, centre and size as
shares of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.attention.masking import CellMask, PixelMask
from inference.attention.region import Box
from inference.results import CropGeometry


@dataclass(frozen=True, slots=True)
class MarkedPicture:
    """A picture with one region of one class.

    Attributes:
        name: file name as it shall stand in the file.
        width: of the upright original, in pixels.
        height: of the upright original, in pixels.
        class_index: from 0.
        label: the class's name.
        box: in upright original pixels, within the picture and not empty.
    """

    name: str
    width: int
    height: int
    class_index: int
    label: str
    box: Box


def mask_of_box(box: Box, picture: tuple[int, int]) -> PixelMask:
    """The pixels of an upright original (width, height) whose centres lie in a box: (height, width) bool."""
    across, down = np.arange(picture[0]) + 0.5, np.arange(picture[1]) + 0.5
    columns = (across >= box.left) & (across < box.right)
    rows = (down >= box.top) & (down < box.bottom)
    mask: PixelMask = rows[:, None] & columns[None]
    return mask


def pixels_under(box: Box, crop: CropGeometry, size: tuple[int, int]) -> PixelMask:
    """The pixels of the network's input whose centres lie in a box.

    Args:
        box: in upright original pixels; an empty one has none.
        crop: what the input shows, in the same pixels.
        size: (height, width) of the input.

    Returns:
        (height, width) bool.
    """
    height, width = size
    across, down = width / (crop.right - crop.left), height / (crop.bottom - crop.top)
    on_input = Box(
        (box.left - crop.left) * across,
        (box.top - crop.top) * down,
        (box.right - crop.left) * across,
        (box.bottom - crop.top) * down,
    )
    return mask_of_box(on_input, (width, height))


def mask_of_cells(cells: CellMask, crop: CropGeometry, picture: tuple[int, int]) -> PixelMask:
    """The pixels of an upright original (width, height) whose centres lie in some cells: (height, width) bool."""
    rows, columns, seen = cells_under(crop, picture, (cells.shape[0], cells.shape[1]))
    mask: PixelMask = cells[rows, columns] & seen
    return mask


def cells_under(
    crop: CropGeometry, picture: tuple[int, int], grid: tuple[int, int]
) -> tuple[NDArray[np.intp], NDArray[np.intp], PixelMask]:
    """Which cell of what the network saw each pixel of a picture lies in, by its centre.

    Args:
        crop: what the network saw, in pixels of the picture.
        picture: (width, height).
        grid: (rows, columns) of the cells, which may be the pixels of the network's input.

    Returns:
        (height, 1) the row of each pixel, (1, width) its column, and (height, width) bool, whether it was seen.
    """
    rows, down = _cells_of(picture[1], crop.top, crop.bottom, grid[0])
    columns, across = _cells_of(picture[0], crop.left, crop.right, grid[1])
    return rows[:, None], columns[None], down[:, None] & across[None]


def yolo_row(marked: MarkedPicture) -> str:
    """`class x y width height`, without a line end; shares of the picture with six digits."""
    box = marked.box
    shares = (
        (box.left + box.right) / 2 / marked.width,
        (box.top + box.bottom) / 2 / marked.height,
        box.width / marked.width,
        box.height / marked.height,
    )
    return " ".join([str(marked.class_index), *(f"{share:.6f}" for share in shares)])


def coco_data_set(marked: MarkedPicture, mask: PixelMask | None = None) -> dict[str, Any]:
    """A COCO data set of one picture and one annotation, ready for `json.dumps`.

    Args:
        marked: the picture and its region.
        mask: (height, width) bool, where the region is no rectangle; else the box's own corners are the outline.
    """
    box = marked.box
    outline = [box] if mask is None else rectangles_of(mask)
    return {
        "images": [{"id": 1, "file_name": marked.name, "width": marked.width, "height": marked.height}],
        "annotations": [
            {
                "id": 1,
                "image_id": 1,
                "category_id": marked.class_index + 1,
                "bbox": [box.left, box.top, box.width, box.height],
                "area": box.width * box.height if mask is None else float(mask.sum()),
                "segmentation": [_corners(one) for one in outline],
                "iscrowd": 0,
            }
        ],
        "categories": [{"id": marked.class_index + 1, "name": marked.label}],
    }


def rectangles_of(mask: PixelMask) -> list[Box]:
    """Rectangles of pixels that together cover exactly a (height, width) mask and do not overlap."""
    changes = np.flatnonzero((mask[1:] != mask[:-1]).any(axis=1)) + 1
    found = []
    for top, bottom in pairwise([0, *changes.tolist(), len(mask)]):
        # Where the pixels of the row change, from the left: the beginning and the end of each run, by turns.
        ends = np.flatnonzero(np.diff(mask[top], prepend=False, append=False)).tolist()
        found += [
            Box(float(left), float(top), float(right), float(bottom))
            for left, right in zip(ends[::2], ends[1::2], strict=True)
        ]
    return found


def _corners(box: Box) -> list[float]:
    """The corners, x and y one after the other."""
    return [box.left, box.top, box.right, box.top, box.right, box.bottom, box.left, box.bottom]


def _cells_of(pixels: int, low: float, high: float, cells: int) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """For each pixel along one side: its cell, and whether the network saw it."""
    centres = np.arange(pixels) + 0.5
    seen = (centres >= low) & (centres < high)
    owners = np.clip(((centres - low) * cells / (high - low)).astype(np.intp), 0, cells - 1)
    return owners, seen
