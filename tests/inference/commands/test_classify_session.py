"""`classify --session`: the same rows, and everything that was answered is in the session, whatever happens."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PIL import Image

from inference.errors import SessionSaveError
from inference.pictures.decode_pool import DecodePool
from inference.sessions.records import KeptAnswer
from inference.sessions.session import Session
from tests.conftest import PROJECT_ROOT
from tests.inference.commands.sessions import Run, hashes, make_pictures

TINY = str(PROJECT_ROOT / "tests" / "data" / "tiny.onnx")
T = TypeVar("T")
A = TypeVar("A")
NAMES = ["p2.png", "p10.png", "below/p1.png"]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    make_pictures(tmp_path / "pictures", NAMES)
    return tmp_path / "pictures"


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were decoded."""
    names: list[str] = []
    real = DecodePool.submit

    def submit(
        self: DecodePool, function: Callable[[str, A], T], path: str, argument: A, *, urgent: bool = False
    ) -> Future[T]:
        names.append(Path(path).name)
        return real(self, function, path, argument, urgent=urgent)

    monkeypatch.setattr(DecodePool, "submit", submit)
    return names


def _classify(cardinal: Run, session: Path, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    options = ["--model", TINY, "--device", "cpu", "--format", "jsonl", "--session", str(session)]
    code, output, errors = cardinal("classify", *options, *arguments)
    return code, [json.loads(line) for line in output.splitlines()], errors


def test_what_is_known_is_answered_from_the_session_with_the_same_rows(
    cardinal: Run, pictures: Path, tmp_path: Path, decoded: list[str]
) -> None:
    session = tmp_path / "new" / "s.cardinal"
    before = hashes(pictures)
    first = _classify(cardinal, session, str(pictures))
    assert (first[0], first[2]) == (0, "")
    assert [row["path"] for row in first[1]] == [f"{pictures}/{name}" for name in NAMES]
    decoded.clear()
    make_pictures(pictures, ["zz/new.png"])
    second = _classify(cardinal, session, str(pictures))
    assert decoded == ["new.png"]
    assert second[1][:3] == first[1]
    assert second[2] == "3 answers from the session.\n"
    assert {path: one for path, one in hashes(pictures).items() if "new" not in path} == before
    opened = Session.open(session)
    assert opened.sources() == (str(pictures),)
    assert not opened.was_interrupted
    assert opened.model is not None
    assert {image.path: image.predictions[0][0] for image in opened.labelled_images()} == {
        row["path"]: row["predictions"][0]["label"] for row in second[1]
    }
    keys = opened.keys_of_paths([f"{pictures}/p2.png"])
    assert opened.embeddings_of(list(keys.values()))
    opened.close()


def test_rows_have_the_paths_as_given_and_the_session_whole_ones(
    cardinal: Run, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pictures)
    given = ["./p2.png", "below", "below/../p2.png"]
    for _ in range(2):
        code, rows, _ = _classify(cardinal, tmp_path / "s.cardinal", *given)
        assert code == 0
        assert [row["path"] for row in rows] == ["./p2.png", "below/p1.png", "below/../p2.png"]
    opened = Session.open(tmp_path / "s.cardinal")
    assert [image.path for image in opened.labelled_images()] == [f"{pictures}/p2.png", f"{pictures}/below/p1.png"]
    opened.close()


def test_a_changed_file_is_classified_again_and_a_moved_one_keeps_its_label(
    cardinal: Run, pictures: Path, tmp_path: Path, decoded: list[str]
) -> None:
    session = tmp_path / "s.cardinal"
    _classify(cardinal, session, str(pictures))
    cardinal("label", str(session), "--set", "magpie", str(pictures / "p10.png"))
    decoded.clear()
    Image.new("RGB", (50, 20), "yellow").save(pictures / "p2.png")
    (pictures / "p10.png").rename(pictures / "moved.png")
    code, rows, _ = _classify(cardinal, session, str(pictures))
    assert (code, len(rows)) == (0, 3)
    assert decoded == ["p2.png"]
    assert [row["width"] for row in rows if row["path"].endswith("p2.png")] == [50]
    opened = Session.open(session)
    assert {Path(image.path).name: image.label for image in opened.labelled_images()} == {
        "p2.png": "",
        "moved.png": "magpie",
        "p1.png": "",
    }
    opened.close()


def test_failures_that_last_are_known_and_others_are_tried_again(
    cardinal: Run, pictures: Path, tmp_path: Path, decoded: list[str]
) -> None:
    session = tmp_path / "s.cardinal"
    (pictures / "cut.png").write_bytes((pictures / "p2.png").read_bytes()[:40])
    gone = str(pictures / "gone.png")
    first = _classify(cardinal, session, str(pictures), gone)
    assert first[0] == 1
    assert [row["error"]["kind"] for row in first[1] if "error" in row] == ["truncated", "missing"]
    decoded.clear()
    second = _classify(cardinal, session, str(pictures), gone)
    assert (second[0], second[1]) == (1, first[1])
    assert decoded == ["gone.png"]
    opened = Session.open(session)
    # A name that leads to nothing is no image of the session.
    assert opened.image_count() == 4
    opened.close()
    shutil.copy(pictures / "p2.png", pictures / "cut.png")
    assert _classify(cardinal, session, str(pictures))[0] == 0


def test_an_image_that_has_gone_is_not_answered_from_the_session(cardinal: Run, pictures: Path, tmp_path: Path) -> None:
    session = tmp_path / "s.cardinal"
    _classify(cardinal, session, str(pictures))
    (pictures / "p2.png").unlink()
    code, rows, _ = _classify(cardinal, session, str(pictures / "p2.png"))
    assert code == 1
    assert rows[0]["error"]["kind"] == "missing"


def test_no_session_is_made_for_pictures_that_are_not_there(cardinal: Run, tmp_path: Path) -> None:
    code, rows, errors = _classify(cardinal, tmp_path / "s.cardinal", str(tmp_path / "nowhere.png"))
    assert code == 1
    assert [Path(row["path"]).name for row in rows] == ["nowhere.png"]
    assert "No session was made" in errors
    assert not list(tmp_path.glob("*.cardinal*"))


def test_rows_may_be_shorter_than_what_is_kept_and_never_longer(cardinal: Run, pictures: Path, tmp_path: Path) -> None:
    session = tmp_path / "s.cardinal"
    for _ in range(2):
        _, rows, _ = _classify(cardinal, session, "--top", "2", str(pictures))
        assert [len(row["predictions"]) for row in rows] == [2, 2, 2]
    assert [len(row["predictions"]) for row in _classify(cardinal, session, str(pictures))[1]] == [5, 5, 5]
    code, rows, errors = _classify(cardinal, tmp_path / "t.cardinal", "--top", "6", str(pictures))
    assert (code, rows) == (2, [])
    assert errors == "A session keeps 5 classes of each picture: --top is at most that with --session.\n"
    assert not (tmp_path / "t.cardinal").exists()


def test_overlays_are_drawn_of_what_the_session_knows(cardinal: Run, pictures: Path, tmp_path: Path) -> None:
    session = tmp_path / "s.cardinal"
    _classify(cardinal, session, str(pictures))
    code, _, errors = _classify(cardinal, session, "--overlays", str(tmp_path / "maps"), str(pictures))
    assert (code, errors) == (0, "3 answers from the session.\n")
    assert len(list((tmp_path / "maps").iterdir())) == 3


def test_a_session_that_is_open_elsewhere_is_a_sentence(cardinal: Run, pictures: Path, tmp_path: Path) -> None:
    session = Session.create(tmp_path / "s.cardinal")
    code, rows, errors = _classify(cardinal, session.path, str(pictures))
    session.close()
    assert (code, rows) == (2, [])
    assert errors == f"The session {session.path} is open in another window.\n"


@pytest.mark.parametrize("name", ["s.db", "p2.png"])
def test_only_what_is_named_like_a_session_is_one(cardinal: Run, pictures: Path, name: str) -> None:
    before = hashes(pictures)
    code, rows, errors = _classify(cardinal, pictures / name, str(pictures))
    assert (code, rows) == (2, [])
    assert errors == f"{pictures / name} is no session: the name of one ends in .cardinal.\n"
    assert hashes(pictures) == before


def test_the_name_is_looked_at_before_a_model_is_opened(cardinal: Run, pictures: Path, tmp_path: Path) -> None:
    """Opening one may begin with a measurement."""
    code, _, errors = _classify(cardinal, tmp_path / "s.db", "--model", str(tmp_path / "none.onnx"), str(pictures))
    assert code == 2
    assert errors == f"{tmp_path / 's.db'} is no session: the name of one ends in .cardinal.\n"


def test_rows_never_replace_the_session(cardinal: Run, pictures: Path, tmp_path: Path) -> None:
    session = tmp_path / "s.cardinal"
    _classify(cardinal, session, str(pictures))
    code, _, errors = _classify(cardinal, session, "--output", str(session), str(pictures))
    assert code == 2
    assert "is one of the inputs" in errors
    assert Session.open(session).image_count() == 3


def test_rows_replace_no_other_session_and_none_that_is_just_made(
    cardinal: Run, pictures: Path, tmp_path: Path
) -> None:
    labelled, new = tmp_path / "labelled.cardinal", tmp_path / "new.cardinal"
    _classify(cardinal, labelled, str(pictures))
    cardinal("label", str(labelled), "--accept", str(pictures))
    before = labelled.read_bytes()
    for session, output in ((None, labelled), (new, labelled), (new, new)):
        options = [] if session is None else ["--session", str(session)]
        code, rows, errors = cardinal("classify", str(pictures), *options, "--output", str(output))
        assert (code, rows) == (2, "")
        assert errors == (
            f"{output} could not be written: it belongs to a session, and rows would replace it. Choose another name.\n"
        )
    assert labelled.read_bytes() == before
    assert not new.exists()


@pytest.mark.skipif(os.name == "nt", reason="names of bytes are a matter of Unix")
def test_hostile_names_come_back_byte_for_byte(cardinal: Run, tmp_path: Path) -> None:
    names = [b"new\nline.png", "\U0001f4f7 \u202egpj.png".encode(), b"caf\xe9.png", b"=1+1.png"]
    make_pictures(tmp_path / "odd", names)
    first = _classify(cardinal, tmp_path / "s.cardinal", str(tmp_path / "odd"))
    second = _classify(cardinal, tmp_path / "s.cardinal", str(tmp_path / "odd"))
    assert first[1] == second[1]
    opened = Session.open(tmp_path / "s.cardinal")
    assert {os.path.basename(os.fsencode(image.path)) for image in opened.labelled_images()} == set(names)  # noqa: PTH119
    opened.close()


def test_a_session_that_cannot_be_written_ends_the_run_and_keeps_what_it_has(
    cardinal: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = tmp_path / "s.cardinal"
    make_pictures(tmp_path / "many", [f"{number}.png" for number in range(60)])
    real, kept = Session.keep_answers, list[int]()

    def keep_answers(self: Session, answers: Sequence[KeptAnswer]) -> None:
        if len(kept) > 10:
            raise SessionSaveError(str(session), "The disk is full.", is_disk_full=True)
        real(self, answers)
        kept.extend(one.key for one in answers)

    monkeypatch.setattr(Session, "keep_answers", keep_answers)
    code, rows, errors = _classify(cardinal, session, "--batch-size", "4", str(tmp_path / "many"))
    assert code == 2
    assert errors == f"{session} could not be saved: The disk is full. {len(rows)} pictures are done.\n"
    assert len(rows) == len(kept)
    monkeypatch.undo()
    code, rows, errors = _classify(cardinal, session, str(tmp_path / "many"))
    assert (code, len(rows)) == (0, 60)
    assert errors == f"{len(kept)} answers from the session.\n"


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_every_row_that_was_printed_is_in_the_session_however_the_run_ends(
    cardinal: Run, tmp_path: Path, end: signal.Signals
) -> None:
    session = tmp_path / "s.cardinal"
    make_pictures(tmp_path / "many", [f"{number}.png" for number in range(250)])
    command = [sys.executable, "main.py", "--profile", str(tmp_path / "p"), "classify", "--model", TINY]
    command += ["--device", "cpu", "--batch-size", "2", "--format", "jsonl", "--session", str(session)]
    command += [str(tmp_path / "many")]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=PROJECT_ROOT)
    assert run.stdout is not None
    lines = [run.stdout.readline() for _ in range(20)]
    run.send_signal(end)
    lines += run.stdout.readlines()
    run.wait(60)
    run.stdout.close()
    # A run that is killed may leave half a line.
    printed = [json.loads(line) for line in lines if line.endswith("\n")]
    assert len(printed) >= 20
    opened = Session.open(session)
    answered = {image.path for image in opened.labelled_images() if image.predictions}
    assert {row["path"] for row in printed} <= answered
    opened.close()
    code, rows, errors = _classify(cardinal, session, str(tmp_path / "many"))
    assert (code, len(rows)) == (0, 250)
    assert f"{len(answered)} answers from the session." in errors
