"""Describe what is to be done to sidecars: how they are named, what shall be in each, which are left alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from inference.exports.sidecar_file import SidecarTrouble
from inference.exports.xmp import DEFAULT_ROOT, XmpLabel

_SUFFIX = ".xmp"


class SidecarNaming(StrEnum):
    """How a sidecar is named; programs look for one of the two only."""

    WHOLE_NAME = "whole-name"
    """`photo.jpg.xmp`, as digiKam and darktable do."""
    STEM = "stem"
    """`photo.xmp`, as Adobe's programs do; `photo.jpg` and `photo.png` share it."""


class SidecarAction(StrEnum):
    """What happens to one sidecar."""

    NEW = "new"
    """There is none; it is made."""
    MERGE = "merge"
    """There is one; our keywords are written into it."""
    UNCHANGED = "unchanged"
    """It says all of this already, or there is nothing of ours to take back."""
    TAKE_BACK = "take-back"
    """The image has no label (any more): our keywords leave the sidecar."""
    DELETE = "delete"
    """Likewise; the sidecar was ours, and nothing else is in it."""


@dataclass(frozen=True, slots=True)
class SidecarOptions:
    """How sidecars are written.

    Attributes:
        naming: of the files.
        root: the tag above our keywords.
        has_last_keyword: also write `MicrosoftPhoto:LastKeywordXMP`.
    """

    naming: SidecarNaming = SidecarNaming.WHOLE_NAME
    root: str = DEFAULT_ROOT
    has_last_keyword: bool = False


@dataclass(frozen=True, slots=True)
class SidecarEntry:
    """One sidecar of a plan.

    Attributes:
        sidecar: its path; where it is a link, that to which it leads.
        images: paths of the pictures that it is about; more than one only where names share a stem.
        label: what it shall say; None: nothing of ours.
        action: what has to be done, as it looked when the plan was made.
    """

    sidecar: str
    images: tuple[str, ...]
    label: XmpLabel | None
    action: SidecarAction


@dataclass(frozen=True, slots=True)
class SidecarProblem:
    """A sidecar that is left as it is.

    Attributes:
        sidecar: its path.
        images: paths of the pictures that it is about.
        trouble: which kind of reason.
        reason: a sentence.
    """

    sidecar: str
    images: tuple[str, ...]
    trouble: SidecarTrouble
    reason: str


@dataclass(frozen=True, slots=True)
class SidecarPlan:
    """What writing would do.

    Attributes:
        entries: sidecars, in the order of the images.
        problems: sidecars that will be left alone.
        shared: entries and problems that are about more than one picture each, by the path of the sidecar.
    """

    entries: tuple[SidecarEntry, ...]
    problems: tuple[SidecarProblem, ...] = ()
    shared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def count(self, action: SidecarAction) -> int:
        """So many sidecars have this ahead of them."""
        return sum(entry.action is action for entry in self.entries)


def sidecar_path(image: str, naming: SidecarNaming) -> str:
    """Where the sidecar of a picture is."""
    stem = image if naming is SidecarNaming.WHOLE_NAME else os.path.splitext(image)[0]  # noqa: PTH122 - paths are text
    return stem + _SUFFIX
