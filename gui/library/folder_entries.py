"""Name the rows of opened folders so that equal names can be told apart and nothing is left out silently."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence

from gui.library.facet_model import FacetEntry
from gui.library.folder_counts import FolderCount
from gui.plain_text import file_name
from gui.words import counted, tr


def folder_entries(folders: Sequence[FolderCount]) -> list[FacetEntry]:
    """The rows of sources and the folders below them, in the order given; after a source, what is not listed."""
    names = Counter(file_name(folder.folder) for folder in folders if folder.level == 0)
    entries: list[FacetEntry] = []
    unlisted: FacetEntry | None = None
    for folder in folders:
        if folder.level == 0:
            entries += [unlisted] if unlisted is not None else []
            unlisted = _unlisted_entry(folder)
        name = file_name(folder.folder)
        if folder.level == 0 and names[name] > 1:
            parent = file_name(folder.folder.rstrip(os.sep).removesuffix(name)) or os.sep
            name = tr("{folder} in {parent}").format(folder=name, parent=parent)
        entries.append(FacetEntry(folder.folder, name, folder.count, folder.level, tip=folder.folder))
    entries += [unlisted] if unlisted is not None else []
    return entries


def _unlisted_entry(folder: FolderCount) -> FacetEntry | None:
    """A line that names no folder: no path contains the NUL of its key."""
    if not folder.unlisted:
        return None
    text = counted(folder.unlisted, "and %n more folder", "and %n more folders")
    return FacetEntry(f"{folder.folder}\0", text, 0, level=1, is_choice=False)
