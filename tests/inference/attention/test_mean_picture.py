"""The mean of pictures shows what they have in common, in the mean of their proportions."""

from __future__ import annotations

import numpy as np

from inference.attention.mean_picture import LONGEST_SIDE, mean_picture, plain_picture


def _grass(height: int, width: int, grey: int) -> np.ndarray:
    pixels = np.full((height, width, 3), grey, np.uint8)
    pixels[height // 2 :] = (20, 160, 20)
    return pixels


def test_what_is_common_stays_and_the_rest_becomes_its_mean() -> None:
    mean = mean_picture([_grass(60, 120, 0), _grass(90, 180, 200)])
    assert mean is not None
    assert mean.shape == (LONGEST_SIDE // 2, LONGEST_SIDE, 3)
    assert np.abs(mean[:40].astype(int) - 100).max() <= 1
    assert np.abs(mean[80:].astype(int) - (20, 160, 20)).max() <= 1


def test_the_proportions_are_the_mean_of_wide_and_tall() -> None:
    mean = mean_picture([_grass(50, 100, 0), _grass(100, 50, 0)], longest_side=100)
    assert mean is not None
    assert mean.shape == (100, 100, 3)


def test_no_pictures_have_no_mean_but_a_plain_ground() -> None:
    assert mean_picture([]) is None
    assert plain_picture(64).shape == (64, 64, 3)
    assert len(np.unique(plain_picture())) == 1
