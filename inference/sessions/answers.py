"""Write down what models say of images, and why they say nothing."""

from __future__ import annotations

import os
import sqlite3
import time
from array import array
from collections.abc import Callable, Sequence

from inference.errors import CardinalError, ImageProblem, ImageReadError
from inference.results import Classification
from inference.sessions.byte_order import little_endian
from inference.sessions.halves import pack_halves
from inference.sessions.identity import real_hash, stand_in, storable_time
from inference.sessions.names import Names, pack_text
from inference.sessions.newest import FILE_FAULT, listed, portions
from inference.sessions.records import KeptAnswer
from inference.sessions.status import model_id_named

MORE_FRAMES = 1
BAD_PROFILE = 2

_INSERT_RESULT = """INSERT INTO result (content_hash, model_id, device, precision, suggestion, score, margin, classes,
    names, probabilities, logits, width, height, format, size, flags, crop_left, crop_top, crop_right, crop_bottom, at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


def keep_answers(
    connection: sqlite3.Connection, names: Names, model_id: int, model_name: str, answers: Sequence[KeptAnswer]
) -> None:
    """Write answers, inside the caller's transaction.

    An answer of a model with another name (it was on its way when the model was changed) is kept as that model's.

    Args:
        connection: that writes.
        names: of the session; class names are added.
        model_id: the model whose answers these are.
        model_name: its name.
        answers: of images that the session knows; others are left out.
    """
    for answer in answers:
        if not _is_its_own(connection, answer):
            continue
        if isinstance(answer.outcome, Classification):
            said_by = model_id
            if answer.outcome.model != model_name:
                said_by = model_id_named(connection, answer.outcome.model) or model_id
            _keep_result(connection, names.vocabulary.code, said_by, answer, answer.outcome)
        else:
            _keep_failure(connection, model_id, answer.key, answer.outcome.error)


def _is_its_own(connection: sqlite3.Connection, answer: KeptAnswer) -> bool:
    """Whether the image is known, and is the file that was looked at."""
    row = connection.execute("SELECT path FROM image WHERE id = ?", (answer.key,)).fetchone()
    return row is not None and (not answer.path or row[0] == os.fsencode(answer.path))


def _keep_result(
    connection: sqlite3.Connection,
    code_of: Callable[[str], int],
    model_id: int,
    answer: KeptAnswer,
    outcome: Classification,
) -> None:
    query = "SELECT path, size, mtime_ns, content_hash FROM image WHERE id = ?"
    path, size, mtime_ns, hash_before = connection.execute(query, (answer.key,)).fetchone()
    facts = outcome.facts
    if real_hash(hash_before) not in {b"", facts.content_hash}:
        # Labels follow their bytes (`settling`): the next scan must know whose file it was.
        connection.execute("INSERT OR IGNORE INTO former VALUES (?, ?, ?)", (answer.key, size, hash_before))
    if facts.mtime_ns:
        # What was really read counts, should the file have changed since it was found.
        size, mtime_ns = facts.size_bytes, storable_time(facts.mtime_ns)
    content_hash = facts.content_hash or stand_in(path, size, mtime_ns)
    connection.execute(
        "UPDATE image SET content_hash = ?, size = ?, mtime_ns = ? WHERE id = ?",
        (content_hash, size, mtime_ns, answer.key),
    )
    connection.execute(
        "DELETE FROM failure WHERE image_id = ? AND model_id IN (?, ?)", (answer.key, FILE_FAULT, model_id)
    )
    _drop_same(connection, (content_hash, model_id, outcome.device, outcome.precision))
    predictions = outcome.predictions
    names = array("i", (code_of(prediction.label) for prediction in predictions))
    first, second = predictions[0].probability, predictions[1].probability if len(predictions) > 1 else 0.0
    crop = outcome.crop
    flags = MORE_FRAMES * facts.has_more_frames | BAD_PROFILE * facts.has_bad_profile
    cursor = connection.execute(
        _INSERT_RESULT,
        (
            *(content_hash, model_id, outcome.device, outcome.precision, names[0], first, first - second),
            little_endian(array("i", (prediction.index for prediction in predictions))),
            little_endian(names),
            little_endian(array("f", (prediction.probability for prediction in predictions))),
            little_endian(array("f", (prediction.logit for prediction in predictions))),
            *(facts.width, facts.height, facts.format, facts.size_bytes, flags),
            *(crop.left, crop.top, crop.right, crop.bottom, time.time()),
        ),
    )
    _keep_bulk(connection, cursor.lastrowid or 0, answer, outcome)


def _keep_bulk(connection: sqlite3.Connection, result_id: int, answer: KeptAnswer, outcome: Classification) -> None:
    """Evidence and embedding: in a table of their own, since lists and backups do without them."""
    if outcome.evidence is None and answer.embedding is None:
        return
    shape, evidence = (0, 0, 0), b""
    if outcome.evidence is not None:
        maps, height, width = outcome.evidence.shape
        shape, evidence = (maps, height, width), pack_halves(outcome.evidence)
    embedding = b"" if answer.embedding is None else pack_halves(answer.embedding)
    connection.execute(
        "INSERT INTO bulk (result_id, maps, height, width, evidence, embedding) VALUES (?, ?, ?, ?, ?, ?)",
        (result_id, *shape, evidence, embedding),
    )


def _drop_same(connection: sqlite3.Connection, identity: tuple[bytes, int, str, str]) -> None:
    """A new answer of the same model on the same device takes the place of the old one."""
    old = connection.execute(
        "SELECT id FROM result WHERE content_hash = ? AND model_id = ? AND device = ? AND precision = ?", identity
    ).fetchall()
    for (result_id,) in old:
        connection.execute("DELETE FROM bulk WHERE result_id = ?", (result_id,))
        connection.execute("DELETE FROM result WHERE id = ?", (result_id,))


def _keep_failure(connection: sqlite3.Connection, model_id: int, key: int, error: CardinalError) -> None:
    """An image has one failure that counts at most: the file's, or else one for each model."""
    if isinstance(error, ImageReadError) and error.problem is not ImageProblem.NO_VALID_NUMBERS:
        connection.execute("DELETE FROM failure WHERE image_id = ?", (key,))
        fault = FILE_FAULT
    else:
        connection.execute("DELETE FROM failure WHERE image_id = ? AND model_id = ?", (key, FILE_FAULT))
        fault = model_id
    detail = error.detail if isinstance(error, ImageReadError) else str(error)
    connection.execute(
        "INSERT OR REPLACE INTO failure (image_id, model_id, problem, detail) VALUES (?, ?, ?, ?)",
        (key, fault, error.kind, pack_text(detail)),
    )


def forget_answers(connection: sqlite3.Connection, keys: Sequence[int] | None) -> None:
    """Let no answer so far count for some images, or for all, inside the caller's transaction.

    The results stay: another image may have the same content.
    """
    newest: int = connection.execute("SELECT coalesce(max(id), 0) FROM result").fetchone()[0]
    if keys is None:
        connection.execute("UPDATE image SET ignored = ?", (newest,))
        connection.execute("DELETE FROM failure")
        return
    for some in portions(keys):
        connection.execute(f"UPDATE image SET ignored = ? WHERE id IN {listed(some)}", (newest,))  # noqa: S608 - numbers
        connection.execute(f"DELETE FROM failure WHERE image_id IN {listed(some)}")  # noqa: S608
