"""Divide batches into parts for threads of their own, and put the answers together; the same for every runtime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_PARTS = 4
"""A batch has eight pictures (decision 0031), and a thread is no faster with one picture than with two."""

LONG_S = 1.0
"""A run of so long is likely to go on for longer than opening the model once more takes (0.1 to 0.8 s)."""


def shared_out(feeds: Mapping[str, NDArray[Any]], count: int) -> list[dict[str, NDArray[Any]]]:
    """The inputs in so many parts of a batch, as alike as possible."""
    shared: dict[str, list[NDArray[Any]]] = {name: np.array_split(array, count) for name, array in feeds.items()}
    return [{name: np.ascontiguousarray(parts[part]) for name, parts in shared.items()} for part in range(count)]


def joined(arrays: Sequence[NDArray[Any]], *, is_constant: bool) -> NDArray[Any]:
    """An output of all parts as one array of its own.

    Args:
        arrays: of each part, in order.
        is_constant: it is the same for every part, such as the head's weights.
    """
    return np.array(arrays[0]) if is_constant or len(arrays) == 1 else np.concatenate(arrays)


def file_stamp(path: str) -> tuple[int, int]:
    """What tells whether a file was changed or replaced; network folders give the same file other numbers (inodes).

    Raises:
        OSError: it cannot be found.
    """
    facts = Path(path).stat()
    return facts.st_size, facts.st_mtime_ns
