"""Make pictures to measure with from the samples that the program ships, where nobody names others."""

from __future__ import annotations

import random
from pathlib import Path

from PIL import Image, ImageEnhance

from inference.profile import PROJECT_ROOT

SAMPLES = PROJECT_ROOT / "assets" / "samples"
COUNT = 64
SIZE = (500, 375)
"""Of each picture, in pixels: about what ImageNet's have."""

_SUFFIXES = {".jpg", ".png"}
_SMALLEST_SHARE = 0.6
_LIGHT = (0.8, 1.2)
_QUALITIES = (85, 95)


def make_pictures(folder: Path, *, count: int = COUNT, size: tuple[int, int] = SIZE) -> list[Path]:
    """Write `count` JPEG files into `folder`, each another part of a sample, in another light; always the same ones.

    Raises:
        FileNotFoundError: there are no samples.
        OSError: the disk is full, for example.
    """
    sources = sorted(path for path in SAMPLES.glob("*") if path.suffix in _SUFFIXES)
    if not sources:
        raise FileNotFoundError(f"there are no pictures in {SAMPLES}")
    opened = []
    for path in sources:
        with Image.open(path) as image:
            opened.append(image.convert("RGB"))
    chance = random.Random(0)  # noqa: S311 - the same pictures everywhere, not a secret
    made = []
    for number in range(count):
        target = folder / f"made-{number:03d}.jpg"
        picture = _part(opened[number % len(opened)], size, chance)
        picture.save(target, quality=chance.randint(*_QUALITIES))
        made.append(target)
    return made


def _part(image: Image.Image, size: tuple[int, int], chance: random.Random) -> Image.Image:
    """A part of an image with the shape of `size`, resized to it."""
    largest = min(image.width / size[0], image.height / size[1])
    scale = largest * chance.uniform(_SMALLEST_SHARE, 1)
    width, height = size[0] * scale, size[1] * scale
    left, top = chance.uniform(0, image.width - width), chance.uniform(0, image.height - height)
    part = image.resize(size, Image.Resampling.BICUBIC, box=(left, top, left + width, top + height))
    return ImageEnhance.Brightness(part).enhance(chance.uniform(*_LIGHT))
