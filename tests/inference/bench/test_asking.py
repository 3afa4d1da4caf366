"""A measuring process answers, refuses in words, or dies; nothing of it is left behind."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import pytest

from inference.bench import asking
from inference.bench.asking import MeasuringProcess
from inference.bench.orders import PictureFigures, Rate, Setup, Single, Survey
from inference.bench.serving import NotMeasurableError
from inference.errors import ChildTaskError
from inference.models import child_folder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
CHILD = "tests.inference.bench.child_runs"


def _start(device: str = "cpu", path: str = "/a.jpg") -> MeasuringProcess:
    return MeasuringProcess.start(CHILD, Setup("m.onnx", device, 4, 2, (path,), ("d", "c", "s")))


def test_it_answers_one_question_after_the_other() -> None:
    with _start() as process:
        process.wait()
        assert process.rate(6, batch=3) == Rate(6, 2.0, first_s=0.5, engine="/a.jpg 3")
        assert process.survey(2) == Survey((3, None), (PictureFigures("JPEG", 4, 3, 99),))
        assert process.single(2) == Single((0.5, 0.5), (0.25, 0.25))


def test_a_path_that_is_not_text_arrives_as_it_is() -> None:
    path = os.fsdecode(b"/caf\xe9 \xf0\x9f\x90\xa6.jpg")
    with _start(path=path) as process:
        process.wait()
        assert process.rate(1).engine == f"{path} 1"


def test_what_libraries_print_is_no_answer() -> None:
    with _start() as process:
        process.wait()
        assert process.rate(5, variant="noise").pictures == 5


def test_two_processes_work_at_the_same_time() -> None:
    with _start() as one, _start() as other:
        for process in (one, other):
            process.wait()
            process.begin_rate(4)
        assert [process.end_rate().pictures for process in (one, other)] == [4, 4]


@pytest.mark.parametrize(
    ("device", "words"),
    [
        ("refused", "there is no such engine"),
        ("broken", r"The model m\.onnx cannot be opened: it is damaged\."),
        ("dies", "its process died"),
    ],
)
def test_one_that_cannot_be_opened_says_why(device: str, words: str) -> None:
    with _start(device) as process, pytest.raises(NotMeasurableError, match=words):
        process.wait()


def test_a_refused_pass_is_no_end() -> None:
    with _start() as process:
        process.wait()
        with pytest.raises(NotMeasurableError, match="it is a Monday"):
            process.rate(1, variant="refuse")
        assert process.rate(1).pictures == 1


def test_a_death_is_told_at_every_question() -> None:
    with _start() as process:
        process.wait()
        for _ in range(2):
            with pytest.raises(NotMeasurableError, match="its process died"):
                process.rate(1, variant="die")


def test_one_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    with _start() as process:
        process.wait()
        monkeypatch.setattr(asking, "LIMIT_S", 0.3)
        with pytest.raises(NotMeasurableError, match=r"it took longer than 0\.3 seconds"):
            process.rate(1, variant="hang")


def test_after_an_interruption_nothing_is_left() -> None:
    process = _start()
    process.wait()
    below = int(process.rate(1, variant="below").engine)
    assert _runs(below)
    process.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert not _runs(process.pid)
    deadline = time.monotonic() + 10
    while _runs(below) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _runs(below)


def test_temporary_files_of_one_that_is_killed_do_not_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(child_folder, "_LONGEST", 1000)
    process = _start()
    process.wait()
    (folder,) = tmp_path.iterdir()
    environment = (Path("/proc") / str(process.pid) / "environ").read_bytes()
    assert b"TMPDIR=%b" % os.fsencode(folder) in environment.split(b"\0")
    process.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert not list(tmp_path.iterdir())


def test_one_that_cannot_be_started_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(ChildTaskError, match="The measurement stopped: no temporary file can be made"):
        _start()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    with pytest.raises(ChildTaskError, match="a process could not be started"):
        _start()
    assert not list(tmp_path.iterdir())


def test_stopping_twice_does_nothing() -> None:
    with _start() as process:
        process.wait()
        process.stop()
        process.stop(at_once=True)
    assert not _runs(process.pid)


def _runs(process: int) -> bool:
    """Whether a process is there and is more than a name that nobody has asked about yet."""
    try:
        return (Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
