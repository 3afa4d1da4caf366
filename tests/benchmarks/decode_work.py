"""Work for the decode benchmark, at the top level of a module so that worker processes find it."""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from inference.arrays import RgbImage
from inference.bench.pillow_runs import decode
from inference.classify.preprocess import PreparedPicture, PrepareOrder, geometry, make_thumbnail, prepare_picture
from inference.models.contract import Preprocessing
from inference.pictures.read import read_picture

THUMBNAIL_PX = 256


@dataclass(frozen=True, slots=True)
class RuleOrder:
    """A rule for how small libjpeg may decode.

    Attributes:
        preprocessing: of the model.
        shorter: what the shorter side keeps at least, in pixels; None decodes everything.
        thumbnail_px: as in `PrepareOrder`.
    """

    preprocessing: Preprocessing
    shorter: int | None
    thumbnail_px: int = 0


def bare_loop(paths: Sequence[str], rule: Preprocessing) -> int:
    """Pillow alone over many pictures; how many there were."""
    for path in paths:
        decode(path, rule)
    return len(paths)


def two_decodes(path: str, order: PrepareOrder) -> tuple[PreparedPicture, bytes]:
    """Input and thumbnail, each from its own reading."""
    return prepare_picture(path, order), make_thumbnail(path, THUMBNAIL_PX)


def prepare_pickled(path: str, order: PrepareOrder) -> bytes:
    """The picture with its pixels copied into the pickle."""
    return pickle.dumps(prepare_picture(path, order))


def prepare_by_rule(path: str, wanted: RuleOrder) -> tuple[RgbImage, bytes]:
    """The input and, where it is wanted, a thumbnail, with any rule for how small libjpeg may decode.

    The thumbnail is made as it was before tiles were averaged: one bicubic resizing to its full size.
    """
    picture = read_picture(path, shrink_to=wanted.shorter)
    facts, rule = picture.facts, wanted.preprocessing
    box = picture.box_of(geometry(facts.width, facts.height, rule))
    pixels = picture.image.resize((rule.crop, rule.crop), Image.Resampling.BILINEAR, box=box)
    file = io.BytesIO()
    if wanted.thumbnail_px:
        scale = min(1.0, wanted.thumbnail_px / max(facts.width, facts.height))
        size = (max(1, round(facts.width * scale)), max(1, round(facts.height * scale)))
        picture.image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0).save(file, "JPEG", quality=85)
    return np.array(pixels), file.getvalue()
