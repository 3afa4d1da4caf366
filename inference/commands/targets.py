"""Refuse to write where something of the person's would be lost: over an input, a picture, or somebody's file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from inference.attention.picture import MARK_BYTES, is_map_png
from inference.errors import OutputWriteError
from inference.pictures.formats import SNIFF_BYTES, has_picture_suffix, looks_like_picture
from inference.pictures.regular_file import NotRegularError, open_regular
from inference.sessions import suffix as session_files

MANIFEST_KEYS = frozenset({"class", "method", "crop", "model_sha256"})
"""By these a JSON file is known as one that `explain` wrote beside its numbers."""

_LARGEST_MANIFEST = 64_000_000


def inputs_of(paths: Iterable[str], model: str | None) -> tuple[str, ...]:
    """The files that a command reads, as far as they were named: pictures and, by file, a model."""
    return (*paths, *([] if model is None else [model]))


def require_rows_target(target: Path, inputs: Iterable[str]) -> None:
    """Refuse a file for rows that is one of the inputs, a session, or a picture (it may lie in a folder to classify).

    A name that is free is refused, too, where it is that of a session: one may be made there in the same run.

    Raises:
        OutputWriteError: rows would replace it, or it is a folder.
    """
    _require_no_input(target, inputs)
    first_bytes = _first_bytes(target, max(SNIFF_BYTES, session_files.MARK_BYTES))
    if session_files.belongs_to_session(str(target), first_bytes):
        raise OutputWriteError(str(target), "it belongs to a session, and rows would replace it. Choose another name.")
    if first_bytes is not None and (has_picture_suffix(str(target)) or looks_like_picture(first_bytes)):
        raise OutputWriteError(str(target), "it is a picture, and rows would replace it. Choose another name.")


def require_map_target(target: Path, inputs: Iterable[str]) -> None:
    """Refuse a file for a map that is one of the inputs, or a file that is no map.

    Raises:
        OutputWriteError: the map would replace it, or it is a folder.
    """
    _require_no_input(target, inputs)
    if _first_bytes(target, 0) is not None and not is_our_map(str(target)):
        raise OutputWriteError(str(target), "it is there already and is no map of Cardinal's. Choose another name.")


def require_numbers_target(target: Path, inputs: Iterable[str]) -> None:
    """Refuse a file for the numbers of a map, or the JSON file beside it, where an input or somebody's file would go.

    Raises:
        OutputWriteError: it would be replaced, or it is a folder.
    """
    manifest = target.with_suffix(".json")
    for path in (target, manifest):
        _require_no_input(path, inputs)
    content = _first_bytes(manifest, _LARGEST_MANIFEST)
    is_ours = content is not None and _is_manifest(content)
    if _first_bytes(target, 0) is not None and not is_ours:
        raise OutputWriteError(str(target), "it is there already and is not of Cardinal's making. Choose another name.")
    if content is not None and not is_ours:
        raise OutputWriteError(
            str(manifest), "it is there already and is not of Cardinal's making. Choose another name."
        )


def is_our_map(path: str) -> bool:
    """Whether it is a picture with a map that this program drew."""
    first_bytes = _first_bytes(Path(path), MARK_BYTES)
    return first_bytes is not None and is_map_png(first_bytes)


def _require_no_input(target: Path, inputs: Iterable[str]) -> None:
    # Unlike `Path.is_dir` this raises nothing for names that are too long.
    if os.path.isdir(target):  # noqa: PTH112
        raise OutputWriteError(str(target), "it is a folder.")
    for path in inputs:
        if _is_same(target, path):
            raise OutputWriteError(
                str(target), "it is one of the inputs, which are never changed. Choose another name."
            )


def _is_same(target: Path, path: str) -> bool:
    """Whether both names lead to one file."""
    try:
        return os.path.samefile(target, path)  # noqa: PTH121 - paths stay str as given
    except (OSError, ValueError):
        return False


def _first_bytes(path: Path, count: int) -> bytes | None:
    """The first bytes of a file; none of one that cannot be read; None where there is no file that could be lost."""
    try:
        descriptor = open_regular(str(path))
    except (FileNotFoundError, NotRegularError):
        return None
    except (OSError, ValueError):
        return b""
    with os.fdopen(descriptor, "rb") as file:
        try:
            return file.read(count)
        except OSError:
            return b""


def _is_manifest(content: bytes) -> bool:
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(fields, dict) and fields.keys() >= MANIFEST_KEYS
