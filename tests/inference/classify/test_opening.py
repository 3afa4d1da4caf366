"""What is opened suits the machine, and nothing is measured that decides nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import onnx
import pytest

from inference.classify import opening
from inference.engine import machine
from inference.engine.card.choice import CardChoice, CardChoices
from inference.engine.card.variant import PLAIN
from inference.engine.choice import EngineChoice, EngineChoices, measure_cpu_engines
from inference.engine.devices import Device, Refusal
from inference.engine.machine import Memory
from inference.engine.network import Network, hash_model
from inference.errors import ModelContractError
from inference.models.quantize.facts import QUANTIZATION_KEY, Comparison, Quantization
from inference.profile import Profile
from tests.conftest import PROJECT_ROOT
from tests.inference.engine.variants import be_hungry, scale_evidence, variant

TINY = str(PROJECT_ROOT / "tests" / "data" / "tiny.onnx")
_ABSENT = Refusal(Device.OPENVINO, "it is not here", "Bring it.")


def _let_be_here(monkeypatch: pytest.MonkeyPatch, *devices: Device) -> None:
    """Let exactly these devices, besides the processor, look usable."""
    monkeypatch.setattr(opening, "_find_refusal", lambda device: None if device in devices else _ABSENT)


def _count_measurements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    measured: list[str] = []

    def measure(path: Path, **_options: object) -> EngineChoice:
        measured.append(str(path))
        return EngineChoice(Device.OPENVINO, cpu_ms=2.0, openvino_ms=1.0)

    monkeypatch.setattr(opening, "measure_cpu_engines", measure)
    return measured


def test_there_are_as_many_decoders_as_cores_that_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "memory", lambda: Memory(2**37, 2**37))
    most = opening.MOST_DECODE_WORKERS
    for cores, workers, beside_a_card in ((1, 1, 1), (3, 3, 2), (16, 16, 15), (64, most, most)):
        monkeypatch.setattr(machine, "usable_cores", lambda cores=cores: cores)
        assert opening.decode_workers() == opening.decode_workers(Device.OPENVINO) == workers
        assert opening.decode_workers(Device.CUDA) == beside_a_card
    monkeypatch.setattr(machine, "memory", lambda: Memory(2**32, 2**31))
    assert opening.decode_workers() == 4, "half a gibibyte for each"


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


def _install_copy(profile: Profile, name: str, *, same: int = 2000, of: str = TINY, weight_bits: int = 7) -> Path:
    """An int8 copy of the tiny model in the catalog, as far as its file says."""
    found = Comparison(2000, same, 0.01, 0.1, 0.01, 3.0, 2.0, "cpu", "cpu", 2, 100, 50)
    model = onnx.load(TINY)
    entry = model.metadata_props.add()
    facts = Quantization(hash_model(of), len(name), 3, 3, weight_bits, 1, found)
    entry.key, entry.value = QUANTIZATION_KEY, facts.to_json()
    profile.models.mkdir(parents=True, exist_ok=True)
    path = profile.models / f"{name}.onnx"
    onnx.save(model, path)
    return path


def _let_take(monkeypatch: pytest.MonkeyPatch, **milliseconds: float) -> list[str]:
    """Let models take so long by the name of their file; the names that were measured."""
    measured: list[str] = []

    def measure(path: Path, **_options: object) -> EngineChoice:
        measured.append(path.stem)
        return EngineChoice(Device.CPU, milliseconds[path.stem.replace("-", "_")], None, "it is not here", "Bring it.")

    monkeypatch.setattr(opening, "measure_cpu_engines", measure)
    return measured


def test_a_copy_that_passed_and_is_faster_stands_in_and_is_measured_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile, announced = Profile.below(tmp_path), []
    _let_be_here(monkeypatch)
    _install_copy(profile, "tiny-int8")
    _install_copy(profile, "tiny-slower")
    measured = _let_take(monkeypatch, tiny=2.0, tiny_int8=1.0, tiny_slower=1.5)
    # That there is no other engine is known, and says nothing of how fast the model is.
    opening.learn_engine_once(TINY, profile, before_measuring=lambda: pytest.fail("nothing is measured"))
    for _ in range(2):
        found = opening.learn_stand_in(TINY, profile, before_measuring=lambda: announced.append(len(measured)))
        assert found == opening.StandIn("tiny-int8", 1.0, 2.0)
    assert sorted(measured) == ["tiny", "tiny-int8", "tiny-slower"]
    assert announced == [0]


@pytest.mark.parametrize(
    ("milliseconds", "same", "of", "devices"),
    [
        pytest.param(2.5, 2000, TINY, (), id="slower"),
        pytest.param(1.0, 1989, TINY, (), id="not passed"),
        pytest.param(1.0, 2000, __file__, (), id="of another model"),
        pytest.param(1.0, 2000, TINY, (Device.CUDA,), id="beside a card"),
    ],
)
def test_nothing_else_stands_in(
    milliseconds: float,
    same: int,
    of: str,
    devices: tuple[Device, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    profile = Profile.below(tmp_path)
    _let_be_here(monkeypatch, *devices)
    _install_copy(profile, "tiny-int8", same=same, of=of)
    _let_take(monkeypatch, tiny=2.0, tiny_int8=milliseconds)
    assert opening.learn_stand_in(TINY, profile, before_measuring=lambda: None) is None


def test_without_copies_nothing_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _let_be_here(monkeypatch)
    measured = _let_take(monkeypatch)
    assert opening.learn_stand_in(TINY, Profile.below(tmp_path), before_measuring=lambda: None) is None
    assert measured == []


def test_the_batch_that_was_found_for_a_card_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = Profile.below(tmp_path)
    # What a card does, the processor shows.
    monkeypatch.setattr(opening, "PROCESSORS", frozenset())
    CardChoices(profile.cache).remember(hash_model(TINY), Device.CPU, CardChoice(PLAIN, batch=7))
    assert opening.open_classifier(TINY, "cpu", profile).batch_size == 7
    assert opening.open_classifier(TINY, "cpu", profile, batch_size=3).batch_size == 3


def _failed(days_ago: float) -> EngineChoice:
    date = time.time() - days_ago * 86_400
    return EngineChoice(Device.CPU, 2.0, None, "OpenVINO cannot be loaded", "Install it again.", failed_at=date)


@pytest.mark.parametrize("is_disk_writable", [True, False])
def test_what_kept_openvino_from_being_measured_is_asked_again_after_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_disk_writable: bool
) -> None:
    profile = Profile.below(tmp_path)
    _let_be_here(monkeypatch, Device.OPENVINO)
    if not is_disk_writable:
        profile.cache.parent.mkdir(parents=True, exist_ok=True)
        profile.cache.write_bytes(b"a file where a folder should be")
    answers = [_failed(0.0), EngineChoice(Device.OPENVINO, 2.0, 1.0)]
    monkeypatch.setattr(opening, "measure_cpu_engines", lambda _path, **_options: answers.pop(0))
    for _ in range(3):
        opening.learn_engine_once(TINY, profile, before_measuring=lambda: None)
    assert len(answers) == 1, "once a day is enough"
    choices = EngineChoices(profile.cache)
    known = choices.remembered(hash_model(TINY))
    assert known is not None
    assert known.refusal().reason == "OpenVINO cannot be loaded"
    choices.remember(hash_model(TINY), _failed(1.01))
    for _ in range(2):
        opening.learn_engine_once(TINY, profile, before_measuring=lambda: None)
    assert answers == [], "asked again after the failure, and not after the answer"
    known = choices.remembered(hash_model(TINY))
    assert known is not None
    assert known.device is Device.OPENVINO


@pytest.mark.parametrize(("days_ago", "measured"), [(0.5, []), (1.01, ["tiny", "tiny-int8"])])
def test_where_openvino_failed_copies_are_compared_once_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days_ago: float, measured: list[str]
) -> None:
    profile = Profile.below(tmp_path)
    _let_be_here(monkeypatch, Device.OPENVINO)
    copy = _install_copy(profile, "tiny-int8")
    choices = EngineChoices(profile.cache)
    choices.remember(hash_model(TINY), _failed(days_ago))
    choices.remember(hash_model(str(copy)), replace(_failed(days_ago), cpu_ms=1.0))
    seen = _let_take(monkeypatch, tiny=2.0, tiny_int8=1.0)
    found = opening.learn_stand_in(TINY, profile, before_measuring=lambda: None)
    assert found == opening.StandIn("tiny-int8", 1.0, 2.0)
    assert seen == measured


def test_a_refusal_that_was_remembered_is_asked_again_when_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = Profile.below(tmp_path)
    EngineChoices(profile.cache).remember(hash_model(TINY), EngineChoice(Device.CPU, 2.0, None, "it cannot be loaded"))
    _let_be_here(monkeypatch)
    assert not opening.is_engine_unknown(TINY, profile)
    _let_be_here(monkeypatch, Device.OPENVINO)
    assert opening.is_engine_unknown(TINY, profile)


def test_a_damaged_copy_costs_the_copy_and_not_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    profile = Profile.below(tmp_path)
    _let_be_here(monkeypatch)
    whole, damaged = _install_copy(profile, "tiny-int8"), _install_copy(profile, "tiny-slower")
    damaged.with_suffix(".onnx.sha256").write_text("0" * 64)
    measured = _let_take(monkeypatch, tiny=2.0, tiny_int8=1.0, tiny_slower=0.5)
    found = opening.learn_stand_in(TINY, profile, before_measuring=lambda: None)
    assert found == opening.StandIn("tiny-int8", 1.0, 2.0)
    assert measured == ["tiny", whole.stem]
    assert "tiny-slower is not used" in caplog.text
    caplog.clear()


@pytest.mark.parametrize("edit", [scale_evidence, partial(be_hungry, more=1)], ids=["self-check", "memory"])
def test_a_copy_that_cannot_be_run_here_costs_the_copy_and_is_tried_once_a_day(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    edit: Callable[[onnx.ModelProto], None],
) -> None:
    profile = Profile.below(tmp_path)
    _let_be_here(monkeypatch)
    whole, broken = _install_copy(profile, "tiny-int8"), _install_copy(profile, "tiny-broken")
    copy = onnx.load(broken)
    edit(copy)
    onnx.save(copy, broken)
    takes_ms = {Path(TINY): 2.0, whole: 1.0}

    def measure(path: Path) -> EngineChoice:
        if path in takes_ms:
            return EngineChoice(Device.CPU, takes_ms[path], None)
        return measure_cpu_engines(path, threads=1)

    monkeypatch.setattr(opening, "measure_cpu_engines", measure)
    found = opening.learn_stand_in(TINY, profile, before_measuring=lambda: None)
    assert found == opening.StandIn("tiny-int8", 1.0, 2.0)
    assert "tiny-broken is not used" in caplog.text
    caplog.clear()
    again = opening.learn_stand_in(TINY, profile, before_measuring=lambda: pytest.fail("once a day is enough"))
    assert again == found
    choices, key = EngineChoices(profile.cache), hash_model(str(broken))
    failed = choices.remembered(key)
    assert failed is not None
    choices.remember(key, replace(failed, failed_at=time.time() - 1.01 * 86_400))
    announced: list[str] = []
    assert opening.learn_stand_in(TINY, profile, before_measuring=lambda: announced.append("measured")) == found
    assert announced == ["measured"]
    caplog.clear()


def test_a_model_that_cannot_be_run_itself_is_an_error_still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = Profile.below(tmp_path)
    _let_be_here(monkeypatch)
    source = variant(tmp_path, scale_evidence)
    _install_copy(profile, "tiny-int8", of=str(source))
    with pytest.raises(ModelContractError):
        opening.learn_stand_in(str(source), profile, before_measuring=lambda: None)


@pytest.mark.parametrize(("bits", "stands_in"), [(7, False), (8, True)])
def test_a_copy_whose_products_overflow_here_does_not_stand_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bits: int, *, stands_in: bool
) -> None:
    profile = Profile.below(tmp_path)
    _let_be_here(monkeypatch)
    _install_copy(profile, "tiny-int8", weight_bits=8)
    _let_take(monkeypatch, tiny=2.0, tiny_int8=1.0)
    monkeypatch.setattr(machine, "int8_weight_bits", lambda: bits)
    found = opening.learn_stand_in(TINY, profile, before_measuring=lambda: None)
    assert (found is not None) == stands_in
