"""What yields computes on a thread of low priority, and is otherwise the session that it stands for."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.cancel import Cancelled, CancelToken
from inference.engine.devices import Device, Precision, Refusal
from inference.engine.network import Network
from inference.engine.session import Session, SessionOptions
from inference.engine.yielding import YieldingSession, opened
from inference.errors import InferenceError, ModelLoadError
from tests.conftest import PROJECT_ROOT

TINY = PROJECT_ROOT / "tests" / "data" / "tiny.onnx"
YIELDING = SessionOptions(threads=1, yielding=True)

by_thread = pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts priorities by thread")


class Made:
    """A session that notes where it works."""

    device = Device.CPU
    precision = Precision.FLOAT32
    metadata: Mapping[str, str] = {"a": "b"}
    input = ("images", "tensor(uint8)", (None, 2))
    outputs: Mapping[str, tuple[object, ...]] = {"logits": (None, 3)}

    def __init__(self) -> None:
        self.worked: list[tuple[str, int]] = []
        self.error: BaseException | None = None

    def run(
        self, names: Sequence[str], feeds: Mapping[str, NDArray[Any]], cancel: CancelToken | None
    ) -> dict[str, NDArray[Any]]:
        self.worked.append(_where())
        if self.error is not None:
            raise self.error
        if cancel is not None:
            cancel.raise_if_set()
        return dict.fromkeys(names, feeds["images"] * 2)


def _where() -> tuple[str, int]:
    nice = os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) if sys.platform == "linux" else 0
    return threading.current_thread().name, nice


def _computing() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "computing"]


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    before = len(_computing())
    yield
    # Errors that a test has looked at hold the test's own session.
    gc.collect()
    _wait_until(lambda: len(_computing()) <= before)


def _open(made: Made, options: SessionOptions = YIELDING) -> Session:
    def opener() -> Session:
        made.worked.append(_where())
        return made

    session = opened(opener, options)
    assert not isinstance(session, Refusal)
    assert isinstance(session, YieldingSession) == options.yielding
    return session


def _run(session: Session, cancel: CancelToken | None = None) -> dict[str, NDArray[Any]]:
    return session.run(["logits"], {"images": np.ones((1, 2))}, cancel)


@by_thread
def test_it_is_opened_and_runs_on_one_thread_of_low_priority_and_the_caller_keeps_its_own() -> None:
    before, made = _where(), Made()
    session = _open(made)
    _run(session)
    _run(session)
    assert {name for name, _ in made.worked} == {"computing"}
    assert len(made.worked) == 3
    assert {nice for _, nice in made.worked} == {min(19, before[1] + 10)}
    assert _where() == before


def test_all_that_a_session_says_is_said() -> None:
    made = Made()
    session = _open(made)
    assert (session.device, session.precision) == (made.device, made.precision)
    assert (session.metadata, session.input, session.outputs) == (made.metadata, made.input, made.outputs)
    assert _run(session)["logits"].tolist() == [[2.0, 2.0]]


def test_who_does_not_ask_for_it_gets_the_session_itself() -> None:
    made = Made()
    assert _open(made, SessionOptions(threads=1)) is made
    assert made.worked[0][0] == threading.current_thread().name


def test_errors_are_the_callers_and_the_next_run_works() -> None:
    made, token = Made(), CancelToken()
    session = _open(made)
    made.error = InferenceError("the memory of cpu is too small.", out_of_memory=True)
    with pytest.raises(InferenceError) as raised:
        _run(session)
    assert raised.value.out_of_memory
    made.error = None
    token.cancel()
    with pytest.raises(Cancelled):
        _run(session, token)
    assert _run(session)["logits"].shape == (1, 2)


def test_what_cannot_be_opened_leaves_no_thread() -> None:
    def fail() -> Session:
        raise ModelLoadError("x.onnx", "it is damaged.")

    refusal = Refusal(Device.CUDA, "there is no driver", "Install one.")
    assert opened(lambda: refusal, YIELDING) is refusal
    with pytest.raises(ModelLoadError):
        opened(fail, YIELDING)
    _wait_until(lambda: not _computing())


def test_a_model_that_failed_does_not_stay_in_memory() -> None:
    made = Made()
    session, kept = _open(made), weakref.ref(made)
    made.error = InferenceError("no.")
    with pytest.raises(InferenceError):
        _run(session)
    made.error = None
    gc.disable()
    try:
        del session, made
        _wait_until(lambda: kept() is None)
    finally:
        gc.enable()


def test_a_network_that_yields_answers_the_same(tmp_path: Path) -> None:
    plain, yielding = Network.open(TINY, device="cpu"), Network.open(TINY, device="cpu", yielding=True)
    side = plain.contract.preprocessing.crop
    batch = np.random.default_rng(0).integers(0, 256, (3, side, side, 3), np.uint8)
    assert yielding.device is Device.CPU
    assert np.array_equal(plain.run(batch).logits, yielding.run(batch).logits)
    yielding.close()
    plain.close()
    with pytest.raises(ModelLoadError):
        Network.open(tmp_path / "gone.onnx", yielding=True)
