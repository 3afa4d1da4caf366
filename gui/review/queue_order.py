"""Order the images that wait for a person, by what the model said of them."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from gui.review.review_queue import QueueOrder, ReviewQueue
from gui.viewer.class_ranking import folded
from inference.sessions.states import ImageState

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Places: TypeAlias = NDArray[np.int64]
    """(N,) int64: where images stand in the columns."""

    Numbers: TypeAlias = Sequence[int] | Sequence[float] | NDArray[np.integer] | NDArray[np.floating]
    """One number for each image."""

RANDOM_COUNT = 100
"""So many images are drawn for `QueueOrder.RANDOM_100`, or all where there are fewer."""

_SEED_LIMIT = 10_000
"""Seeds of four digits can be read aloud and typed."""

_WORDNET_ID = re.compile(r"^n\d{8}[ _-]*")
_ASCII_BREAKS = re.compile(r"[^0-9a-z]+")


@dataclass(frozen=True, slots=True)
class QueueColumns:
    """Images in columns; entry i of each column belongs to one image. Arrays, numpy's or Python's, or other sequences.

    Attributes:
        keys: in the session.
        states: an `ImageState` each; images that are neither SUGGESTED nor QUEUED do not wait for anybody.
        suggestions: vocabulary code of the model's first class.
        scores: its softmax 0...1.
        margins: softmax of the first less that of the second class.
        names: the text of each vocabulary code.
        folders: the numbers of the folders that the files lie in; needed for `QueueOrder.DISAGREES` only.
        folder_names: the last part of each numbered folder.
    """

    keys: Numbers
    states: Numbers
    suggestions: Numbers
    scores: Numbers
    margins: Numbers
    names: Sequence[str] = ()
    folders: Numbers = ()
    folder_names: Sequence[str] = ()


def build_queue(columns: QueueColumns, order: QueueOrder, *, seed: int | None = None) -> ReviewQueue:
    """Make the queue for a review that begins now.

    Equal images keep the order that they came in, so the same columns always give the same queue.

    Args:
        columns: the images that are shown.
        order: which of them, and which first.
        seed: for `RANDOM_100`, to draw the same images again; None draws a new one, which the queue tells.
    """
    import numpy as np  # noqa: PLC0415  # not needed for the first paint

    keys = np.asarray(columns.keys, dtype=np.int64)
    # numpy takes bytes for one text, and every other row of numbers for what it is.
    states = np.asarray(memoryview(columns.states) if isinstance(columns.states, bytes) else columns.states)
    suggested = np.flatnonzero(states == ImageState.SUGGESTED)
    match order:
        case QueueOrder.LEAST_CERTAIN:
            margins = np.asarray(columns.margins, dtype=np.float32)[suggested]
            queued = np.flatnonzero(states == ImageState.QUEUED)
            places = np.concatenate([suggested[np.argsort(margins, kind="stable")], queued])
        case QueueOrder.DISAGREES:
            places = _disagreeing(columns, suggested)
        case QueueOrder.BY_CLASS:
            places = _by_class(columns, suggested)
            codes = np.asarray(columns.suggestions, dtype=np.int64)[places]
            return ReviewQueue(_as_column(keys[places]), order, suggestions=codes)
        case QueueOrder.RANDOM_100:
            drawn = int(np.random.default_rng().integers(_SEED_LIMIT)) if seed is None else seed
            generator = np.random.Generator(np.random.PCG64(drawn))
            # Drawn from ascending keys: the sort of the gallery must not change what a seed means.
            ascending = suggested[np.argsort(keys[suggested], kind="stable")]
            places = generator.permutation(ascending)[:RANDOM_COUNT]
            return ReviewQueue(_as_column(keys[places]), order, seed=drawn)
    return ReviewQueue(_as_column(keys[places]), order)


def _as_column(keys: NDArray[np.int64]) -> array[int]:
    return array("q", keys.tobytes())


def name_forms(text: str) -> frozenset[str]:
    """The ways to write a class or folder name that count as the same name.

    Case, accents, punctuation and a WordNet number in front do not matter, and each of several names that are
    separated by commas is one: "tabby, tabby cat" is the folder "n02123045-tabby_cat".
    """
    parts = [text, *text.split(",")] if "," in text else [text]
    return frozenset(filter(None, (_folded(_WORDNET_ID.sub("", part.strip())) for part in parts)))


def _folded(text: str) -> str:
    """`folded`, ten times as quickly for the names that most models have."""
    return _ASCII_BREAKS.sub(" ", text.lower()).strip() if text.isascii() else folded(text)


def _disagreeing(columns: QueueColumns, suggested: Places) -> Places:
    """Folders that are named as a class come first: in a folder named "holiday" every suggestion disagrees."""
    import numpy as np  # noqa: PLC0415

    count = len(columns.folder_names)
    folders = np.asarray(columns.folders, dtype=np.int64)[suggested]
    codes = np.asarray(columns.suggestions, dtype=np.int64)[suggested]
    scores = np.asarray(columns.scores, dtype=np.float32)[suggested]
    folder_forms = [name_forms(folder) for folder in columns.folder_names]
    forms_of = [name_forms(name) for name in columns.names]
    codes_of: dict[str, list[int]] = {}
    for code in np.unique(codes).tolist():
        for form in forms_of[code]:
            codes_of.setdefault(form, []).append(code)
    agreeing = {
        code * count + folder
        for folder, forms in enumerate(folder_forms)
        for form in forms
        for code in codes_of.get(form, ())
    }
    disagrees = ~np.isin(codes * count + folders, sorted(agreeing))
    known = frozenset().union(*forms_of)
    is_foreign = np.asarray([form.isdisjoint(known) for form in folder_forms], dtype=bool)
    kept = np.flatnonzero(disagrees)
    return suggested[kept[np.lexsort((-scores[kept], is_foreign[folders[kept]]))]]


def _by_class(columns: QueueColumns, suggested: Places) -> Places:
    import numpy as np  # noqa: PLC0415

    codes = np.asarray(columns.suggestions, dtype=np.int64)[suggested]
    scores = np.asarray(columns.scores, dtype=np.float32)[suggested]
    _, class_of, sizes = np.unique(codes, return_inverse=True, return_counts=True)
    return suggested[np.lexsort((-scores, class_of, -sizes[class_of]))]
