"""What may pass is told from a variant's own fault, and who ended a process by its exit status."""

from __future__ import annotations

import signal

import pytest

from inference.engine.card.blame import Lasting, is_momentary, is_own_fault, lasting_of, may_pass
from inference.errors import ChildTaskError, InferenceError, OutputWriteError


def _because_of(cause: Exception) -> InferenceError:
    error = InferenceError("it cannot be opened")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        InferenceError("its memory is too small", out_of_memory=True),
        InferenceError("CUDA failure 901: operation failed due to a previous error during capture"),
        _because_of(OSError("No space left on device")),
        _because_of(OutputWriteError("half", "No space left on device.")),
        _because_of(ChildTaskError("Preparing tiny", "it took longer than 120 seconds.")),
    ],
    ids=str,
)
def test_what_the_computer_lacks_may_pass(error: InferenceError) -> None:
    assert may_pass(error)


@pytest.mark.parametrize("error", [InferenceError("no kernel was found"), _because_of(RuntimeError("no kernel"))])
def test_everything_else_is_the_variants_fault(error: InferenceError) -> None:
    assert not may_pass(error)


def test_only_a_disturbed_capture_is_over_at_once() -> None:
    assert is_momentary(_because_of(RuntimeError("CUDA failure 900: operation not permitted")))
    assert not is_momentary(InferenceError("its memory is too small", out_of_memory=True))


def test_how_long_a_failure_is_believed() -> None:
    assert lasting_of(InferenceError("no kernel was found")) is Lasting.FOR_GOOD
    assert lasting_of(InferenceError("its memory is too small", out_of_memory=True)) is Lasting.A_DAY
    assert lasting_of(InferenceError("CUDA failure 906: capture implicit")) is Lasting.THIS_TIME


@pytest.mark.parametrize(
    ("exit_status", "expected"),
    [
        (-signal.SIGSEGV, True),
        (-signal.SIGABRT, True),
        (0xC0000005, True),
        (-9, False),
        (-15, False),
        (1, False),
        (0xC000013A, False),
        (None, False),
    ],
)
def test_a_fault_of_a_process_is_told_from_an_end_from_outside(exit_status: int | None, *, expected: bool) -> None:
    assert is_own_fault(exit_status) is expected
