"""Count how often two models agree and are right, how far their logits lie apart, and how long each takes."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

import numpy as np

from inference.arrays import ClassIndices, Logits
from inference.models.quantize.facts import Comparison


@dataclass(slots=True)
class Tally:
    """Grows with each batch; becomes a `Comparison`.

    Attributes:
        pictures: compared so far.
        same: of them with the same first class.
        worst_margin: as in `Comparison`.
        max_difference: likewise.
        labelled: likewise.
        float_right: likewise.
        int8_right: likewise.
    """

    pictures: int = 0
    same: int = 0
    worst_margin: float = 0.0
    max_difference: float = 0.0
    labelled: int = 0
    float_right: int = 0
    int8_right: int = 0
    _differences: float = 0.0
    _numbers: int = 0
    _float_ms: list[float] = field(default_factory=list)
    _int8_ms: list[float] = field(default_factory=list)

    @property
    def different(self) -> int:
        """Pictures so far to which they gave different first classes."""
        return self.pictures - self.same

    @property
    def turns(self) -> int:
        """How often both were timed so far."""
        return len(self._float_ms)

    def add_answers(self, original: Logits, copy: Logits, truth: ClassIndices) -> None:
        """Compare the answers to one batch.

        A picture to which the original gives no valid numbers says nothing. One to which only the copy gives none
        differs, is not right, and has no difference in logits.

        Args:
            original: (N, C) float32 logits.
            copy: likewise.
            truth: (N,) int64 true classes, -1 where nobody knows.
        """
        known = np.isfinite(original).all(axis=1)
        original, copy, truth = original[known].astype(np.float64), copy[known].astype(np.float64), truth[known]
        self.pictures += len(original)
        self.labelled += int((truth >= 0).sum())
        self.float_right += int((original.argmax(axis=1) == truth).sum())
        valid = np.isfinite(copy).all(axis=1)
        original, copy, truth = original[valid], copy[valid], truth[valid]
        if not len(original):
            return
        rows = np.arange(len(original))
        first, others = original.argmax(axis=1), copy.argmax(axis=1)
        self.same += int((first == others).sum())
        self.int8_right += int((others == truth).sum())
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
        self,
        *,
        float_device: str,
        int8_device: str,
        threads: int,
        float_bytes: int,
        int8_bytes: int,
        stopped_of: int = 0,
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
            turns=self.turns,
            stopped_of=stopped_of,
            labelled=self.labelled,
            float_right=self.float_right,
            int8_right=self.int8_right,
        )
