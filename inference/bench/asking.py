"""Start a measuring process, ask it for one pass after the other, and leave nothing of it behind."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from types import TracebackType
from typing import Any

from inference.bench.orders import Pass, PictureFigures, Rate, Setup, Single, Survey, Task
from inference.bench.serving import NotMeasurableError
from inference.errors import ChildTaskError
from inference.models.child_folder import ChildFolder
from inference.profile import PROJECT_ROOT

logger = logging.getLogger(__name__)

LIMIT_S = 900.0
"""A process that takes longer for one answer is ended; compiling a network on a small computer takes minutes."""

_FAREWELL_S = 5.0
_TITLE = "The measurement"


class MeasuringProcess:
    """A process that measures; one question at a time. Made by `start`, ended by leaving its `with` block.

    Attributes:
        pid: of the process; what it starts is below it.
    """

    def __init__(self, module: str, process: subprocess.Popen[str], folder: ChildFolder) -> None:
        self.pid = process.pid
        self._module = module
        self._process = process
        self._folder = folder

    @classmethod
    def start(cls, module: str, setup: Setup) -> MeasuringProcess:
        """Start `python -m module` and tell it what it works on; `wait` until it is open.

        Args:
            module: one of those that call `serving.serve`.
            setup: what it works on.

        Raises:
            ChildTaskError: it cannot be started.
        """
        folder = ChildFolder(_TITLE)
        try:
            # The module's name is ours; nothing of it goes through a shell.
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", module],
                cwd=PROJECT_ROOT,
                env=folder.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=folder.complaints,
                encoding="ascii",
                # Ctrl-C is for the program, which then ends the process and all that it has started.
                start_new_session=os.name != "nt",
            )
        except OSError as error:
            folder.close()
            raise ChildTaskError(_TITLE, f"a process could not be started ({error.strerror or error}).") from error
        started = cls(module, process, folder)
        started._say(setup.to_json())
        return started

    def wait(self) -> None:
        """Wait until it is open.

        Raises:
            NotMeasurableError: it cannot measure here, or died.
        """
        self._hear()

    def rate(self, count: int, *, variant: str = "", batch: int = 1) -> Rate:
        """Have it do `count` pictures, and wait.

        Raises:
            NotMeasurableError: as all questions here.
        """
        self.begin_rate(count, variant=variant, batch=batch)
        return self.end_rate()

    def begin_rate(self, count: int, *, variant: str = "", batch: int = 1) -> None:
        """Have it begin to do `count` pictures; several processes can do so at the same time."""
        self._say(Pass(Task.RATE, count, variant, batch).to_json())

    def end_rate(self) -> Rate:
        """Wait for what was begun."""
        return Rate(**self._hear()["answer"])

    def survey(self, count: int, *, variant: str = "", batch: int = 1) -> Survey:
        """Have it say what the first `count` pictures show."""
        fields = self._ask(Pass(Task.SURVEY, count, variant, batch))
        pictures = tuple(PictureFigures(**picture) for picture in fields["pictures"])
        return Survey(tuple(fields["classes"]), pictures)

    def single(self, count: int) -> Single:
        """Have it do `count` pictures, each for itself."""
        fields = self._ask(Pass(Task.SINGLE, count))
        return Single(tuple(fields["decode_s"]), tuple(fields["answer_s"]))

    def stop(self, *, at_once: bool = False) -> None:
        """End it, politely unless `at_once`, and all that it has started."""
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        if at_once:
            self._kill()
        else:
            try:
                self._process.wait(_FAREWELL_S)
            except subprocess.TimeoutExpired:
                self._kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._folder.close()

    def __enter__(self) -> MeasuringProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop(at_once=kind is not None)

    def _ask(self, wanted: Pass) -> dict[str, Any]:
        self._say(wanted.to_json())
        fields: dict[str, Any] = self._hear()["answer"]
        return fields

    def _say(self, line: str) -> None:
        # One that has died says why at the next reading.
        with contextlib.suppress(OSError, ValueError):
            if self._process.stdin is not None:
                self._process.stdin.write(f"{line}\n")
                self._process.stdin.flush()

    def _hear(self) -> dict[str, Any]:
        too_long = threading.Event()
        watchdog = threading.Timer(LIMIT_S, self._give_up, [too_long])
        watchdog.daemon = True
        watchdog.start()
        try:
            line = "" if self._process.stdout is None else self._process.stdout.readline()
        finally:
            watchdog.cancel()
        if not line:
            self._log_complaints()
            why = f"it took longer than {LIMIT_S:g} seconds" if too_long.is_set() else "its process died"
            raise NotMeasurableError(why)
        fields: dict[str, Any] = json.loads(line)
        if "refused" in fields:
            raise NotMeasurableError(fields["refused"])
        return fields

    def _give_up(self, too_long: threading.Event) -> None:
        too_long.set()
        self._kill()

    def _kill(self) -> None:
        if self._process.returncode is not None:
            # It is gone and its number may be somebody else's by now.
            return
        if os.name == "nt":
            self._process.kill()
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def _log_complaints(self) -> None:
        logger.info("%s said: %s", self._module, self._folder.last_complaints())
