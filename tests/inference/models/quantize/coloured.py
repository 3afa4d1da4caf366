"""Make pictures that the tiny model can tell apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

_COLOURS = ((230, 20, 20), (20, 230, 20), (20, 20, 230), (230, 230, 20), (20, 230, 230), (230, 20, 230))


def write_pictures(folder: Path, count: int) -> Path:
    """`count` pictures of one colour each, with some noise; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed=3)
    for number in range(count):
        colour = np.array(_COLOURS[number % len(_COLOURS)])
        pixels = np.clip(colour + rng.normal(0, 8, (40, 40, 3)), 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return folder
