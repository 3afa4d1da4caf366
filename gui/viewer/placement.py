"""Compute where a picture lies in its view: fitting, zooming at a point, panning; no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class ViewArea:
    """The widget that shows a picture.

    Attributes:
        width: in logical pixels.
        height: in logical pixels.
        device_pixel_ratio: device pixels in a logical pixel.
        margin: kept free around a fitted picture, in logical pixels.
    """

    width: float
    height: float
    device_pixel_ratio: float = 1.0
    margin: float = 0.0


@dataclass(frozen=True, slots=True)
class Placement:
    """A picture of `width` x `height` original pixels, laid on a view.

    Attributes:
        width: of the original, in its pixels.
        height: of the original, in its pixels.
        scale: logical view pixels per original pixel.
        left: x of the picture's left edge in the view, in logical pixels.
        top: y of its top edge.
    """

    width: float
    height: float
    scale: float
    left: float
    top: float

    @property
    def shown_width(self) -> float:
        """In logical view pixels."""
        return self.width * self.scale

    @property
    def shown_height(self) -> float:
        """In logical view pixels."""
        return self.height * self.scale

    def to_view(self, x: float, y: float) -> tuple[float, float]:
        """The view point of the original point (x, y)."""
        return self.left + x * self.scale, self.top + y * self.scale

    def to_picture(self, x: float, y: float) -> tuple[float, float]:
        """The original point under the view point (x, y); may lie outside the picture."""
        return (x - self.left) / self.scale, (y - self.top) / self.scale

    def moved(self, dx: float, dy: float, view: ViewArea) -> Placement:
        """Panned by logical pixels, as far as the picture's edges allow."""
        return _held(self.shifted(dx, dy), view)

    def zoomed(self, scale: float, x: float, y: float, view: ViewArea) -> Placement:
        """At another scale, with the original point under the view point (x, y) kept there where the edges allow it."""
        picture_x, picture_y = self.to_picture(x, y)
        moved = replace(self, scale=scale, left=x - picture_x * scale, top=y - picture_y * scale)
        return _held(moved, view)

    def shifted(self, dx: float, dy: float) -> Placement:
        """Moved by logical pixels, whatever the edges."""
        return replace(self, left=self.left + dx, top=self.top + dy)

    def held(self, view: ViewArea) -> Placement:
        """With no empty side that panning could fill."""
        return _held(self, view)

    def on_device_pixels(self, view: ViewArea) -> Placement:
        """Moved by less than a device pixel so that original pixels at 100 % fall on device pixels."""
        ratio = view.device_pixel_ratio
        return replace(self, left=round(self.left * ratio) / ratio, top=round(self.top * ratio) / ratio)

    def is_larger_than(self, view: ViewArea) -> bool:
        """Whether a part of the picture lies outside the view, so that panning makes sense."""
        tolerance = 0.5
        return self.shown_width > view.width + tolerance or self.shown_height > view.height + tolerance


def fitted(width: float, height: float, view: ViewArea) -> Placement:
    """The whole picture in the middle of the view, as large as the margin lets it be."""
    room_x, room_y = max(1.0, view.width - 2 * view.margin), max(1.0, view.height - 2 * view.margin)
    scale = min(room_x / width, room_y / height)
    return Placement(width, height, scale, (view.width - width * scale) / 2, (view.height - height * scale) / 2)


def _held(placement: Placement, view: ViewArea) -> Placement:
    return replace(
        placement,
        left=_held_edge(placement.left, placement.shown_width, view.width),
        top=_held_edge(placement.top, placement.shown_height, view.height),
    )


def _held_edge(edge: float, length: float, room: float) -> float:
    """Centre what fits; otherwise leave no gap at either end."""
    if length <= room:
        return (room - length) / 2
    return min(0.0, max(room - length, edge))
