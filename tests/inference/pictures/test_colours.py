"""Colours: one rule for each mode, never white or black without a reason."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageCms

from inference.arrays import RgbImage
from inference.pictures.colours import to_srgb


def srgb(image: Image.Image, declared_bits: int | None = None) -> RgbImage:
    converted, bad_profile = to_srgb(image, declared_bits=declared_bits)
    assert converted.mode == "RGB"
    assert not bad_profile
    return np.asarray(converted)


def sixteen(values: NDArray[np.generic] | list[list[int]]) -> Image.Image:
    return Image.fromarray(np.asarray(values, np.uint16))


def test_sixteen_bits_become_the_same_as_eight() -> None:
    eight = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(srgb(sixteen(eight.astype(np.uint16) * 257))[..., 0], eight)


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_fewer_bits_in_a_wide_container_use_the_whole_range(bits: int) -> None:
    values = np.linspace(0, 2**bits - 1, 64).reshape(8, 8)
    got = srgb(sixteen(values))[..., 0]
    assert (got.min(), got.max()) == (0, 255)


def test_declared_bits_decide() -> None:
    dark = sixteen([[0, 300]])
    assert srgb(dark, declared_bits=12)[0, 1, 0] == round(300 / 4095 * 255)
    assert srgb(dark)[0, 1, 0] == round(300 / 1023 * 255)


def test_a_container_with_tiny_numbers_is_not_black() -> None:
    assert srgb(sixteen([[0, 15, 30]]))[0, :, 0].tolist() == [0, 128, 255]


def test_signed_and_very_wide_numbers_are_stretched() -> None:
    wide = Image.fromarray(np.array([[-100, -60, 100]], np.int32))
    assert srgb(wide)[0, :, 0].tolist() == [0, 51, 255]
    huge = Image.fromarray(np.array([[0, 2**30]], np.int32))
    assert srgb(huge)[0, :, 0].tolist() == [0, 255]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.0, 0.2, 1.0], [0, 51, 255]),
        ([0.0, 100.0, 255.0], [0, 100, 255]),
        ([0.0, 10.0, 20.0], [0, 10, 20]),
        ([-3.0, -1.8, 3.0], [0, 51, 255]),
        ([0.0, np.nan, 1.0], [0, 0, 255]),
        ([-np.inf, 0.5, np.inf], [0, 0, 0]),
        ([0.0, 2000.0, 10000.0], [0, 51, 255]),
        ([7e5, 7e5, 7e5], [0, 0, 0]),
    ],
)
def test_floats_are_scaled_by_their_range(values: list[float], expected: list[int]) -> None:
    image = Image.fromarray(np.array([values], np.float32))
    if values[0] == -np.inf:
        # One finite number only: there is no range.
        expected = [srgb(image)[0, 0, 0]] * 3
    assert srgb(image)[0, :, 0].tolist() == expected


@given(st.lists(st.floats(width=32), min_size=2, max_size=12))
def test_no_float_makes_trouble(values: list[float]) -> None:
    image = Image.fromarray(np.array([values], np.float32))
    assert srgb(image).shape == (1, len(values), 3)


@given(st.lists(st.integers(0, 65535), min_size=2, max_size=12), st.sampled_from([None, 12]))
def test_integers_keep_their_order(values: list[int], declared_bits: int | None) -> None:
    got = srgb(sixteen([values]), declared_bits)[0, :, 0].astype(int)
    order = np.argsort(values, kind="stable")
    assert (np.diff(got[order]) >= 0).all()


def test_alpha_of_every_kind_shows_white() -> None:
    rgba = Image.new("RGBA", (4, 4), (10, 20, 30, 0))
    assert (srgb(rgba) == 255).all()
    half = Image.new("RGBA", (4, 4), (0, 0, 0, 128))
    assert abs(int(srgb(half)[0, 0, 0]) - 127) <= 1
    assert (srgb(Image.new("LA", (4, 4), (10, 0))) == 255).all()
    assert (srgb(Image.new("PA", (4, 4), (0, 0))) == 255).all()
    for mode, ink in (("RGB", (1, 2, 3)), ("L", 7), ("1", 0), ("P", 3)):
        image = Image.new(mode, (4, 4), ink)
        image.info["transparency"] = ink
        assert (srgb(image) == 255).all(), mode
    wide = sixteen([[300, 60000]])
    wide.info["transparency"] = 60000
    wide_pixels = srgb(wide)
    assert wide_pixels[0].tolist() == [[1, 1, 1], [255, 255, 255]]
    wide.info["transparency"] = 300
    assert srgb(wide)[0, 0].tolist() == [255, 255, 255]


def test_opaque_colours_pass_unchanged() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    assert np.array_equal(srgb(Image.fromarray(pixels)), pixels)
    opaque = Image.fromarray(pixels).convert("RGBA")
    assert np.array_equal(srgb(opaque), pixels)


def test_the_other_modes() -> None:
    assert srgb(Image.new("CMYK", (2, 2), (0, 255, 255, 0)))[0, 0].tolist() == [255, 0, 0]
    assert srgb(Image.new("YCbCr", (2, 2), (255, 128, 128)))[0, 0].tolist() == [255, 255, 255]
    assert srgb(Image.new("HSV", (2, 2), (0, 0, 200)))[0, 0].tolist() == [200, 200, 200]
    white = srgb(Image.new("LAB", (2, 2), (255, 128, 128)))[0, 0]
    assert white.min() >= 250
    red = srgb(Image.new("LAB", (2, 2), (136, 208, 195)))[0, 0]
    assert red[0] > 200
    assert red[1] < 80


def profile(name: str) -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()  # type: ignore[arg-type]  # a test's word


def wide_gamut_profile() -> bytes:
    """An sRGB profile whose red and green primaries are swapped: its effect cannot be missed."""
    data = bytearray(profile("sRGB"))
    at = {bytes(data[132 + 12 * n : 136 + 12 * n]): 132 + 12 * n for n in range(int.from_bytes(data[128:132], "big"))}
    red, green = at[b"rXYZ"], at[b"gXYZ"]
    data[red + 4 : red + 12], data[green + 4 : green + 12] = data[green + 4 : green + 12], data[red + 4 : red + 12]
    return bytes(data)


def tagged(mode: str, ink: tuple[int, ...] | int, icc: bytes) -> Image.Image:
    image = Image.new(mode, (3, 3), ink)
    image.info["icc_profile"] = icc
    return image


def test_a_profile_takes_the_colours_to_srgb() -> None:
    icc = wide_gamut_profile()
    assert srgb(tagged("RGB", (255, 0, 0), icc))[0, 0].tolist() == [0, 255, 0]
    assert srgb(tagged("RGBA", (255, 0, 0, 0), icc))[0, 0].tolist() == [255, 255, 255]
    assert srgb(tagged("L", 90, icc))[0, 0].tolist() == pytest.approx([90, 90, 90], abs=2)


def test_the_srgb_profile_changes_nothing() -> None:
    image = Image.fromarray(np.random.default_rng(2).integers(0, 256, (9, 9, 3), dtype=np.uint8))
    image.info["icc_profile"] = profile("sRGB")
    assert np.array_equal(srgb(image), np.asarray(image))


@pytest.mark.parametrize("icc", [b"profile", b"\0" * 200, wide_gamut_profile()[:300]])
def test_a_broken_profile_is_ignored_and_told(icc: bytes) -> None:
    converted, bad_profile = to_srgb(tagged("RGB", (9, 8, 7), icc))
    assert bad_profile
    assert converted.getpixel((0, 0)) == (9, 8, 7)


def test_a_profile_for_other_colours_is_ignored_and_told() -> None:
    converted, bad_profile = to_srgb(tagged("CMYK", (0, 255, 255, 0), profile("sRGB")))
    assert bad_profile
    assert converted.getpixel((0, 0)) == (255, 0, 0)
