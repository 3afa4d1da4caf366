"""What an opening finds out: endless models, changed files, and faults of hardware that is really there."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from inference.engine import network as network_module
from inference.engine import runtime
from inference.engine.choice import EngineChoice
from inference.engine.devices import Device, Refusal, probe_devices
from inference.engine.network import Network
from inference.engine.session import SessionOptions
from inference.errors import InferenceError, ModelLoadError
from inference.models.checksum import checksum_file, sha256_of, write_checksum
from tests.inference.engine.variants import (
    TINY,
    be_hungry,
    get_weight,
    give_no_numbers,
    never_end,
    scale_evidence,
    variant,
)


def test_a_model_that_never_answers_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_module, "CHECK_TIMEOUT_S", 0.3)
    with pytest.raises(InferenceError, match=r"a test picture took longer than 0\.3 seconds"):
        Network.open(variant(tmp_path, never_end), device="cpu")


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    place = data.index(onnx.numpy_helper.from_array(get_weight(onnx.load(path), "head_bias")).raw_data)
    data[place : place + 4] = np.float32(0.125).tobytes()
    path.write_bytes(data)


def test_a_model_that_changed_since_it_was_added_is_refused(tmp_path: Path) -> None:
    path = Path(shutil.copy(TINY, tmp_path))
    write_checksum(path, sha256_of(path))
    Network.open(path, device="cpu").close()
    _flip(path)
    with pytest.raises(ModelLoadError, match="changed on disk: its checksum is different from when it was added"):
        Network.open(path, device="cpu")
    # The damage shows by nothing else: without a checksum there is nothing to compare.
    checksum_file(path).unlink()
    Network.open(path, device="cpu").close()


@pytest.mark.parametrize("content", [b"", b"not a checksum", bytes(100)])
def test_what_is_no_checksum_matches_nothing(content: bytes, tmp_path: Path) -> None:
    path = Path(shutil.copy(TINY, tmp_path))
    checksum_file(path).write_bytes(content)
    with pytest.raises(ModelLoadError, match="changed on disk"):
        Network.open(path, device="cpu")


@pytest.mark.parametrize("edit", [give_no_numbers, scale_evidence])
def test_a_model_that_fails_on_hardware_that_is_here_says_so(
    tmp_path: Path, edit: Callable[[onnx.ModelProto], None]
) -> None:
    path = str(variant(tmp_path, edit))
    opened = runtime.open_session(path, Device.CPU, SessionOptions(threads=1))
    assert isinstance(opened, runtime.OnnxSession)
    # The processor stands for a card that gives such answers.
    refusal = network_module._check(replace(opened, device=Device.CUDA), path, last=False)
    assert isinstance(refusal, Refusal)
    assert (refusal.device, refusal.is_here) == (Device.CUDA, True)


def test_a_card_whose_memory_is_too_small_is_here(tmp_path: Path) -> None:
    path = str(variant(tmp_path, lambda model: be_hungry(model, more=1)))
    opened = runtime.open_session(path, Device.CPU, SessionOptions(threads=1))
    assert isinstance(opened, runtime.OnnxSession)
    refusal = network_module._check(replace(opened, device=Device.CUDA), path, last=False)
    assert isinstance(refusal, Refusal)
    assert "memory" in refusal.reason
    assert refusal.is_here


def test_a_session_that_cannot_be_made_on_a_card_that_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    if any(report.available for report in probe_devices() if report.device is Device.CUDA):
        pytest.skip("the card works here")
    # Everything seems to be there, and ONNX Runtime finds that it is not.
    monkeypatch.setattr(runtime, "find_refusal", lambda _device: None)
    refusal = runtime.open_session(str(TINY), Device.CUDA, SessionOptions(threads=1))
    assert isinstance(refusal, Refusal)
    assert refusal.is_here


def test_a_slower_engine_is_no_fault_of_this_computer() -> None:
    assert not EngineChoice(Device.CPU, cpu_ms=2.0, openvino_ms=9.0).refusal().is_here
    assert not EngineChoice(Device.CPU, cpu_ms=2.0, openvino_ms=None, reason="AMD").refusal().is_here
