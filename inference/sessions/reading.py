"""Read single answers back: whole classifications, maps, embeddings, crops."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from inference.errors import ImageReadError
from inference.results import Classification, CropGeometry, PictureFacts, Prediction
from inference.sessions.answers import BAD_PROFILE, MORE_FRAMES
from inference.sessions.byte_order import floats, integers
from inference.sessions.halves import unpack_halves
from inference.sessions.identity import real_hash
from inference.sessions.loading import stored_error
from inference.sessions.names import Names
from inference.sessions.newest import CURRENT_FAILURE, NEWEST_RESULT, listed, portions

if TYPE_CHECKING:
    from inference.arrays import Embedding, EvidenceMap

_CLASSIFICATION = f"""SELECT i.path, i.content_hash, i.mtime_ns, m.name, r.device, r.precision, r.classes, r.names,
    r.probabilities, r.logits, r.width, r.height, r.format, r.size, r.flags,
    r.crop_left, r.crop_top, r.crop_right, r.crop_bottom, b.maps, b.height, b.width, b.evidence
    FROM image i
    JOIN result r ON r.id = {NEWEST_RESULT}
    JOIN model m ON m.id = r.model_id
    LEFT JOIN bulk b ON b.result_id = r.id
    WHERE i.id = :key"""  # noqa: S608 - made of constants

_JOINED = f"FROM image i JOIN result r ON r.id = {NEWEST_RESULT}"
_FIRST_MAP = f"SELECT i.id, b.height, b.width, substr(b.evidence, 1, b.height * b.width * 2) {_JOINED}"
_CROP = f"SELECT i.id, r.crop_left, r.crop_top, r.crop_right, r.crop_bottom, r.width, r.height {_JOINED}"
_FAILURE = f"SELECT i.id, i.path, f.problem, f.detail FROM image i JOIN failure f ON {CURRENT_FAILURE}"  # noqa: S608 - made of constants
_EMBEDDING = f"SELECT i.id, b.embedding {_JOINED}"
_BULK = "JOIN bulk b ON b.result_id = r.id"


def classification_of(connection: sqlite3.Connection, names: Names, model_id: int, key: int) -> Classification | None:
    """The newest answer of a model for an image, or None.

    The evidence is None where there is none: the model gives none, or the session was restored from a daily backup.
    """
    row = connection.execute(_CLASSIFICATION, {"model": model_id, "key": key}).fetchone()
    if row is None:
        return None
    names.refresh(connection)
    path, content_hash, mtime_ns, model, device, precision, *rest = row
    classes, codes, probabilities, logits, width, height, image_format, size, flags, *rest = rest
    left, top, right, bottom, maps, map_height, map_width, evidence = rest
    facts = PictureFacts(
        width,
        height,
        image_format,
        size,
        has_more_frames=bool(flags & MORE_FRAMES),
        has_bad_profile=bool(flags & BAD_PROFILE),
        mtime_ns=mtime_ns,
        content_hash=real_hash(content_hash),
    )
    return Classification(
        path=os.fsdecode(path),
        facts=facts,
        crop=CropGeometry(left, top, right, bottom),
        predictions=tuple(_predictions(names, classes, codes, probabilities, logits)),
        evidence=unpack_halves(evidence, (maps, map_height, map_width)) if maps else None,
        model=model,
        device=device,
        precision=precision,
    )


def _predictions(names: Names, classes: bytes, codes: bytes, *numbers: bytes) -> Iterator[Prediction]:
    probabilities, logits = map(floats, numbers)
    columns = zip(integers("i", classes), integers("i", codes), probabilities, logits, strict=True)
    for index, code, probability, logit in columns:
        yield Prediction(index, names.text(code), probability, logit)


def evidence_of(connection: sqlite3.Connection, model_id: int, keys: Sequence[int]) -> dict[int, EvidenceMap]:
    """(h, w) float32 maps of the images' first classes, where there are any."""
    return {
        key: unpack_halves(data, (height, width))
        for key, height, width, data in _rows(connection, f"{_FIRST_MAP} {_BULK}", model_id, keys)
        if data
    }


def crops_of(
    connection: sqlite3.Connection, model_id: int, keys: Sequence[int]
) -> dict[int, tuple[CropGeometry, int, int]]:
    """What the network saw of the images, and the originals' width and height."""
    rows = _rows(connection, _CROP, model_id, keys)
    return {key: (CropGeometry(*box), width, height) for key, *box, width, height in rows}


def failures_of(connection: sqlite3.Connection, model_id: int, keys: Sequence[int]) -> dict[int, ImageReadError]:
    """Why pictures could not be read; failures of the model or the device are left out."""
    errors = {
        key: stored_error(os.fsdecode(path), problem, detail)
        for key, path, problem, detail in _rows(connection, _FAILURE, model_id, keys)
    }
    return {key: error for key, error in errors.items() if error is not None}


def embeddings_of(connection: sqlite3.Connection, model_id: int, keys: Sequence[int]) -> dict[int, Embedding]:
    """(K,) float32, where there are any."""
    rows = _rows(connection, f"{_EMBEDDING} {_BULK}", model_id, keys)
    return {key: unpack_halves(data, (-1,)) for key, data in rows if data}


def content_hashes_of(connection: sqlite3.Connection, keys: Sequence[int]) -> dict[int, bytes]:
    """SHA-256 of the images' bytes, 32 bytes each, where it is known."""
    found: dict[int, bytes] = {}
    for some in portions(keys):
        query = f"SELECT id, content_hash FROM image WHERE id IN {listed(some)}"  # noqa: S608 - numbers
        found.update((key, real_hash(content_hash)) for key, content_hash in connection.execute(query))
    return {key: content_hash for key, content_hash in found.items() if content_hash}


def _rows(connection: sqlite3.Connection, query: str, model_id: int, keys: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    for some in portions(keys):
        yield from connection.execute(f"{query} WHERE i.id IN {listed(some)}", {"model": model_id})
