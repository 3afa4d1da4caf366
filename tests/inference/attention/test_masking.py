"""Hidden parts are where the cells are, and each filling is what it says."""

from __future__ import annotations

import numpy as np
import pytest

from inference.attention.masking import Filling, cell_of_pixels, fill, hide, pixels_of, supporting_cells
from inference.models.contract import Preprocessing

PREPROCESSING = Preprocessing(resize=32, crop=32)


@pytest.fixture
def image() -> np.ndarray:
    """Random dots: 32 rows, 48 columns."""
    return np.random.default_rng(1).integers(0, 256, (32, 48, 3), dtype=np.uint8)


def test_a_cell_hides_its_pixels_and_no_other(image: np.ndarray) -> None:
    cells = np.zeros((4, 6), np.bool_)
    cells[1, 5] = True
    mask = pixels_of(cells, (32, 48))
    assert mask[8:16, 40:48].all()
    assert mask.sum() == 64
    before = image.copy()
    changed = hide(image, mask, np.zeros_like(image))
    assert not changed[8:16, 40:48].any()
    assert (changed[~mask] == image[~mask]).all()
    assert (image == before).all()


@pytest.mark.parametrize(("cells", "pixels"), [(9, 72), (14, 109), (7, 224), (5, 3), (1, 10)])
def test_every_pixel_has_one_cell_and_cells_are_alike_in_size(cells: int, pixels: int) -> None:
    owners = cell_of_pixels(cells, pixels)
    assert len(owners) == pixels
    assert (np.diff(owners) >= 0).all()
    sizes = np.bincount(owners, minlength=cells)
    assert sizes.max() - sizes.min() <= 1


@pytest.mark.parametrize("filling", list(Filling))
def test_a_filling_fills_everything_the_same_way_each_time(image: np.ndarray, filling: Filling) -> None:
    before = image.copy()
    filled = fill(image, filling, PREPROCESSING)
    assert filled.shape == image.shape
    assert filled.dtype == np.uint8
    assert (filled == fill(image, filling, PREPROCESSING)).all()
    assert (image == before).all()
    if filling is Filling.GREY:
        assert (filled == np.rint(np.array(PREPROCESSING.mean) * 255)).all()
    elif filling is Filling.BLUR:
        assert filled.std() < image.std() / 4
        assert abs(float(filled.mean()) - float(image.mean())) < 5
    else:
        np.testing.assert_allclose(filled.mean(axis=(0, 1)) / 255, PREPROCESSING.mean, atol=0.03)
        assert filled.std() > 40


def test_the_strongest_share_of_cells() -> None:
    contributions = np.arange(10, dtype=np.float32).reshape(2, 5)
    assert supporting_cells(contributions, 0.2).tolist() == [[False] * 5, [False, False, False, True, True]]
    assert supporting_cells(contributions, 0.0).sum() == 1
    assert supporting_cells(np.ones((2, 2), np.float32), 0.5).tolist() == [[True, True], [False, False]]


def test_cells_that_do_not_speak_for_the_class_are_none_of_the_strongest() -> None:
    contributions = np.array([[0.0, 0.0, -1.0], [0.0, 3.0, 2.0]], np.float32)
    assert supporting_cells(contributions, 1.0).tolist() == [[False] * 3, [False, True, True]]
    assert not supporting_cells(np.minimum(contributions, 0), 0.5).any()
    contributions[0, 0] = np.nan
    assert not supporting_cells(contributions, 0.5).any()


def test_a_pixel_belongs_to_the_cell_of_its_centre_where_cells_are_no_whole_pixels() -> None:
    assert cell_of_pixels(3, 10).tolist() == [0, 0, 0, 1, 1, 1, 1, 2, 2, 2]
