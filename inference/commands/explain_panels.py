"""What stands side by side in a comparison: each panel's picture, map, words and numbers, on one scale."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from inference.arrays import RgbImage
from inference.attention.map_files import path_fields
from inference.attention.picture import as_png
from inference.attention.side_by_side import Panel, SharedLegend, side_by_side
from inference.commands.explain_files import STRENGTH, Drawing, described_map, require_possible
from inference.commands.explain_words import said_of_class
from inference.commands.explanation import Explanation, Look, class_name
from inference.commands.rows import percent
from inference.commands.targets import require_map_target, require_rows_target
from inference.errors import OutputWriteError
from inference.files import replacing
from inference.models.contract import ModelContract
from inference.pictures.regular_file import NotRegularError, open_regular
from inference.results import Prediction
from inference.texts import visible

_KEYS = frozenset({"compares", "scale", "unit", "panels", "failures"})
"""By these a JSON file is known as one that was written beside a comparison."""

_LARGEST_MANIFEST = 64_000_000

OF_TWO_MODELS = "Each model has logits of its own: compare places and scores rather than depths of colour."


class Kind(StrEnum):
    """What is compared."""

    PICTURES = "pictures"
    """Several pictures, one class."""
    CLASSES = "classes"
    """Several classes of one picture."""
    MODELS = "models"
    """What two models say of one picture."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """The model that speaks in a panel; it need not be open any more.

    Attributes:
        contract: of the model.
        model_hash: SHA-256 of its file, in hex.
    """

    contract: ModelContract
    model_hash: str


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """One panel.

    Attributes:
        title: what it is told from the others by.
        speaker: the model.
        pixels: (H, W, 3), the picture at any size.
        look: the picture as the model saw it, and all classes ranked.
        class_index: the class; None where the model does not know it.
        explanation: its map, or None where there is none.
        sentence: why there is none; empty where there is one.
    """

    title: str
    speaker: Speaker
    pixels: RgbImage
    look: Look
    class_index: int | None
    explanation: Explanation | None
    sentence: str

    @property
    def asked(self) -> Prediction | None:
        """The class and its score, or None where the model does not know it."""
        ranked = self.look.classification.predictions
        return next((one for one in ranked if one.index == self.class_index), None)

    @property
    def subject(self) -> str:
        """The class in words, and what it is compared with; empty where the model does not know it."""
        if self.explanation is not None:
            return self.explanation.subject
        return "" if self.class_index is None else class_name(self.speaker.contract, self.class_index)

    def in_words(self, *, tells_first: bool) -> Iterator[str]:
        """Line by line; with the picture's first suggestion where `tells_first`, unless it is this panel's class."""
        lines = self.said_of_class()
        if self.subject:
            yield f"{self.subject}: {next(lines)}"
        yield from lines
        first = self.look.classification.predictions[0]
        if tells_first and first.index != self.class_index:
            name = class_name(self.speaker.contract, first.index)
            yield f"The first suggestion here is {name}, {percent(first.probability)}."

    def said_of_class(self) -> Iterator[str]:
        """Line by line, where the class is named elsewhere."""
        if self.explanation is not None:
            yield from said_of_class(self.explanation, self.look.classification)
            return
        if self.asked is not None:
            yield percent(self.asked.probability)
        yield self.sentence

    def as_fields(self) -> dict[str, Any]:
        """For the manifest."""
        said, contract, asked = self.look.classification, self.speaker.contract, self.asked
        more = {
            "title": visible(self.title),
            "probability": None if asked is None else asked.probability,
            "first": asdict(said.predictions[0]),
        }
        if self.explanation is not None:
            more |= {"cells": self.explanation.contributions.tolist(), "sentence": None}
            return described_map(self.explanation, contract, self.speaker.model_hash, said, more)
        subject = None if asked is None else {"index": asked.index, "label": asked.label}
        model = {"maps": contract.maps.value, "model": said.model, "model_sha256": self.speaker.model_hash}
        where = {"crop": asdict(said.crop), "width": said.facts.width, "height": said.facts.height}
        asked_of = {**path_fields(said.path), "class": subject}
        return asked_of | where | model | more | {"cells": None, "sentence": self.sentence}


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """All panels, and what holds for them.

    Attributes:
        kind: what is compared.
        title: in words.
        panels: from left to right, at least one of them with a map.
        failures: (path, reason) of pictures that cannot be shown.
    """

    kind: Kind
    title: str
    panels: tuple[Compared, ...]
    failures: tuple[tuple[str, str], ...]

    @property
    def scale(self) -> float:
        """S of the one scale -s...+s, in logits: of two models the wider one, as the window has it."""
        made = [(one.speaker.contract.evidence_scale, one.explanation) for one in self.panels]
        scales = [
            fixed or float(np.abs(explanation.contributions).max())
            for fixed, explanation in made
            if explanation is not None
        ]
        return max(scales, default=0.0) or 1.0

    def in_words(self) -> Iterator[str]:
        """Line by line."""
        yield f"{self.title}; maps on one scale, up to {self.scale:.2g} logits a cell."
        for panel in self.panels:
            lines = list(panel.in_words(tells_first=self.kind is not Kind.CLASSES))
            first, *rest = lines if self.kind is Kind.CLASSES else (panel.title, *lines)
            yield first
            yield from (f"    {line}" for line in rest)
        if self.kind is Kind.MODELS:
            yield OF_TWO_MODELS

    def as_fields(self) -> dict[str, Any]:
        """The manifest."""
        return {
            "compares": self.kind.value,
            "scale": self.scale,
            "unit": "logits",
            "panels": [panel.as_fields() for panel in self.panels],
            "failures": [{**path_fields(path), "reason": reason} for path, reason in self.failures],
        }

    def drawn(self, drawing: Drawing) -> RgbImage:
        """The picture: all panels, their words, one legend."""
        shared = [] if self.kind is Kind.CLASSES else self._shared_class()
        missing = [f"{len(self.failures)} of them cannot be shown."] if self.failures else []
        more = [OF_TWO_MODELS] if self.kind is Kind.MODELS else []
        lines = (self.title, *shared, *missing, *more)
        legend = SharedLegend(drawing.style, self.scale, STRENGTH, lines, outline=drawing.outline)
        return side_by_side([self._panel(one) for one in self.panels], legend)

    def _shared_class(self) -> list[str]:
        return [f"for {one.explanation.subject}" for one in self.panels if one.explanation is not None][:1]

    def _panel(self, one: Compared) -> Panel:
        said = one.look.classification
        contributions = None if one.explanation is None else one.explanation.contributions
        if self.kind is Kind.CLASSES:
            title, lines = one.subject, one.said_of_class()
        else:
            title, lines = one.title, one.in_words(tells_first=True)
        size = (said.facts.width, said.facts.height)
        return Panel(one.pixels, contributions, said.crop, size, title, tuple(lines))


def manifest_of(output: Path) -> Path:
    """Where the numbers go: beside the picture."""
    return output.with_suffix(".json")


def require_comparison_target(output: Path, inputs: tuple[str, ...]) -> None:
    """Refuse a file for a comparison, or the JSON file beside it, where an input or somebody's file would go.

    Raises:
        OutputWriteError: it would be replaced, or it is a folder.
    """
    numbers = manifest_of(output)
    require_possible(output, numbers)
    require_map_target(output, inputs)
    require_rows_target(numbers, inputs)
    if os.path.lexists(numbers) and not _is_comparison(numbers):
        raise OutputWriteError(
            str(numbers), "it is there already and is no comparison of Cardinal's. Choose another name."
        )


def write_comparison(output: Path, comparison: Comparison, drawing: Drawing) -> None:
    """Write the picture and the numbers beside it; neither where one fails: old and new must not lie together.

    Raises:
        OutputWriteError: one of them cannot be written.
    """
    png = as_png(comparison.drawn(drawing))
    text = json.dumps(comparison.as_fields(), indent=1, allow_nan=False) + "\n"
    with replacing(output) as picture, replacing(manifest_of(output)) as numbers:
        picture.write(png)
        numbers.write(text.encode())


def _is_comparison(path: Path) -> bool:
    try:
        with os.fdopen(open_regular(str(path)), "rb") as file:
            fields = json.loads(file.read(_LARGEST_MANIFEST))
    except (OSError, NotRegularError, ValueError, RecursionError):
        return False
    return isinstance(fields, dict) and fields.keys() >= _KEYS
