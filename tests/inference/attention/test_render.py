"""Overlay pixels: the colour says the sign, the opacity says the amount, cells keep their places."""

import numpy as np

from inference.attention.render import OPPOSE_RGB, SUPPORT_RGB, evidence_rgba, heat_rgba, interpolated


def test_signs_and_ends_of_the_signed_scale() -> None:
    pixels = evidence_rgba(np.array([[2.0, 0.0, -2.0, -9.0]], np.float32), 2.0, (4, 1))
    assert tuple(pixels[0, 0]) == (*SUPPORT_RGB, 255)
    assert pixels[0, 1, 3] == 0
    assert tuple(pixels[0, 2]) == (*OPPOSE_RGB, 255)
    assert tuple(pixels[0, 3]) == (*OPPOSE_RGB, 255)


def test_half_the_scale_is_half_as_opaque() -> None:
    pixels = evidence_rgba(np.full((2, 2), 0.5, np.float32), 1.0, (8, 8))
    assert abs(int(pixels[4, 4, 3]) - 128) <= 1


def test_heat_shows_support_only() -> None:
    pixels = heat_rgba(np.array([[1.0, -1.0, 0.1]], np.float32), 1.0, (3, 1))
    assert pixels[0, 0, 3] == 255
    assert pixels[0, 1, 3] == 0
    assert pixels[0, 2, 3] == 0


def test_a_cell_keeps_its_area_when_the_map_grows() -> None:
    contributions = np.zeros((9, 9), np.float32)
    contributions[2, 6] = 1.0
    large = interpolated(contributions, (90, 180))
    row, column = np.unravel_index(int(large.argmax()), large.shape)
    assert large.shape == (180, 90)
    assert 40 <= row < 60
    assert 60 <= column < 70
    assert large.max() <= 1.0
    assert large.min() >= 0.0


def test_no_numbers_draw_nothing() -> None:
    contributions = np.full((3, 3), np.nan, np.float32)
    assert not evidence_rgba(contributions, 1.0, (5, 5)).any()
    assert not heat_rgba(contributions, 1.0, (5, 5)).any()


def test_the_callers_map_is_unchanged() -> None:
    contributions = np.random.default_rng(1).normal(size=(7, 7)).astype(np.float32)
    before = contributions.copy()
    evidence_rgba(contributions, 0.5, (20, 20))
    heat_rgba(contributions, 0.5, (20, 20))
    assert (contributions == before).all()
