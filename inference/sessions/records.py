"""Describe what goes into a session and comes out of it, besides decisions; no numpy at import (the window's start)."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inference.results import Outcome
from inference.sessions.marks import NO_NAME, UNMARKED, LabelSource
from inference.sessions.states import ImageState

if TYPE_CHECKING:
    from inference.arrays import Embedding

NO_SCORE = -1.0
"""Stands where there is no score or margin."""

NO_FILE = "\0"
"""Is in the path of an image whose file is gone while another image's file has its name; files cannot be called so."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that a scan found.

    Attributes:
        path: absolute, undecodable bytes as surrogate escapes.
        size_bytes: -1 where the file cannot be looked at.
        mtime_ns: time of its last change in nanoseconds since 1970; 0 likewise.
    """

    path: str
    size_bytes: int = -1
    mtime_ns: int = 0


@dataclass(slots=True)
class ImageRows:
    """Images in columns, as the window's list takes them; entry i of each column belongs to one image.

    Attributes:
        keys: ascending numbers that the images keep for ever ("q").
        paths: as in `FoundFile`.
        answers: QUEUED, SUGGESTED or FAILED, one byte each: what became of classifying.
        suggestions: vocabulary code of the model's first class ("i"), `NO_NAME` where there is none.
        scores: its softmax 0...1 ("f"), `NO_SCORE` where there is none.
        margins: softmax of the first less that of the second class ("f"), likewise.
        marks: one byte each, see `inference.sessions.marks`.
        labels: vocabulary code of the person's label ("i"), `NO_NAME` where there is none.
        times: of the files' last change, seconds since 1970 ("d"); 0 where unknown.
        reasons: by key: why classifying failed, a sentence.
    """

    keys: array[int] = field(default_factory=lambda: array("q"))
    paths: list[str] = field(default_factory=list)
    answers: bytearray = field(default_factory=bytearray)
    suggestions: array[int] = field(default_factory=lambda: array("i"))
    scores: array[float] = field(default_factory=lambda: array("f"))
    margins: array[float] = field(default_factory=lambda: array("f"))
    marks: bytearray = field(default_factory=bytearray)
    labels: array[int] = field(default_factory=lambda: array("i"))
    times: array[float] = field(default_factory=lambda: array("d"))
    reasons: dict[int, str] = field(default_factory=dict)

    @classmethod
    def queued(cls, paths: Sequence[str], first_key: int = 0) -> ImageRows:
        """New images about which nothing is known, with keys from `first_key` on."""
        count = len(paths)
        return cls(
            keys=array("q", range(first_key, first_key + count)),
            paths=list(paths),
            answers=bytearray([ImageState.QUEUED]) * count,
            suggestions=array("i", [NO_NAME]) * count,
            scores=array("f", [NO_SCORE]) * count,
            margins=array("f", [NO_SCORE]) * count,
            marks=bytearray([UNMARKED]) * count,
            labels=array("i", [NO_NAME]) * count,
            times=array("d", [0.0]) * count,
        )

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of files that were given to a session.

    Attributes:
        added: images that are new on the list, or on it again after they had been removed.
        known: keys of images that were on the list and have not changed, in the order given.
        changed: keys of images whose file has another size or time now; they wait to be classified again, labels stay.
        moved: (key, new path) of images whose file was found under another name with the same content.
        homeless: keys of images that left the list: their file is gone, and another image's file has its name.
        in_doubt: keys among `moved` under whose former names other files were found: what has been answered of these
            images may be about those.
    """

    added: ImageRows
    known: array[int]
    changed: array[int]
    moved: tuple[tuple[int, str], ...] = ()
    homeless: array[int] = field(default_factory=lambda: array("q"))
    in_doubt: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class SessionModel:
    """Which model answers.

    Attributes:
        model_hash: SHA-256 of the model file, 64 hexadecimal digits.
        name: the contract's short name.
        title: what people read.
    """

    model_hash: str
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What became of one image, to be written down.

    Attributes:
        key: of the image in the session.
        outcome: its classification, or why there is none.
        embedding: (K,) float32, or None.
        path: where the image must still lie for the answer to be its own (files may have been renumbered since it was
            asked about); empty where nobody else can change the session.
    """

    key: int
    outcome: Outcome
    embedding: Embedding | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """One image as exports see it.

    Attributes:
        key: in the session.
        path: absolute, undecodable bytes as surrogate escapes.
        state: where it stands.
        label: the person's label; the suggestion where `source` is MODEL; else empty.
        source: who stands behind `label`; None where there is none.
        score: the softmax 0...1 that the model gave to `label`, None where it is unknown (not among its first five).
        predictions: the model's first classes with their softmax, best first; empty where it has not answered.
        model: name of the model, or empty.
        model_hash: SHA-256 of its file in hexadecimal digits, or empty.
        decided_at: when the person decided, seconds since 1970, or None.
        failure: why classifying failed, a sentence, or empty.
        content_hash: SHA-256 of the file's bytes as they were read, or empty.
        device: on which the model answered, as `Device` names it, or empty.
        precision: in which it computed there, as `Precision` names it, or empty.
    """

    key: int
    path: str
    state: ImageState
    label: str = ""
    source: LabelSource | None = None
    score: float | None = None
    predictions: tuple[tuple[str, float], ...] = ()
    model: str = ""
    model_hash: str = ""
    decided_at: float | None = None
    failure: str = ""
    content_hash: bytes = b""
    device: str = ""
    precision: str = ""
