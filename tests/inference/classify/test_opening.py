"""What is opened suits the machine, and nothing is measured that decides nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.classify import opening
from inference.engine import machine
from inference.engine.choice import EngineChoice, EngineChoices
from inference.engine.devices import Device, Refusal
from inference.engine.network import Network, hash_model
from inference.profile import Profile
from tests.conftest import PROJECT_ROOT

TINY = str(PROJECT_ROOT / "tests" / "data" / "tiny.onnx")
_ABSENT = Refusal(Device.OPENVINO, "it is not here", "Bring it.")


def _let_be_here(monkeypatch: pytest.MonkeyPatch, *devices: Device) -> None:
    """Let exactly these devices, besides the processor, look usable."""
    monkeypatch.setattr(opening, "_find_refusal", lambda device: None if device in devices else _ABSENT)


def _count_measurements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    measured: list[str] = []

    def measure(path: Path, *, cancel: object) -> EngineChoice:
        del cancel
        measured.append(str(path))
        return EngineChoice(Device.OPENVINO, cpu_ms=2.0, openvino_ms=1.0)

    monkeypatch.setattr(opening, "measure_cpu_engines", measure)
    return measured


def test_there_are_as_many_decoders_as_cores_that_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, workers in ((1, 1), (3, 3), (64, opening.MOST_DECODE_WORKERS)):
        monkeypatch.setattr(machine, "usable_cores", lambda cores=cores: cores)
        assert opening.decode_workers() == workers


def test_both_engines_are_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = Profile.below(tmp_path)
    _let_be_here(monkeypatch, Device.OPENVINO)
    measured, announced = _count_measurements(monkeypatch), []
    assert opening.is_engine_unknown(TINY, profile)
    for _ in range(2):
        opening.learn_engine_once(TINY, profile, before_measuring=lambda: announced.append(len(measured)))
    assert measured == [TINY]
    assert announced == [0], "it is said before, and once"
    assert not opening.is_engine_unknown(TINY, profile)


def test_where_a_card_is_nothing_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = Profile.below(tmp_path)
    _let_be_here(monkeypatch, Device.OPENVINO, Device.CUDA, Device.COREML)
    measured = _count_measurements(monkeypatch)
    assert not opening.is_engine_unknown(TINY, profile)
    opening.learn_engine_once(TINY, profile, before_measuring=lambda: pytest.fail("nothing is measured"))
    assert measured == []
    assert EngineChoices(profile.cache).remembered(hash_model(TINY)) is None


def test_where_openvino_is_refused_the_reason_is_remembered_unmeasured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = Profile.below(tmp_path)
    _let_be_here(monkeypatch)
    measured = _count_measurements(monkeypatch)
    opening.learn_engine_once(TINY, profile, before_measuring=lambda: pytest.fail("nothing is measured"))
    assert measured == []
    assert not opening.is_engine_unknown(TINY, profile)
    network = Network.open(TINY, choices=EngineChoices(profile.cache))
    network.close()
    if network.device is Device.CPU:
        assert _ABSENT in network.refusals
