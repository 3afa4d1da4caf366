"""However a child ends, its parent gets a result, an error with a sentence, or `Cancelled`, and no child is left."""

import subprocess
import tempfile
import threading
from pathlib import Path

import pytest

from inference.cancel import Cancelled, CancelToken
from inference.errors import ChildTaskError, ModelContractError
from inference.models import child_folder
from inference.models.child import ChildTask, run_child
from inference.models.progress import Progress
from inference.profile import PROJECT_ROOT

MODULE = "tests.inference.models.child_work"


def task(way: str, timeout_s: float | None = None) -> ChildTask:
    return ChildTask("Adding birds", MODULE, (way,), timeout_s)


def test_result_progress_folder_and_priority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    seen: list[Progress] = []
    result = run_child(task("plain"), on_progress=seen.append)
    assert seen == [Progress("Working", 1, 2)]
    assert Path(result["folder"]) == PROJECT_ROOT
    assert result["priority"] >= 10


def test_what_libraries_print_is_not_taken_for_an_answer() -> None:
    assert "priority" in run_child(task("noise"))


def test_an_error_arrives_as_it_was_raised() -> None:
    with pytest.raises(ModelContractError) as caught:
        run_child(task("error"))
    assert caught.value.path == "m.onnx"
    assert caught.value.problems == ("First.", "Second.")


@pytest.mark.parametrize(
    ("way", "words", "status"),
    [
        ("private", "Adding birds stopped: something private.", None),
        ("crash", "its process died (signal 6)", -6),
        ("exit", "its process died (exit status 3)", 3),
        ("bug", "its process died (exit status 1)", 1),
    ],
)
def test_other_ends_are_child_task_errors(way: str, words: str, status: int | None) -> None:
    with pytest.raises(ChildTaskError) as caught:
        run_child(task(way))
    assert words in str(caught.value)
    assert caught.value.exit_status == status


def test_a_child_that_hangs_is_ended() -> None:
    with pytest.raises(ChildTaskError, match=r"longer than 1\.5 seconds") as caught:
        run_child(task("hang", timeout_s=1.5))
    assert caught.value.exit_status is None, "it did not die of itself"


def test_cancel_ends_it_and_a_second_run_works() -> None:
    cancel = CancelToken()

    def cancel_at_first_sign(_progress: Progress) -> None:
        cancel.cancel()

    with pytest.raises(Cancelled):
        run_child(task("hang"), on_progress=cancel_at_first_sign, cancel=cancel)
    assert "priority" in run_child(task("plain"), cancel=CancelToken())


def test_cancelled_before_it_began() -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        run_child(task("plain"), cancel=cancel)


def test_an_exception_of_the_watcher_ends_the_child() -> None:
    def fail(_progress: Progress) -> None:
        raise RuntimeError("the watcher fails")

    with pytest.raises(RuntimeError, match="the watcher fails"):
        run_child(task("hang"), on_progress=fail)


def test_of_a_child_that_is_killed_no_temporary_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(child_folder, "_LONGEST", 1000)
    cancel = CancelToken()
    seen: list[Progress] = []

    def cancel_at_first_sign(progress: Progress) -> None:
        seen.append(progress)
        cancel.cancel()

    with pytest.raises(Cancelled):
        run_child(task("litter"), on_progress=cancel_at_first_sign, cancel=cancel)
    assert Path(seen[0].step).parent == tmp_path
    assert not list(tmp_path.iterdir())


def test_no_place_for_temporary_files_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(ChildTaskError, match=r"no temporary file can be made \(No such file"):
        run_child(task("plain"))


def test_a_child_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(ChildTaskError, match=r"could not be started \(Resource temporarily unavailable\)"):
        run_child(task("plain"))
    assert not list(tmp_path.iterdir())


def test_a_child_that_nobody_can_watch_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_timer: threading.Timer) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Timer, "start", refuse)
    with pytest.raises(ChildTaskError, match="no more threads"):
        run_child(task("hang", timeout_s=60))
