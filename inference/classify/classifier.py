"""Classify prepared pictures with one open network."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from inference.arrays import Embedding, EvidenceMaps, Features, InputBatch, Logits, RgbImage
from inference.cancel import CancelToken
from inference.classify.postprocess import top_predictions
from inference.classify.preprocess import PreparedPicture
from inference.engine.batch_size import MOST_ON_A_PROCESSOR, largest_within_budget
from inference.engine.devices import PROCESSORS, Device, Precision, Refusal
from inference.engine.network import Head, NetworkOutputs
from inference.errors import ImageProblem, ImageReadError, InferenceError
from inference.models.contract import ModelContract
from inference.results import Classification, Failure, Outcome

logger = logging.getLogger(__name__)

MOST_PICTURES_IN_A_BATCH = 64
RUNS_BEFORE_GROWING = 100
"""Batches in a row that fit a card's memory before a larger one is tried again; twice as many after it did not fit."""

_WARM_UP_RUNS = 3


class RunsNetwork(Protocol):
    """What the classifier needs of a network; `inference.engine.network.Network` is the real one."""

    @property
    def contract(self) -> ModelContract: ...
    @property
    def device(self) -> Device: ...
    @property
    def precision(self) -> Precision: ...
    @property
    def refusals(self) -> tuple[Refusal, ...]: ...
    @property
    def head(self) -> Head | None: ...
    @property
    def model_hash(self) -> str: ...

    def run(
        self,
        images: InputBatch,
        *,
        evidence: bool = True,
        embedding: bool = False,
        features: bool = False,
        cancel: CancelToken | None = None,
    ) -> NetworkOutputs: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Inspection:
    """One picture's feature map, from which any class's map follows without another run of the network.

    Attributes:
        logits: (C,) float32.
        features: (K, h, w) float32, or None where the model has no maps.
        image: (H, W, 3) uint8, the network's input, for runs on changed copies of it.
    """

    logits: Logits
    features: Features | None
    image: RgbImage


@dataclass(frozen=True, slots=True)
class Answer:
    """What the network said of one picture of a batch.

    Attributes:
        outcome: its classification, or why there is none.
        inspection: its feature map, where it was asked for.
        embedding: (K,) float32, an own copy, where it was asked for and the model has it.
    """

    outcome: Outcome
    inspection: Inspection | None = None
    embedding: Embedding | None = None


class Classifier:
    """Pictures in, classifications out. One thread at a time uses it, since one thread at a time may run a network.

    Attributes:
        network: the open network.
        batch_size: how many pictures one run takes; it shrinks when the device's memory runs out, and on a card, whose
            memory others may have taken for a while, it grows again.
        full_batch_size: what it was at first, and at most is.
        smallest_batch_size: what it has been at least.
        top_count: how many predictions an answer has.
    """

    def __init__(self, network: RunsNetwork, *, batch_size: int, top_count: int = 5) -> None:
        self.network = network
        self.batch_size = self.full_batch_size = self.smallest_batch_size = batch_size
        self.top_count = top_count
        self._runs = 0
        self._patience = RUNS_BEFORE_GROWING
        self._is_trying = False

    def classify(
        self,
        paths: Sequence[str],
        pictures: Sequence[PreparedPicture],
        *,
        inspect: bool = False,
        embed: bool = False,
        cancel: CancelToken | None = None,
    ) -> tuple[Answer, ...]:
        """One answer for each picture, in order.

        Args:
            paths: the files, as they were given.
            pictures: their prepared inputs, of one size; at most `batch_size` of them run together.
            inspect: keep each picture's feature map (large: ask for one or few pictures).
            embed: keep each picture's pooled features.
            cancel: stops a run that is under way.

        Raises:
            Cancelled: if `cancel` was used.
            InferenceError: if the network cannot run even one picture.
        """
        answers: list[Answer] = []
        while len(answers) < len(pictures):
            start, size = len(answers), self._next_size(len(pictures) - len(answers))
            images = np.stack([picture.input for picture in pictures[start : start + size]])
            outputs = self._run(images, inspect=inspect, embed=embed, cancel=cancel)
            if outputs is None:
                continue
            answers += [
                self._answer(paths[start + row], pictures[start + row], outputs, row) for row in range(len(images))
            ]
        return tuple(answers)

    def _next_size(self, left: int) -> int:
        """How many pictures the next run takes.

        A card searches for the fastest way of each size that it has not met: those that are not full are powers of two.
        TensorRT fills up what is not full.
        """
        if left >= self.batch_size or self.network.device in {*PROCESSORS, Device.TENSORRT}:
            return self.batch_size
        return 1 << (left.bit_length() - 1)

    def _run(
        self, images: InputBatch, *, inspect: bool, embed: bool, cancel: CancelToken | None
    ) -> NetworkOutputs | None:
        """Run one batch, or halve the batch size and return None where the device's memory is too small for it."""
        try:
            features = inspect and self.network.head is not None
            outputs = self.network.run(images, embedding=embed, features=features, cancel=cancel)
        except InferenceError as error:
            if not error.out_of_memory or len(images) == 1:
                raise
            self._shrink(max(1, len(images) // 2))
            return None
        self._grow_after(len(images))
        return outputs

    def _shrink(self, size: int) -> None:
        if self._is_trying:
            # Each failure lets a card's variant open its session anew.
            self._patience *= 2
        self.batch_size, self._runs, self._is_trying = size, 0, False
        self.smallest_batch_size = min(self.smallest_batch_size, size)
        logger.info("out of memory on %s: going on with %d at a time", self.network.device, size)

    def _grow_after(self, count: int) -> None:
        """Try twice as many pictures again after so many batches that fitted.

        Not on a processor: there the system may rather end a program than refuse it memory.
        """
        if count < self.batch_size or count >= self.full_batch_size or self.network.device in PROCESSORS:
            return
        self._is_trying = False
        self._runs += 1
        if self._runs >= self._patience:
            self.batch_size, self._runs, self._is_trying = min(2 * count, self.full_batch_size), 0, True
            logger.info("trying %d at a time on %s again", self.batch_size, self.network.device)

    def _answer(self, path: str, picture: PreparedPicture, outputs: NetworkOutputs, row: int) -> Answer:
        logits = outputs.logits[row]
        if not np.isfinite(logits).all():
            return Answer(Failure(path, ImageReadError(path, ImageProblem.NO_VALID_NUMBERS)))
        contract = self.network.contract
        classification = Classification(
            path=path,
            facts=picture.facts,
            crop=picture.crop,
            predictions=top_predictions(logits, contract.labels, self.top_count),
            evidence=_ranked_evidence(outputs, row),
            model=contract.name,
            device=self.network.device.value,
            precision=self.network.precision.value,
        )
        # Copies: a view would keep the arrays of the whole batch alive.
        inspection = None
        if outputs.features is not None:
            inspection = Inspection(logits.copy(), outputs.features[row].copy(), picture.input)
        embedding = None if outputs.embedding is None else outputs.embedding[row].copy()
        return Answer(classification, inspection, embedding)


def _ranked_evidence(outputs: NetworkOutputs, row: int) -> EvidenceMaps | None:
    """The maps of one picture in the order of its predictions.

    The graph's TopK may order equal logits otherwise than we do, so the rows follow our rule: by logit, then index.
    """
    if outputs.evidence is None:
        return None
    classes = outputs.top_classes[row]
    order = np.lexsort((classes, -outputs.logits[row][classes]))
    maps: EvidenceMaps = outputs.evidence[row][order].copy()
    return maps


def fitting_batch_size(network: RunsNetwork, *, now: Callable[[], float] = time.perf_counter) -> int:
    """How many pictures one run may take within `BATCH_BUDGET_S`: a power of two, from timed runs of one picture.

    On a processor at most `MOST_ON_A_PROCESSOR`, where the cores are busy with few already.

    The first run of a shape is slower (memory is planned, kernels are chosen), so the fastest of a few counts.
    """
    side = network.contract.preprocessing.crop
    picture = np.zeros((1, side, side, 3), np.uint8)
    seconds = []
    for _ in range(_WARM_UP_RUNS):
        start = now()
        network.run(picture)
        seconds.append(now() - start)
    most = MOST_ON_A_PROCESSOR if network.device in PROCESSORS else MOST_PICTURES_IN_A_BATCH
    return largest_within_budget(min(seconds), most)
