"""Read images as exports see them: state, label, who stands behind it, what the model said."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from inference.sessions.byte_order import floats, integers
from inference.sessions.identity import real_hash
from inference.sessions.loading import failure_sentence
from inference.sessions.marks import decision_of, is_removed, source_of
from inference.sessions.names import Names
from inference.sessions.newest import CURRENT_FAILURE, NEWEST_RESULT, listed
from inference.sessions.records import LabelledImage, SessionModel
from inference.sessions.states import ImageState

PORTION = 500

_COLUMNS = f"""SELECT i.id, i.path, i.content_hash, d.mark, d.name, d.at, r.names, r.probabilities, r.device,
    r.precision, f.problem, f.detail
    FROM image i
    LEFT JOIN decision d ON d.image_id = i.id
    LEFT JOIN result r ON r.id = {NEWEST_RESULT}
    LEFT JOIN failure f ON {CURRENT_FAILURE}"""  # noqa: S608 - made of constants


class LabelledReader:
    """Makes `LabelledImage`s of rows.

    Attributes:
        last_key: of the last image read; the next portion begins behind it.
    """

    def __init__(self, names: Names, model_id: int, model: SessionModel | None) -> None:
        """Read nothing yet; the arguments are those of the session."""
        self._names = names
        self._model_id = model_id
        self._model = model
        self.last_key = 0

    def next_portion(self, connection: sqlite3.Connection) -> list[LabelledImage] | None:
        """The next images of the list (removed ones are left out), or None after the last."""
        query = f"{_COLUMNS} WHERE i.id > :key ORDER BY i.id LIMIT {PORTION}"
        values = {"model": self._model_id, "key": self.last_key}
        rows = connection.execute(query, values).fetchall()
        if not rows:
            return None
        self.last_key = rows[-1][0]
        return list(self._images(connection, rows))

    def portion_of(self, connection: sqlite3.Connection, keys: Sequence[int]) -> list[LabelledImage]:
        """These images (removed and unknown ones are left out), in the order given."""
        query = f"{_COLUMNS} WHERE i.id IN {listed(keys)}"
        rows = connection.execute(query, {"model": self._model_id}).fetchall()
        images = {image.key: image for image in self._images(connection, rows)}
        return [images[key] for key in keys if key in images]

    def _images(self, connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> Iterator[LabelledImage]:
        self._names.refresh(connection)
        for row in rows:
            if not is_removed(row[3] or 0):
                yield self._image(*row)

    def _image(
        self,
        key: int,
        path_bytes: bytes,
        content_hash: bytes | None,
        mark: int | None,
        name: int | None,
        at: float | None,
        *answer: Any,  # noqa: ANN401 - SQLite's columns have no types
    ) -> LabelledImage:
        path = os.fsdecode(path_bytes)
        names, probabilities, device, precision, problem, detail = answer
        is_answered = names is not None and problem is None
        predictions = tuple(self._predictions(names, probabilities)) if is_answered else ()
        decision, source = decision_of(mark or 0), source_of(mark or 0)
        label = self._names.text(name) if source is not None and name is not None else ""
        return LabelledImage(
            key=key,
            path=path,
            state=decision or _answer_state(problem, is_answered=is_answered),
            label=label,
            source=source,
            score=_score_of(label, predictions) if source is not None else None,
            predictions=predictions,
            model=self._model.name if self._model is not None and is_answered else "",
            model_hash=self._model.model_hash if self._model is not None and is_answered else "",
            decided_at=at if decision is not None else None,
            failure="" if problem is None else failure_sentence(path, problem, detail),
            content_hash=real_hash(content_hash),
            device=device if is_answered else "",
            precision=precision if is_answered else "",
        )

    def _predictions(self, names: bytes, probabilities: bytes) -> Iterator[tuple[str, float]]:
        for code, probability in zip(integers("i", names), floats(probabilities), strict=True):
            yield self._names.text(code), probability


def _score_of(label: str, predictions: Sequence[tuple[str, float]]) -> float | None:
    """The score of a label; of two classes with the same name the better one counts."""
    return next((score for name, score in predictions if name == label), None)


def _answer_state(problem: str | None, *, is_answered: bool) -> ImageState:
    if problem is not None:
        return ImageState.FAILED
    return ImageState.SUGGESTED if is_answered else ImageState.QUEUED
