"""A part is cut out where it lies, keeps its shape, and is what the network would see of it as a picture of its own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inference.attention.region import Box
from inference.attention.region_run import cut_out, reading_order
from inference.attention.runs import CopyRunner
from inference.classify.preprocess import MAX_WHOLE_ASPECT, geometry, prepare_picture
from inference.engine.network import Network
from inference.models.contract import MAX_SIDE_PX, Preprocessing
from inference.results import CropGeometry
from tests.inference.attention.conftest import SAMPLES, Seen

PREPROCESSING = Preprocessing(resize=72, crop=64)


@settings(max_examples=80, deadline=None)
@given(
    st.tuples(st.integers(1, 20_000), st.integers(1, 20_000)),
    st.tuples(st.floats(0, 0.9), st.floats(0, 0.9), st.floats(0.01, 1), st.floats(0.01, 1)),
)
def test_a_picture_is_never_enlarged_or_read_larger_than_needed(
    size: tuple[int, int], shares: tuple[float, float, float, float]
) -> None:
    left, top = shares[0] * size[0], shares[1] * size[1]
    box = Box(left, top, left + shares[2] * (size[0] - left), top + shares[3] * (size[1] - top))
    order = reading_order(PREPROCESSING, size, box)
    side = order.preprocessing.resize
    assert order.whole
    assert 1 <= side <= min(size)
    assert side * max(size) / min(size) <= MAX_SIDE_PX + max(size) / min(size)
    # The part has about twice the pixels that the network takes, where the picture has them.
    got = min(box.width, box.height) * side / min(size)
    assert got <= 2 * PREPROCESSING.crop + min(box.width, box.height) / min(size) or side == 1


def test_the_part_is_cut_where_it_lies() -> None:
    pixels = np.zeros((60, 100, 3), np.uint8)
    pixels[30:45, 40:80] = 255
    shown = CropGeometry(0.0, 0.0, 200.0, 120.0)
    inside = cut_out(pixels, shown, Box(80.0, 60.0, 160.0, 90.0), PREPROCESSING)
    assert inside is not None
    assert inside.shape == (64, round(64 * 80 / 30), 3)
    assert inside.min() == 255
    around = cut_out(pixels, shown, Box(0.0, 0.0, 200.0, 120.0), PREPROCESSING)
    assert around is not None
    assert around.shape == (64, 107, 3)
    assert 0 < around.mean() < 255


def test_what_lies_outside_is_left_out() -> None:
    pixels = np.full((50, 50, 3), 7, np.uint8)
    shown = CropGeometry(100.0, 0.0, 200.0, 100.0)
    half = cut_out(pixels, shown, Box(0.0, 0.0, 150.0, 100.0), PREPROCESSING)
    assert half is not None
    assert half.shape == (128, 64, 3)
    assert (half == 7).all()
    assert cut_out(pixels, shown, Box(0.0, 0.0, 90.0, 100.0), PREPROCESSING) is None


def test_a_thin_part_is_at_most_so_many_times_as_long() -> None:
    pixels = np.zeros((400, 400, 3), np.uint8)
    thin = cut_out(pixels, CropGeometry(0.0, 0.0, 400.0, 400.0), Box(0.0, 0.0, 400.0, 4.0), PREPROCESSING)
    assert thin is not None
    assert thin.shape == (64, 64 * MAX_WHOLE_ASPECT, 3)


@pytest.mark.parametrize("sample", range(len(SAMPLES)))
def test_the_usual_crop_alone_is_nearly_the_usual_answer(
    built_in: Network, seen: tuple[Seen, ...], sample: int
) -> None:
    preprocessing = built_in.contract.preprocessing
    with Image.open(SAMPLES[sample]) as picture:
        size = picture.size
    usual = geometry(*size, preprocessing)
    box = Box(usual.left, usual.top, usual.right, usual.bottom)
    prepared = prepare_picture(SAMPLES[sample], reading_order(preprocessing, size, box))
    image = cut_out(prepared.input, prepared.crop, box, preprocessing)
    assert image is not None
    assert max(image.shape[:2]) - preprocessing.crop in {0, 1}
    if image.shape == seen[sample].image.shape:
        # The same pixels but for rounding and a second resizing.
        assert np.abs(image.astype(int) - seen[sample].image).mean() < 4
    logits = CopyRunner(built_in).run_one(image)
    assert int(logits.argmax()) == int(seen[sample].logits.argmax())
