"""Random feature maps and heads for property tests."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inference.arrays import Features
from inference.engine.network import Head

Case: TypeAlias = tuple[Features, Head]


@st.composite
def cases(draw: st.DrawFn, *, largest_side: int = 6, least: float = -10.0) -> Case:
    """(K, h, w) features and the head of 2 to 6 classes."""
    channels, classes = draw(st.integers(1, 12)), draw(st.integers(2, 6))
    sides = draw(st.integers(1, largest_side)), draw(st.integers(1, largest_side))
    values = st.floats(-10, 10, width=32)
    features = draw(hnp.arrays(np.float32, (channels, *sides), elements=st.floats(least, 10, width=32)))
    weight = draw(hnp.arrays(np.float32, (classes, channels), elements=values))
    bias = draw(hnp.arrays(np.float32, (classes,), elements=values))
    return features, Head(weight, bias)


def exact_logits(features: Features, head: Head) -> np.ndarray:
    """(C,) float64: pooling and head, written out plainly."""
    logits: np.ndarray = head.weight.astype(np.float64) @ features.astype(np.float64).mean(axis=(1, 2)) + head.bias
    return logits


def room(features: Features, head: Head) -> float:
    """The sum of all |terms| of the largest logit: what an error of 1e-5 is relative to."""
    terms = np.abs(head.weight).astype(np.float64) @ np.abs(features).astype(np.float64).mean(axis=(1, 2))
    return float(1 + terms.max() + np.abs(head.bias).max())
