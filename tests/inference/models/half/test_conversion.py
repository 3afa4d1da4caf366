"""A copy in float16 answers nearly alike, keeps its head in float32, and is refused where float16 cannot hold it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper

from inference.engine.devices import Device
from inference.engine.network import Network, NetworkOutputs
from inference.errors import ModelLoadError
from inference.models.contract import INPUT_NAME, METADATA_KEY, OutputName
from inference.models.half.conversion import write_half
from inference.models.half.half_file import NoHalfError
from inference.profile import BUILT_IN_MODELS
from tests.inference.engine.variants import TINY, get_weight, set_weight
from tests.inference.models.adopt.residual import residual_file

BUILT_IN = next(BUILT_IN_MODELS.glob("*.onnx"))
_BEHIND = {OutputName.HEAD_WEIGHT, OutputName.HEAD_BIAS}


def _answer(path: Path) -> NetworkOutputs:
    network = Network.open(path, device=Device.CPU)
    side = network.contract.preprocessing.crop
    coarse = np.random.default_rng(1).integers(0, 256, (8, 6, 6, 3), dtype=np.uint8)
    images = np.kron(coarse, np.ones((1, -(-side // 6), -(-side // 6), 1), np.uint8))[:, :side, :side]
    try:
        return network.run(images, embedding=True, features=True)
    finally:
        network.close()


@pytest.mark.parametrize("name", ["tiny", "residual", "built in"])
def test_it_answers_nearly_alike_and_passes_its_own_check(tmp_path: Path, name: str) -> None:
    source = {"tiny": TINY, "built in": BUILT_IN}.get(name) or residual_file(tmp_path)
    target = tmp_path / "half.onnx"
    assert write_half(source, target) > 0
    before, after = _answer(source), _answer(target)
    for wanted, found in (
        (before.logits, after.logits),
        (before.embedding, after.embedding),
        (before.features, after.features),
    ):
        assert wanted is not None
        assert found is not None
        assert found.dtype == np.float32
        assert 0 < np.abs(found - wanted).max() <= 5e-3 * np.abs(wanted).max()
    assert np.array_equal(before.logits.argmax(axis=1), after.logits.argmax(axis=1))


def test_convolutions_are_in_float16_and_all_behind_the_features_is_not(tmp_path: Path) -> None:
    target = tmp_path / "half.onnx"
    count = write_half(BUILT_IN, target)
    model = onnx.load(target)
    onnx.checker.check_model(model, full_check=True)
    types = {weight.name: weight.data_type for weight in model.graph.initializer}
    convolutions = [node for node in model.graph.node if node.op_type == "Conv"]
    assert len(convolutions) == count
    assert {types[name] for node in convolutions for name in node.input[1:]} == {onnx.TensorProto.FLOAT16}
    assert {types[name] for name in _BEHIND} == {onnx.TensorProto.FLOAT}
    outputs = {output.name: output.type.tensor_type.elem_type for output in model.graph.output}
    assert {name for name, kind in outputs.items() if kind == onnx.TensorProto.FLOAT16} == set()
    # One cast where the image enters, one where the features leave: each cast reads and writes a whole tensor.
    casts = [node for node in model.graph.node if node.op_type == "Cast"]
    original = [node for node in onnx.load(BUILT_IN).graph.node if node.op_type == "Cast"]
    assert len(casts) == len(original) + 2
    assert target.stat().st_size < 0.6 * BUILT_IN.stat().st_size
    texts = {entry.key: entry.value for entry in model.metadata_props}
    wanted = {entry.key: entry.value for entry in onnx.load(BUILT_IN).metadata_props}
    assert texts[METADATA_KEY] == wanted[METADATA_KEY]


def test_what_convolutions_give_is_in_float16_too(tmp_path: Path) -> None:
    target = tmp_path / "half.onnx"
    write_half(BUILT_IN, target)
    options = onnxruntime.SessionOptions()
    # Otherwise the processor leaves out the casts between its layers, and only the weights are rounded.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(str(target), options, providers=["CPUExecutionProvider"])
    images = np.random.default_rng(0).integers(0, 256, (2, 72, 72, 3), dtype=np.uint8)
    features, logits = session.run([OutputName.FEATURES, OutputName.LOGITS], {INPUT_NAME: images})
    assert np.array_equal(features, features.astype(np.float16).astype(np.float32))
    assert not np.array_equal(logits, logits.astype(np.float16).astype(np.float32))


def test_weights_that_float16_cannot_hold_are_refused(tmp_path: Path) -> None:
    model = onnx.load(TINY)
    name = next(node for node in model.graph.node if node.op_type == "Conv").input[1]
    set_weight(model, name, get_weight(model, name) + np.float32(70_000))
    onnx.save(model, tmp_path / "large.onnx")
    with pytest.raises(NoHalfError, match="too large for float16"):
        write_half(tmp_path / "large.onnx", tmp_path / "half.onnx")
    assert not (tmp_path / "half.onnx").exists()


def test_what_is_in_float16_already_is_refused(tmp_path: Path) -> None:
    write_half(TINY, tmp_path / "half.onnx")
    with pytest.raises(NoHalfError, match="no convolutions that compute in float32"):
        write_half(tmp_path / "half.onnx", tmp_path / "again.onnx")


def test_a_weight_that_two_precisions_read_is_there_twice(tmp_path: Path) -> None:
    model = onnx.load(TINY)
    convolution = next(node for node in model.graph.node if node.op_type == "Conv")
    bias = get_weight(model, convolution.input[2])
    model.graph.initializer.append(numpy_helper.from_array(np.zeros(7, np.float32), "nothing"))
    total = onnx.helper.make_node("ReduceSum", [convolution.input[2]], ["sum"], keepdims=0)
    zero = onnx.helper.make_node("Mul", ["sum", "nothing"], ["zero"])
    logits = next(node for node in model.graph.node if OutputName.LOGITS in node.output)
    logits.output[0] = "raw"
    added = onnx.helper.make_node("Add", ["raw", "zero"], [OutputName.LOGITS])
    position = list(model.graph.node).index(logits) + 1
    for node in (added, zero, total):
        model.graph.node.insert(position, node)
    onnx.save(model, tmp_path / "shared.onnx")
    write_half(tmp_path / "shared.onnx", tmp_path / "half.onnx")
    found = onnx.load(tmp_path / "half.onnx")
    assert np.array_equal(get_weight(found, convolution.input[2]), bias)
    assert np.array_equal(get_weight(found, f"{convolution.input[2]}/half"), bias.astype(np.float16))
    assert np.abs(_answer(tmp_path / "half.onnx").logits - _answer(TINY).logits).max() < 1e-2


def test_a_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("not a model")
    with pytest.raises(ModelLoadError):
        write_half(tmp_path / "text.onnx", tmp_path / "half.onnx")
