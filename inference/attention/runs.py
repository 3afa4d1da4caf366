"""Run changed copies of one picture through the network in batches, with progress and a way to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

import numpy as np

from inference.arrays import Logits, RgbImage
from inference.cancel import CancelToken
from inference.classify.classifier import RunsNetwork
from inference.engine.devices import PROCESSORS
from inference.errors import InferenceError
from inference.models.contract import Preprocessing

OnProgress: TypeAlias = Callable[[int, int], None]
"""Takes how many runs are done and how many there will be."""

BATCH_SIZE = 4
"""Small enough to stop, to show progress and to answer others in between; a processor gains nothing from more."""

CARD_BATCH_SIZE = 16
"""A card takes little longer for these than for four."""


@dataclass(frozen=True, slots=True)
class SeenPicture:
    """One picture as the network saw it, and what it said.

    Attributes:
        image: (H, W, 3) uint8, the network's input.
        logits: (C,) float32.
    """

    image: RgbImage
    logits: Logits

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the input, in pixels."""
        return self.image.shape[0], self.image.shape[1]


@dataclass(frozen=True, slots=True)
class CopyRunner:
    """Runs copies of a picture. Belongs to the thread that owns the network.

    Attributes:
        network: the open network.
        batch_size: how many run together, halved while the device's memory is too small; None: what suits the device.
        on_progress: told after each batch.
        cancel: stops between and within batches.
    """

    network: RunsNetwork
    batch_size: int | None = None
    on_progress: OnProgress | None = None
    cancel: CancelToken | None = None

    @property
    def preprocessing(self) -> Preprocessing:
        """The model's."""
        return self.network.contract.preprocessing

    def run(self, copies: Iterable[RgbImage], total: int) -> Logits:
        """The logits of many copies.

        Args:
            copies: (H, W, 3) uint8 pictures of one size; made while they are asked for, so that few are in memory.
            total: how many there are, at least 1.

        Returns:
            (total, C) float32, finite.

        Raises:
            Cancelled: if `cancel` was used.
            InferenceError: the network cannot run even one of them, or gives no valid numbers.
        """
        rows: list[Logits] = []
        waiting = iter(copies)
        done, size = 0, self.batch_size or (BATCH_SIZE if self.network.device in PROCESSORS else CARD_BATCH_SIZE)
        while batch := list(islice(waiting, size)):
            if self.cancel is not None:
                self.cancel.raise_if_set()
            parts = list(self._run_in_parts(batch))
            if len(parts) > 1:
                size = len(parts[0])
            rows += parts
            done += len(batch)
            if self.on_progress is not None:
                self.on_progress(done, total)
        return np.concatenate(rows)

    def run_one(self, image: RgbImage) -> Logits:
        """The logits (C,) of one changed picture; errors as `run`."""
        logits: Logits = self.run([image], 1)[0]
        return logits

    def _run_in_parts(self, batch: list[RgbImage]) -> Iterator[Logits]:
        """The logits of a batch, in as many parts as the device's memory asks for."""
        size = len(batch)
        start = 0
        while start < len(batch):
            part = np.stack(batch[start : start + size])
            try:
                logits = self.network.run(part, evidence=False, cancel=self.cancel).logits
            except InferenceError as error:
                if not error.out_of_memory or len(part) == 1:
                    raise
                size = max(1, len(part) // 2)
                continue
            if not np.isfinite(logits).all():
                raise InferenceError("it gave no valid numbers for a changed copy of the picture.")
            start += len(part)
            yield logits


class RunCount:
    """Adds up the runs of many questions that follow one another; its `add` is an `OnProgress`.

    Attributes:
        done: how many runs were made so far.
    """

    def __init__(self, tell: Callable[[int], None] | None = None) -> None:
        """`tell` takes the new sum."""
        self.done = 0
        self._ended = 0
        self._tell = tell

    def add(self, done: int, total: int) -> None:
        """The question at hand has made so many of its runs; with the last one it ends."""
        self.done = self._ended + done
        if done >= total:
            self._ended = self.done
        if self._tell is not None:
            self._tell(self.done)
