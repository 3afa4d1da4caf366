"""Parts of a batch beside each other give the same answers, stop when told, and are never in the way of an answer."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import onnx
import pytest

from inference.cancel import Cancelled, CancelToken
from inference.engine import onnx_parts
from inference.engine.devices import Device
from inference.engine.onnx_parts import OnnxParts
from inference.engine.runtime import OnnxSession, open_session
from inference.engine.session import SessionOptions
from inference.errors import InferenceError
from inference.models.contract import INPUT_NAME
from inference.profile import PROJECT_ROOT
from tests.inference.engine.variants import TINY, variant

BUILT_IN = next((PROJECT_ROOT / "assets" / "models").glob("*.onnx"))
NAMES = ["logits", "evidence", "top_classes", "features", "head_bias"]


def _open(path: Path = BUILT_IN, *, threads: int = 2, sharing: bool = True) -> OnnxSession:
    opened = open_session(str(path), Device.CPU, SessionOptions(threads=threads, sharing=sharing))
    assert isinstance(opened, OnnxSession)
    return opened


def _noise(count: int, height: int = 72, width: int = 72) -> dict[str, np.ndarray]:
    return {INPUT_NAME: np.random.default_rng(count).integers(0, 256, (count, height, width, 3), dtype=np.uint8)}


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches run in parts from the first one on."""
    monkeypatch.setattr(onnx_parts, "LONG_S", 0.0)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("threads", [2, 3, 4])
def test_a_batch_in_parts_has_the_same_answers(threads: int) -> None:
    whole, shared = _open(sharing=False), _open(threads=threads)
    assert shared.parts is not None
    assert shared.parts.count == threads
    assert shared.parts.is_open()
    for images in (_noise(8), _noise(5), _noise(2, 72, 144), _noise(3), _noise(1)):
        expected, found = (session.run(NAMES, images, None) for session in (whole, shared))
        for name in NAMES:
            assert found[name].shape == expected[name].shape, name
            assert found[name].dtype == expected[name].dtype
            assert np.allclose(found[name], expected[name], rtol=1e-4, atol=1e-4), name


def test_only_long_runs_are_shared_out() -> None:
    shared = _open()
    assert shared.parts is not None
    shared.run(["logits"], _noise(8), None)
    assert not shared.parts.is_open()
    shared.parts.ran(100.0)
    assert shared.parts.is_open()
    for other in (_open(sharing=False), _open(threads=1)):
        assert other.parts is None


def test_a_model_that_takes_one_size_of_batches_only_is_not_shared_out(tmp_path: Path) -> None:
    def fix(model: onnx.ModelProto) -> None:
        model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 2

    assert _open(variant(tmp_path, fix)).parts is None


@pytest.mark.usefixtures("at_once")
def test_stop_is_felt_in_every_part_and_the_next_batch_runs() -> None:
    session, token, images = _open(), CancelToken(), _noise(1000)
    session.run(["logits"], _noise(2), None)
    assert session.parts is not None
    assert session.parts.is_open()
    timer = threading.Timer(0.2, token.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        session.run(["logits"], images, token)
    timer.join()
    few = {INPUT_NAME: images[INPUT_NAME][:8]}
    expected = _open(sharing=False).run(["logits"], few, None)["logits"]
    assert np.allclose(session.run(["logits"], few, CancelToken())["logits"], expected, rtol=1e-4, atol=1e-4)


class Broken:
    """Fails in the first part, and ends late in the second."""

    def __init__(self, error: Exception) -> None:
        self.ended = threading.Event()
        self.error = error

    def run(self, _names: object, feeds: dict[str, np.ndarray], _options: object) -> list[np.ndarray]:
        if not feeds[INPUT_NAME][0, 0, 0, 0]:
            raise self.error
        threading.Event().wait(0.2)
        self.ended.set()
        return [np.zeros((1, 7), np.float32)]


TWO = {INPUT_NAME: np.stack([np.zeros((32, 32, 3), np.uint8), np.ones((32, 32, 3), np.uint8)])}


@pytest.mark.usefixtures("at_once")
def test_a_part_that_fails_is_told_when_the_others_have_ended() -> None:
    session, broken = _open(TINY), Broken(RuntimeError("the layer broke"))
    parts = OnnxParts(lambda: broken, 2, ())
    with pytest.raises(InferenceError, match="the layer broke"):
        OnnxSession(session.handle, Device.CPU, session.precision, parts).run(["logits"], TWO, None)
    assert broken.ended.is_set()
    assert parts.is_open()


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("std::bad_alloc")])
def test_where_parts_have_too_little_memory_the_batch_runs_as_a_whole(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    session, broken = _open(TINY), Broken(error)
    parts = OnnxParts(lambda: broken, 2, ())
    found = OnnxSession(session.handle, Device.CPU, session.precision, parts).run(["logits"], TWO, None)["logits"]
    assert (found == session.handle.run(["logits"], TWO)[0]).all()
    assert broken.ended.is_set()
    assert not parts.is_open()
    assert "not shared out" in caplog.text
    caplog.clear()


@pytest.mark.usefixtures("at_once")
def test_where_no_thread_can_be_started_the_batch_runs_as_a_whole(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_given: object) -> None:
        raise RuntimeError("can't start new thread")

    session = _open(TINY)
    assert session.parts is not None
    monkeypatch.setattr(session.parts._threads, "submit", refuse)
    assert session.run(["logits"], TWO, None)["logits"].shape == (2, 7)
    assert not session.parts.is_open()
    assert "can't start new thread" in caplog.text
    caplog.clear()


def test_with_many_threads_or_a_fixed_answer_nothing_is_shared_out(tmp_path: Path) -> None:
    """What several threads for each part would gain was not measured."""

    def fix(model: onnx.ModelProto) -> None:
        for output in model.graph.output:
            if output.name == "logits":
                output.type.tensor_type.shape.dim[0].dim_value = 1

    assert _open(threads=5).parts is None
    assert _open(variant(tmp_path, fix)).parts is None


@pytest.mark.usefixtures("at_once")
def test_where_it_cannot_be_opened_once_more_batches_run_as_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(TINY.read_bytes())
    session = _open(path)
    path.write_bytes(TINY.read_bytes() + b"\0")
    found = session.run(["logits"], _noise(4, 32, 32), None)["logits"]
    assert found.shape == (4, 7)
    assert "was changed since it was opened" in caplog.text
    caplog.clear()
    session.run(["logits"], _noise(4, 32, 32), None)
    assert caplog.text == ""
