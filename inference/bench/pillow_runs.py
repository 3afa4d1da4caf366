"""Decode pictures with Pillow alone, or only read files, in a bare loop: the most that one core can do.

It shares no code with the program's own reading, so that a slow stage cannot lower its own bar. What it leaves out is
what the program does besides: checks, checksums, colour profiles, turning upright, and sending the pixels on.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from PIL import Image

from inference.arrays import RgbImage
from inference.bench.orders import Answer, Pass, Rate, Setup
from inference.bench.record import Name
from inference.bench.serving import serve
from inference.models.catalog import read_model
from inference.models.contract import Interpolation, Preprocessing

_FILTERS = {
    Interpolation.BILINEAR: Image.Resampling.BILINEAR,
    Interpolation.BICUBIC: Image.Resampling.BICUBIC,
}
_DRAFT_MARGIN = 2
"""A JPEG may be decoded smaller while its shorter side keeps so many times the resize target (DESIGN.md 4)."""


@dataclass(frozen=True, slots=True)
class PillowRuns:
    """The pictures and how they are prepared."""

    paths: tuple[str, ...]
    rule: Preprocessing

    def run(self, wanted: Pass) -> Answer:
        """Decode the wanted number of pictures, or only read their files."""
        done, only_files = 0, wanted.variant == Name.FILES_ALONE
        started = time.perf_counter()
        for path in islice(cycle(self.paths), wanted.count):
            # A picture that Pillow alone cannot read is not counted.
            with contextlib.suppress(OSError, ValueError):
                if only_files:
                    Path(path).read_bytes()
                else:
                    decode(path, self.rule)
                done += 1
        return Rate(done, time.perf_counter() - started)


def decode(path: str, rule: Preprocessing) -> RgbImage:
    """The network's input, (crop, crop, 3) uint8: as small as libjpeg may decode, and only what is kept is resized."""
    least = _DRAFT_MARGIN * rule.resize
    with Image.open(path) as image:
        image.draft("RGB", (least, least))
        rgb = image.convert("RGB")
    scale = min(rgb.size) / rule.resize
    side = rule.crop * scale
    left, top = (rgb.width - side) / 2, (rgb.height - side) / 2
    # Where the crop is larger than what is resized, the network would see a border; this loop shows it what is there.
    box = (max(left, 0.0), max(top, 0.0), min(left + side, float(rgb.width)), min(top + side, float(rgb.height)))
    return np.asarray(rgb.resize((rule.crop, rule.crop), _FILTERS[rule.interpolation], box=box))


@contextlib.contextmanager
def open_runs(setup: Setup) -> Iterator[PillowRuns]:
    """Read the model's rule for pictures; nothing else is opened."""
    yield PillowRuns(setup.paths, read_model(Path(setup.model)).contract.preprocessing)


if __name__ == "__main__":
    sys.exit(serve(open_runs))
