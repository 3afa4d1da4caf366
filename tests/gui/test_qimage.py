"""Pixels cross between arrays and QImages unharmed, whatever their size and memory layout."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from gui.qimage import qimage_to_rgb, rgb_to_qimage, rgba_to_qimage
from tests.conftest import PROJECT_ROOT

SIDES = st.integers(1, 37)
LAYOUTS = ("contiguous", "flipped", "strided", "transposed")


def laid_out(pixels: NDArray[np.uint8], layout: str) -> NDArray[np.uint8]:
    """The same pixels in another memory layout."""
    if layout == "flipped":
        return np.ascontiguousarray(pixels[:, ::-1])[:, ::-1]
    if layout == "strided":
        wide = np.full((pixels.shape[0] * 2, pixels.shape[1] * 3, pixels.shape[2]), 77, np.uint8)
        wide[::2, ::3] = pixels
        return wide[::2, ::3]
    if layout == "transposed":
        return np.ascontiguousarray(pixels.swapaxes(0, 1)).swapaxes(0, 1)
    return pixels


def pixels_of(image: QImage) -> NDArray[np.uint8]:
    """What an image shows, pixel by pixel, as (H, W, 3)."""
    packed = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(packed.constBits(), np.uint8).reshape(packed.height(), packed.bytesPerLine())
    return rows[:, : packed.width() * 3].reshape(packed.height(), packed.width(), 3).copy()


@given(data=st.data(), height=SIDES, width=SIDES, layout=st.sampled_from(LAYOUTS))
def test_rgb_arrives_whole(data: st.DataObject, height: int, width: int, layout: str) -> None:
    pixels = laid_out(data.draw(arrays(np.uint8, (height, width, 3))), layout)
    before = pixels.copy()

    image = rgb_to_qimage(pixels)

    assert (image.width(), image.height()) == (width, height)
    np.testing.assert_array_equal(pixels_of(image), before)
    np.testing.assert_array_equal(pixels, before)
    assert image.pixelColor(width - 1, height - 1).getRgb()[:3] == tuple(before[-1, -1])  # type: ignore[index]


@given(data=st.data(), height=SIDES, width=SIDES, layout=st.sampled_from(LAYOUTS))
def test_straight_alpha_becomes_premultiplied(data: st.DataObject, height: int, width: int, layout: str) -> None:
    pixels = laid_out(data.draw(arrays(np.uint8, (height, width, 4))), layout)

    image = rgba_to_qimage(pixels)

    assert image.format() == QImage.Format.Format_ARGB32_Premultiplied
    got = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())[:, : width * 4]
    blue_green_red_alpha = got.reshape(height, width, 4)
    if sys.byteorder == "little":
        alpha = pixels[..., 3:].astype(np.int32)
        wanted = pixels[..., 2::-1].astype(np.int32) * alpha / 255
        assert np.abs(blue_green_red_alpha[..., :3] - wanted).max() <= 1
        np.testing.assert_array_equal(blue_green_red_alpha[..., 3:], alpha)


def test_the_image_owns_its_memory() -> None:
    pixels = np.full((5, 7, 3), 200, np.uint8)
    image = rgb_to_qimage(pixels)
    overlay = rgba_to_qimage(np.full((5, 7, 4), 255, np.uint8))
    pixels[:] = 0
    assert image.pixelColor(6, 4) == QColor(200, 200, 200)
    assert overlay.pixelColor(6, 4) == QColor(255, 255, 255)


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((4, 0, 3), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((1, 4, 4, 3), np.uint8),
    ],
)
def test_other_arrays_are_refused(pixels: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="Pixels must"):
        rgb_to_qimage(pixels)


def test_the_viewer_is_imported_without_numpy() -> None:
    code = "import sys, gui.viewer.viewer_page; sys.exit('numpy' in sys.modules or 'gui.qimage' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, check=False)
    assert done.returncode == 0


@given(arrays(np.uint8, st.tuples(SIDES, SIDES, st.just(3))))
def test_pixels_come_back_as_they_were(pixels: NDArray[np.uint8]) -> None:
    assert (qimage_to_rgb(rgb_to_qimage(pixels)) == pixels).all()


def test_what_is_transparent_comes_back_white() -> None:
    pixels = np.array([[[10, 20, 30, 255], [10, 20, 30, 0]]], np.uint8)
    assert qimage_to_rgb(rgba_to_qimage(pixels)).tolist() == [[[10, 20, 30], [255, 255, 255]]]
