"""Prepare a person's pictures as the program does, and run a model and its int8 copy on them by turns."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from inference.arrays import ClassIndices, InputBatch, Logits, RgbImage
from inference.classify.preprocess import PreparedPicture, PrepareOrder, prepare_picture
from inference.engine import machine
from inference.engine.choice import measure_cpu_engines
from inference.engine.devices import Device
from inference.engine.network import Network
from inference.engine.probe import find_refusal
from inference.errors import ImageReadError, ModelContractError, ModelLoadError
from inference.models.contract import Preprocessing
from inference.models.progress import OnProgress, Progress
from inference.models.quantize.facts import WANTED_AGREEMENT, WANTED_PICTURES, WANTED_TURNS, Comparison
from inference.models.quantize.tally import Tally
from inference.models.quantize.truth import UNKNOWN, TrueClasses
from inference.pictures.decode_pool import DecodePool

_BATCH = 8
_DIGEST_BYTES = 16


def _untold(_progress: Progress) -> None:
    """Where nobody waits."""


@dataclass(frozen=True, slots=True)
class Example:
    """A picture to run both models on.

    Attributes:
        input: (crop, crop, 3) uint8, prepared.
        truth: its class, `UNKNOWN` where nobody knows.
    """

    input: RgbImage
    truth: int = UNKNOWN


@dataclass(slots=True)
class Pictures:
    """Prepares pictures as the program does, in its decode pool.

    Attributes:
        classes: that folders may be named after.
        unreadable: pictures that could not be read so far.
        repeated: pictures so far that look to the network as an earlier one does.
    """

    pool: DecodePool
    rule: Preprocessing
    classes: TrueClasses
    unreadable: int = 0
    repeated: int = 0
    _known: set[bytes] = field(default_factory=set)

    def prepared(self, paths: Iterable[str]) -> Iterator[Example]:
        """Each picture that can be read, in order; some are decoded ahead.

        One that was given before, by an earlier call, too, says nothing new and is left out: what calibrated a copy
        must not be compared, and one picture under many names is no evidence about others.
        """
        order = PrepareOrder(self.rule)
        names = iter(paths)
        waiting: deque[tuple[str, Future[PreparedPicture]]] = deque()
        while True:
            room = 2 * self.pool.workers + _BATCH - len(waiting)
            waiting.extend((path, self.pool.submit(prepare_picture, path, order)) for path in islice(names, room))
            if not waiting:
                return
            path, future = waiting.popleft()
            try:
                picture = future.result()
            except ImageReadError:
                self.unreadable += 1
                continue
            known = len(self._known)
            self._known.add(hashlib.blake2b(picture.input.tobytes(), digest_size=_DIGEST_BYTES).digest())
            if len(self._known) == known:
                self.repeated += 1
                continue
            yield Example(picture.input, self.classes.of_picture(path))


@dataclass(frozen=True, slots=True)
class Batch:
    """Some examples together.

    Attributes:
        inputs: (N, crop, crop, 3) uint8.
        truth: (N,) int64 classes, `UNKNOWN` where nobody knows.
    """

    inputs: InputBatch
    truth: ClassIndices


def in_batches(examples: Iterable[Example]) -> Iterator[Batch]:
    """The same examples, by eights; the last batch may have fewer."""
    rest = iter(examples)
    while rows := list(islice(rest, _BATCH)):
        yield Batch(np.stack([row.input for row in rows]), np.array([row.truth for row in rows], np.int64))


def compare(
    source: Path,
    copy: Path,
    examples: Iterator[Example],
    *,
    planned: int,
    may_stop: bool = False,
    on_progress: OnProgress = _untold,
) -> Comparison:
    """Run both on the same pictures by turns, each on the engine of the processor that is faster for it.

    Answers are compared with those of the original on ONNX Runtime's own kernels in float32, the reference. Both are
    timed with `WANTED_TURNS` batches at least, and where pictures are fewer, with the first of them again.

    Args:
        source: the original.
        copy: its int8 copy.
        examples: prepared for both; at most `WANTED_PICTURES` of them are taken.
        planned: how many there will be, at most; at least 1.
        may_stop: take no more pictures once too many of so many differ and the speed is known.
        on_progress: told what is being done besides taking pictures.

    Raises:
        ModelLoadError: if the copy is not valid, or one of the files cannot be read.
        ModelContractError: if it contradicts its contract.
        InferenceError: if one of them cannot be run.
    """
    planned = min(planned, WANTED_PICTURES)
    on_progress(Progress("Looking for the faster engine of the model and of its copy", 0, None))
    with _opened(source, copy) as pair:
        # Now, not after minutes in which a file may have gone.
        float_bytes, int8_bytes = _size_of(source), _size_of(copy)
        first: Batch | None = None
        has_stopped = False
        for batch in in_batches(islice(examples, planned)):
            if first is None:
                first = batch
                pair.warm_up(batch)
            pair.answer(batch)
            too_many = pair.tally.different > planned * (1 - WANTED_AGREEMENT)
            if may_stop and too_many and pair.tally.turns >= WANTED_TURNS:
                has_stopped = pair.tally.pictures < planned
                break
        if first is not None and pair.tally.turns < WANTED_TURNS:
            on_progress(Progress("Measuring the speed with the same pictures again", 0, None))
            while pair.tally.turns < WANTED_TURNS:
                pair.race(first)
        return pair.tally.result(
            float_device=pair.original.device.value,
            int8_device=pair.quantized.device.value,
            threads=machine.physical_cores(),
            float_bytes=float_bytes,
            int8_bytes=int8_bytes,
            stopped_of=planned if has_stopped else 0,
        )


@contextlib.contextmanager
def _opened(source: Path, copy: Path) -> Iterator[_Pair]:
    with contextlib.ExitStack() as stack:

        def opened(path: Path, device: Device) -> Network:
            network = Network.open(path, device=device)
            stack.callback(network.close)
            return network

        original = opened(source, _faster_engine(source))
        reference = original if original.device is Device.CPU else opened(source, Device.CPU)
        with _as_copy_of(source):
            quantized = opened(copy, _faster_engine(copy))
        yield _Pair(original, reference, quantized)


@dataclass(slots=True)
class _Pair:
    """A model and its copy, open to be run by turns.

    Attributes:
        original: on its faster engine.
        reference: the original on ONNX Runtime's own kernels; may be the same network.
        quantized: the copy on its faster engine.
        tally: of their answers and times.
    """

    original: Network
    reference: Network
    quantized: Network
    tally: Tally = field(default_factory=Tally)

    def warm_up(self, batch: Batch) -> None:
        """Let both plan memory and choose kernels."""
        self.original.run(batch.inputs)
        self.quantized.run(batch.inputs)

    def answer(self, batch: Batch) -> None:
        """Time both and compare their answers."""
        original, copy = self.race(batch)
        if self.reference is not self.original:
            original = self.reference.run(batch.inputs).logits
        self.tally.add_answers(original, copy, batch.truth)

    def race(self, batch: Batch) -> tuple[Logits, Logits]:
        """Time both, each of them first in every other turn; the logits (N, C) of the original and of the copy."""
        turns = (self.original, self.quantized) if self.tally.turns % 2 else (self.quantized, self.original)
        runs = {network: _timed(network, batch.inputs) for network in turns}
        original, copy = runs[self.original], runs[self.quantized]
        self.tally.add_times(original.picture_ms, copy.picture_ms)
        return original.logits, copy.logits


@dataclass(frozen=True, slots=True)
class _Run:
    """Logits (N, C) of a batch, and milliseconds for each picture of it."""

    logits: Logits
    picture_ms: float


def _timed(network: Network, batch: InputBatch) -> _Run:
    started = time.perf_counter()
    logits = network.run(batch).logits
    return _Run(logits, (time.perf_counter() - started) * 1000 / len(batch))


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise ModelLoadError(str(path), f"{error.strerror or error}.") from error


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
