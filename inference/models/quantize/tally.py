"""Count how often two models agree on the same pictures, how far their logits lie apart, and how long each takes."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

import numpy as np

from inference.arrays import Logits
from inference.models.quantize.facts import Comparison


@dataclass(slots=True)
class Tally:
    """Grows with each batch; becomes a `Comparison`.

    Attributes:
        pictures: compared so far.
        same: of them with the same first class.
        worst_margin: as in `Comparison`.
        max_difference: likewise.
    """

    pictures: int = 0
    same: int = 0
    worst_margin: float = 0.0
    max_difference: float = 0.0
    _differences: float = 0.0
    _numbers: int = 0
    _float_ms: list[float] = field(default_factory=list)
    _int8_ms: list[float] = field(default_factory=list)

    def add_answers(self, original: Logits, copy: Logits) -> None:
        """Compare the answers to one batch, (N, C) float32 each.

        A picture to which the original gives no valid numbers says nothing. One to which only the copy gives none
        differs, and has no difference in logits.
        """
        known = np.isfinite(original).all(axis=1)
        original, copy = original[known].astype(np.float64), copy[known].astype(np.float64)
        self.pictures += len(original)
        valid = np.isfinite(copy).all(axis=1)
        original, copy = original[valid], copy[valid]
        if not len(original):
            return
        rows = np.arange(len(original))
        first, others = original.argmax(axis=1), copy.argmax(axis=1)
        self.same += int((first == others).sum())
        margins = original[rows, first] - original[rows, others]
        distances = np.abs(original - copy)
        self.worst_margin = max(self.worst_margin, float(margins.max()))
        self.max_difference = max(self.max_difference, float(distances.max()))
        self._differences += float(distances.sum())
        self._numbers += distances.size

    def add_times(self, float_ms: float, int8_ms: float) -> None:
        """Take how long each took for one picture of the same batch, in milliseconds."""
        self._float_ms.append(float_ms)
        self._int8_ms.append(int8_ms)

    def result(
        self, *, float_device: str, int8_device: str, threads: int, float_bytes: int, int8_bytes: int
    ) -> Comparison:
        """Everything so far. Times are medians, 0 where none was taken."""
        return Comparison(
            pictures=self.pictures,
            same=self.same,
            mean_difference=self._differences / self._numbers if self._numbers else 0.0,
            max_difference=self.max_difference,
            worst_margin=self.worst_margin,
            float_ms=statistics.median(self._float_ms) if self._float_ms else 0.0,
            int8_ms=statistics.median(self._int8_ms) if self._int8_ms else 0.0,
            float_device=float_device,
            int8_device=int8_device,
            threads=threads,
            float_bytes=float_bytes,
            int8_bytes=int8_bytes,
        )
