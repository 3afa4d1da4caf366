"""The forms of a region say the same thing."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inference.attention.region import Box
from inference.attention.region_files import (
    MarkedPicture,
    cells_under,
    coco_data_set,
    mask_of_box,
    mask_of_cells,
    rectangles_of,
    yolo_row,
)
from inference.results import CropGeometry

MARKED = MarkedPicture("cow.jpg", 400, 200, 7, "cow", Box(100.0, 50.0, 200.0, 150.0))


def test_a_yolo_row_has_the_centre_and_the_size_as_shares() -> None:
    assert yolo_row(MARKED) == "7 0.375000 0.500000 0.250000 0.500000"


def test_a_coco_data_set_with_the_boxs_outline() -> None:
    data = json.loads(json.dumps(coco_data_set(MARKED)))
    (annotation,) = data["annotations"]
    assert annotation["bbox"] == [100, 50, 100, 100]
    assert annotation["area"] == 10_000
    assert annotation["segmentation"] == [[100, 50, 200, 50, 200, 150, 100, 150]]
    assert annotation["category_id"] == data["categories"][0]["id"] == 8
    assert data["images"][0] == {"id": 1, "file_name": "cow.jpg", "width": 400, "height": 200}


def test_the_mask_of_a_box_has_its_pixels() -> None:
    mask = mask_of_box(MARKED.box, (400, 200))
    assert mask.shape == (200, 400)
    assert mask.sum() == 10_000
    assert mask[50, 100]
    assert not mask[49, 100]
    assert not mask[50, 200]
    annotation = coco_data_set(MARKED, mask)["annotations"][0]
    assert annotation == coco_data_set(MARKED)["annotations"][0]


def test_a_coco_region_of_cells_is_polygons_that_no_reader_leaves_out_as_a_crowd() -> None:
    mask = mask_of_cells(
        np.array([[True, False, True], [True, True, False]]), CropGeometry(0.0, 0.0, 300.0, 200.0), (400, 200)
    )
    (annotation,) = json.loads(json.dumps(coco_data_set(MARKED, mask)))["annotations"]
    assert annotation["iscrowd"] == 0
    assert annotation["area"] == 4 * 100 * 100
    assert annotation["segmentation"] == [
        [0, 0, 100, 0, 100, 100, 0, 100],
        [200, 0, 300, 0, 300, 100, 200, 100],
        [0, 100, 200, 100, 200, 200, 0, 200],
    ]


def test_the_mask_of_cells_leaves_out_what_the_network_did_not_see() -> None:
    cells = np.array([[True, False], [True, True]])
    mask = mask_of_cells(cells, CropGeometry(100.0, -50.0, 300.0, 150.0), (400, 200))
    assert mask[0, 100]
    assert not mask[0, 99]
    assert not mask[0, 200]
    assert mask[149, 299]
    assert not mask[150, 299]
    assert mask.sum() == 50 * 100 + 100 * 200


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.bool_, st.tuples(st.integers(1, 8), st.integers(1, 8))))
def test_rectangles_cover_the_mask_and_no_pixel_twice(mask: np.ndarray) -> None:
    covered = np.zeros(mask.shape, np.int64)
    for box in rectangles_of(mask):
        assert not box.is_empty
        covered[int(box.top) : int(box.bottom), int(box.left) : int(box.right)] += 1
    assert (covered == mask).all()


def test_each_pixel_lies_in_the_cell_of_its_centre() -> None:
    rows, columns, seen = cells_under(CropGeometry(2, 1, 8, 4), (10, 5), (3, 2))
    assert (rows.shape, columns.shape, seen.shape) == ((5, 1), (1, 10), (5, 10))
    assert seen.sum() == 18
    assert rows[1:4, 0].tolist() == [0, 1, 2]
    assert columns[0, 2:8].tolist() == [0, 0, 0, 1, 1, 1]


def test_boxes_side_by_side_share_no_pixel() -> None:
    # The edge between them runs through the centres of a row or column of pixels.
    parts = [mask_of_box(Box(left, top, left + 1.5, top + 1.5), (3, 3)) for left in (0.0, 1.5) for top in (0.0, 1.5)]
    assert (np.sum(parts, axis=0) == 1).all()
