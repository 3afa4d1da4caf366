"""Carry a wish to stop from the one who has it to the one who works."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Cancelled(Exception):
    """The work was stopped because somebody asked for it; not a failure (and not a `CardinalError`)."""


class CancelToken:
    """A wish to stop that any thread may express and any thread may read. Thread-safe."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    def cancel(self) -> None:
        """Express the wish. The second and later calls do nothing."""
        with self._lock:
            if self._event.is_set():
                return
            self._event.set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def is_set(self) -> bool:
        """Whether somebody wants the work to stop."""
        return self._event.is_set()

    def wait(self, timeout_s: float) -> bool:
        """Sleep for `timeout_s` seconds or until the wish is expressed; whether it was."""
        return self._event.wait(timeout_s)

    def raise_if_set(self) -> None:
        """Leave the work if it is no longer wanted.

        Raises:
            Cancelled: if `cancel` was called.
        """
        if self._event.is_set():
            raise Cancelled

    @contextmanager
    def on_cancel(self, callback: Callable[[], None]) -> Iterator[None]:
        """While the block runs, call `callback` (on the cancelling thread) when the wish is expressed.

        When the wish was expressed before, `callback` is called at once.
        """
        with self._lock:
            already = self._event.is_set()
            if not already:
                self._callbacks.append(callback)
        if already:
            callback()
        try:
            yield
        finally:
            with self._lock:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)
