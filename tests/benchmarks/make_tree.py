"""Make a tree of any number of different pictures from a few real ones, for measurements at scale.

    uv run python -m tests.benchmarks.make_tree FOLDER_OF_PICTURES TARGET COUNT

Every picture is another crop of a real one, a little lighter or darker, perhaps mirrored, and compressed anew: no two
files have the same bytes, so neither content hashes nor the page cache answer for the program. The same number always
makes the same picture; files that are there already are kept, so a stopped run goes on.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import repeat
from pathlib import Path

from PIL import Image, ImageEnhance, ImageOps

PER_FOLDER = 1000
"""Pictures in one folder of the tree."""

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
_LONGER_SIDES = (320, 500)
_QUALITIES = (70, 92)
_SLICE = 250


def sources_in(folder: Path) -> list[Path]:
    """The pictures to start from, in order."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)


def path_of(target: Path, number: int) -> Path:
    """Where picture `number` lies."""
    return target / f"{number // PER_FOLDER:04d}" / f"IMG_{number:07d}.jpg"


def make_tree(sources: Sequence[Path], target: Path, count: int, *, processes: int = 2) -> None:
    """Write `count` pictures below `target`."""
    starts = range(0, count, _SLICE)
    with ProcessPoolExecutor(processes) as pool:
        for _ in pool.map(_make_slice, repeat(tuple(sources)), repeat(target), starts, repeat(count)):
            pass


def _make_slice(sources: tuple[Path, ...], target: Path, start: int, count: int) -> None:
    for number in range(start, min(start + _SLICE, count)):
        path = path_of(target, number)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(".part")
            _variant(sources[number % len(sources)], number).save(
                unfinished, "JPEG", quality=_chance(number).randint(*_QUALITIES)
            )
            unfinished.rename(path)


def _variant(source: Path, number: int) -> Image.Image:
    chance = _chance(number)
    picture = _opened(source)
    share = chance.uniform(0.7, 1.0)
    width, height = round(picture.width * share), round(picture.height * share)
    left, top = chance.randint(0, picture.width - width), chance.randint(0, picture.height - height)
    side = chance.randint(*_LONGER_SIDES) / max(width, height)
    size = (max(1, round(width * side)), max(1, round(height * side)))
    cut = picture.resize(size, Image.Resampling.BILINEAR, box=(left, top, left + width, top + height))
    cut = ImageEnhance.Brightness(cut).enhance(chance.uniform(0.85, 1.15))
    return ImageOps.mirror(cut) if chance.random() < 0.5 else cut


def _chance(number: int) -> random.Random:
    return random.Random(number)  # noqa: S311 - the same pictures every time, which is the point


@cache
def _opened(source: Path) -> Image.Image:
    with Image.open(source) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((640, 640))
    return upright


if __name__ == "__main__":
    make_tree(sources_in(Path(sys.argv[1])), Path(sys.argv[2]), int(sys.argv[3]))
