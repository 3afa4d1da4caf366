"""The faster engine of the processor is measured, remembered for this machine and model, and forgotten without harm."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.cancel import Cancelled, CancelToken
from inference.engine import batch_size, machine, probe
from inference.engine import choice as choice_module
from inference.engine.choice import EngineChoice, EngineChoices, choice_key, measure_cpu_engines
from inference.engine.devices import Device, Refusal, probe_devices
from inference.engine.network import Network
from inference.errors import DeviceError, InferenceError, ModelContractError, ModelLoadError
from tests.inference.engine.variants import TINY, be_hungry, variant

CPU = EngineChoice(Device.CPU, cpu_ms=2.5, openvino_ms=7.0)
OPENVINO = EngineChoice(Device.OPENVINO, cpu_ms=7.0, openvino_ms=2.5)
ALONE = EngineChoice(Device.CPU, cpu_ms=2.5, openvino_ms=None, reason="it is not here", remedy="Bring it.")


@pytest.mark.parametrize("choice", [CPU, OPENVINO, ALONE])
def test_a_choice_is_remembered_by_the_next_start(tmp_path: Path, choice: EngineChoice) -> None:
    EngineChoices(tmp_path / "new" / "folder").remember("a" * 64, choice)
    later = EngineChoices(tmp_path / "new" / "folder")
    assert later.remembered("a" * 64) == choice
    assert later.remembered("b" * 64) is None


def test_each_model_has_its_own_choice_and_the_last_word_counts(tmp_path: Path) -> None:
    choices = EngineChoices(tmp_path)
    choices.remember("a", CPU)
    choices.remember("b", OPENVINO)
    choices.remember("a", ALONE)
    assert (choices.remembered("a"), choices.remembered("b")) == (ALONE, OPENVINO)


def test_another_processor_or_version_asks_for_a_new_measurement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choices = EngineChoices(tmp_path)
    choices.remember("a", OPENVINO)
    with monkeypatch.context() as patch:
        patch.setattr(machine, "processor_name", lambda: "another processor")
        assert choices.remembered("a") is None
    with monkeypatch.context() as patch:
        patch.setattr(machine, "instruction_sets", lambda: "avx2 of another one with the same name")
        assert choices.remembered("a") is None
    with monkeypatch.context() as patch:
        patch.setattr(machine, "physical_cores", lambda: 1000)
        assert choices.remembered("a") is None
    with monkeypatch.context() as patch:
        patch.setattr(choice_module, "_version", lambda package: "99.0")
        assert choices.remembered("a") is None
    assert choices.remembered("a") == OPENVINO


def _row(text: str) -> bytes:
    return json.dumps({choice_key("a"): json.loads(text)}).encode()


@settings(max_examples=60)
@given(
    st.binary()
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["device", "cpu_ms", "openvino_ms"]), inner),
    ).map(lambda value: _row(json.dumps(value)))
)
def test_a_damaged_file_is_an_unknown_choice(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("choices")
    (folder / "engines.json").write_bytes(content)
    choices = EngineChoices(folder)
    assert choices.remembered("a") is None or isinstance(choices.remembered("a"), EngineChoice)
    choices.remember("a", CPU)
    assert choices.remembered("a") == CPU


@pytest.mark.parametrize(
    "row",
    [
        {"device": "cuda", "cpu_ms": 1.0, "openvino_ms": 2.0},
        {"device": "openvino", "cpu_ms": 1.0, "openvino_ms": None},
        {"device": "cpu", "cpu_ms": "fast", "openvino_ms": None},
        {"cpu_ms": 1.0, "openvino_ms": 2.0},
    ],
)
def test_a_row_that_makes_no_sense_is_an_unknown_choice(tmp_path: Path, row: dict[str, object]) -> None:
    (tmp_path / "engines.json").write_text(json.dumps({choice_key("a"): row}))
    assert EngineChoices(tmp_path).remembered("a") is None


def test_where_nothing_can_be_written_a_choice_counts_until_the_program_ends(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    for choice in (CPU, OPENVINO, ALONE):
        EngineChoices(blocked).remember("a", choice)
        assert EngineChoices(blocked).remembered("a") == choice
    assert EngineChoices(tmp_path).remembered("a") is None


def _failed(days_ago: float) -> EngineChoice:
    return replace(ALONE, failed_at=time.time() - days_ago * 86_400)


@pytest.mark.parametrize(("days_ago", "is_lately"), [(0.0, True), (0.9, True), (1.01, False), (-0.1, False)])
def test_a_failure_is_believed_for_a_day(tmp_path: Path, days_ago: float, *, is_lately: bool) -> None:
    choices = EngineChoices(tmp_path)
    choices.remember("a", _failed(days_ago))
    known = choices.remembered("a")
    assert known is not None
    assert known.failed_lately is is_lately


@pytest.mark.parametrize("date", ["0", "null", "NaN", "-1", "true", '"today"', "1e300", "1" + "0" * 400])
def test_a_failure_without_a_date_is_not_believed(tmp_path: Path, date: str) -> None:
    choices = EngineChoices(tmp_path)
    choices.remember("a", ALONE)
    file = tmp_path / "engines.json"
    file.write_text(file.read_text().replace('"failed_at": null', f'"failed_at": {date}'))
    known = choices.remembered("a")
    assert known is not None
    assert (known.reason, known.failed_lately) == (ALONE.reason, False)


def test_where_openvino_failed_it_is_told_when_it_is_tried_again() -> None:
    again = "A day after it failed, openvino is tried again. Ask for it by name to try it now."
    assert _failed(0.0).refusal() == Refusal(Device.OPENVINO, "it is not here", f"Bring it. {again}")
    assert replace(_failed(0.0), remedy="").refusal().remedy == again
    assert ALONE.refusal().remedy == "Bring it."


class _Failing:
    """Opens as OpenVINO does, and has no memory to run."""

    device = Device.OPENVINO

    def run(self, _images: object, *, cancel: object) -> None:
        raise InferenceError("can't alloc.", out_of_memory=True)

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (_Failing(), "can't alloc"),
        (DeviceError("openvino", "OpenVINO cannot be loaded", "Install it again."), "OpenVINO cannot be loaded"),
        (ModelContractError("tiny.onnx", ("It lies.",)), "the model fails its check there (It lies)"),
        (ModelLoadError("tiny.onnx", "it is not an ONNX model."), "it is not an ONNX model"),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("is_found", [True, False])
def test_an_engine_that_fails_while_it_is_measured_leaves_the_other(
    monkeypatch: pytest.MonkeyPatch, failure: object, reason: str, *, is_found: bool
) -> None:
    real = Network.open

    def open_network(path: Path, *, device: Device, **options: Any) -> object:  # noqa: ANN401 - passed on
        if device is not Device.OPENVINO:
            return real(path, device=device, **options)
        if isinstance(failure, Exception):
            raise failure
        return failure

    monkeypatch.setattr(Network, "open", open_network)
    refusal = None if is_found else Refusal(Device.OPENVINO, "it is not here", "Bring it.")
    monkeypatch.setattr(probe, "find_refusal", lambda _device: refusal)
    measured = measure_cpu_engines(TINY, threads=1)
    assert measured.device is Device.CPU
    assert measured.cpu_ms > 0
    assert (measured.openvino_ms, measured.reason) == (None, reason)
    assert measured.remedy
    # What cannot be here at all is known each time before anything is opened.
    assert measured.failed_lately is is_found


def test_both_engines_are_measured_or_the_absence_of_one_is_explained() -> None:
    measured = measure_cpu_engines(TINY, threads=1)
    report = next(report for report in probe_devices() if report.device is Device.OPENVINO)
    assert measured.cpu_ms > 0
    if report.available:
        assert measured.openvino_ms is not None
        assert measured.failed_at is None
        assert (measured.device is Device.OPENVINO) == (measured.openvino_ms < measured.cpu_ms)
    else:
        assert measured.device is Device.CPU
        assert (measured.reason, measured.remedy) == (report.reason, report.remedy)
        assert measured.refusal().reason == report.reason


def test_a_measurement_can_be_stopped_and_a_missing_model_is_named() -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        measure_cpu_engines(TINY, cancel=token)
    with pytest.raises(ModelLoadError):
        measure_cpu_engines(TINY.with_name("absent.onnx"))


def _watch_batches(monkeypatch: pytest.MonkeyPatch, *, picture_s: float = 0.0) -> list[int]:
    """Only the processor's own engine, and the sizes of its batches, each picture of which takes so long at least."""
    sizes: list[int] = []
    really_open, really_run = Network.open, Network.run

    def open_network(path: Path, *, device: Device, **options: Any) -> Network:  # noqa: ANN401 - passed on
        if device is Device.OPENVINO:
            raise DeviceError("openvino", "it is not here", "Bring it.")
        return really_open(path, device=device, **options)

    def run(network: Network, images: Any, **options: Any) -> object:  # noqa: ANN401 - likewise
        sizes.append(len(images))
        time.sleep(picture_s * len(images))
        return really_run(network, images, **options)

    monkeypatch.setattr(Network, "open", open_network)
    monkeypatch.setattr(Network, "run", run)
    return sizes


def test_a_slow_model_is_measured_with_as_few_pictures_as_it_will_be_run_with(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = _watch_batches(monkeypatch, picture_s=0.15)
    monkeypatch.setattr(choice_module, "_LONG_ENOUGH_S", 0.0)
    measured = measure_cpu_engines(TINY, threads=1)
    assert measured.cpu_ms >= 150
    # Two that say how long one takes, and one round: rounds as long as this end early.
    assert sizes == [1, 1, 1]


def test_a_model_whose_large_batches_do_not_fit_is_measured_with_smaller_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = _watch_batches(monkeypatch)
    # However busy this computer is.
    monkeypatch.setattr(batch_size, "BATCH_BUDGET_S", 1e3)
    measured = measure_cpu_engines(variant(tmp_path, lambda model: be_hungry(model, more=-3, power=20)), threads=1)
    assert measured.device is Device.CPU
    assert measured.cpu_ms > 0
    assert sizes == [1, 1, 8, *[4] * 7]
