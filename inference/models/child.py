"""Run work in a child process that answers in JSON lines, so that its death is an error message and nothing more."""

import contextlib
import json
import logging
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import IO, Any

from inference.cancel import CancelToken
from inference.errors import (
    CardinalError,
    ChildTaskError,
    DeviceError,
    InferenceError,
    ModelContractError,
    ModelLoadError,
    ModelNotFoundError,
    OutputWriteError,
)
from inference.models.child_folder import ChildFolder
from inference.models.progress import OnProgress, Progress
from inference.profile import PROJECT_ROOT

_LOG = logging.getLogger(__name__)
_MAX_LINE_BYTES = 1024**2

_ERRORS: dict[str, type[CardinalError]] = {
    error.__name__: error
    for error in (DeviceError, InferenceError, ModelContractError, ModelLoadError, ModelNotFoundError, OutputWriteError)
}


@dataclass(frozen=True, slots=True)
class ChildTask:
    """What a child is to do.

    Attributes:
        title: what a person reads when it fails ("Adding birds-v3").
        module: that is started, `python -m module`.
        arguments: on its command line.
        timeout_s: after which it is ended, or None.
    """

    title: str
    module: str
    arguments: tuple[str, ...]
    timeout_s: float | None = None


def run_child(task: ChildTask, *, on_progress: OnProgress | None = None, cancel: CancelToken | None = None) -> Any:  # noqa: ANN401 - parsed JSON
    """Run the task and wait for it; its result, as parsed JSON.

    Raises:
        Cancelled: if `cancel` was used; the child is dead by then.
        ChildTaskError: if the child could not be started, died, took too long, or reported an error of its own.
        CardinalError: the error that the child reported, where both sides know its kind.
    """
    cancel = cancel or CancelToken()
    cancel.raise_if_set()
    with contextlib.closing(ChildFolder(task.title)) as folder:
        process = _start(task, folder)
        timed_out = threading.Event()
        watchdog = None if task.timeout_s is None else _watch(task, process, timed_out)
        try:
            with process, cancel.on_cancel(process.kill):
                answer = _read_answer(process, on_progress)
        finally:
            if watchdog is not None:
                watchdog.cancel()
        cancel.raise_if_set()
        if answer is None or (process.returncode != 0 and "result" in answer):
            _LOG.info("%s: the child said: %s", task.title, folder.last_complaints())
            if timed_out.is_set():
                raise ChildTaskError(task.title, f"it took longer than {task.timeout_s:g} seconds.")
            words = f"its process died ({_exit_words(process.returncode)})."
            raise ChildTaskError(task.title, words, process.returncode)
    if "error" in answer:
        raise _error(task, answer["error"])
    return answer["result"]


def _start(task: ChildTask, folder: ChildFolder) -> subprocess.Popen[bytes]:
    try:
        # The arguments are ours; nothing of them goes through a shell.
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", task.module, *task.arguments],
            cwd=PROJECT_ROOT,
            env=folder.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=folder.complaints,
            creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
        )
    except OSError as error:
        words = f"its process could not be started ({error.strerror or error})."
        raise ChildTaskError(task.title, words) from error


def _watch(task: ChildTask, process: subprocess.Popen[bytes], timed_out: threading.Event) -> threading.Timer:
    watchdog = threading.Timer(task.timeout_s or 0.0, _end, (process, timed_out))
    watchdog.daemon = True
    try:
        watchdog.start()
    except RuntimeError as error:
        with process:
            process.kill()
        raise ChildTaskError(task.title, "no more threads can be started.") from error
    return watchdog


def _read_answer(process: subprocess.Popen[bytes], on_progress: OnProgress | None) -> dict[str, Any] | None:
    """Hand on progress until the last line; None if the child ended without an answer."""
    try:
        return _last_line(process.stdout, on_progress)
    except BaseException:
        # `on_progress` raised, so nobody waits for the child any more.
        process.kill()
        raise


def _last_line(lines: IO[bytes] | None, on_progress: OnProgress | None) -> dict[str, Any] | None:
    answer = None
    while lines is not None and (line := lines.readline(_MAX_LINE_BYTES)):
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if not isinstance(value, dict):
            continue
        if "progress" in value and on_progress is not None:
            on_progress(Progress(**value["progress"]))
        if "result" in value or "error" in value:
            answer = value
    return answer


def _error(task: ChildTask, fields: dict[str, Any]) -> CardinalError:
    kind = _ERRORS.get(fields["type"])
    if kind is None:
        return ChildTaskError(task.title, fields["message"])
    # JSON has no tuples.
    return kind(*(tuple(value) if isinstance(value, list) else value for value in fields["arguments"]))


def _end(process: subprocess.Popen[bytes], timed_out: threading.Event) -> None:
    timed_out.set()
    process.kill()


def _exit_words(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit status {code}"
