"""Say which images are shown, in which order and in which groups; the words only, no computing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from inference.sessions.states import ImageState


class SortKey(StrEnum):
    """By what images are ordered."""

    ADDED = "added"
    """As they came."""
    NAME = "name"
    SCORE = "score"
    MARGIN = "margin"
    """The first class's score less the second's: how sure the model is."""
    DATE = "date"
    """The file's last change."""


class GroupKey(StrEnum):
    """Under which headings images stand."""

    NONE = "none"
    SUGGESTION = "suggestion"
    LABEL = "label"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class ImageFilter:
    """Which images are shown: all conditions must hold; within one condition any entry is enough; empty means all.

    Attributes:
        states: where they stand.
        labels: vocabulary codes of people's labels.
        suggestions: vocabulary codes of the models' first classes.
        folders: absolute folders; images in them and below are shown.
        score_from: lowest score 0...1, None for no limit; images without a score fail it.
        score_to: highest score, likewise.
        text: must be part of the path or of the label or of the suggestion, whatever the case; empty for no condition.
    """

    states: frozenset[ImageState] = frozenset()
    labels: frozenset[int] = frozenset()
    suggestions: frozenset[int] = frozenset()
    folders: frozenset[str] = frozenset()
    score_from: float | None = None
    score_to: float | None = None
    text: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether every image passes."""
        return self == ImageFilter()


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What the gallery shows, and how.

    Attributes:
        filter: which images.
        sort: by what they are ordered; groups first, where there are groups.
        descending: the other way round.
        group: under which headings they stand.
    """

    filter: ImageFilter = field(default_factory=ImageFilter)
    sort: SortKey = SortKey.ADDED
    descending: bool = False
    group: GroupKey = GroupKey.NONE

    def with_filter(self, wanted: ImageFilter) -> Arrangement:
        """The same order with another filter."""
        return replace(self, filter=wanted)


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbouring rows under one heading.

    Attributes:
        title: what the heading says, safe to show.
        first_row: where the group begins.
        count: how many rows it has.
    """

    title: str
    first_row: int
    count: int
