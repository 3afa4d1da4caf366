"""Keep what a person painted over the network's input: strokes of a round brush, taken back and repeated one by one.

Imports numpy: it is imported at the first use, after the first paint.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

from gui.qimage import rgba_to_qimage
from inference.arrays import RgbaPixels, RgbImage
from inference.attention.masking import Filling, PixelMask, fill, hide
from inference.models.contract import Preprocessing
from inference.results import CropGeometry

STEPS_KEPT = 200
"""So many strokes can be taken back; a stroke is 50 kB for an input of 224 pixels."""

_LEAST_RADIUS = 0.75
"""In input pixels: a brush that is smaller could pass between all pixel centres and paint nothing."""


class PaintedCopy:
    """A changed copy of what the network saw. The picture itself is never touched.

    Points are upright original pixels; what is painted are pixels of the network's input, since those are what the
    network will see.
    """

    def __init__(self, image: RgbImage, crop: CropGeometry, preprocessing: Preprocessing, filling: Filling) -> None:
        """Begin with nothing painted.

        Args:
            image: (H, W, 3) uint8, the network's input.
            crop: the original pixels that it shows.
            preprocessing: of the model, for the colours of the filling.
            filling: what is painted.
        """
        self._image = image
        self._crop = crop
        self._preprocessing = preprocessing
        self._mask: PixelMask = np.zeros(image.shape[:2], np.bool_)
        self._past: list[PixelMask] = []
        self._future: list[PixelMask] = []
        self._last = (0.0, 0.0)
        self._patch: RgbaPixels
        self.set_filling(filling)

    @property
    def filling(self) -> Filling:
        """What is painted."""
        return self._filling

    @property
    def is_blank(self) -> bool:
        """Whether nothing is painted."""
        return not self._mask.any()

    @property
    def share(self) -> float:
        """How much of what the network sees is painted over, 0...1."""
        return float(self._mask.mean())

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke to take back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether a stroke was taken back."""
        return bool(self._future)

    def set_filling(self, filling: Filling) -> None:
        """Paint with something else; what is painted already changes, too."""
        self._filling = filling
        self._filled = fill(self._image, filling, self._preprocessing)
        opaque = np.zeros((*self._image.shape[:2], 1), np.uint8)
        self._patch = np.concatenate([self._filled, opaque], axis=2)

    def begin(self, x: float, y: float, diameter: float) -> None:
        """Set the brush down.

        Args:
            x: in original pixels, as `y`; may lie outside what the network saw.
            y: see `x`.
            diameter: of the brush, in original pixels.
        """
        self._remember()
        self._last = (x, y)
        self._paint(x, y, diameter)

    def extend(self, x: float, y: float, diameter: float) -> None:
        """Draw the brush on to another point."""
        self._paint(x, y, diameter)
        self._last = (x, y)

    def cover(self, pixels: PixelMask) -> None:
        """Paint some pixels of the network's input at once, as one stroke.

        Args:
            pixels: (H, W) bool.
        """
        self._remember()
        self._mask |= pixels

    def undo(self) -> None:
        """Take the last stroke back, if there is one."""
        if self._past:
            self._future.append(self._mask)
            self._mask = self._past.pop()

    def redo(self) -> None:
        """Repeat the stroke that was taken back last, if there is one."""
        if self._future:
            self._past.append(self._mask)
            self._mask = self._future.pop()

    def clear(self) -> None:
        """Start again; that can be taken back like a stroke."""
        if not self.is_blank:
            self._remember()
            self._mask = np.zeros_like(self._mask)

    def changed(self) -> RgbImage:
        """(H, W, 3) uint8: what the network shall see. A new array."""
        return hide(self._image, self._mask, self._filled)

    def patch(self) -> QImage:
        """What is painted, clear elsewhere; it covers the crop."""
        self._patch[..., 3] = self._mask * np.uint8(255)
        return rgba_to_qimage(self._patch)

    def _remember(self) -> None:
        self._past.append(self._mask)
        del self._past[:-STEPS_KEPT]
        self._future.clear()
        self._mask = self._mask.copy()

    def _paint(self, x: float, y: float, diameter: float) -> None:
        """Cover every pixel whose centre lies within the brush on its way from the last point to this one."""
        height, width = self._mask.shape
        crop = self._crop
        scale_x, scale_y = width / (crop.right - crop.left), height / (crop.bottom - crop.top)
        start = ((self._last[0] - crop.left) * scale_x, (self._last[1] - crop.top) * scale_y)
        end = ((x - crop.left) * scale_x, (y - crop.top) * scale_y)
        radius = max(_LEAST_RADIUS, diameter / 2 * (scale_x + scale_y) / 2)
        columns = _touched(start[0], end[0], radius, width)
        rows = _touched(start[1], end[1], radius, height)
        across = np.arange(columns.start, columns.stop) + 0.5
        down = (np.arange(rows.start, rows.stop) + 0.5)[:, None]
        self._mask[rows, columns] |= _distance_squared(across, down, start, end) <= radius**2


def _touched(start: float, end: float, radius: float, pixels: int) -> slice:
    """The pixels of one side that a brush can reach on its way."""
    low, high = sorted((start, end))
    first = min(pixels, max(0, int(np.floor(low - radius))))
    return slice(first, max(first, min(pixels, int(np.ceil(high + radius)) + 1)))


def _distance_squared(
    across: np.ndarray, down: np.ndarray, start: tuple[float, float], end: tuple[float, float]
) -> np.ndarray:
    """From each point to the line between two points."""
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    length = along_x**2 + along_y**2
    share = ((across - start[0]) * along_x + (down - start[1]) * along_y) / length if length > 0 else np.zeros(1)
    nearest = np.clip(share, 0.0, 1.0)
    distance: np.ndarray = (across - start[0] - nearest * along_x) ** 2 + (down - start[1] - nearest * along_y) ** 2
    return distance
