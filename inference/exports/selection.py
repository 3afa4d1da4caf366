"""Choose which images an export holds, and with which label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from inference.sessions.marks import LabelSource
from inference.sessions.records import LabelledImage
from inference.sessions.states import ImageState


class Include(StrEnum):
    """What a person wants to take along."""

    REVIEWED = "reviewed"
    """Labels that a person stands behind."""
    SUGGESTED = "suggested"
    """These, and suggestions at or above a score."""
    EVERYTHING = "everything"
    """Every image with its state; those that were skipped, rejected, not yet classified or unreadable have no label."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which images.

    Attributes:
        include: by their state.
        score_from: softmax 0...1 from which a suggestion counts as a label (SUGGESTED and EVERYTHING).
        labels: only images with one of these labels; None for all.
    """

    include: Include = Include.REVIEWED
    score_from: float = 0.0
    labels: frozenset[str] | None = None


def selected(images: Iterable[LabelledImage], selection: Selection) -> Iterator[LabelledImage]:
    """The images of an export, one by one, in their order.

    Suggestions that were asked for get the first prediction as `label`, MODEL as `source` and its score; below
    `score_from` they are left out, or, with EVERYTHING, have no label.
    """
    for image in images:
        chosen = _chosen(image, selection)
        if chosen is not None and (selection.labels is None or chosen.label in selection.labels):
            yield chosen


def _chosen(image: LabelledImage, selection: Selection) -> LabelledImage | None:
    if image.state.is_reviewed:
        return image
    if selection.include is Include.REVIEWED:
        return None
    if image.state is ImageState.SUGGESTED and image.predictions:
        label, score = image.predictions[0]
        if score >= selection.score_from:
            return replace(image, label=label, source=LabelSource.MODEL, score=score)
    if selection.include is Include.SUGGESTED:
        return None
    return replace(image, label="", source=None, score=None)
