"""Say in SQL which answer counts for an image; every reader uses these words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inference.sessions.marks import is_removed, make_mark, source_of
from inference.sessions.states import ANSWER_STATES, ImageState

NO_MODEL = -1
"""Stands where no model was chosen: it has no results."""

FILE_FAULT = 0
"""Stands as `model_id` of a failure that is the file's, whatever the model."""

NEWEST_RESULT = """(SELECT max(candidate.id) FROM result candidate WHERE candidate.content_hash = i.content_hash
    AND candidate.model_id = :model AND candidate.id > i.ignored)"""
"""The id of the newest result of the model `:model` for the content of image `i`, whatever the device."""

CURRENT_FAILURE = f"f.image_id = i.id AND f.model_id IN ({FILE_FAULT}, :model)"
"""Joins the failure `f` of image `i`, of which there is one at most."""

HOMELESS = "(instr(i.path, x'00') > 0)"
"""Whether the file of image `i` is gone and its name another image's (see `settling`); no file's path has a zero."""

_ALL_MARKS = [
    make_mark(state, imported=imported, removed=removed)
    for state in (None, *(state for state in ImageState if state not in ANSWER_STATES))
    for imported in (False, True)
    for removed in (False, True)
]


def _listed(marks: Iterator[int]) -> str:
    return f"({', '.join(map(str, marks))})"


LABELLED = _listed(mark for mark in _ALL_MARKS if source_of(mark) is not None and not is_removed(mark))
"""The marks of images on the list that have a label, for `mark IN ...`."""

REMOVED = _listed(mark for mark in _ALL_MARKS if is_removed(mark))
"""The marks of images that were taken off the list."""

_MOST_AT_ONCE = 500


def portions(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    """The keys in lists that one statement takes."""
    for start in range(0, len(keys), _MOST_AT_ONCE):
        yield keys[start : start + _MOST_AT_ONCE]


def listed(keys: Sequence[int]) -> str:
    """Keys for `id IN ...`; they are numbers, so nothing can be smuggled in."""
    return f"({', '.join(str(int(key)) for key in keys)})"
