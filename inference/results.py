"""Describe answers: what the model says of one picture, or why it says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    # numpy stays out of the start of the window (UX budget of the first paint).
    from inference.arrays import EvidenceMaps
    from inference.errors import CardinalError


@dataclass(frozen=True, slots=True)
class Prediction:
    """One class and how much the model believes in it.

    Attributes:
        index: class index in the model's label list.
        label: the class's name.
        probability: softmax, 0...1.
        logit: the score before softmax.
    """

    index: int
    label: str
    probability: float
    logit: float


_ROUNDED_PX = 0.5


@dataclass(frozen=True, slots=True)
class CropGeometry:
    """What the network saw of a picture: a box in upright original pixels (floats, right and bottom exclusive)."""

    left: float
    top: float
    right: float
    bottom: float

    def covers(self, width: float, height: float) -> bool:
        """Whether it holds all of an upright picture of this size, but for what rounding takes."""
        return max(self.left, self.top, width - self.right, height - self.bottom) <= _ROUNDED_PX


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What is known of a picture besides its pixels.

    Attributes:
        width: of the upright original, in pixels.
        height: of the upright original, in pixels.
        format: Pillow's name of the format, "JPEG" for example.
        size_bytes: of the file that was read.
        has_more_frames: the first of several frames was used.
        has_bad_profile: its colour profile could not be used.
        mtime_ns: time of the file's last change when it was read, nanoseconds since 1970; 0 where unknown.
        content_hash: SHA-256 of the bytes that were read (32 bytes), or empty where nobody asked for it.
    """

    width: int
    height: int
    format: str
    size_bytes: int
    has_more_frames: bool = False
    has_bad_profile: bool = False
    mtime_ns: int = 0
    content_hash: bytes = b""

    def is_of_file(self, other: PictureFacts) -> bool:
        """Whether both are of the same bytes; where one does not know their hash, as far as size and time tell."""
        if self.content_hash and other.content_hash:
            return self.content_hash == other.content_hash
        if self.size_bytes != other.size_bytes:
            return False
        return self.mtime_ns == other.mtime_ns or not self.mtime_ns or not other.mtime_ns


@dataclass(frozen=True, slots=True)
class Classification:
    """What a model says of one picture.

    Attributes:
        path: the file, as it was given.
        facts: size and format of the original.
        crop: what the network saw of it.
        predictions: best first.
        evidence: (T, h, w) float32 in logits, maps of the first T = min(5, C) predictions, or None.
        model: name of the model.
        device: the device that really ran ("cpu", "cuda" ...).
        precision: "float32", "float16", "bfloat16" or "int8".
    """

    path: str
    facts: PictureFacts
    crop: CropGeometry
    predictions: tuple[Prediction, ...]
    evidence: EvidenceMaps | None
    model: str
    device: str
    precision: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one picture has no classification."""

    path: str
    error: CardinalError


Outcome: TypeAlias = Classification | Failure
