"""Run a session on a thread of its own that takes a core only where nobody else wants it (decision 0035)."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Generic, TypeAlias, TypeVar

from numpy.typing import NDArray

from inference.cancel import CancelToken
from inference.engine.devices import Device, Precision, Refusal
from inference.engine.priority import yield_to_the_window
from inference.engine.session import Session, SessionOptions

T = TypeVar("T")


@dataclass(slots=True)
class _Job(Generic[T]):
    """Something to do on the thread, and where the answer goes."""

    work: Callable[[], T]
    answer: Future[T]

    def do(self) -> None:
        try:
            self.answer.set_result(self.work())
        except BaseException as error:  # noqa: BLE001 - whatever it is, the one who waits gets it
            self.answer.set_exception(error)
            # Its traceback knows this frame, and so the error would keep itself and the model until a collection.
            del self


_Jobs: TypeAlias = "SimpleQueue[_Job[Any] | None]"


def opened(opener: Callable[[], Session | Refusal], options: SessionOptions) -> Session | Refusal:
    """Open a model, where it is to yield on a new thread of low priority, on which it runs from then on.

    Runtimes start their threads while a model is opened or run first; those have that priority, too. The caller only
    waits, so that it can hold Python's lock like any other thread of the program.

    Args:
        opener: opens it, as `runtime.open_session`.
        options: that `opener` uses; they say whether it is to yield.

    Raises:
        Exception: what `opener` raises.
    """
    if not options.yielding:
        return opener()
    jobs: _Jobs = SimpleQueue()
    # A daemon: no run may hold up the end of the program.
    threading.Thread(target=_work, args=(jobs,), name="computing", daemon=True).start()
    try:
        session = _done(jobs, opener)
    except BaseException:
        jobs.put(None)
        raise
    if isinstance(session, Refusal):
        jobs.put(None)
        return session
    return YieldingSession(session, jobs)


class YieldingSession:
    """A `Session` that another one does the work of, on a thread of low priority. The thread ends with it."""

    def __init__(self, session: Session, jobs: _Jobs) -> None:
        self._session = session
        self._jobs = jobs
        weakref.finalize(self, jobs.put, None).atexit = False

    @property
    def device(self) -> Device:
        """As `Session.device` says."""
        return self._session.device

    @property
    def precision(self) -> Precision:
        """As `Session.precision` says."""
        return self._session.precision

    @property
    def metadata(self) -> Mapping[str, str]:
        """As `Session.metadata` says."""
        return self._session.metadata

    @property
    def input(self) -> tuple[str, str, tuple[object, ...]] | None:
        """As `Session.input` says."""
        return self._session.input

    @property
    def outputs(self) -> Mapping[str, tuple[object, ...]]:
        """As `Session.outputs` says."""
        return self._session.outputs

    def run(
        self, names: Sequence[str], feeds: Mapping[str, NDArray[Any]], cancel: CancelToken | None
    ) -> dict[str, NDArray[Any]]:
        """As `Session.run` says."""
        session = self._session
        return _done(self._jobs, lambda: session.run(names, feeds, cancel))


def _done(jobs: _Jobs, work: Callable[[], T]) -> T:
    """What the thread makes of it, or raises."""
    answer: Future[T] = Future()
    jobs.put(_Job(work, answer))
    try:
        return answer.result()
    finally:
        # As in `_Job.do`.
        del answer


def _work(jobs: _Jobs) -> None:
    yield_to_the_window()
    while (job := jobs.get()) is not None:
        job.do()
        # What it holds is large.
        del job
