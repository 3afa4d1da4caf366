"""Prepare one picture for the network, and its small copies for the screen, from one reading of the file."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from inference.arrays import RgbImage
from inference.models.contract import Interpolation, Preprocessing
from inference.pictures.read import UprightPicture, read_picture, to_array
from inference.results import CropGeometry, PictureFacts

MAX_WHOLE_ASPECT = 8
"""A whole picture is at most this many times as long as it is wide; of a longer one the network sees the middle."""

_DRAFT_MARGIN = 2
_DRAFT_FLOOR_PX = 256
"""A JPEG may be decoded smaller as long as its shorter side keeps so many times the resize target, and so many pixels.

The floor is for models with a small input, whose first class changed for one picture in fifty without it (decision
0006), and for thumbnails. It holds without one, too: the network's input must not depend on who else wants a picture.
"""

_NEARLY = 15 / 16
"""A thumbnail may be this much smaller than asked for where that saves resizing: 250 pixels of 500 instead of 256."""

_STRIP_PX = 16
"""What is only looked at keeps so many pixels on its shorter side: libjpeg fills strips up to whole blocks."""

_THUMBNAIL_QUALITY = 85

_FILTERS = {
    Interpolation.BILINEAR: Image.Resampling.BILINEAR,
    Interpolation.BICUBIC: Image.Resampling.BICUBIC,
}


@dataclass(frozen=True, slots=True)
class PrepareOrder:
    """What `prepare_picture` shall make.

    Attributes:
        preprocessing: of the model.
        thumbnail_px: longer side of the thumbnail at most (it may have a sixteenth less), or 0 for none.
        whole: the whole picture instead of the centre crop (rectangular input).
    """

    preprocessing: Preprocessing
    thumbnail_px: int = 0
    whole: bool = False


@dataclass(frozen=True, slots=True)
class PreparedPicture:
    """What one reading of a file gave.

    Attributes:
        input: (crop, crop, 3) uint8, or (h, w, 3) where the whole picture was ordered.
        facts: about the original.
        crop: what of the original `input` shows.
        thumbnail: a JPEG file, or None.
    """

    input: RgbImage
    facts: PictureFacts
    crop: CropGeometry
    thumbnail: bytes | None


@dataclass(frozen=True, slots=True)
class ViewPicture:
    """A picture for looking at.

    Attributes:
        pixels: (h, w, 3) uint8, the original or a smaller copy of it.
        facts: about the original.
    """

    pixels: RgbImage
    facts: PictureFacts


@dataclass(frozen=True, slots=True)
class _Cut:
    """A picture resized to (width, height), of which the box at (left, top) with (box_width, box_height) is kept."""

    width: int
    height: int
    left: int
    top: int
    box_width: int
    box_height: int

    def in_pixels_of(self, width: int, height: int) -> CropGeometry:
        """The kept box in pixels of the picture before it was resized."""
        return CropGeometry(
            left=self.left * width / self.width,
            top=self.top * height / self.height,
            right=(self.left + self.box_width) * width / self.width,
            bottom=(self.top + self.box_height) * height / self.height,
        )


def geometry(width: int, height: int, preprocessing: Preprocessing, *, whole: bool = False) -> CropGeometry:
    """What the network sees of an upright picture of `width` x `height` pixels, in those pixels."""
    return _cut(width, height, preprocessing, whole=whole).in_pixels_of(width, height)


def prepare_picture(path: str, order: PrepareOrder) -> PreparedPicture:
    """Read a picture once; make the network's input and a thumbnail of it.

    Runs on: decode worker.

    Raises:
        ImageReadError: the picture cannot be read.
    """
    wanted = order.preprocessing
    picture = read_picture(path, shrink_to=max(_DRAFT_MARGIN * wanted.resize, _DRAFT_FLOOR_PX))
    facts = picture.facts
    cut = _cut(facts.width, facts.height, wanted, whole=order.whole)
    return PreparedPicture(
        input=to_array(_resize_box(picture, cut, wanted)),
        facts=facts,
        crop=cut.in_pixels_of(facts.width, facts.height),
        thumbnail=_jpeg(_small_copy(picture, order.thumbnail_px)) if order.thumbnail_px else None,
    )


def view_picture(path: str, max_side: int) -> ViewPicture:
    """Read a picture for looking at: its longer side has at most `max_side` pixels; it is never enlarged.

    Runs on: decode worker.

    Raises:
        ImageReadError: the picture cannot be read.
    """
    picture = read_picture(path, shrink_to=_STRIP_PX, longer_to=max_side)
    return ViewPicture(to_array(_fit(picture, max_side)), picture.facts)


def make_thumbnail(path: str, px: int) -> bytes:
    """A JPEG file whose longer side has at most `px` pixels, and nearly so many where the picture has them.

    Runs on: decode worker.

    Raises:
        ImageReadError: the picture cannot be read.
    """
    return _jpeg(_small_copy(read_picture(path, shrink_to=_STRIP_PX, longer_to=int(_NEARLY * px)), px))


def open_thumbnail(jpeg: bytes) -> RgbImage | None:
    """The pixels of a thumbnail, (H, W, 3) uint8; None where the file is damaged. Pillow lets other threads run."""
    try:
        with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, ValueError, SyntaxError):
        return None


def _cut(width: int, height: int, preprocessing: Preprocessing, *, whole: bool) -> _Cut:
    """The sizes that torchvision's preset gives: the shorter side to `resize`, then the centre (same rounding)."""
    short, long = min(width, height), max(width, height)
    resize = preprocessing.resize
    resized_long = int(resize * long / short)
    resized_width, resized_height = (resize, resized_long) if width <= height else (resized_long, resize)
    box_width = box_height = preprocessing.crop
    if whole:
        box_width, box_height = (min(side, MAX_WHOLE_ASPECT * resize) for side in (resized_width, resized_height))
    return _Cut(
        resized_width,
        resized_height,
        round((resized_width - box_width) / 2.0),
        round((resized_height - box_height) / 2.0),
        box_width,
        box_height,
    )


def _resize_box(picture: UprightPicture, cut: _Cut, preprocessing: Preprocessing) -> Image.Image:
    """Resize only what is kept; each pixel is what it would be if everything was resized and then cut."""
    box = picture.box_of(cut.in_pixels_of(picture.facts.width, picture.facts.height))
    size = (cut.box_width, cut.box_height)
    resampling = _FILTERS[preprocessing.interpolation]
    if preprocessing.antialias:
        return picture.image.resize(size, resampling, box=box)
    left, top, right, bottom = box
    across, down = (right - left) / size[0], (bottom - top) / size[1]
    steps = (across, 0.0, left, 0.0, down, top)
    return picture.image.transform(size, Image.Transform.AFFINE, steps, resample=resampling)


def _fit(picture: UprightPicture, max_side: int) -> Image.Image:
    width, height = picture.facts.width, picture.facts.height
    scale = max_side / max(width, height)
    if scale >= 1:
        return picture.image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    box = picture.box_of(CropGeometry(0.0, 0.0, float(width), float(height)))
    return picture.image.resize(size, Image.Resampling.BICUBIC, box=box, reducing_gap=2.0)


def _small_copy(picture: UprightPicture, px: int) -> Image.Image:
    """For a tile: at most `px` on the longer side, and where whole pixels can be averaged, that is all that is done.

    Resizing a photograph of 500 pixels to 256 took as long as half of its decoding; nobody can tell it from 250.
    """
    longer = max(picture.image.size)
    times = -(-longer // px)
    if longer / times >= _NEARLY * min(px, longer):
        return picture.image if times == 1 else picture.image.reduce(times)
    scale = px / longer
    width, height = (max(1, round(side * scale)) for side in picture.image.size)
    return picture.image.resize((width, height), Image.Resampling.HAMMING, reducing_gap=1.5)


def _jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_THUMBNAIL_QUALITY)
    return file.getvalue()
