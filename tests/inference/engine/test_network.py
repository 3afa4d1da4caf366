"""A network is the model that was asked for, on the device that it says, and its numbers are the model's."""

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.arrays import InputBatch
from inference.cancel import Cancelled, CancelToken
from inference.engine import network as network_module
from inference.engine.card import handle as handle_module
from inference.engine.card import proven as proven_module
from inference.engine.card.choice import CardChoice, CardChoices
from inference.engine.card.variant import Variant
from inference.engine.choice import EngineChoice, EngineChoices
from inference.engine.devices import Device, Precision, probe_devices
from inference.engine.network import Network, hash_model
from inference.errors import DeviceError, InferenceError, ModelContractError, ModelLoadError
from inference.models.contract import METADATA_KEY
from inference.profile import PROJECT_ROOT
from tests.inference.engine.variants import (
    TINY,
    be_hungry,
    be_slow,
    get_weight,
    give_no_numbers,
    lie_about_bias,
    lie_about_weight,
    lose_a_class_of_the_head,
    scale_evidence,
    set_weight,
    variant,
)


def pictures(count: int, height: int = 32, width: int = 32, seed: int = 0) -> InputBatch:
    return np.random.default_rng(seed).integers(0, 256, (count, height, width, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def tiny() -> Iterator[Network]:
    network = Network.open(TINY, device="cpu", threads=1)
    yield network
    network.close()


def test_it_knows_the_model_and_where_it_runs(tiny: Network) -> None:
    assert tiny.contract.name == "tiny"
    assert (tiny.device, tiny.precision, tiny.refusals) == (Device.CPU, Precision.FLOAT32, ())
    assert tiny.model_hash == hashlib.sha256(TINY.read_bytes()).hexdigest()
    assert tiny.head is not None
    model = onnx.load(TINY)
    assert np.array_equal(tiny.head.weight, get_weight(model, "head_weight"))
    assert np.array_equal(tiny.head.bias, get_weight(model, "head_bias"))


@settings(max_examples=30, deadline=None)
@given(count=st.integers(1, 5), height=st.integers(9, 70), width=st.integers(9, 70), seed=st.integers(0, 2**32 - 1))
def test_every_output_follows_from_the_feature_map(
    tiny: Network, count: int, height: int, width: int, seed: int
) -> None:
    outputs = tiny.run(pictures(count, height, width, seed), evidence=True, embedding=True, features=True)
    assert tiny.head is not None
    assert outputs.features is not None
    assert outputs.evidence is not None
    assert outputs.embedding is not None
    features = outputs.features.astype(np.float64)
    pooled = features.mean(axis=(2, 3))
    logits = pooled @ tiny.head.weight.T + tiny.head.bias
    cells = features.shape[2] * features.shape[3]
    maps = np.einsum("ntk,nkhw->nthw", tiny.head.weight[outputs.top_classes], features) / cells

    assert outputs.logits.dtype == np.float32
    assert np.allclose(outputs.embedding, pooled, atol=1e-5)
    assert np.allclose(outputs.logits, logits, atol=1e-4)
    assert np.array_equal(outputs.top_classes[:, 0], outputs.logits.argmax(axis=1))
    assert np.allclose(outputs.evidence, maps, atol=1e-5)


@settings(max_examples=20, deadline=None)
@given(count=st.integers(2, 9), seed=st.integers(0, 2**32 - 1))
def test_a_batch_gives_what_its_pictures_give_alone(tiny: Network, count: int, seed: int) -> None:
    images = pictures(count, seed=seed)
    together = tiny.run(images)
    assert together.evidence is not None
    for row in range(count):
        alone = tiny.run(images[row : row + 1])
        assert alone.evidence is not None
        assert np.allclose(together.logits[row], alone.logits[0], atol=1e-5)
        assert np.allclose(together.evidence[row], alone.evidence[0], atol=1e-5)


def test_only_what_was_asked_for_comes_back(tiny: Network) -> None:
    outputs = tiny.run(pictures(1), evidence=False)
    assert (outputs.evidence, outputs.embedding, outputs.features) == (None, None, None)
    assert outputs.top_classes.shape == (1, 5)


def test_the_callers_pictures_stay_as_they_are(tiny: Network) -> None:
    images = pictures(3)
    before = images.copy()
    tiny.run(images)
    assert np.array_equal(images, before)


def test_pictures_need_not_lie_in_one_piece(tiny: Network) -> None:
    images = pictures(2)[:, ::-1, ::-1]
    assert np.array_equal(tiny.run(images).logits, tiny.run(images.copy()).logits)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((1, 32, 32, 3), np.float32),
        np.zeros((32, 32, 3), np.uint8),
        np.zeros((1, 3, 32, 32), np.uint8),
        np.zeros((0, 32, 32, 3), np.uint8),
    ],
)
def test_what_is_no_batch_of_pictures_is_refused(tiny: Network, images: InputBatch) -> None:
    with pytest.raises(ValueError, match="images must be uint8"):
        tiny.run(images)


def test_nothing_is_said_aside(tmp_path: Path) -> None:
    # ONNX Runtime warns of weights that nobody uses, and complains on stderr when a run fails.
    def give_it_something_to_say(model: onnx.ModelProto) -> None:
        be_hungry(model)
        model.graph.initializer.append(onnx.numpy_helper.from_array(np.zeros(3, np.float32), "unused"))

    path = variant(tmp_path, give_it_something_to_say)
    code = f"""
import numpy as np
from inference.engine.network import Network
from inference.errors import InferenceError
network = Network.open({str(path)!r})
try:
    network.run(np.zeros((2, 32, 32, 3), np.uint8))
except InferenceError as error:
    assert error.out_of_memory
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


class _CancelsAsItStarts(CancelToken):
    """Somebody wants to stop after the run was prepared and before it has computed anything."""

    @contextmanager
    def on_cancel(self, callback: Callable[[], None]) -> Iterator[None]:
        with super().on_cancel(callback):
            self.cancel()
            yield


class _SaysWhenItRuns(CancelToken):
    """Lets another thread know that the run begins."""

    def __init__(self) -> None:
        super().__init__()
        self.running = threading.Event()

    @contextmanager
    def on_cancel(self, callback: Callable[[], None]) -> Iterator[None]:
        with super().on_cancel(callback):
            self.running.set()
            yield


def test_a_cancelled_run_ends_and_the_network_goes_on(tiny: Network) -> None:
    before = tiny.run(pictures(2)).logits
    used = CancelToken()
    used.cancel()
    for token in (used, _CancelsAsItStarts()):
        with pytest.raises(Cancelled):
            tiny.run(pictures(2), cancel=token)
    assert np.array_equal(tiny.run(pictures(2)).logits, before)


def test_a_long_run_is_stopped_in_its_middle(tmp_path: Path) -> None:
    # 300 layers over 32 pictures of 400 px take many seconds on any computer; the run is cancelled as it begins.
    network = Network.open(variant(tmp_path, be_slow), device="cpu")
    before = network.run(pictures(1)).logits
    token = _SaysWhenItRuns()

    def stop() -> None:
        token.running.wait()
        token.cancel()

    thread = threading.Thread(target=stop)
    thread.start()
    with pytest.raises(Cancelled):
        network.run(pictures(32, 400, 400), cancel=token)
    thread.join()
    assert np.array_equal(network.run(pictures(1)).logits, before)


def test_two_threads_at_once_are_a_mistake(tiny: Network) -> None:
    caught: list[str] = []

    class _Intruder(CancelToken):
        @contextmanager
        def on_cancel(self, callback: Callable[[], None]) -> Iterator[None]:
            with pytest.raises(RuntimeError) as info:
                tiny.run(pictures(1))
            caught.append(str(info.value))
            yield

    tiny.run(pictures(1), cancel=_Intruder())
    assert caught == ["another thread is using this network"]


def test_a_closed_network_says_so() -> None:
    network = Network.open(TINY, device="cpu")
    network.close()
    network.close()
    with pytest.raises(InferenceError, match="was closed"):
        network.run(pictures(1))


def test_too_little_memory_is_told_apart_and_survived(tmp_path: Path) -> None:
    network = Network.open(variant(tmp_path, be_hungry), device="cpu")
    before = network.run(pictures(1)).logits
    with pytest.raises(InferenceError) as info:
        network.run(pictures(2))
    assert info.value.out_of_memory
    assert str(info.value) == "The network could not be run: the memory of cpu is too small."
    assert np.array_equal(network.run(pictures(1)).logits, before)


def test_invalid_numbers_of_one_picture_are_passed_on(tmp_path: Path) -> None:
    def divide_by_brightness(model: onnx.ModelProto) -> None:
        # Black pictures have features of the biases alone; dividing by the brightest cell of the input gives 0 / 0.
        nodes = [
            onnx.helper.make_node("ReduceMax", ["images"], ["max"], keepdims=0),
            onnx.helper.make_node("Cast", ["max"], ["max/float"], to=onnx.TensorProto.FLOAT),
            onnx.helper.make_node("Div", ["max/float", "max/float"], ["one"]),
            onnx.helper.make_node("Mul", ["true", "one"], ["logits"]),
        ]
        maker = next(node for node in model.graph.node if "logits" in node.output)
        maker.output[0] = "true"
        for node in model.graph.node:
            node.input[:] = ["true" if name == "logits" else name for name in node.input]
        model.graph.node.extend(nodes)

    network = Network.open(variant(tmp_path, divide_by_brightness), device="cpu")
    assert np.isnan(network.run(np.zeros((1, 32, 32, 3), np.uint8)).logits).all()
    assert np.isfinite(network.run(pictures(1)).logits).all()


def _truncated(folder: Path) -> Path:
    path = folder / "cut.onnx"
    path.write_bytes(TINY.read_bytes()[:3000])
    return path


def _text(folder: Path) -> Path:
    path = folder / "notes.onnx"
    path.write_text("not a model")
    return path


def _empty(folder: Path) -> Path:
    path = folder / "empty.onnx"
    path.touch()
    return path


def _pipe(folder: Path) -> Path:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    path = folder / "pipe.onnx"
    os.mkfifo(path)
    return path


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: folder / "absent.onnx", "does not exist"),
        (lambda folder: folder, "is a folder"),
        (_pipe, "named pipe"),
        (_empty, "0 bytes"),
        (_text, "not an ONNX model, or it is damaged"),
        (_truncated, "not an ONNX model, or it is damaged"),
        (lambda folder: os.fsdecode(os.fsencode(folder) + b"/\xff.onnx"), "not text"),
        (lambda folder: f"{folder}/zero\0.onnx", "cannot be read"),
    ],
)
def test_a_file_that_is_no_model_gets_a_sentence(
    tmp_path: Path, make: Callable[[Path], Path | str], words: str
) -> None:
    with pytest.raises(ModelLoadError) as info:
        Network.open(make(tmp_path))
    assert words in str(info.value)
    assert "ONNXRuntimeError" not in str(info.value)
    assert str(info.value).endswith(".")


def _drop_contract(model: onnx.ModelProto) -> None:
    del model.metadata_props[:]


def _name_fewer_classes(model: onnx.ModelProto) -> None:
    entry = next(entry for entry in model.metadata_props if entry.key == METADATA_KEY)
    entry.value = entry.value.replace('{"name": "grey", "wordnet_id": null}', "").replace("}, ]", "}]")


def _want_floats(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.FLOAT


def _fix_the_batch(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1


def _lose_features(model: onnx.ModelProto) -> None:
    kept = [output for output in model.graph.output if output.name != "features"]
    del model.graph.output[:]
    model.graph.output.extend(kept)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (_drop_contract, "carries no contract"),
        (_name_fewer_classes, "gives 7 scores, but the class list has 6 names"),
        (_want_floats, "must be uint8"),
        (_fix_the_batch, "must leave N, H and W open"),
        (_lose_features, "no output 'features'"),
        (scale_evidence, "do not add up"),
        (lie_about_bias, "do not add up"),
        (lie_about_weight, "do not add up"),
        (lose_a_class_of_the_head, "fits neither its classes nor its features"),
        (give_no_numbers, "no valid numbers"),
    ],
)
def test_a_model_that_contradicts_its_contract_is_refused(
    tmp_path: Path, edit: Callable[[onnx.ModelProto], None], words: str
) -> None:
    with pytest.raises(ModelContractError) as info:
        Network.open(variant(tmp_path, edit))
    assert words in str(info.value)


@pytest.mark.parametrize(
    ("maps", "kept", "has_evidence"),
    [
        ("approximate", ["logits", "top_classes", "embedding", "features", "evidence"], True),
        ("none", ["logits", "top_classes"], False),
    ],
)
def test_a_model_with_lesser_maps_has_no_head(tmp_path: Path, maps: str, kept: list[str], has_evidence: bool) -> None:
    def lessen(model: onnx.ModelProto) -> None:
        scale_evidence(model)
        outputs = [output for output in model.graph.output if output.name in kept]
        del model.graph.output[:]
        model.graph.output.extend(outputs)
        entry = next(entry for entry in model.metadata_props if entry.key == METADATA_KEY)
        assert '"maps": "exact"' in entry.value
        entry.value = entry.value.replace('"maps": "exact"', f'"maps": "{maps}"')

    network = Network.open(variant(tmp_path, lessen), device="cpu")
    outputs = network.run(pictures(2), evidence=True, embedding=True, features=True)
    assert network.head is None
    assert outputs.logits.shape == (2, 7)
    assert outputs.top_classes.shape == (2, 5)
    for part in (outputs.evidence, outputs.embedding, outputs.features):
        assert (part is not None) == has_evidence


def test_weights_that_are_not_numbers_are_refused(tmp_path: Path) -> None:
    def spoil(model: onnx.ModelProto) -> None:
        bias = get_weight(model, "head_bias").copy()
        bias[3] = np.inf
        set_weight(model, "head_bias", bias)

    with pytest.raises(ModelContractError, match="no valid numbers"):
        Network.open(variant(tmp_path, spoil))


@pytest.mark.parametrize("device", [device for device in Device if device is not Device.CPU])
def test_a_device_asked_for_by_name_runs_or_says_why_not(device: Device, tiny: Network) -> None:
    report = next(report for report in probe_devices() if report.device is device)
    if report.available:
        network = Network.open(TINY, device=device)
        assert network.device is device
        assert network.run(pictures(4)).logits == pytest.approx(tiny.run(pictures(4)).logits, abs=0.05)
        return
    with pytest.raises(DeviceError) as info:
        Network.open(TINY, device=device.value)
    assert info.value.device == device
    assert str(info.value) == f"The device {device} cannot be used: {report.reason}. {report.remedy}"
    assert len(report.reason) > 10
    assert report.remedy.endswith(".")


def test_a_device_that_nobody_knows_gets_a_sentence() -> None:
    with pytest.raises(DeviceError, match=r"no such device. Known are auto, cuda, .*cpu"):
        Network.open(TINY, device="gpu")


def test_auto_leaves_a_reason_for_each_device_that_it_passed_over() -> None:
    network = Network.open(TINY)
    available = {report.device for report in probe_devices() if report.available}
    assert network.device in available
    assert not {refusal.device for refusal in network.refusals} & {network.device}
    if network.device is Device.CPU:
        assert network.refusals, "the card was passed over without a word"
    assert all(refusal.reason and refusal.remedy for refusal in network.refusals)


def _remember(folder: Path, choice: EngineChoice) -> EngineChoices:
    choices = EngineChoices(folder)
    choices.remember(hashlib.sha256(TINY.read_bytes()).hexdigest(), choice)
    return choices


def test_auto_says_that_openvino_was_measured_to_be_slower(tmp_path: Path) -> None:
    choices = _remember(tmp_path, EngineChoice(Device.CPU, cpu_ms=2.0, openvino_ms=9.0))
    network = Network.open(TINY, choices=choices)
    if network.device is not Device.CPU:
        pytest.skip("a card works here")
    reasons = {refusal.device: refusal.reason for refusal in network.refusals}
    assert "9.0 ms for a picture, cpu 2.0 ms" in reasons[Device.OPENVINO]


def test_auto_uses_openvino_where_it_was_faster_and_still_is_there(tmp_path: Path) -> None:
    choices = _remember(tmp_path, EngineChoice(Device.OPENVINO, cpu_ms=9.0, openvino_ms=2.0))
    network = Network.open(TINY, choices=choices)
    report = next(report for report in probe_devices() if report.device is Device.OPENVINO)
    if network.device not in (Device.CPU, Device.OPENVINO):
        pytest.skip("a card works here")
    if report.available:
        assert network.device is Device.OPENVINO
    else:
        assert (Device.OPENVINO, report.reason) in {(refusal.device, refusal.reason) for refusal in network.refusals}


def test_the_way_that_was_found_to_be_fastest_is_opened_and_its_failure_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cards = CardChoices(tmp_path)
    cards.remember(hash_model(str(TINY)), Device.CPU, CardChoice(Variant(half=True), batch=4))
    monkeypatch.setattr(network_module, "_CARDS", {Device.CPU})
    network = Network.open(TINY, device=Device.CPU, cards=cards)
    assert network.precision.value == "float16"
    images = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3), dtype=np.uint8)
    fast = network.run(images)

    def fails(*_arguments: object) -> None:
        raise RuntimeError("the card fell off the bus")

    monkeypatch.setattr(handle_module.VariantHandle, "run", fails)
    plain = network.run(images)
    assert network.precision.value == "float32"
    assert 0 < np.abs(fast.logits - plain.logits).max() < 1e-2
    caplog.clear()
    again = Network.open(TINY, device=Device.CPU, cards=cards)
    assert again.precision is Precision.FLOAT32


def test_a_card_whose_memory_is_full_leaves_the_processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise InferenceError("the memory of cuda is too small.", out_of_memory=True)

    monkeypatch.setattr(proven_module, "open_proven", fail)
    network = Network.open(TINY, cards=CardChoices(tmp_path))
    assert network.device in {Device.CPU, Device.OPENVINO}
    [refusal] = [one for one in network.refusals if one.device is Device.CUDA]
    assert refusal.is_here
    assert refusal.reason == "the memory of cuda is too small"
    with pytest.raises(DeviceError, match="memory of cuda"):
        Network.open(TINY, device=Device.CUDA, cards=CardChoices(tmp_path))
