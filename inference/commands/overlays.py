"""Write pictures with the map of their first class, in the decode processes."""

from __future__ import annotations

import io
import os
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from inference.arrays import EvidenceMap
from inference.attention.picture import Caption, picture_with_map
from inference.classify.preprocess import view_picture
from inference.errors import OutputWriteError
from inference.files import replacing
from inference.models.contract import MapKind, ModelContract
from inference.pictures.decode_pool import DecodePool
from inference.results import Classification, CropGeometry, Outcome

LONGEST_SIDE = 1600
"""Overlays are pictures to look at; larger originals are shrunk to this, in pixels."""

_IN_FLIGHT_PER_WORKER = 2


@dataclass(frozen=True, slots=True)
class OverlayOrder:
    """One overlay to write."""

    target: Path
    contributions: EvidenceMap
    crop: CropGeometry
    caption: Caption


class OverlayWriter:
    """Writes `NAME.png` for each classified picture into one folder; equal names get a number."""

    def __init__(self, folder: Path, pool: DecodePool, scale: float) -> None:
        self._folder = folder
        self._pool = pool
        self._scale = scale
        self._names: set[str] = set()
        self._under_way: deque[Future[None]] = deque()

    @classmethod
    def open(cls, folder: Path, pool: DecodePool, contract: ModelContract) -> OverlayWriter:
        """Make the folder.

        Raises:
            OutputWriteError: the folder cannot be made, or the model has no maps.
        """
        if contract.maps is MapKind.NONE:
            raise OutputWriteError(str(folder), "the model has no maps: no pooling was found in it.")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputWriteError(str(folder), f"{error.strerror or error}.") from error
        return cls(folder, pool, contract.evidence_scale or 1.0)

    def write(self, outcome: Outcome) -> None:
        """Order one overlay; at most a few are under way.

        Raises:
            OutputWriteError: an earlier one could not be written.
        """
        if not isinstance(outcome, Classification) or outcome.evidence is None:
            return
        caption = Caption(outcome.predictions[0].label, self._scale, outcome.model)
        order = OverlayOrder(self._target(outcome.path), outcome.evidence[0], outcome.crop, caption)
        self._under_way.append(self._pool.submit(write_overlay, outcome.path, order))
        while len(self._under_way) > _IN_FLIGHT_PER_WORKER * self._pool.workers:
            self._under_way.popleft().result()

    def finish(self) -> None:
        """Wait for what is under way."""
        while self._under_way:
            self._under_way.popleft().result()

    def _target(self, path: str) -> Path:
        stem = os.path.basename(path)  # noqa: PTH119 - paths are text as given, bytes kept
        name, number = stem, 1
        while name.casefold() in self._names:
            number += 1
            name = f"{stem} ({number})"
        self._names.add(name.casefold())
        return self._folder / f"{name}.png"


def write_overlay(path: str, order: OverlayOrder) -> None:
    """Read a picture and write it with its map. Runs on: a decode process."""
    view = view_picture(path, LONGEST_SIDE)
    size = (view.facts.width, view.facts.height)
    pixels = picture_with_map(view.pixels, order.contributions, order.crop, size, order.caption)
    with replacing(order.target) as file:
        file.write(png_bytes(Image.fromarray(pixels)))


def png_bytes(image: Image.Image) -> bytes:
    """A picture as PNG."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
