"""The faster engine of the processor is measured, remembered for this machine and model, and forgotten without harm."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.cancel import Cancelled, CancelToken
from inference.engine import choice as choice_module
from inference.engine import machine
from inference.engine.choice import EngineChoice, EngineChoices, choice_key, measure_cpu_engines
from inference.engine.devices import Device, probe_devices
from inference.engine.network import Network
from inference.errors import InferenceError, ModelLoadError
from tests.inference.engine.variants import TINY

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
        patch.setattr(choice_module, "_version", lambda package: "99.0")
        assert choices.remembered("a") is None
    assert choices.remembered("a") == OPENVINO


def test_the_file_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice_module, "_MOST_REMEMBERED", 3)
    choices = EngineChoices(tmp_path)
    for name in "abcde":
        choices.remember(name, CPU)
    assert [choices.remembered(name) for name in "abcde"] == [None, None, CPU, CPU, CPU]


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


def test_where_nothing_can_be_written_a_choice_counts_until_the_program_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    EngineChoices(blocked).remember("a", CPU)
    assert EngineChoices(blocked).remembered("a") == CPU
    assert EngineChoices(tmp_path).remembered("a") is None
    assert blocked.read_text() == "not a folder"
    blocked.unlink()
    EngineChoices(blocked).remember("a", OPENVINO)
    monkeypatch.setattr(choice_module, "_UNWRITTEN", {})
    assert EngineChoices(blocked).remembered("a") == OPENVINO


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such files here")
def test_a_file_that_never_ends_is_an_unknown_choice(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "engines.json")
    assert EngineChoices(tmp_path).remembered("a") is None
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "engines.json").symlink_to("/dev/zero")
    assert EngineChoices(tmp_path / "other").remembered("a") is None


def test_an_engine_that_fails_while_it_is_measured_leaves_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing:
        """Opens as OpenVINO does, and has no memory to run."""

        device = Device.OPENVINO

        def run(self, _images: object, *, cancel: object) -> None:
            raise InferenceError("can't alloc.", out_of_memory=True)

        def close(self) -> None:
            """Nothing is open."""

    real = Network.open

    def open_network(path: Path, *, device: Device, **options: Any) -> object:  # noqa: ANN401 - passed on
        return Failing() if device is Device.OPENVINO else real(path, device=device, **options)

    monkeypatch.setattr(Network, "open", open_network)
    measured = measure_cpu_engines(TINY, threads=1)
    assert measured.device is Device.CPU
    assert measured.cpu_ms > 0
    assert (measured.openvino_ms, measured.reason) == (None, "can't alloc")


def test_both_engines_are_measured_or_the_absence_of_one_is_explained() -> None:
    measured = measure_cpu_engines(TINY, threads=1)
    report = next(report for report in probe_devices() if report.device is Device.OPENVINO)
    assert measured.cpu_ms > 0
    if report.available:
        assert measured.openvino_ms is not None
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
