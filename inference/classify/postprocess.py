"""Turn logits into ranked predictions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inference.arrays import Logits, Probabilities
from inference.models.contract import Label
from inference.results import Prediction


def softmax(logits: Logits) -> Probabilities:
    """Probabilities of the last axis, float32; the maximum is subtracted first, and sums are made in float64."""
    shifted = logits.astype(np.float64) - logits.max(axis=-1, keepdims=True)
    powers = np.exp(shifted)
    probabilities: Probabilities = (powers / powers.sum(axis=-1, keepdims=True)).astype(np.float32)
    return probabilities


def top_predictions(logits: Logits, labels: Sequence[Label], count: int) -> tuple[Prediction, ...]:
    """The `count` best classes of one picture (fewer where there are fewer), best first, ties by class index.

    Args:
        logits: (C,) float32, finite.
        labels: C labels in class order.
        count: how many, >= 1.
    """
    probabilities = softmax(logits)
    order = np.argsort(-logits, kind="stable")[: max(1, count)]
    return tuple(
        Prediction(int(index), labels[int(index)].name, float(probabilities[index]), float(logits[index]))
        for index in order
    )
