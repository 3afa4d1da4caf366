"""Make what sessions are told in tests: files, answers, steps."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from inference.arrays import Embedding, EvidenceMaps
from inference.errors import CardinalError
from inference.results import Classification, CropGeometry, Failure, PictureFacts, Prediction
from inference.sessions.identity import hash_of_file
from inference.sessions.marks import NO_NAME, UNMARKED, Marks, make_mark
from inference.sessions.records import FoundFile, KeptAnswer, SessionModel
from inference.sessions.session import Session
from inference.sessions.states import ImageState
from inference.sessions.steps import Step, StepKind

MODEL = SessionModel("ab" * 32, "tiny", "A tiny model")
OTHER_MODEL = SessionModel("cd" * 32, "other", "Another model")
CORRECTED = make_mark(ImageState.CORRECTED)
ACCEPTED = make_mark(ImageState.ACCEPTED)

_random = np.random.default_rng(1)
EVIDENCE: EvidenceMaps = (_random.standard_normal((5, 3, 4)) * 7).astype(np.float32)
EMBEDDING: Embedding = _random.standard_normal(16).astype(np.float32)


def new_session(folder: Path, count: int = 0) -> Session:
    """A session with a model and `count` images, keys from 1 on."""
    session = Session.create(folder / "test.cardinal")
    session.set_model(MODEL)
    if count:
        session.register(found(count))
    return session


def found(count: int, first: int = 1) -> list[FoundFile]:
    """Files that do not exist; `first` is the number of the first one."""
    return [
        FoundFile(f"/pictures/{number:06d}.jpg", 1000 + number, 10**18 + number)
        for number in range(first, first + count)
    ]


def content(number: int) -> bytes:
    """A content hash."""
    return hashlib.sha256(b"%d" % number).digest()


def classified(
    key: int,
    *,
    labels: Sequence[str] = ("cat", "dog", "bird", "fish", "ant"),
    content_hash: bytes | None = None,
    device: str = "cpu",
    model: str = "tiny",
    evidence: EvidenceMaps | None = EVIDENCE,
    mtime_ns: int = 0,
) -> KeptAnswer:
    """An answer of a model: 0.5, 0.25 ... for the labels."""
    facts = PictureFacts(
        640, 480, "JPEG", 1000 + key, has_bad_profile=True, mtime_ns=mtime_ns, content_hash=content_hash or content(key)
    )
    predictions = tuple(
        Prediction(10 + place, label, 0.5 ** (place + 1), 3.0 - place) for place, label in enumerate(labels)
    )
    outcome = Classification(
        f"/pictures/{key:06d}.jpg",
        facts,
        CropGeometry(0.25, 1.0, 479.1, 480.0),
        predictions,
        evidence,
        model,
        device,
        "float32",
    )
    return KeptAnswer(key, outcome, EMBEDDING)


def on_disk(path: Path) -> FoundFile:
    """What a scan finds of a file."""
    facts = path.stat()
    return FoundFile(str(path), facts.st_size, facts.st_mtime_ns)


def files_in(folder: Path) -> list[FoundFile]:
    """What a scan finds in a folder."""
    return [on_disk(path) for path in sorted(folder.iterdir())]


def answer_file(session: Session, path: Path) -> None:
    """The model looks at an image's file as it is now."""
    [key] = session.keys_of_paths([str(path)]).values()
    kept = classified(key, content_hash=hash_of_file(str(path)), mtime_ns=path.stat().st_mtime_ns)
    assert isinstance(kept.outcome, Classification)
    facts = replace(kept.outcome.facts, size_bytes=path.stat().st_size)
    session.keep_answers([replace(kept, outcome=replace(kept.outcome, facts=facts))])


def failed(key: int, error: CardinalError) -> KeptAnswer:
    """No answer."""
    return KeptAnswer(key, Failure(f"/pictures/{key:06d}.jpg", error))


def label_step(session: Session, keys: Sequence[int], label: str, *, at: float | None = None) -> Step:
    """A person labels images that have no label."""
    before = Marks.same(keys, UNMARKED, NO_NAME)
    after = Marks.same(keys, CORRECTED, session.vocabulary.code(label))
    return Step(StepKind.LABEL, label, before, after, time.time() if at is None else at)


def labels_of(session: Session) -> dict[int, str]:
    """By key: the label on disk, for images that have one."""
    return {
        key: session.vocabulary.text(label)
        for rows in session.load()
        for key, label in zip(rows.keys, rows.labels, strict=True)
        if label >= 0
    }


def states_of(session: Session) -> dict[int, ImageState]:
    """By key: what became of classifying."""
    return {
        key: ImageState(answer) for rows in session.load() for key, answer in zip(rows.keys, rows.answers, strict=True)
    }
