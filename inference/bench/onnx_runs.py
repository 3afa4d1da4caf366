"""Run a model with ONNX Runtime alone, as its manual says: the network's limit, and the loop that people write with it.

Opening and running a network share no code with the program's own way, so that a slow stage cannot lower its own bar;
therefore it is the one place outside `inference.engine` that imports ONNX Runtime and OpenVINO. What is shared takes no
part in any run: it says what the model wants (`read_model`), how providers are called, and whether a device can be used
(`find_refusal`, which also loads a card's libraries, `find_device` and `refuses_this_maker`).
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from inference.arrays import InputBatch, Logits, RgbImage
from inference.bench.orders import Answer, Pass, Rate, Setup, Survey, Task
from inference.bench.record import Name
from inference.bench.serving import NotMeasurableError, serve
from inference.engine.devices import PROCESSORS, Device, Refusal
from inference.engine.openvino import find_device, refuses_this_maker
from inference.engine.probe import PROVIDERS, find_refusal
from inference.models.catalog import read_model
from inference.models.contract import INPUT_NAME, Interpolation, OutputName, Preprocessing

_TRIAL_BATCH = 8
_TRIALS = 3
_FILTERS = {
    Interpolation.BILINEAR: Image.Resampling.BILINEAR,
    Interpolation.BICUBIC: Image.Resampling.BICUBIC,
}


class BareSession:
    """A model opened with its runtime's defaults.

    Attributes:
        engine: what runs it.
    """

    def __init__(self, answer: Callable[[InputBatch], Logits], engine: Device) -> None:
        self._answer = answer
        self.engine = engine

    @classmethod
    def open(cls, model: str, engine: Device) -> BareSession:
        """Open `model` on one engine.

        Raises:
            NotMeasurableError: it cannot be run there.
        """
        if engine is Device.OPENVINO and refuses_this_maker():
            return cls(_openvino_alone(model), engine)
        options = onnxruntime.SessionOptions()
        providers = None if engine is Device.OPENVINO else [PROVIDERS[engine]]
        if engine is Device.OPENVINO:
            found = find_device()
            if isinstance(found, Refusal):
                raise NotMeasurableError(found.reason)
            options.add_provider_for_devices([found], {})
        else:
            # Loads the libraries of a card.
            refusal = find_refusal(engine)
            if refusal is not None:
                raise NotMeasurableError(refusal.reason)
        try:
            handle = onnxruntime.InferenceSession(model, options, providers=providers, enable_fallback=0)
        except Exception as error:  # ONNX Runtime's errors have no common type
            raise NotMeasurableError(f"ONNX Runtime does not open it ({error})") from error
        if handle.get_providers()[0] != PROVIDERS[engine]:
            raise NotMeasurableError(f"ONNX Runtime opened it on {handle.get_providers()[0]} instead")
        return cls(lambda images: handle.run([OutputName.LOGITS], {INPUT_NAME: images})[0], engine)

    def run(self, images: InputBatch) -> Logits:
        """(N, C) float32 for (N, H, W, 3) uint8."""
        try:
            return self._answer(images)
        except Exception as error:  # likewise
            raise NotMeasurableError(f"{self.engine} does not run it ({error})") from error


def _openvino_alone(model: str) -> Callable[[InputBatch], Logits]:
    """OpenVINO as its manual shows it, where its plug-in for ONNX Runtime refuses the processor."""
    try:
        import openvino  # noqa: PLC0415 - not everywhere, and only for this loop

        compiled = openvino.Core().compile_model(model, "CPU")
    except Exception as error:  # likewise
        raise NotMeasurableError(f"OpenVINO does not open it ({error})") from error
    return lambda images: compiled({INPUT_NAME: images})[OutputName.LOGITS.value]


@dataclass(frozen=True, slots=True)
class OnnxRuns:
    """Both loops, open.

    Attributes:
        best: the network on the fastest engine.
        plain: the network as a short script opens it; of an int8 copy, the network that it was made from.
        paths: the pictures.
        rule: how they are prepared.
    """

    best: BareSession
    plain: BareSession
    paths: tuple[str, ...]
    rule: Preprocessing

    def run(self, wanted: Pass) -> Answer:
        """Run batches of noise on the best engine, or do the plain loop: read, resize, cut and run each picture."""
        paths = islice(cycle(self.paths), wanted.count)
        if wanted.task is Task.SURVEY:
            return Survey(tuple(map(self._first_class, paths)))
        if wanted.variant == Name.ONNXRUNTIME_ALONE:
            return self._alone(wanted)
        started = time.perf_counter()
        done = sum(self._first_class(path) is not None for path in paths)
        return Rate(done, time.perf_counter() - started, engine=self.plain.engine)

    def _alone(self, wanted: Pass) -> Rate:
        batch = noise(wanted.batch, self.rule.crop)
        runs = -(-wanted.count // wanted.batch)
        started = time.perf_counter()
        for _ in range(runs):
            self.best.run(batch)
        return Rate(runs * wanted.batch, time.perf_counter() - started, engine=self.best.engine)

    def _first_class(self, path: str) -> int | None:
        try:
            image = prepare_plainly(path, self.rule)
        # A picture that Pillow alone cannot read is not counted.
        except (OSError, ValueError):
            return None
        return int(self.plain.run(image[None])[0].argmax())


def prepare_plainly(path: str, rule: Preprocessing) -> RgbImage:
    """(crop, crop, 3) uint8: resize all of the picture, then cut its middle, as scripts do."""
    with Image.open(path) as image:
        rgb = image.convert("RGB")
    short, long = sorted(rgb.size)
    longer = int(rule.resize * long / short)
    size = (rule.resize, longer) if rgb.width <= rgb.height else (longer, rule.resize)
    resized = rgb.resize(size, _FILTERS[rule.interpolation])
    left, top = round((resized.width - rule.crop) / 2), round((resized.height - rule.crop) / 2)
    return np.asarray(resized.crop((left, top, left + rule.crop, top + rule.crop)))


def noise(count: int, side: int) -> InputBatch:
    """(count, side, side, 3) uint8: pictures of random dots, always the same."""
    return np.random.default_rng(seed=0).integers(0, 256, size=(count, side, side, 3), dtype=np.uint8)


@contextlib.contextmanager
def open_runs(setup: Setup) -> Iterator[OnnxRuns]:
    """Open the model twice: as a script would, and on the engine that is fastest here."""
    rule = read_model(Path(setup.model)).contract.preprocessing
    device = Device(setup.device)
    if device in PROCESSORS:
        own = BareSession.open(setup.model, Device.CPU)
        best = _fastest(setup.model, own, noise(_TRIAL_BATCH, rule.crop))
    else:
        own = best = BareSession.open(setup.model, device)
    plain = own if setup.baseline == setup.model else BareSession.open(setup.baseline, own.engine)
    yield OnnxRuns(best, plain, setup.paths, rule)


def _fastest(model: str, plain: BareSession, batch: InputBatch) -> BareSession:
    """The processor's own engine, or OpenVINO where that can be used and is faster."""
    try:
        other = BareSession.open(model, Device.OPENVINO)
    except NotMeasurableError:
        return plain
    return min(plain, other, key=lambda session: _best_seconds(session, batch))


def _best_seconds(session: BareSession, batch: InputBatch) -> float:
    """Of a few runs the fastest; the first plans memory and chooses kernels."""
    seconds = []
    for _ in range(_TRIALS):
        started = time.perf_counter()
        session.run(batch)
        seconds.append(time.perf_counter() - started)
    return min(seconds)


if __name__ == "__main__":
    sys.exit(serve(open_runs))
