"""Stand in for ONNX Runtime's session: run each batch in the way of a variant that suits its shape."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from inference.arrays import InputBatch
from inference.engine.card.lane import Lane
from inference.engine.card.provider_options import GRAPH_ID, NO_GRAPH, NO_WAIT
from inference.engine.card.variant import Variant
from inference.models.contract import INPUT_NAME, OutputName

MOST_LANES = 4
"""Shapes and choices of outputs that keep buffers: batches with and without embeddings, single pictures, a brush."""

_OF_THE_MODEL = {OutputName.HEAD_WEIGHT, OutputName.HEAD_BIAS}
"""Outputs that do not depend on the pictures."""

_Key = tuple[tuple[int, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Steady:
    """The batch that a variant is made for.

    Attributes:
        batch: pictures in it.
        side: of the network's input, in pixels.
    """

    batch: int
    side: int

    def fits(self, images: InputBatch) -> bool:
        """Whether a batch has at most so many pictures, of this size."""
        return images.shape[1:3] == (self.side, self.side) and len(images) <= self.batch


class VariantHandle:
    """Has what `runtime.Session` needs of ONNX Runtime's session. One thread at a time may run it.

    Attributes:
        variant: the way in which it runs.
    """

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        variant: Variant,
        steady: Steady,
        *,
        place: str,
        open_plain: Callable[[], onnxruntime.InferenceSession],
    ) -> None:
        """Keep what is needed to run.

        Args:
            session: opened with the variant's options.
            variant: the way in which to run.
            steady: the batch that it is made for.
            place: ONNX Runtime's name for the device's memory.
            open_plain: opens the model without any variant, for shapes that TensorRT did not build for.
        """
        self.variant = variant
        self._session = session
        self._steady = steady
        self._place = place
        self._known: OrderedDict[_Key, Mapping[str, NDArray[Any]]] = OrderedDict()
        self._lanes: OrderedDict[_Key, tuple[Lane, ...]] = OrderedDict()
        self._graphs = itertools.count(1)
        self._open_plain = open_plain
        self._others: onnxruntime.InferenceSession | None = None

    def get_inputs(self) -> Sequence[Any]:
        """As ONNX Runtime's session."""
        inputs: Sequence[Any] = self._session.get_inputs()
        return inputs

    def get_outputs(self) -> Sequence[Any]:
        """As ONNX Runtime's session."""
        outputs: Sequence[Any] = self._session.get_outputs()
        return outputs

    def get_modelmeta(self) -> onnxruntime.ModelMetadata:
        """As ONNX Runtime's session."""
        return self._session.get_modelmeta()

    def get_providers(self) -> Sequence[str]:
        """As ONNX Runtime's session."""
        providers: Sequence[str] = self._session.get_providers()
        return providers

    def run(
        self,
        names: Sequence[str],
        feeds: Mapping[str, NDArray[Any]],
        options: onnxruntime.RunOptions | None = None,
    ) -> list[NDArray[Any]]:
        """As ONNX Runtime's session; the errors are its, too.

        A shape goes through buffers of its own from its second batch on: the first one shows what the outputs are, and
        the last batch of a folder needs none.
        """
        images, options = feeds[INPUT_NAME], options or onnxruntime.RunOptions()
        if self.variant.engine and not self._steady.fits(images):
            self._others = self._others or self._open_plain()
            others: list[NDArray[Any]] = self._others.run(list(names), {INPUT_NAME: images}, options)
            return others
        if not self.variant.bound:
            return self._plainly(names, images, options)
        key = (images.shape, tuple(names))
        lanes = self._lanes.get(key)
        if lanes is not None:
            self._lanes.move_to_end(key)
            return self._through(lanes, names, images, options)
        if key not in self._known:
            answer = self._plainly(names, images, options)
            self._remember(key, dict(zip(names, answer, strict=True)))
            return answer
        return self._through(self._make_lanes(key, images), names, images, options)

    def close(self) -> None:
        """Let go of the buffers and the session."""
        self._lanes.clear()
        self._known.clear()
        self._session = self._others = None

    def _plainly(self, names: Sequence[str], images: InputBatch, options: onnxruntime.RunOptions) -> list[NDArray[Any]]:
        if self.variant.graph:
            options.add_run_config_entry(GRAPH_ID, NO_GRAPH)
        arrays: list[NDArray[Any]] = self._session.run(list(names), {INPUT_NAME: images}, options)
        return arrays

    def _remember(self, key: _Key, outputs: Mapping[str, NDArray[Any]]) -> None:
        # Of the arrays only their shapes and types are needed; views of one number have them, too.
        self._known[key] = {
            name: np.broadcast_to(np.zeros((), array.dtype), array.shape) for name, array in outputs.items()
        }
        while len(self._known) > MOST_LANES:
            self._known.popitem(last=False)

    def _make_lanes(self, key: _Key, images: InputBatch) -> tuple[Lane, ...]:
        outputs = self._known.pop(key)
        count = len(images)
        parts = 2 if self.variant.turns and count > 1 and count % 2 == 0 else 1
        some = images[: count // parts]
        shaped = {name: array if name in _OF_THE_MODEL else array[: len(some)] for name, array in outputs.items()}
        while len(self._lanes) >= MOST_LANES:
            self._lanes.popitem(last=False)
        is_steady = self._steady.fits(images) and count == self._steady.batch
        graphs = [str(next(self._graphs)) if self.variant.graph and is_steady else NO_GRAPH for _ in range(parts)]
        lanes = tuple(Lane(self._session, self._place, some, shaped, graph=graph) for graph in graphs)
        self._lanes[key] = lanes
        return lanes

    def _through(
        self, lanes: tuple[Lane, ...], names: Sequence[str], images: InputBatch, options: onnxruntime.RunOptions
    ) -> list[NDArray[Any]]:
        *early, last = zip(lanes, np.split(images, len(lanes)), strict=True)
        for lane, part in early:
            self._start(lane, part, _without_waiting())
        # On one stream, waiting for the last part is waiting for all.
        self._start(*last, options)
        answers = [lane.read() for lane in lanes]
        if len(answers) == 1:
            return answers[0]
        return [
            parts[0] if name in _OF_THE_MODEL else np.concatenate(parts)
            for name, parts in zip(names, zip(*answers, strict=True), strict=True)
        ]

    def _start(self, lane: Lane, images: InputBatch, options: onnxruntime.RunOptions) -> None:
        if self.variant.graph:
            options.add_run_config_entry(GRAPH_ID, lane.graph)
        lane.load(images)
        lane.run(options)


def _without_waiting() -> onnxruntime.RunOptions:
    options = onnxruntime.RunOptions()
    options.add_run_config_entry(NO_WAIT, "1")
    return options
