"""The loop that people write runs each picture once and resizes it as they do; the bare loop only runs batches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.arrays import InputBatch
from inference.bench import onnx_runs
from inference.bench.onnx_runs import OnnxRuns, noise, prepare_plainly
from inference.bench.orders import Pass, Rate, Survey, Task
from inference.bench.record import Name
from inference.engine.devices import Device
from inference.models.contract import Interpolation, Preprocessing
from tests.inference.bench.conftest import Clock

RULE = Preprocessing(resize=36, crop=32)


class Counted:
    """A session that remembers what it ran, and takes a second for each run."""

    def __init__(self, engine: Device, wait: Callable[[float], None]) -> None:
        self.engine = engine
        self.ran: list[InputBatch] = []
        self._wait = wait

    def run(self, images: InputBatch) -> np.ndarray:
        self._wait(1.0)
        self.ran.append(images)
        return np.array([[0.0, 2.0, 1.0]] * len(images), np.float32)


@pytest.fixture
def noisy(tmp_path: Path) -> str:
    """Of random dots, on which every way of resizing shows."""
    path = tmp_path / "noise.png"
    dots = np.random.default_rng(0).integers(0, 256, size=(150, 200, 3), dtype=np.uint8)
    Image.fromarray(dots).save(path)
    return str(path)


def _runs(path: str, clock: Clock) -> tuple[OnnxRuns, Counted, Counted]:
    best, plain = Counted(Device.OPENVINO, clock.wait), Counted(Device.CPU, clock.wait)
    return OnnxRuns(best, plain, (path, "missing.jpg"), RULE), best, plain  # type: ignore[arg-type]  # what it uses


def test_the_loop_of_others_runs_each_picture_once_and_by_itself(
    noisy: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_runs, "time", clock)
    runs, best, plain = _runs(noisy, clock)
    # Two of five cannot be read, and are neither run nor counted.
    assert runs.run(Pass(Task.RATE, 5, Name.ONE_AT_A_TIME)) == Rate(3, 3.0, engine="cpu")
    assert [images.shape for images in plain.ran] == [(1, 32, 32, 3)] * 3
    assert all(np.array_equal(images[0], prepare_plainly(noisy, RULE)) for images in plain.ran)
    assert best.ran == []


def test_asked_what_it_sees_it_runs_each_picture_once(noisy: str, clock: Clock) -> None:
    runs, best, plain = _runs(noisy, clock)
    assert runs.run(Pass(Task.SURVEY, 2, Name.ONE_AT_A_TIME)) == Survey((1, None))
    assert (len(plain.ran), len(best.ran)) == (1, 0)


def test_the_bare_loop_runs_whole_batches_on_the_best_engine(
    noisy: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_runs, "time", clock)
    runs, best, plain = _runs(noisy, clock)
    found = runs.run(Pass(Task.RATE, 9, Name.ONNXRUNTIME_ALONE, batch=4))
    assert found == Rate(12, 3.0, engine="openvino")
    assert [images.shape for images in best.ran] == [(4, 32, 32, 3)] * 3
    assert plain.ran == []


def test_of_a_few_runs_the_fastest_tells_how_fast_an_engine_is(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_runs, "time", clock)
    seconds = iter([9.0, 2.0, 3.0])
    session = Counted(Device.CPU, lambda _one: clock.wait(next(seconds)))
    assert onnx_runs._best_seconds(session, noise(8, 4)) == 2.0  # type: ignore[arg-type]  # what it uses
    assert [images.shape for images in session.ran] == [(8, 4, 4, 3)] * 3


@pytest.mark.parametrize("interpolation", list(Interpolation))
def test_the_loop_of_others_resizes_with_the_models_filter(noisy: str, interpolation: Interpolation) -> None:
    rule = Preprocessing(resize=36, crop=32, interpolation=interpolation)
    with Image.open(noisy) as image:
        whole = image.resize((48, 36), Image.Resampling[interpolation.name])
    assert np.array_equal(prepare_plainly(noisy, rule), np.asarray(whole.crop((8, 2, 40, 34))))
