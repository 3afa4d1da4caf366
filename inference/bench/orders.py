"""Say what a measuring process is asked and what it answers, one JSON object a line."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from inference.profile import Profile


class Task(StrEnum):
    """What a process can be asked for."""

    SURVEY = "survey"
    """The first class of each of the first pictures, and what those pictures are."""
    RATE = "rate"
    """How long a number of pictures takes, one after the other or as the process does it."""
    SINGLE = "single"
    """How long one picture takes for which somebody waits, again and again."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a process works on; it is told once.

    Attributes:
        model: the `.onnx` file, absolute.
        device: where the network runs, never "auto".
        batch: pictures in one run of the pipeline's network.
        workers: decode processes.
        paths: pictures, absolute; at least one.
        folders: of the profile: data, cache, config.
        original: the `.onnx` file, absolute, that the model is an int8 copy of; empty for other models.
    """

    model: str
    device: str
    batch: int
    workers: int
    paths: tuple[str, ...]
    folders: tuple[str, str, str]
    original: str = ""

    @property
    def baseline(self) -> str:
        """What others' loops run: nobody makes this program's int8 copies, so theirs is the model before."""
        return self.original or self.model

    @property
    def profile(self) -> Profile:
        """The person's folders."""
        data, cache, config = map(Path, self.folders)
        return Profile(data, cache, config)

    def to_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Setup:
        """Read that line."""
        fields = json.loads(line)
        return cls(**fields | {"paths": tuple(fields["paths"]), "folders": tuple(fields["folders"])})


@dataclass(frozen=True, slots=True)
class Pass:
    """One thing to do.

    Attributes:
        task: of which kind.
        count: pictures; they are taken again from the first where there are fewer.
        variant: which way, where a process knows several.
        batch: pictures in one run, where the pass is about the network alone or loads batches.
    """

    task: Task
    count: int
    variant: str = ""
    batch: int = 1

    def to_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Pass:
        """Read that line."""
        fields = json.loads(line)
        return cls(**fields | {"task": Task(fields["task"])})


@dataclass(frozen=True, slots=True)
class Rate:
    """What came of a pass over pictures.

    Attributes:
        pictures: how many were done; those that could not be read are not among them.
        seconds: it took.
        first_s: seconds until the first answer, where there are answers on the way.
        engine: what ran the network, where that is the process's own choice.
    """

    pictures: int
    seconds: float
    first_s: float | None = None
    engine: str = ""

    @property
    def per_s(self) -> float:
        """Pictures in a second."""
        return self.pictures / max(self.seconds, 1e-9)


@dataclass(frozen=True, slots=True)
class PictureFigures:
    """What a picture is: its format by Pillow's name, its size in pixels, and its file's in bytes."""

    format: str
    width: int
    height: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What the first pictures are.

    Attributes:
        classes: index of the first class of each, None for one that could not be read.
        pictures: each of those that could be read; only the program's own pipeline tells.
    """

    classes: tuple[int | None, ...]
    pictures: tuple[PictureFigures, ...] = ()


@dataclass(frozen=True, slots=True)
class Single:
    """How long single pictures took, in seconds.

    Attributes:
        decode_s: until each was decoded.
        answer_s: from then until its classes and its map were there.
    """

    decode_s: tuple[float, ...]
    answer_s: tuple[float, ...]


Answer: TypeAlias = Rate | Survey | Single


def answer_to_json(answer: Answer) -> str:
    """One line."""
    return json.dumps({"answer": asdict(answer)})


def refusal_to_json(reason: str) -> str:
    """One line that says why there is no answer."""
    return json.dumps({"refused": reason})
