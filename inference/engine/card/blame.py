"""Tell a variant's own fault from what may pass: another program's memory, a full disk, a child that was ended."""

from __future__ import annotations

import signal
from enum import Enum

from inference.engine.faults import is_disturbed_capture
from inference.errors import ChildTaskError, InferenceError, OutputWriteError

_OF_THE_COMPUTER = (OSError, OutputWriteError, ChildTaskError)
"""What comes of a cache folder that is full or read-only, and of a child that found no room for what it was to make."""

_FAULTS = ("SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT")
_FATAL_SIGNALS = frozenset(-int(getattr(signal, name)) for name in _FAULTS if hasattr(signal, name))
_FIRST_WINDOWS_FAULT = 0xC0000000
_FROM_OUTSIDE_ON_WINDOWS = frozenset({0xC000013A, 0xC0000142})
"""Ctrl-C, and no desktop left because the person logged out."""


class Lasting(Enum):
    """How long it is believed that a variant fails."""

    FOR_GOOD = "for good"
    A_DAY = "a day"
    THIS_TIME = "this time"


def lasting_of(error: Exception) -> Lasting:
    """How long to believe an error with which a variant failed after the trial."""
    if not may_pass(error):
        return Lasting.FOR_GOOD
    return Lasting.THIS_TIME if is_momentary(error) else Lasting.A_DAY


def may_pass(error: Exception) -> bool:
    """Whether an error is not a variant's own fault, so that the variant may work another day.

    Another program that needs the card's memory is not its fault, nor another thread that used the card while a graph
    was captured, nor a cache folder that cannot be written into.
    """
    if isinstance(error, InferenceError) and error.out_of_memory:
        return True
    return is_momentary(error) or isinstance(error.__cause__, _OF_THE_COMPUTER)


def is_momentary(error: Exception) -> bool:
    """Whether it is over by the next opening: another thread used the card while a graph was captured."""
    return is_disturbed_capture(str(error)) or is_disturbed_capture(str(error.__cause__))


def is_own_fault(exit_status: int | None) -> bool:
    """Whether a process ended by a fault of its own, and was not ended by a person, the system or a watchdog.

    Args:
        exit_status: as `ChildTaskError.exit_status`; None where it did not end by itself, or is not known.
    """
    if exit_status is None:
        return False
    is_windows_fault = exit_status >= _FIRST_WINDOWS_FAULT and exit_status not in _FROM_OUTSIDE_ON_WINDOWS
    return exit_status in _FATAL_SIGNALS or is_windows_fault
