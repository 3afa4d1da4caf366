"""Stream what a session keeps of the evidence for its suggestions: one small map an image, in portions."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inference.results import CropGeometry
from inference.sessions.byte_order import integers
from inference.sessions.halves import unpack_halves
from inference.sessions.loading import failure_sentence
from inference.sessions.names import Names
from inference.sessions.newest import CURRENT_FAILURE, NEWEST_RESULT, REMOVED, listed

if TYPE_CHECKING:
    from inference.arrays import EvidenceMap

PORTION = 500
"""So many images are read at once; others may read and write in between."""

_NUMBER = 4  # bytes: only the first class of each row is read
_COLUMNS = f"""SELECT i.id, i.path, f.problem, f.detail, substr(r.classes, 1, {_NUMBER}), substr(r.names, 1, {_NUMBER}),
    b.height, b.width, substr(b.evidence, 1, b.height * b.width * 2),
    r.crop_left, r.crop_top, r.crop_right, r.crop_bottom, r.width, r.height
    FROM image i
    LEFT JOIN decision d ON d.image_id = i.id
    LEFT JOIN result r ON r.id = {NEWEST_RESULT}
    LEFT JOIN bulk b ON b.result_id = r.id
    LEFT JOIN failure f ON {CURRENT_FAILURE}
    WHERE (d.mark IS NULL OR d.mark NOT IN {REMOVED})"""  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class StoredEvidence:
    """What is kept of one image's suggestion.

    Attributes:
        key: the image's.
        path: of its file.
        class_index: of the suggestion in its model, or -1 where there is none.
        class_name: as the model names it, or empty.
        contributions: (h, w) float32 in logits, the suggestion's map (float16 precision), or None: the image waits, it
            failed, its model has no maps, or the session was restored from a daily backup.
        crop: what the network saw, in original pixels; only with a map.
        width: of the upright original, in pixels; 0 without a map.
        height: likewise.
        failure: why classifying failed, a sentence, or empty.
    """

    key: int
    path: str
    class_index: int = -1
    class_name: str = ""
    contributions: EvidenceMap | None = None
    crop: CropGeometry | None = None
    width: int = 0
    height: int = 0
    failure: str = ""


def evidence_after(
    connection: sqlite3.Connection, names: Names, model_id: int, key: int, count: int = PORTION
) -> list[StoredEvidence]:
    """The next images of the list with higher keys than `key`, ascending; fewer than `count` are the last ones."""
    query = f"{_COLUMNS} AND i.id > :key ORDER BY i.id LIMIT :count"
    found = connection.execute(query, {"model": model_id, "key": key, "count": count}).fetchall()
    return list(_rows(connection, names, found))


def evidence_for(
    connection: sqlite3.Connection, names: Names, model_id: int, keys: Sequence[int]
) -> list[StoredEvidence]:
    """Certain images, keys ascending; removed and unknown ones are left out."""
    query = f"{_COLUMNS} AND i.id IN {listed(keys)} ORDER BY i.id"
    found = connection.execute(query, {"model": model_id}).fetchall()
    return list(_rows(connection, names, found))


def _rows(connection: sqlite3.Connection, names: Names, found: Sequence[tuple[Any, ...]]) -> Iterator[StoredEvidence]:
    # After the rows were read: then no name of theirs is missing, whatever another program writes meanwhile.
    names.refresh(connection)
    for key, path, problem, detail, classes, codes, height, width, evidence, *place in found:
        file = os.fsdecode(path)
        if problem is not None:
            yield StoredEvidence(key, file, failure=failure_sentence(file, problem, detail))
            continue
        if classes is None:
            yield StoredEvidence(key, file)
            continue
        subject = (integers("i", classes)[0], names.text(integers("i", codes)[0]))
        if not evidence:
            yield StoredEvidence(key, file, *subject)
            continue
        *box, original_width, original_height = place
        contributions = unpack_halves(evidence, (height, width))
        yield StoredEvidence(key, file, *subject, contributions, CropGeometry(*box), original_width, original_height)
