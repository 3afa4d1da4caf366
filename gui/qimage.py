"""Carry pixels from arrays into QImages and back, the one place where that happens.

Imports numpy, which is too slow for the time before the first paint: import this module only in code that runs later.
"""

import numpy as np
from PySide6.QtGui import QImage

from inference.arrays import RgbaPixels, RgbImage

_RGB_CHANNELS = 3
_RGBA_CHANNELS = 4
_COLOUR_IMAGE_DIMENSIONS = 3
_OPAQUE = 255


def rgb_to_qimage(pixels: RgbImage) -> QImage:
    """Copy a picture into a QImage in the form that paints fastest.

    Args:
        pixels: (H, W, 3) uint8, any memory layout, H and W at least 1. Not changed, not kept.

    Returns:
        An image of `Format_RGB32` that owns its memory.

    Raises:
        ValueError: when `pixels` is not such an array.
        MemoryError: when Qt has no room for it.
    """
    height, width = _checked_size(pixels, _RGB_CHANNELS)
    return _wrapped(pixels, width, height, QImage.Format.Format_RGB888, QImage.Format.Format_RGB32)


def rgba_to_qimage(pixels: RgbaPixels) -> QImage:
    """Copy overlay pixels into a QImage that QPainter can lay over a picture without more conversion.

    Args:
        pixels: (H, W, 4) uint8 with straight alpha, any memory layout, H and W at least 1. Not changed, not kept.

    Returns:
        An image of `Format_ARGB32_Premultiplied` that owns its memory.

    Raises:
        ValueError: when `pixels` is not such an array.
        MemoryError: when Qt has no room for it.
    """
    height, width = _checked_size(pixels, _RGBA_CHANNELS)
    return _wrapped(pixels, width, height, QImage.Format.Format_RGBA8888, QImage.Format.Format_ARGB32_Premultiplied)


def qimage_to_rgb(image: QImage) -> RgbImage:
    """Copy an image into an array; what is transparent becomes white.

    Args:
        image: any format, not null. Not changed.

    Returns:
        (H, W, 3) uint8.

    Raises:
        MemoryError: when Qt has no room for it.
    """
    converted = image.convertToFormat(QImage.Format.Format_RGBA8888)
    if converted.isNull():
        raise MemoryError(f"There is no room for an image of {image.width()} x {image.height()} pixels.")
    rows = np.frombuffer(converted.constBits(), np.uint8).reshape(converted.height(), converted.bytesPerLine())
    pixels = rows[:, : _RGBA_CHANNELS * converted.width()].reshape(converted.height(), converted.width(), -1)
    colours, alpha = pixels[..., :_RGB_CHANNELS], pixels[..., _RGB_CHANNELS:].astype(np.uint16)
    if (alpha == _OPAQUE).all():
        return colours.copy()
    over_white: RgbImage = ((colours * alpha + _OPAQUE * (_OPAQUE - alpha)) // _OPAQUE).astype(np.uint8)
    return over_white


def _checked_size(pixels: RgbImage | RgbaPixels, channels: int) -> tuple[int, int]:
    if pixels.dtype != np.uint8:
        raise ValueError(f"Pixels must be uint8, not {pixels.dtype}.")
    if pixels.ndim != _COLOUR_IMAGE_DIMENSIONS or pixels.shape[2] != channels or 0 in pixels.shape:
        raise ValueError(f"Pixels must have the shape (H, W, {channels}) with H and W above 0, not {pixels.shape}.")
    return pixels.shape[0], pixels.shape[1]


def _wrapped(
    pixels: RgbImage | RgbaPixels, width: int, height: int, given: QImage.Format, wanted: QImage.Format
) -> QImage:
    """Lend the array to Qt with its true stride, and convert; the conversion is the copy."""
    packed = np.ascontiguousarray(pixels)
    stride = packed.strides[0] if height > 1 else packed.nbytes
    if packed.nbytes != stride * height:
        raise ValueError(f"{packed.nbytes} bytes do not make {height} rows of {stride} bytes.")
    # Without bytesPerLine Qt takes rows as padded to 4 bytes: a sheared picture and a read past the end.
    image = QImage(packed.data, width, height, stride, given).convertToFormat(wanted)
    if image.isNull():
        raise MemoryError(f"There is no room for an image of {width} x {height} pixels.")
    return image
