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
from inference.engine.card.provider_options import GRAPH_ID, NO_GRAPH, NO_WAIT, WAIT
from inference.engine.card.variant import Variant
from inference.engine.faults import is_out_of_memory
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

    def filled(self, images: InputBatch) -> InputBatch:
        """A batch that fits, with black pictures behind it up to the steady number."""
        if len(images) == self.batch:
            return images
        rest = np.zeros((self.batch - len(images), *images.shape[1:]), images.dtype)
        return np.concatenate([images, rest])


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
        open_fixed: Callable[[int], onnxruntime.InferenceSession],
    ) -> None:
        """Keep what is needed to run.

        Args:
            session: opened with the variant's options, for pictures of every size and number; captures no graph.
            variant: the way in which to run.
            steady: the batch that it is made for.
            place: ONNX Runtime's name for the device's memory.
            open_fixed: opens the model for so many pictures of the steady batch's size and nothing else. Only then do
                the graph's shapes not have to be computed on the processor, which would keep CUDA from capturing it;
                other sizes in between do not have the convolutions planned anew; and TensorRT can build ahead.
        """
        self.variant = variant
        self._session = session
        self._steady = steady
        self._place = place
        self._known: OrderedDict[_Key, Mapping[str, NDArray[Any]]] = OrderedDict()
        self._lanes: OrderedDict[_Key, tuple[Lane, ...]] = OrderedDict()
        self._graphs = itertools.count(1)
        self._open_fixed = open_fixed
        self._fixed: onnxruntime.InferenceSession | None = None

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
        the last batch of a folder needs none. For TensorRT, batches that are too small are filled up: each other size
        would be built for, which takes minutes.
        """
        images, options = feeds[INPUT_NAME], options or onnxruntime.RunOptions()
        if not (self.variant.engine and self._steady.fits(images)):
            return self._run(names, images, options)
        count = len(images)
        answer = self._run(names, self._steady.filled(images), options)
        return [array if name in _OF_THE_MODEL else array[:count] for name, array in zip(names, answer, strict=True)]

    def close(self) -> None:
        """Let go of the buffers and the sessions."""
        self._let_go()
        self._session = None

    def _let_go(self) -> None:
        self._lanes.clear()
        self._known.clear()
        self._fixed = None

    def _run(self, names: Sequence[str], images: InputBatch, options: onnxruntime.RunOptions) -> list[NDArray[Any]]:
        try:
            return self._run_kept(names, images, options)
        except Exception as error:
            # Smaller batches come next, and need the memory. What was stopped in the middle of a capture would be
            # replayed as far as it came.
            if is_out_of_memory(str(error)) or self._is_capturing():
                self._let_go()
            raise

    def _is_capturing(self) -> bool:
        return any(lane.will_capture for lanes in self._lanes.values() for lane in lanes)

    def _run_kept(
        self, names: Sequence[str], images: InputBatch, options: onnxruntime.RunOptions
    ) -> list[NDArray[Any]]:
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

    def _plainly(self, names: Sequence[str], images: InputBatch, options: onnxruntime.RunOptions) -> list[NDArray[Any]]:
        """Without buffers, by the session that will have this shape's buffers: what it plans is planned once."""
        if not self._is_for_fixed(images):
            arrays: list[NDArray[Any]] = self._session.run(list(names), {INPUT_NAME: images}, options)
            return arrays
        if self.variant.graph:
            options.add_run_config_entry(GRAPH_ID, NO_GRAPH)
        parts = np.split(images, self._parts(images))
        session = self._fixed_for(len(parts[0]))
        return _joined(names, [session.run(list(names), {INPUT_NAME: part}, options) for part in parts])

    def _is_for_fixed(self, images: InputBatch) -> bool:
        """Whether it is the steady batch. Without buffers only TensorRT gains by a session for it alone."""
        is_steady = self._steady.fits(images) and len(images) == self._steady.batch
        return is_steady and (self.variant.bound or self.variant.engine)

    def _parts(self, images: InputBatch) -> int:
        return 2 if self.variant.turns and len(images) % 2 == 0 else 1

    def _fixed_for(self, count: int) -> onnxruntime.InferenceSession:
        if self._fixed is None:
            self._fixed = self._open_fixed(count)
        return self._fixed

    def _remember(self, key: _Key, outputs: Mapping[str, NDArray[Any]]) -> None:
        # Of the arrays only their shapes and types are needed; views of one number have them, too.
        self._known[key] = {
            name: np.broadcast_to(np.zeros((), array.dtype), array.shape) for name, array in outputs.items()
        }
        while len(self._known) > MOST_LANES:
            self._known.popitem(last=False)

    def _make_lanes(self, key: _Key, images: InputBatch) -> tuple[Lane, ...]:
        outputs = self._known.pop(key)
        parts = self._parts(images)
        some = images[: len(images) // parts]
        shaped = {name: array if name in _OF_THE_MODEL else array[: len(some)] for name, array in outputs.items()}
        while len(self._lanes) >= MOST_LANES:
            self._lanes.popitem(last=False)
        is_fixed = self._is_for_fixed(images)
        session = self._fixed_for(len(some)) if is_fixed else self._session
        graphs = [str(next(self._graphs)) if self.variant.graph and is_fixed else NO_GRAPH for _ in range(parts)]
        lanes = tuple(Lane(session, self._place, some, shaped, graph=graph) for graph in graphs)
        self._lanes[key] = lanes
        return lanes

    def _through(
        self, lanes: tuple[Lane, ...], names: Sequence[str], images: InputBatch, options: onnxruntime.RunOptions
    ) -> list[NDArray[Any]]:
        for lane, part in zip(lanes, np.split(images, len(lanes)), strict=True):
            if lane.graph != NO_GRAPH:
                options.add_run_config_entry(GRAPH_ID, lane.graph)
            if len(lanes) > 1:
                # On one stream, waiting for the last part is waiting for all. The same options for all: they stop them.
                options.add_run_config_entry(NO_WAIT, WAIT if lane is lanes[-1] else "1")
            lane.load(part)
            lane.run(options)
        return _joined(names, [lane.read() for lane in lanes])


def _joined(names: Sequence[str], answers: Sequence[Sequence[NDArray[Any]]]) -> list[NDArray[Any]]:
    """The answers to the parts of a batch as one."""
    if len(answers) == 1:
        return list(answers[0])
    return [
        parts[0] if name in _OF_THE_MODEL else np.concatenate(parts)
        for name, parts in zip(names, zip(*answers, strict=True), strict=True)
    ]
