"""Measure methods on one picture after the other, and write down what came of it.

Imports numpy: it is imported at the first use, after the first paint.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gui.attention.examination import ExaminationBench
from inference.attention.figures import MethodComparison, PictureFigures, measure_methods
from inference.attention.finer import view_order
from inference.attention.methods import Method
from inference.attention.runs import CopyRunner
from inference.commands.explanation import Look
from inference.commands.targets import require_rows_target
from inference.errors import InferenceError
from inference.exports.method_table import ComparedOn, table_text
from inference.files import replacing

__all__ = ["ComparedOn", "MethodComparison", "table_text", "view_order"]

SEED = 0
"""Of the draw: the same images come again for the same audit."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is measured on each picture.

    Attributes:
        model_hash: of the model that is asked.
        methods: which are compared.
    """

    model_hash: str
    methods: tuple[Method, ...]


def draw(keys: Sequence[int], count: int) -> list[int]:
    """So many of the images, or all where there are fewer, in the order in which they came into the session.

    However the gallery is sorted, these are the same ones, and of one folder those that `explain` draws.
    """
    ordered = sorted(keys)
    chosen = random.Random(SEED).sample(range(len(ordered)), min(count, len(ordered)))  # noqa: S311 - no secret
    return [ordered[place] for place in sorted(chosen)]


def measure(path: str, wanted: Wanted, bench: ExaminationBench) -> tuple[PictureFigures, ...] | None:
    """Look at a picture, and run the network on its changed copies. Runs on: the thread that owns the network.

    Returns:
        None where another model is open by now.

    Raises:
        Cancelled: nobody wants it any more.
        ImageReadError: the network gives no valid numbers for it.
        InferenceError: the network cannot run, gives no valid numbers for a copy, or has no exact maps.
    """
    network = bench.classifier.network
    if network.model_hash != wanted.model_hash:
        return None
    if bench.picture is None or network.head is None:
        raise InferenceError("there is nothing to compare.")
    (answer,) = bench.classifier.classify([path], [bench.picture], inspect=True, cancel=bench.cancel)
    picture = Look.of(bench.picture, answer).inspected
    if picture is None:
        raise InferenceError("it gave no feature map.")
    runner = CopyRunner(network, on_progress=bench.on_progress, cancel=bench.cancel)
    return measure_methods(runner, picture, network.head, wanted.methods, with_curves=True)


def write_table(text: str, target: str, inputs: Sequence[str]) -> None:
    """Write a table into a file. Runs on: a worker thread.

    Raises:
        OutputWriteError: it cannot be written, or would replace a picture or one of `inputs`.
    """
    path = Path(target)
    require_rows_target(path, inputs)
    with replacing(path) as file:
        file.write(text.encode())
