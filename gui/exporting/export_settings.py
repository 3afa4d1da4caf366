"""Hold what a person wants exported, how and where, so that the same export can be done again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum

from inference.exports.folder_journal import FolderWay
from inference.exports.selection import Include

USUAL_SCORE = 0.9
USUAL_SHARES = (0.8, 0.1, 0.1)
USUAL_ROOT_TAG = "Cardinal"
LARGEST_SEED = 2**31 - 1
_ALL = 1.0
_CLOSE = 1e-6


class ExportForm(StrEnum):
    """What is written."""

    CSV = "csv"
    JSON_LINES = "json-lines"
    FOLDERS = "folders"
    """The pictures, in a folder for each label."""
    SPLITS = "splits"
    """Lists of paths for training, validation and test."""
    XMP = "xmp"
    """Keywords in sidecar files beside the pictures."""

    @property
    def is_file(self) -> bool:
        """Whether one file is written, so that the target is a file's path."""
        return self in {ExportForm.CSV, ExportForm.JSON_LINES}

    @property
    def has_target(self) -> bool:
        """Whether a place must be chosen; sidecars stand beside their pictures."""
        return self is not ExportForm.XMP

    @property
    def needs_plan(self) -> bool:
        """Whether many files are made, so that the plan is shown before anything is written."""
        return self in {ExportForm.FOLDERS, ExportForm.XMP}

    @property
    def has_states(self) -> bool:
        """Whether images without a label can be in it."""
        return self.is_file


class SidecarNaming(StrEnum):
    """What a sidecar is called."""

    FULL_NAME = "full-name"
    """`photo.jpg.xmp`, as digiKam and darktable do."""
    STEM = "stem"
    """`photo.xmp`, as Adobe's programs do."""


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """One export.

    Attributes:
        include: which images.
        score_from: softmax 0...1 from which suggestions are taken along (`Include.SUGGESTED`).
        form: what is written.
        target: absolute path of the file or of the folder, undecodable bytes as surrogate escapes; empty where none was
            chosen or none is needed.
        relative: paths are written relative to `root` where they lie below it.
        root: an absolute folder; empty for the images' common folder.
        for_spreadsheets: cells that a spreadsheet would take for formulas are guarded (CSV).
        way: how pictures get into class folders.
        unsure_folder: images marked unsure get a folder of their own.
        shares: of training, validation and test; they add up to 1.
        seed: the same seed gives the same lists.
        naming: of sidecars.
        root_tag: the keyword above all of ours in sidecars.
        last_keywords: sidecars also get the keyword field that Windows reads.
    """

    include: Include = Include.REVIEWED
    score_from: float = USUAL_SCORE
    form: ExportForm = ExportForm.CSV
    target: str = ""
    relative: bool = True
    root: str = ""
    for_spreadsheets: bool = True
    way: FolderWay = FolderWay.COPY
    unsure_folder: bool = False
    shares: tuple[float, float, float] = USUAL_SHARES
    seed: int = 0
    naming: SidecarNaming = SidecarNaming.FULL_NAME
    root_tag: str = USUAL_ROOT_TAG
    last_keywords: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing but images to export."""
        has_place = bool(self.target) and os.path.isabs(self.target)  # noqa: PTH117 - Path would change the text
        has_tag = self.form is not ExportForm.XMP or bool(self.root_tag)
        return (has_place or not self.form.has_target) and has_tag

    def to_json(self) -> dict[str, object]:
        """As a value that JSON can hold; paths keep their surrogate escapes, so write it as ASCII."""
        return {**asdict(self), "shares": list(self.shares)}

    @classmethod
    def from_json(cls, value: object) -> ExportSettings:
        """From such a value; what is missing or makes no sense there is as usual."""
        if not isinstance(value, Mapping):
            return cls()
        usual = cls()
        return cls(**{field.name: _read(field.name, value, usual) for field in fields(cls)})  # type: ignore[arg-type]  # each is checked


def _read(name: str, value: Mapping[object, object], usual: ExportSettings) -> object:
    """One field, or what it usually is."""
    given, fallback = value.get(name), getattr(usual, name)
    if name == "shares":
        return _shares(given)
    if isinstance(fallback, StrEnum):
        kinds = {entry.value: entry for entry in type(fallback)}
        return kinds.get(given, fallback) if isinstance(given, str) else fallback
    if isinstance(fallback, bool) or isinstance(given, bool):
        return given if isinstance(given, bool) and isinstance(fallback, bool) else fallback
    if name == "seed":
        return given if isinstance(given, int) and 0 <= given <= LARGEST_SEED else fallback
    if name == "score_from":
        return float(given) if isinstance(given, int | float) and 0 <= given <= _ALL else fallback
    return given if isinstance(given, str) else fallback


def _shares(given: object) -> tuple[float, float, float]:
    if not isinstance(given, list | tuple) or len(given) != len(USUAL_SHARES):
        return USUAL_SHARES
    if not all(isinstance(share, int | float) and 0 <= share <= _ALL for share in given):
        return USUAL_SHARES
    train, val, test = (float(share) for share in given)
    return (train, val, test) if abs(train + val + test - _ALL) < _CLOSE else USUAL_SHARES
