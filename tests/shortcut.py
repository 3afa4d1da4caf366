"""Make pictures of two classes for the network that answers to brightness: one is decided by a patch at the border."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

# The mean colour is about 114: these two are nearly nothing to the network, so that the patch decides.
_BESIDE_BRIGHT, _BESIDE_DARK = 113, 116


def make_shortcut(folder: Path, count: int = 6) -> Path:
    """`count` pictures that a bright patch at the border decides, and as many with a dark object in the middle."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        border = np.full((100, 150, 3), _BESIDE_BRIGHT, np.uint8)
        border[8:20, 40 + number : 70 + number] = 255
        Image.fromarray(border).save(folder / f"border {number}.png")
        middle = np.full((100, 100, 3), _BESIDE_DARK, np.uint8)
        middle[36:62, 34 + number : 60 + number] = 0
        Image.fromarray(middle).save(folder / f"middle {number}.png")
    return folder
