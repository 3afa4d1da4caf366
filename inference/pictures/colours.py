"""Turn a decoded picture of any Pillow mode into upright-ready sRGB colours, by one rule for each mode.

The rules, in the order in which they apply:

1. Numbers wider than 8 bits are scaled to 8. Integers: by the number of bits that the file declares, else by the
   smallest of 10, 12, 14 and 16 bits that holds the largest value (cameras and scanners put 10 to 14 bits into 16 bit
   containers). A largest value below 256 is white; numbers below 0 or beyond 16 bits are stretched from smallest to
   largest. Floats: 0...1 and 0...255 as they are, any other range is stretched; NaN is 0, infinities are the ends.
2. Alpha of every kind (channel, palette, one transparent colour) is set aside.
3. An embedded colour profile takes the colours to sRGB (relative colorimetric, black point compensated). A profile that
   cannot be used is ignored and reported. CMYK and LAB without a profile go Pillow's and LittleCMS's plain ways.
4. Transparent parts show white.
"""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

_WIDE_MODES = frozenset({"I", "F", "I;16", "I;16L", "I;16B", "I;16N"})
_PREMULTIPLIED = {"La": "LA", "RGBa": "RGBA"}
_PROFILE_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
"""The mode in which pixels must be for a profile of a colour space."""

_SAME_COLOUR = 2
"""Differences to sRGB up to this many levels are rounding: such a profile is sRGB."""


def to_srgb(image: Image.Image, *, declared_bits: int | None = None) -> tuple[Image.Image, bool]:
    """Convert by the rules of this file.

    Args:
        image: decoded, any mode.
        declared_bits: how many bits of a 16 bit integer the file says it uses, where it says so.

    Returns:
        The picture in mode RGB, and whether it carries a profile that could not be used.
    """
    profile = image.info.get("icc_profile")
    colours, alpha = _split_alpha(_to_eight_bits(image, declared_bits))
    converted = None
    if profile:
        converted = _apply_profile(colours, profile)
    rgb = converted or _without_profile(colours)
    if alpha is not None:
        rgb = _over_white(rgb, alpha)
    return rgb, bool(profile) and converted is None


def _to_eight_bits(image: Image.Image, declared_bits: int | None) -> Image.Image:
    if image.mode not in _WIDE_MODES:
        return image
    values = np.asarray(image)
    eight = Image.fromarray(_scale_floats(values) if image.mode == "F" else _scale_integers(values, declared_bits))
    eight.info = {name: image.info[name] for name in ("icc_profile",) if name in image.info}
    transparent = image.info.get("transparency")
    if isinstance(transparent, int):
        eight.putalpha(Image.fromarray(np.where(values == transparent, 0, 255).astype(np.uint8)))
    return eight


def _scale_integers(values: NDArray[np.generic], declared_bits: int | None) -> NDArray[np.uint8]:
    low, high = int(values.min()), int(values.max())
    if low < 0 or high >= 2**16:
        return _stretch(values, low, high)
    if declared_bits is not None and high < 2**declared_bits:
        return _stretch(values, 0, 2**declared_bits - 1)
    if high < 2**8:
        return _stretch(values, 0, high)
    bits = next(bits for bits in (10, 12, 14, 16) if high < 2**bits)
    return _stretch(values, 0, 2**bits - 1)


def _scale_floats(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    numbers = values.astype(np.float32)
    finite = numbers[np.isfinite(numbers)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    numbers = np.nan_to_num(numbers, nan=0.0, posinf=high, neginf=low)
    for full in (1.0, 255.0):
        # Too dark a use of a range says that it is another one.
        if low >= 0 and full / 16 <= high <= full:
            return _stretch(numbers, 0.0, full)
    return _stretch(numbers, low, high)


def _stretch(values: NDArray[np.generic], low: float, high: float) -> NDArray[np.uint8]:
    """`values` with `low` at 0 and `high` at 255, in slices, so that a large picture needs little more memory."""
    eight = np.zeros(values.shape, np.uint8)
    if high > low:
        rows = max(1, 2**20 // max(1, values.shape[1]))
        for top in range(0, len(values), rows):
            share = (values[top : top + rows].astype(np.float64) - low) * (255.0 / (high - low))
            eight[top : top + rows] = np.clip(np.rint(share), 0, 255)
    return eight


def _split_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """The colours without transparency, and the transparency (mode L, 0 is see-through) if there is any."""
    if image.mode in _PREMULTIPLIED:
        image = image.convert(_PREMULTIPLIED[image.mode])
    if image.mode == "PA" or (image.mode not in {"LA", "RGBA"} and "transparency" in image.info):
        image = image.convert("RGBA")
    if image.mode not in {"LA", "RGBA"}:
        return image, None
    alpha = image.getchannel("A")
    colours = image.convert("L" if image.mode == "LA" else "RGB")
    return colours, alpha if alpha.getextrema() != (255, 255) else None


def _over_white(rgb: Image.Image, alpha: Image.Image) -> Image.Image:
    white = Image.new("RGB", rgb.size, (255, 255, 255))
    white.paste(rgb, mask=alpha)
    return white


def _without_profile(colours: Image.Image) -> Image.Image:
    if colours.mode == "RGB":
        return colours
    if colours.mode == "LAB":
        converted = ImageCms.applyTransform(colours, _lab_transform())
        if converted is not None:
            return converted
    return colours.convert("RGB")


def _apply_profile(colours: Image.Image, profile: bytes) -> Image.Image | None:
    """The colours in sRGB, or None where the profile cannot be used for them."""
    try:
        mode = _profile_mode(profile)
        if mode is None or (mode == "CMYK") != (colours.mode == "CMYK") or colours.mode == "LAB":
            return None
        if mode == "L" and colours.mode not in {"1", "L"}:
            return None
        ready = colours if colours.mode == mode else colours.convert(mode)
        transform = _profile_transform(profile, mode)
        return ready if transform is None else ImageCms.applyTransform(ready, transform)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - third-party edge: LittleCMS meets a stranger's bytes
        return None


@lru_cache(maxsize=32)
def _profile_mode(profile: bytes) -> str | None:
    """The mode that the profile's colour space is about, or None where Cardinal has no use for it.

    Raises:
        Exception: whatever Pillow raises for a broken profile.
    """
    opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return _PROFILE_MODES.get(opened.profile.xcolor_space.strip())


@lru_cache(maxsize=32)
def _profile_transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """How the profile's colours become sRGB; None where they are sRGB already."""
    transform = ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    if mode != "RGB":
        return transform
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    grid = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
    seen = ImageCms.applyTransform(Image.fromarray(grid), transform)
    difference = np.abs(np.asarray(seen).astype(np.int16) - grid)
    return None if difference.max() <= _SAME_COLOUR else transform


@lru_cache(maxsize=1)
def _lab_transform() -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB")
