"""Describe what an export is going to do: a preview of its rows, or the plan of the files that it will make."""

from __future__ import annotations

from dataclasses import dataclass

from gui.exporting.export_settings import ExportForm, ExportSettings

SHOWN_ENTRIES = 100
"""So many entries of a plan are listed; the counts are of all."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an export would hold.

    Attributes:
        settings: what this is the preview of; one of older settings is not shown.
        count: labels (rows, files) that would be written.
        lines: the first of them as they would be written.
        problems: why it cannot be done, a sentence each; with one of them Export stays disabled.
        target_exists: a file is there already.
        reviewed_count: images with a person's label, whatever the settings say.
    """

    settings: ExportSettings
    count: int
    lines: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    target_exists: bool = False
    reviewed_count: int = 0


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """One file that will be made or changed.

    Attributes:
        source: path of the picture.
        target: what is written: the path below the target folder, or the sidecar's path.
        note: what is special about it, a sentence, or empty.
    """

    source: str
    target: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What will happen to files. Nothing has been written.

    Attributes:
        settings: what this is the plan of.
        to_write: files that will be made, or changed (sidecars).
        renamed: of these, files that get another name, because two would have the same one (E-415).
        existing: of these, sidecars that are there and will be written into (C-2).
        unchanged: files that are there already as they shall be.
        missing: pictures that are not there or cannot be read.
        refused: files that will be left alone, for the reasons in `problems` or in the entries' notes.
        total_bytes: to be copied.
        entries: the first of them.
        problems: what else there is to know, a sentence each.
        is_possible: it can be carried out.
        is_other_disk: it cannot, because hard links do not reach another disk (E-416).
    """

    settings: ExportSettings
    to_write: int
    renamed: int = 0
    existing: int = 0
    unchanged: int = 0
    missing: int = 0
    refused: int = 0
    total_bytes: int = 0
    entries: tuple[PlanEntry, ...] = ()
    problems: tuple[str, ...] = ()
    is_possible: bool = True
    is_other_disk: bool = False

    @property
    def is_of_sidecars(self) -> bool:
        """Whether it is about sidecars, not about class folders."""
        return self.settings.form is ExportForm.XMP
