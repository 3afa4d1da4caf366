"""Hold what is known of an int8 copy: how it was made, how it compares with its original, and whether it passed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any

QUANTIZATION_KEY = "cardinal.quantization"
"""The ONNX metadata key that holds a `Quantization` as JSON."""

INT8 = "int8"

WANTED_AGREEMENT = 0.995
"""The share of pictures to which both must give the same first class, as on every other device."""

WANTED_PICTURES = 2_000
"""Fewer cannot show such an agreement: of 2,000 pictures, 10 may differ."""

WANTED_TURNS = 60
"""Batches by turns that say which of two models is faster, at least: where other programs work, too, medians of 7 turns
were off by a quarter."""

WANTED_SPEED = 1.05
"""How many times as fast a copy must be: less is not told from chance, and worth no other answer."""

_Z_95 = 1.959963984540054


def counted(number: int, noun: str) -> str:
    """A number and what is counted: "1 picture", "2,000 pictures"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def short_of(value: float, bar: float, step: float) -> float:
    """A figure for people beside a bar: what does not reach the bar does not look as if it did when it is rounded.

    Args:
        value: of the figure.
        bar: that it has to reach, a multiple of `step`.
        step: what the last digit that is shown counts.
    """
    return value if value >= bar else min(value, bar - step)


def calibrating(pictures: int, count: int) -> int:
    """How many of a folder's pictures calibrate: `count`, but half of them at most, and at least one."""
    return max(1, min(count, pictures // 2))


def wilson(same: int, pictures: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of independent trials; (0, 1) where there were none."""
    if pictures == 0:
        return 0.0, 1.0
    share, z2 = same / pictures, _Z_95**2 / pictures
    middle = (share + z2 / 2) / (1 + z2)
    reach = _Z_95 / (1 + z2) * math.sqrt(share * (1 - share) / pictures + z2 / (4 * pictures))
    return max(0.0, middle - reach), min(1.0, middle + reach)


@dataclass(frozen=True, slots=True)
class Comparison:
    """An int8 copy beside its original, on pictures that did not calibrate it.

    Attributes:
        pictures: that both answered.
        same: to how many both gave the same first class.
        mean_difference: mean |difference| of logits.
        max_difference: largest |difference| of logits.
        worst_margin: by how many logits the original preferred its class to the copy's, where that was most; 0 where
            they never differ.
        float_ms: median milliseconds for one picture in a batch, of the original.
        int8_ms: likewise, of the copy, in the same run by turns.
        float_device: the faster engine of the processor for the original, on which it was timed.
        int8_device: likewise, for the copy.
        threads: that computed.
        float_bytes: size of the original's file.
        int8_bytes: size of the copy's file.
        turns: batches that both were timed with; 0 where nobody counted.
        stopped_of: how many pictures there were, where the comparison stopped before their end since too many differed
            already; else 0.
        labelled: pictures whose true class is known, from the name of their folder.
        float_right: of these, how many the original gave their true class.
        int8_right: likewise, the copy.
    """

    pictures: int
    same: int
    mean_difference: float
    max_difference: float
    worst_margin: float
    float_ms: float
    int8_ms: float
    float_device: str
    int8_device: str
    threads: int
    float_bytes: int
    int8_bytes: int
    turns: int = 0
    stopped_of: int = 0
    labelled: int = 0
    float_right: int = 0
    int8_right: int = 0

    @property
    def agreement(self) -> float:
        """The share of pictures with the same first class; 0 where there were no pictures."""
        return self.same / self.pictures if self.pictures else 0.0

    @property
    def agreement_words(self) -> str:
        """The agreement in percent with two digits."""
        return f"{short_of(self.agreement, WANTED_AGREEMENT, 1e-4):.2%}"

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the agreement."""
        return wilson(self.same, self.pictures)

    @property
    def speed_ratio(self) -> float:
        """How many times as fast the copy is."""
        return self.float_ms / self.int8_ms if self.int8_ms else 0.0

    @property
    def speed_words(self) -> str:
        """The ratio of the speeds with two digits."""
        return f"{short_of(self.speed_ratio, WANTED_SPEED, 0.01):.2f} times as fast"

    @property
    def is_faster(self) -> bool:
        """Whether the copy is so much faster that it is no chance."""
        return self.speed_ratio >= WANTED_SPEED

    @property
    def shortcomings(self) -> tuple[str, ...]:
        """What keeps the copy from standing in for its original, each a sentence; none where it passed."""
        found: list[str] = []
        if self.agreement < WANTED_AGREEMENT:
            found.append(
                f"The first class is the same for {self.agreement_words} of the pictures; at least "
                f"{WANTED_AGREEMENT:.1%} is wanted."
            )
        if self.stopped_of:
            found.append(
                f"The comparison stopped after {self.pictures:,} of {counted(self.stopped_of, 'picture')}, since too "
                "many differ already."
            )
        there = self.stopped_of or self.pictures
        if there < WANTED_PICTURES:
            found.append(
                f"Only {counted(there, 'picture')} could be compared; {WANTED_PICTURES:,} are needed for a copy to be "
                "kept by itself."
            )
        if not self.is_faster:
            found.append(f"It is {self.speed_words} here; at least {WANTED_SPEED:g} times is wanted.")
        return tuple(found)

    @property
    def passed(self) -> bool:
        """Whether the copy is as good as its original in this comparison, and faster."""
        return not self.shortcomings


@dataclass(frozen=True, slots=True)
class Quantization:
    """How an int8 copy came to be.

    Attributes:
        source_sha256: of the original's file.
        calibrated_on: pictures that the ranges of its activations come from.
        layers: convolutions that compute in int8.
        all_layers: convolutions in all.
        weight_bits: 8, or 7 for processors whose int8 products overflow.
        tries: copies that were compared until this one, each with fewer layers than the one before.
        comparison: with the original, on other pictures; None until it was made.
        precision: what it computes with.
    """

    source_sha256: str
    calibrated_on: int
    layers: int
    all_layers: int
    weight_bits: int
    tries: int = 1
    comparison: Comparison | None = None
    precision: str = INT8

    @property
    def passed(self) -> bool:
        """Whether it may be chosen without being asked for by name."""
        return self.comparison is not None and self.comparison.passed

    def to_json(self) -> str:
        """The form that is stored under `QUANTIZATION_KEY`; `passed` is written for other readers, never read."""
        return json.dumps({**asdict(self), "passed": self.passed}, allow_nan=False)


def read_quantization(metadata: Mapping[str, str]) -> Quantization | None:
    """What a model file's metadata, which anybody may have written, says of its quantization.

    Returns:
        None where the model is no int8 copy, or what it says is not usable.
    """
    try:
        values = json.loads(metadata.get(QUANTIZATION_KEY, "null"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict):
        return None
    values.pop("passed", None)
    comparison = values.get("comparison")
    if comparison is not None:
        if not _fits(Comparison, comparison):
            return None
        values["comparison"] = Comparison(**comparison)
    return Quantization(**values) if _fits(Quantization, values) else None


def _fits(kind: type[Comparison] | type[Quantization], values: object) -> bool:
    """Whether JSON values are those of a dataclass: its fields, of their types, and nothing else.

    Those with a default may be missing.
    """
    if not isinstance(values, dict):
        return False
    known = {field.name: str(field.type) for field in fields(kind)}
    needed = {field.name for field in fields(kind) if field.default is MISSING}
    return needed <= set(values) <= set(known) and all(_FITS[known[name]](value) for name, value in values.items())


def _is_number(value: Any) -> bool:  # noqa: ANN401 - parsed JSON
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1e300  # noqa: PLR2004 - finite


_FITS: Mapping[str, Callable[[Any], bool]] = {
    "int": lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63,
    "float": _is_number,
    "str": lambda value: isinstance(value, str),
    "Comparison | None": lambda value: value is None or isinstance(value, Comparison),
}
"""What a value of each annotated type must look like."""
