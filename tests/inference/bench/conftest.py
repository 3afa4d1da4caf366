"""What several loops are measured with: a tiny model, and a picture of each of its first three classes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from inference.bench.orders import Setup
from tests.conftest import PROJECT_ROOT

COLOURS = {"red": "red", "green": "lime", "blue": "blue"}
"""Names of the classes, and Pillow's words for them."""


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    """The tiny model and its pictures."""
    paths = []
    for name, colour in COLOURS.items():
        path = tmp_path / f"{name}.jpg"
        Image.new("RGB", (90, 60), colour).save(path)
        paths.append(str(path))
    folders = (str(tmp_path / "data"), str(tmp_path / "cache"), str(tmp_path / "config"))
    tiny = PROJECT_ROOT / "tests" / "data" / "tiny.onnx"
    return Setup(str(tiny), "cpu", batch=2, workers=1, paths=tuple(paths), folders=folders)


class Clock:
    """Stands in for `time` in a module: it goes on only when it is told to.

    Attributes:
        now: in seconds.
    """

    def __init__(self) -> None:
        self.now = 100.0

    def perf_counter(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        """Something takes so long."""
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    """One that stands still."""
    return Clock()
