"""Run one shape of batch through buffers that keep their places, in host memory and on the device."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from inference.arrays import InputBatch
from inference.engine.card.page_locked import page_locked
from inference.engine.card.provider_options import NO_GRAPH
from inference.models.contract import INPUT_NAME

HOST = "cpu"

CAPTURING = threading.RLock()
"""While a graph is captured, CUDA refuses that any thread of the process takes memory; opening a model does."""


class Lane:
    """The buffers of one shape of batch and one choice of outputs. One thread at a time uses it.

    Only the outputs that were chosen are ever copied back.

    Attributes:
        graph: the number under which the device may capture and replay these runs.
        will_capture: the run that captures has not ended well yet.
    """

    def __init__(
        self,
        handle: onnxruntime.InferenceSession,
        place: str,
        images: InputBatch,
        outputs: Mapping[str, NDArray[Any]],
        *,
        graph: str = NO_GRAPH,
    ) -> None:
        """Allocate buffers.

        Args:
            handle: the session.
            place: ONNX Runtime's name for the device's memory, "cuda" or "cpu".
            images: a batch of the shape that will come.
            outputs: what the session answered to a batch of this shape, by name: shapes and types to expect.
            graph: as the attribute.
        """
        self.graph = graph
        self.will_capture = graph != NO_GRAPH
        self._handle = handle
        self._place = place
        self._staging = np.zeros(images.shape, np.uint8) if place == HOST else page_locked(images.shape)
        # Of the session's own memory, which grows by what is needed and is given back with it; the one that all
        # sessions share doubles, and is kept until the program ends.
        self._input = handle.create_ortvalue_from_shape_and_type(list(images.shape), np.uint8, place)
        self._outputs = {
            name: handle.create_ortvalue_from_shape_and_type(list(array.shape), array.dtype.type, place)
            for name, array in outputs.items()
        }
        self._binding = handle.io_binding()
        self._binding.bind_ortvalue_input(INPUT_NAME, self._input)
        for name, value in self._outputs.items():
            self._binding.bind_ortvalue_output(name, value)

    def load(self, images: InputBatch) -> None:
        """Copy a batch of the lane's shape onto the device; the caller may change it afterwards."""
        np.copyto(self._staging, images)
        # Not by binding it anew: a captured graph reads the place that it was captured with.
        self._input.update_inplace(self._staging)

    def run(self, options: onnxruntime.RunOptions) -> None:
        """Run what was loaded."""
        # The first run captures.
        with CAPTURING if self.will_capture else nullcontext():
            self._handle.run_with_iobinding(self._binding, options)
        self.will_capture = False

    def read(self) -> list[NDArray[Any]]:
        """The outputs in the order in which they were chosen, as arrays that nothing changes later."""
        # Reading does not wait for the stream that computes.
        self._binding.synchronize_outputs()
        arrays = (value.numpy() for value in self._outputs.values())
        return [array.copy() if self._place == HOST else array for array in arrays]
