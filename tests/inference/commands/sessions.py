"""Make small sessions without a network: pictures, answers, labels."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from PIL import Image

import main
from inference.errors import ImageProblem, ImageReadError
from inference.results import Classification, CropGeometry, Failure, Outcome, PictureFacts, Prediction
from inference.sessions.records import KeptAnswer, SessionModel
from inference.sessions.session import Session
from tests.inference.sessions.making import on_disk

MODEL_HASH = "ab" * 32
CLASSES = ("magpie", "jay", "tabby", "=wren", "robin, red")

Run: TypeAlias = Callable[..., tuple[int, str, str]]
"""Runs `main.py` with some arguments: exit code, standard output, standard error."""


def make_pictures(folder: Path, names: Sequence[str | bytes]) -> list[str]:
    """Small pictures, each with its own bytes; their absolute paths."""
    paths = []
    for number, name in enumerate(names):
        path = folder / (name if isinstance(name, str) else name.decode("utf-8", "surrogateescape"))
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), (number, 0, 0)).save(path, "PNG")
        paths.append(str(path))
    return paths


def make_session(path: Path, suggestions: Mapping[str, tuple[str, float] | ImageProblem | None]) -> list[int]:
    """A session with these images; each has a suggestion with its score, a failure, or nothing yet. Their keys."""
    session = Session.create(path)
    session.add_source(str(Path(next(iter(suggestions))).parent))
    session.register([on_disk(Path(image)) for image in suggestions])
    keys = session.keys_of_paths(list(suggestions))
    session.set_model(SessionModel(MODEL_HASH, "fake", "Fake"))
    outcomes = {image: _outcome(image, said) for image, said in suggestions.items() if said is not None}
    session.keep_answers([KeptAnswer(keys[image], outcome) for image, outcome in outcomes.items()])
    session.close()
    return [keys[image] for image in suggestions]


def answer(session: Session, path: Path, said: tuple[str, float]) -> KeptAnswer:
    """What the model of `make_session` says of an image's file as it is now."""
    session.set_model(SessionModel(MODEL_HASH, "fake", "Fake"))
    [key] = session.keys_of_paths([str(path)]).values()
    return KeptAnswer(key, _outcome(str(path), said))


def _outcome(path: str, said: tuple[str, float] | ImageProblem) -> Outcome:
    if isinstance(said, ImageProblem):
        return Failure(path, ImageReadError(path, said))
    label, score = said
    names = [label, *(name for name in CLASSES if name != label)][:5]
    scores = [score, *[(1 - score) / 4] * 4]
    predictions = [Prediction(CLASSES.index(name), name, one, one) for name, one in zip(names, scores, strict=True)]
    data = Path(path).read_bytes()
    facts = PictureFacts(
        8, 8, "PNG", len(data), mtime_ns=Path(path).stat().st_mtime_ns, content_hash=hashlib.sha256(data).digest()
    )
    return Classification(path, facts, CropGeometry(0, 0, 8, 8), tuple(predictions), None, "fake", "cpu", "float32")


def decisions(path: Path) -> dict[str, tuple[str, str, str]]:
    """By file name: state, label and source of each image that is not only queued or suggested."""
    session = Session.open(path, read_only=True)
    found = {
        Path(image.path).name: (image.state.word, image.label, "" if image.source is None else image.source.value)
        for image in session.labelled_images()
        if image.decided_at is not None
    }
    session.close()
    return found


def hashes(folder: Path) -> dict[str, tuple[str, int]]:
    """SHA-256 and time of every file below a folder."""
    return {
        str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def run_main(profile: Path, arguments: Sequence[str]) -> int:
    """`main.py` in this process."""
    return main.main(["--profile", str(profile), *arguments])
