"""Check an opened model against its contract: the graph's form, and that evidence and bias add up to the logits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.arrays import ClassIndices, EvidenceMaps, HeadBias, HeadWeight, InputBatch, Logits
from inference.engine.devices import Precision
from inference.errors import InferenceError
from inference.models.contract import INPUT_NAME, MapKind, ModelContract, OutputName

TOLERANCES = {
    Precision.FLOAT32: 1e-5,
    # The head is in float32, so features of eight bits add up all the same.
    Precision.INT8: 1e-5,
    # bfloat16 was measured at 1.6e-3; float16 has three bits more, and waits for a measurement.
    Precision.FLOAT16: 2e-3,
    Precision.BFLOAT16: 1e-2,
}
"""How far, relative to 1 + the sum of |terms|, cells plus bias may be from the logit."""

_INPUT_TYPE = "tensor(uint8)"
_INPUT_RANK = 4


def graph_problems(
    contract: ModelContract,
    graph_input: tuple[str, str, tuple[object, ...]] | None,
    outputs: Mapping[str, tuple[object, ...]],
) -> tuple[str, ...]:
    """What contradicts the contract in a graph's input (name, type, shape) and outputs (shape by name)."""
    problems: list[str] = []
    if graph_input is None or graph_input[0] != INPUT_NAME:
        problems.append(f"The graph must have exactly one input, named {INPUT_NAME!r}.")
    else:
        _, kind, shape = graph_input
        if kind != _INPUT_TYPE or len(shape) != _INPUT_RANK or shape[-1] != 3:  # noqa: PLR2004 - red, green, blue
            problems.append("The graph's input must be uint8 of shape (N, H, W, 3).")
        elif any(isinstance(size, int) for size in shape[:3]):
            problems.append("The graph's input must leave N, H and W open.")
    return (*problems, *contract.problems_with(outputs))


def noise_picture(contract: ModelContract) -> InputBatch:
    """(1, crop, crop, 3) uint8: a picture of random dots, always the same."""
    side = contract.preprocessing.crop
    return np.random.default_rng(seed=0).integers(0, 256, size=(1, side, side, 3), dtype=np.uint8)


def checked_outputs(contract: ModelContract) -> tuple[OutputName, ...]:
    """The outputs that `answer_problems` looks at."""
    return tuple(OutputName) if contract.maps is MapKind.EXACT else (OutputName.LOGITS,)


def answer_problems(
    contract: ModelContract, answer: Mapping[str, NDArray[Any]], precision: Precision
) -> tuple[str, ...]:
    """What is wrong with a model's answer to one picture.

    Args:
        contract: the model's.
        answer: arrays of the `checked_outputs`, by name.
        precision: what the device computes with; it decides the tolerance.

    Raises:
        InferenceError: the memory is too small.
    """
    classes = len(contract.labels)
    logits = answer[OutputName.LOGITS]
    if logits.shape != (1, classes):
        return (f"It gives scores of shape {logits.shape} for one picture and {classes} classes.",)
    if not np.isfinite(logits).all():
        return ("It gives no valid numbers for a test picture.",)
    if contract.maps is not MapKind.EXACT:
        return ()
    weight, bias = answer[OutputName.HEAD_WEIGHT], answer[OutputName.HEAD_BIAS]
    features, evidence = answer[OutputName.FEATURES], answer[OutputName.EVIDENCE]
    if weight.shape != (classes, features.shape[1]) or bias.shape != (classes,):
        return (f"Its last layer has the shape {weight.shape}, which fits neither its classes nor its features.",)
    top_classes = answer[OutputName.TOP_CLASSES]
    try:
        error = max(
            ledger_error(logits, top_classes, evidence, bias),
            map_error(features, weight, top_classes, evidence),
            key=_worse,
        )
    except MemoryError as shortage:
        raise InferenceError("the memory is too small for its check.", out_of_memory=True) from shortage
    if error <= TOLERANCES[precision]:
        return ()
    return (
        "Its evidence maps do not add up to its scores"
        f" (off by {error:.1e}, allowed are {TOLERANCES[precision]:.0e}), so they would mislead.",
    )


def _worse(error: float) -> float:
    """Order errors with NaN as the worst."""
    return np.inf if np.isnan(error) else error


def map_error(
    features: NDArray[np.float32], weight: HeadWeight, top_classes: ClassIndices, evidence: EvidenceMaps
) -> float:
    """Largest difference of a cell to `W_c . A(cell) / (h w)`, relative to 1 + the sum of |cells| of its map.

    Args:
        features: (N, K, h, w).
        weight: (C, K).
        top_classes: (N, T).
        evidence: (N, T, h, w), the maps of the top classes.

    Returns:
        0 where the maps are those of this head; NaN where a number is not valid.
    """
    cells = features.shape[2] * features.shape[3]
    wanted = np.einsum("ntk,nkhw->nthw", weight[top_classes].astype(np.float64), features) / cells
    scale = 1 + np.abs(wanted).sum(axis=(2, 3), keepdims=True)
    return float(np.max(np.abs(evidence - wanted) / scale))


def ledger_error(logits: Logits, top_classes: ClassIndices, evidence: EvidenceMaps, bias: HeadBias) -> float:
    """Largest |cells + bias - logit| relative to 1 + the sum of |terms|, over pictures and their top classes.

    Args:
        logits: (N, C).
        top_classes: (N, T).
        evidence: (N, T, h, w), the maps of the top classes.
        bias: (C,).

    Returns:
        0 for a perfect ledger; NaN where a number is not valid.
    """
    cells = evidence.astype(np.float64).reshape(*top_classes.shape, -1)
    constant = bias[top_classes].astype(np.float64)
    wanted = np.take_along_axis(logits.astype(np.float64), top_classes, axis=1)
    terms = 1 + np.abs(cells).sum(axis=-1) + np.abs(constant)
    return float(np.max(np.abs(cells.sum(axis=-1) + constant - wanted) / terms))
