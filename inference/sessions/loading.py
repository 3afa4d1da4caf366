"""Read images in columns, as the window's list takes them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence

from inference.errors import ImageProblem, ImageReadError
from inference.sessions.marks import NO_NAME
from inference.sessions.names import Names, unpack_text
from inference.sessions.newest import CURRENT_FAILURE, NEWEST_RESULT, listed
from inference.sessions.records import NO_SCORE, ImageRows
from inference.sessions.states import ImageState

_COLUMNS = f"""SELECT i.id, i.path, i.mtime_ns, d.mark, d.name, r.suggestion, r.score, r.margin, f.problem, f.detail
    FROM image i
    LEFT JOIN decision d ON d.image_id = i.id
    LEFT JOIN result r ON r.id = {NEWEST_RESULT}
    LEFT JOIN failure f ON {CURRENT_FAILURE}"""  # noqa: S608 - made of constants

_PROBLEMS = frozenset(problem.value for problem in ImageProblem)
_NS = 1e9


def rows_after(connection: sqlite3.Connection, names: Names, model_id: int, key: int, count: int) -> ImageRows:
    """The next images in ascending order of their keys.

    Args:
        connection: any.
        names: of the session; it is refreshed.
        model_id: whose answers count.
        key: the images have higher keys.
        count: at most so many; fewer are the last ones.
    """
    query = f"{_COLUMNS} WHERE i.id > :key ORDER BY i.id LIMIT :count"
    cursor = connection.execute(query, {"model": model_id, "key": key, "count": count})
    return _in_columns(cursor.fetchall(), connection, names)


def rows_of(connection: sqlite3.Connection, names: Names, model_id: int, keys: Sequence[int]) -> ImageRows:
    """Certain images, in ascending order of their keys."""
    query = f"{_COLUMNS} WHERE i.id IN {listed(keys)} ORDER BY i.id"
    return _in_columns(connection.execute(query, {"model": model_id}).fetchall(), connection, names)


def append_new(rows: ImageRows, first_key: int, files: Sequence[tuple[bytes, int, int]]) -> None:
    """Add images that were just found, with keys from `first_key` on.

    Args:
        rows: of images with lower keys.
        first_key: of the first file.
        files: (path, size, mtime in nanoseconds).
    """
    new = ImageRows.queued([os.fsdecode(path) for path, _, _ in files], first_key)
    rows.keys.extend(new.keys)
    rows.paths.extend(new.paths)
    rows.answers.extend(new.answers)
    rows.suggestions.extend(new.suggestions)
    rows.scores.extend(new.scores)
    rows.margins.extend(new.margins)
    rows.marks.extend(new.marks)
    rows.labels.extend(new.labels)
    rows.times.extend(mtime_ns / _NS for _, _, mtime_ns in files)


def failure_sentence(path: str, problem: str, detail: bytes) -> str:
    """Why an image failed, from what was stored."""
    error = stored_error(path, problem, detail)
    return unpack_text(detail) if error is None else str(error)


def stored_error(path: str, problem: str, detail: bytes) -> ImageReadError | None:
    """The error as it was kept, if it is the picture's; None for one of the model or the device."""
    return ImageReadError(path, ImageProblem(problem), unpack_text(detail)) if problem in _PROBLEMS else None


def _in_columns(found: Iterable[tuple], connection: sqlite3.Connection, names: Names) -> ImageRows:  # type: ignore[type-arg]  # SQLite's columns have no types
    # After the rows were read: then no name of theirs is missing, whatever another program writes meanwhile.
    names.refresh(connection)
    rows = ImageRows()
    for key, path_bytes, mtime_ns, mark, label, suggestion, score, margin, problem, detail in found:
        path = os.fsdecode(path_bytes)
        rows.keys.append(key)
        rows.paths.append(path)
        rows.times.append(mtime_ns / _NS)
        rows.marks.append(mark or 0)
        rows.labels.append(NO_NAME if label is None else names.code(label))
        if problem is None and suggestion is not None:
            rows.answers.append(ImageState.SUGGESTED)
            rows.suggestions.append(names.code(suggestion))
            rows.scores.append(score)
            rows.margins.append(margin)
            continue
        rows.suggestions.append(NO_NAME)
        rows.scores.append(NO_SCORE)
        rows.margins.append(NO_SCORE)
        rows.answers.append(ImageState.QUEUED if problem is None else ImageState.FAILED)
        if problem is not None:
            rows.reasons[key] = failure_sentence(path, problem, detail)
    return rows
