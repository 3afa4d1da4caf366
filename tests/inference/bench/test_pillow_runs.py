"""Pillow's bare loop is no slower than it must be: large JPEGs are decoded small, and each picture once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.bench import pillow_runs
from inference.bench.orders import Pass, Rate, Task
from inference.bench.pillow_runs import PillowRuns, decode
from inference.bench.record import Name
from inference.models.contract import Interpolation, Preprocessing
from tests.inference.bench.conftest import Clock

RULE = Preprocessing(resize=232, crop=224)


@pytest.fixture
def resized(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The sizes of the pictures that were resized."""
    sizes: list[tuple[int, int]] = []
    real = Image.Image.resize

    def resize(
        image: Image.Image,
        size: tuple[int, int],
        resample: Image.Resampling,
        box: tuple[float, float, float, float],
    ) -> Image.Image:
        sizes.append(image.size)
        return real(image, size, resample, box=box)

    monkeypatch.setattr(Image.Image, "resize", resize)
    return sizes


@pytest.mark.parametrize(
    ("size", "decoded"),
    # Twice the resize target is 464 pixels: a quarter of 3000 has more, an eighth has less.
    [((4000, 3000), (1000, 750)), ((3000, 4000), (750, 1000)), ((1000, 928), (500, 464)), ((1000, 927), (1000, 927))],
)
def test_a_jpeg_is_decoded_as_small_as_the_design_allows(
    size: tuple[int, int], decoded: tuple[int, int], tmp_path: Path, resized: list[tuple[int, int]]
) -> None:
    Image.new("RGB", size, "red").save(tmp_path / "large.jpg")
    assert decode(str(tmp_path / "large.jpg"), RULE).shape == (224, 224, 3)
    assert resized == [decoded]


@pytest.mark.parametrize("interpolation", list(Interpolation))
def test_only_what_is_kept_is_resized_with_the_models_filter(interpolation: Interpolation, tmp_path: Path) -> None:
    dots = Image.fromarray(np.random.default_rng(0).integers(0, 256, size=(360, 480, 3), dtype=np.uint8))
    dots.save(tmp_path / "noise.png")
    rule = Preprocessing(resize=36, crop=32, interpolation=interpolation)
    kept = dots.resize((32, 32), Image.Resampling[interpolation.name], box=(80.0, 20.0, 400.0, 340.0))
    assert np.array_equal(decode(str(tmp_path / "noise.png"), rule), np.asarray(kept))


def test_each_picture_is_decoded_once_and_what_cannot_be_read_does_not_count(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def decode_slowly(path: str, rule: Preprocessing) -> None:
        assert rule is RULE
        clock.wait(0.5)
        asked.append(path)
        if path == "b":
            raise OSError("it is damaged")

    monkeypatch.setattr(pillow_runs, "time", clock)
    monkeypatch.setattr(pillow_runs, "decode", decode_slowly)
    assert PillowRuns(("a", "b"), RULE).run(Pass(Task.RATE, 5, Name.PILLOW_ALONE)) == Rate(3, 2.5)
    assert asked == ["a", "b", "a", "b", "a"]
