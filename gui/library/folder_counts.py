"""Count the images in the folders that were opened, and in the folders directly below them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nlargest

from inference.pictures.scan import natural_key

MOST_SUBFOLDERS = 200
"""So many folders are listed below one source: the ones with the most images."""


@dataclass(frozen=True, slots=True)
class FolderCount:
    """How many images lie in a folder and below it.

    Attributes:
        folder: its absolute path; a source exactly as it was given.
        count: the images.
        level: 0 for a source, 1 for a folder directly below the source before it.
        unlisted: of a source, how many more folders there are directly below it.
    """

    folder: str
    count: int
    level: int = 0
    unlisted: int = 0


def folder_counts(
    paths: Iterable[str], sources: Sequence[str], *, most_subfolders: int = MOST_SUBFOLDERS
) -> list[FolderCount]:
    """Each source in the order given, followed by the folders directly below it, in natural order of their names.

    An image counts for every source that it lies in or below. A folder that is a source itself is not listed again
    below another one. Images outside all sources count nowhere. Nothing is looked up on disk.

    Args:
        paths: of the images, absolute.
        sources: folders, absolute; one that is given twice is listed once.
        most_subfolders: how many folders are listed below one source at most.
    """
    bare = {source.rstrip(os.sep): source for source in reversed(sources)}
    own = dict.fromkeys(bare, 0)
    below: dict[str, Counter[str]] = {folder: Counter() for folder in bare}
    shortest = min(map(len, bare), default=0)
    # Images share folders, so the way up is walked once for each folder, not for each image.
    for folder, count in Counter(path.rpartition(os.sep)[0] for path in paths).items():
        child, parent = "", folder
        while len(parent) >= shortest:
            if parent in own:
                own[parent] += count
                if child and child not in own:
                    below[parent][child] += count
            child, (parent, separator, _name) = parent, parent.rpartition(os.sep)
            if not separator:
                break
    result: list[FolderCount] = []
    for folder in dict.fromkeys(source.rstrip(os.sep) for source in sources):
        children = below[folder]
        listed = nlargest(most_subfolders, children.items(), key=_by_count)
        result.append(FolderCount(bare[folder], own[folder], unlisted=len(children) - len(listed)))
        result += (FolderCount(path, count, level=1) for path, count in sorted(listed, key=_by_name))
    return result


def _by_count(entry: tuple[str, int]) -> int:
    return entry[1]


def _by_name(entry: tuple[str, int]) -> str:
    return natural_key(entry[0].rpartition(os.sep)[2])
