"""Find the photographs of a folder with which a card is measured."""

from __future__ import annotations

from pathlib import Path

_SUFFIXES = frozenset({".jpg", ".jpeg"})


def jpeg_files(folder: Path) -> list[Path]:
    """The JPEG files of a folder, in order; a list of labels or a note beside them is none.

    Raises:
        FileNotFoundError: there are none.
    """
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
    if not found:
        raise FileNotFoundError(f"{folder} has no JPEG files")
    return found
