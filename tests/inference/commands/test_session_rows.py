"""What a session knows comes back as it was told, and memory stays bounded."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from inference.classify.events import Answered
from inference.classify.work_queue import Job
from inference.commands import session_rows
from inference.commands.session_rows import SessionRows
from inference.errors import ImageProblem, ImageReadError
from inference.results import Failure
from inference.sessions.session import Session
from tests.fakes import FakeNetwork, keys_of
from tests.inference.commands.sessions import MODEL_HASH, make_pictures, make_session


@contextlib.contextmanager
def _rows(folder: Path, paths: list[str]) -> Iterator[SessionRows]:
    network = FakeNetwork()
    network.model_hash = MODEL_HASH
    with contextlib.closing(Session.open(folder / "s.cardinal")) as session:
        yield SessionRows(session, iter(paths), network, top_count=5)


def test_known_answers_wait_for_whoever_writes_rows_and_memory_stays_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_rows, "_MOST_KNOWN_WAITING", 4)
    paths = make_pictures(tmp_path / "pictures", [f"{number}.png" for number in range(10)])
    make_session(
        tmp_path / "s.cardinal", {path: ("jay", 0.5) if number != 7 else None for number, path in enumerate(paths)}
    )
    with _rows(tmp_path, paths) as rows:
        assert rows.take(0) is None
        assert not rows.is_exhausted()
        assert keys_of(rows.take_known()) == [0, 1, 2, 3]
        assert rows.take(0) == Job(7, paths[7])
        assert keys_of(rows.take_known()) == [4, 5, 6]
        assert rows.take(0) is None
        assert rows.is_exhausted()
        assert keys_of(rows.take_known()) == [8, 9]
        assert rows.known == 9


def test_a_path_that_leads_to_nothing_has_a_row_and_no_image(tmp_path: Path) -> None:
    paths = make_pictures(tmp_path / "pictures", ["a.png"])
    make_session(tmp_path / "s.cardinal", {paths[0]: None})
    with _rows(tmp_path, [str(tmp_path / "gone.png"), paths[0]]) as rows:
        jobs = [rows.take(0), rows.take(0)]
        assert jobs == [Job(0, str(tmp_path / "gone.png")), Job(1, paths[0])]
        missing = Answered(0, Failure("gone.png", ImageReadError("gone.png", ImageProblem.MISSING)))
        damaged = Answered(1, Failure(paths[0], ImageReadError(paths[0], ImageProblem.DAMAGED)))
        assert rows.keep([missing, damaged]) == (missing, damaged)
    assert _failures(tmp_path) == {paths[0]: "The file is damaged."}


def test_a_failure_comes_back_whole_with_the_path_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (path,) = make_pictures(tmp_path / "pictures", ["a.png"])
    make_session(tmp_path / "s.cardinal", {path: None})
    monkeypatch.chdir(tmp_path)
    given = "pictures/a.png"
    for _ in range(2):
        with _rows(tmp_path, [given]) as rows:
            job = rows.take(0)
            if job is not None:
                error = ImageReadError(given, ImageProblem.UNSUPPORTED_FORMAT, "Its format is Photoshop (PSD).")
                rows.keep([Answered(0, Failure(given, error))])
    (known,) = rows.take_known()
    assert isinstance(known.outcome, Failure)
    assert isinstance(known.outcome.error, ImageReadError)
    found = known.outcome.error
    assert (found.path, found.problem, found.detail) == (given, ImageProblem.UNSUPPORTED_FORMAT, error.detail)


def _failures(folder: Path) -> dict[str, str]:
    with contextlib.closing(Session.open(folder / "s.cardinal", read_only=True)) as session:
        return {image.path: image.failure for image in session.labelled_images()}
