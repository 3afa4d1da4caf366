"""Watch what a variant's handle asks of ONNX Runtime, whose processor provider really answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from inference.arrays import InputBatch
from inference.engine.card.handle import Steady, VariantHandle
from inference.engine.card.opening import Model
from inference.engine.card.provider_options import GRAPH_ID, NO_WAIT
from inference.engine.card.variant import Variant
from inference.engine.devices import Device
from inference.engine.network import hash_model
from inference.models.checksum import sha256_of, write_checksum
from inference.models.contract import INPUT_NAME
from inference.models.half.conversion import write_half
from inference.models.half.half_file import half_path
from tests.inference.engine.variants import TINY

NAMES = ("logits", "top_classes", "evidence")
SIDE = 16


def tiny_model(cache: Path) -> Model:
    """The tiny model on the processor, with its file in float16 made already: a child would take seconds."""
    model = Model(TINY, hash_model(str(TINY)), Device.CPU, cache, 1, SIDE)
    file = half_path(model.model_hash, cache)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_half(TINY, file)
    write_checksum(file, sha256_of(file))
    return model


class Spy:
    """ONNX Runtime's session.

    Attributes:
        runs: of each run its way ("plain" or "bound"), its graph's number and whether it returned at once.
    """

    def __init__(self) -> None:
        self.real = onnxruntime.InferenceSession(str(TINY), providers=["CPUExecutionProvider"])
        self.runs: list[tuple[str, str | None, bool]] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the session has
        return getattr(self.real, name)

    def run(
        self, names: Sequence[str], feeds: Mapping[str, NDArray[Any]], options: onnxruntime.RunOptions
    ) -> list[NDArray[Any]]:
        self.runs.append(("plain", *_entries(options)))
        arrays: list[NDArray[Any]] = self.real.run(names, feeds, options)
        return arrays

    def run_with_iobinding(self, binding: onnxruntime.IOBinding, options: onnxruntime.RunOptions) -> None:
        self.runs.append(("bound", *_entries(options)))
        self.real.run_with_iobinding(binding, options)


def _entries(options: onnxruntime.RunOptions) -> tuple[str | None, bool]:
    found = []
    for key in (GRAPH_ID, NO_WAIT):
        try:
            found.append(options.get_run_config_entry(key))
        except RuntimeError:
            found.append(None)
    return found[0], found[1] == "1"


def handle_of(
    variant: Variant, *, batch: int = 4, fixed: list[tuple[int, Spy]] | None = None
) -> tuple[VariantHandle, Spy]:
    """A handle and what it asks; sessions that it opens for one size are put into `fixed`, with that size."""
    spy = Spy()

    def open_fixed(count: int) -> Spy:
        opened = Spy()
        if fixed is None:
            # Its runs are seen together with the other session's.
            opened.runs = spy.runs
        else:
            fixed.append((count, opened))
        return opened

    return VariantHandle(spy, variant, Steady(batch, SIDE), place="cpu", open_fixed=open_fixed), spy


def pictures(count: int, seed: int = 0, side: int = SIDE) -> InputBatch:
    """(count, side, side, 3) uint8 noise."""
    return np.random.default_rng(seed).integers(0, 256, (count, side, side, 3), dtype=np.uint8)


def right_answer(images: InputBatch, names: Sequence[str] = NAMES) -> list[NDArray[Any]]:
    """What the model says of a batch, without any variant."""
    arrays: list[NDArray[Any]] = Spy().real.run(list(names), {INPUT_NAME: images})
    return arrays
