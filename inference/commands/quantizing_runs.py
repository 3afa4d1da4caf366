"""Prepare a person's pictures as the program does, and run a model and its int8 copy on them by turns."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from inference.arrays import InputBatch, Logits, RgbImage
from inference.classify.preprocess import PreparedPicture, PrepareOrder, prepare_picture
from inference.engine import machine
from inference.engine.choice import measure_cpu_engines
from inference.engine.devices import Device
from inference.engine.network import Network
from inference.engine.probe import find_refusal
from inference.errors import ImageReadError, ModelContractError, ModelLoadError
from inference.models.contract import Preprocessing
from inference.models.quantize.facts import WANTED_AGREEMENT, WANTED_PICTURES, Comparison
from inference.models.quantize.tally import Tally
from inference.pictures.decode_pool import DecodePool

_BATCH = 8


@dataclass(slots=True)
class Pictures:
    """Prepares pictures as the program does, in its decode pool.

    Attributes:
        unreadable: pictures that could not be read so far.
    """

    pool: DecodePool
    rule: Preprocessing
    unreadable: int = 0

    def prepared(self, paths: Iterable[str]) -> Iterator[RgbImage]:
        """(crop, crop, 3) uint8 for each picture that can be read, in order; some are decoded ahead."""
        order = PrepareOrder(self.rule)
        names = iter(paths)
        waiting: deque[Future[PreparedPicture]] = deque()
        while True:
            room = 2 * self.pool.workers + _BATCH - len(waiting)
            waiting.extend(self.pool.submit(prepare_picture, path, order) for path in islice(names, room))
            if not waiting:
                return
            try:
                picture = waiting.popleft().result()
            except ImageReadError:
                self.unreadable += 1
                continue
            yield picture.input


def in_batches(pictures: Iterable[RgbImage]) -> Iterator[InputBatch]:
    """The same pictures, stacked by eights; the last batch may have fewer."""
    rest = iter(pictures)
    while rows := list(islice(rest, _BATCH)):
        yield np.stack(rows)


def compare(source: Path, copy: Path, pictures: Iterator[RgbImage], *, planned: int | None = None) -> Comparison:
    """Run both on the same pictures by turns, each on the engine of the processor that is faster for it.

    Answers are compared with those of the original on ONNX Runtime's own kernels in float32, the reference.

    Args:
        source: the original.
        copy: its int8 copy.
        pictures: prepared for both; at most `WANTED_PICTURES` of them are taken.
        planned: how many pictures there will be; more pictures are not taken once too many of so many differ. None
            takes them all.

    Raises:
        ModelLoadError: if the copy is not valid.
        ModelContractError: if it contradicts its contract.
        InferenceError: if one of them cannot be run.
    """
    most = WANTED_PICTURES if planned is None else planned * (1 - WANTED_AGREEMENT)
    tally = Tally()
    with contextlib.ExitStack() as stack:

        def opened(path: Path, device: Device) -> Network:
            network = Network.open(path, device=device)
            stack.callback(network.close)
            return network

        original = opened(source, _faster_engine(source))
        reference = original if original.device is Device.CPU else opened(source, Device.CPU)
        with _as_copy_of(source):
            quantized = opened(copy, _faster_engine(copy))
        batches = in_batches(islice(pictures, WANTED_PICTURES))
        for turn, batch in enumerate(batches):
            if turn == 0:
                # Plans memory and chooses kernels.
                original.run(batch)
                quantized.run(batch)
            turns = (original, quantized) if turn % 2 else (quantized, original)
            runs = {network: _timed(network, batch) for network in turns}
            logits = runs[original].logits if reference is original else reference.run(batch).logits
            tally.add_answers(logits, runs[quantized].logits)
            tally.add_times(runs[original].picture_ms, runs[quantized].picture_ms)
            if tally.pictures - tally.same > most:
                break
        return tally.result(
            float_device=original.device.value,
            int8_device=quantized.device.value,
            threads=machine.physical_cores(),
            float_bytes=source.stat().st_size,
            int8_bytes=copy.stat().st_size,
        )


@dataclass(frozen=True, slots=True)
class _Run:
    """Logits (N, C) of a batch, and milliseconds for each picture of it."""

    logits: Logits
    picture_ms: float


def _timed(network: Network, batch: InputBatch) -> _Run:
    started = time.perf_counter()
    logits = network.run(batch).logits
    return _Run(logits, (time.perf_counter() - started) * 1000 / len(batch))


def _faster_engine(path: Path) -> Device:
    return Device.CPU if find_refusal(Device.OPENVINO) is not None else measure_cpu_engines(path).device


@contextlib.contextmanager
def _as_copy_of(source: Path) -> Iterator[None]:
    """Name the file that the person knows in errors, not the one that is being made."""
    try:
        yield
    except ModelLoadError as error:
        raise ModelLoadError(str(source), f"its int8 copy is not valid ({error.reason.rstrip('.')}).") from error
    except ModelContractError as error:
        raise ModelContractError(str(source), ("Its int8 copy fails its check.", *error.problems)) from error
