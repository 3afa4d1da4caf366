"""Strokes cover what lies within the brush, whatever the crop, and can be taken back one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.attention.what_if_strokes import STEPS_KEPT, PaintedCopy
from inference.attention.masking import Filling, fill
from inference.models.contract import Interpolation, Preprocessing
from inference.results import CropGeometry

SIDE = 32
PREPROCESSING = Preprocessing(
    resize=36,
    crop=SIDE,
    interpolation=Interpolation.BILINEAR,
    antialias=True,
    mean=(0.5, 0.4, 0.3),
    std=(0.2, 0.2, 0.2),
)
IMAGE = np.random.default_rng(5).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
CROP = CropGeometry(100.0, 40.0, 260.0, 200.0)  # 5 original pixels are one of the input

shares = st.floats(-0.3, 1.3)
diameters = st.floats(0.5, 120.0)


def a_copy(filling: Filling = Filling.GREY) -> PaintedCopy:
    return PaintedCopy(IMAGE, CROP, PREPROCESSING, filling)


def point(across: float, down: float) -> tuple[float, float]:
    return CROP.left + across * 160, CROP.top + down * 160


def painted(copy: PaintedCopy) -> np.ndarray:
    """(H, W) bool, read off the patch as it is shown."""
    image = copy.patch()
    alpha = [[image.pixelColor(x, y).alpha() for x in range(SIDE)] for y in range(SIDE)]
    return np.array(alpha) > 0


@settings(deadline=None)
@given(shares, shares, shares, shares, diameters)
def test_a_stroke_covers_exactly_what_is_near_its_line(x0: float, y0: float, x1: float, y1: float, wide: float) -> None:
    copy = a_copy()
    copy.begin(*point(x0, y0), wide)
    copy.extend(*point(x1, y1), wide)
    start, end = np.array([x0, y0]) * SIDE, np.array([x1, y1]) * SIDE
    radius = max(0.75, wide / 2 / 5)
    centres = np.stack(np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5), axis=-1)
    # The brush stamped very densely along its way.
    stamps = start + np.linspace(0, 1, 400)[:, None] * (end - start)
    nearest = np.sqrt(((centres[:, :, None] - stamps) ** 2).sum(axis=-1)).min(axis=-1)
    mask = (copy.changed() != IMAGE).any(axis=2) | (fill(IMAGE, Filling.GREY, PREPROCESSING) == IMAGE).all(axis=2)
    assert mask[nearest < radius - 0.01].all()
    assert not (mask & (copy.changed() != IMAGE).any(axis=2))[nearest > radius + 0.05].any()


@settings(deadline=None)
@given(st.lists(st.tuples(shares, shares, diameters), min_size=1, max_size=8))
def test_every_stroke_can_be_taken_back_and_repeated(strokes: list[tuple[float, float, float]]) -> None:
    copy = a_copy()
    states = [copy.changed()]
    for across, down, wide in strokes:
        copy.begin(*point(across, down), wide)
        states.append(copy.changed())
    for state in reversed(states[:-1]):
        copy.undo()
        assert (copy.changed() == state).all()
    assert copy.is_blank
    assert not copy.can_undo
    copy.undo()
    for state in states[1:]:
        assert copy.can_redo
        copy.redo()
        assert (copy.changed() == state).all()
    assert not copy.can_redo


@pytest.mark.parametrize("filling", list(Filling))
def test_the_network_gets_what_is_shown(filling: Filling) -> None:
    before = IMAGE.copy()
    copy = a_copy(Filling.NOISE)
    copy.begin(*point(0.5, 0.5), 60.0)
    copy.set_filling(filling)
    mask, changed, patch = painted(copy), copy.changed(), copy.patch()
    assert (changed[~mask] == IMAGE[~mask]).all()
    assert (changed[mask] == fill(IMAGE, filling, PREPROCESSING)[mask]).all()
    assert copy.share == mask.mean()
    y, x = np.argwhere(mask)[0]
    assert patch.pixelColor(int(x), int(y)).getRgb()[:3] == tuple(int(one) for one in changed[y, x])  # type: ignore[index]
    assert (before == IMAGE).all()


def test_a_new_stroke_forgets_what_was_taken_back_and_starting_again_is_a_step() -> None:
    copy = a_copy()
    copy.clear()
    assert not copy.can_undo
    copy.begin(*point(0.2, 0.2), 30.0)
    copy.undo()
    copy.begin(*point(0.8, 0.8), 30.0)
    assert not copy.can_redo
    left = copy.changed()
    copy.clear()
    assert copy.is_blank
    assert (copy.changed() == IMAGE).all()
    copy.undo()
    assert (copy.changed() == left).all()


def test_so_many_steps_are_kept() -> None:
    copy = a_copy()
    for _ in range(STEPS_KEPT + 5):
        copy.begin(*point(0.5, 0.5), 10.0)
    for _ in range(STEPS_KEPT + 5):
        copy.undo()
    assert not copy.is_blank
    assert not copy.can_undo
