"""Which layers shall compute in int8, and models in which nothing can."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from inference.errors import ModelContractError
from inference.models.adopt.adoption import AdoptOptions, adopt, write_model
from inference.models.catalog import read_model
from inference.models.contract import METADATA_KEY, Label, Measurement, OutputName, Preprocessing
from inference.models.metadata import read_metadata
from inference.models.quantize.facts import Quantization, read_quantization
from inference.models.quantize.plan import NotQuantizableError, write_facts, write_plan
from tests.make_data import TINY, tiny_graph


def residual_model(target: Path) -> Path:
    """First layer, a block of three convolutions (one grouped) beside a way around them, and the head."""
    rng = np.random.default_rng(seed=5)
    shapes = {"first": (8, 3, 3, 3), "a": (8, 8, 1, 1), "b": (8, 2, 3, 3), "c": (8, 8, 1, 1), "fc": (4, 8)}
    weights = [
        numpy_helper.from_array(rng.normal(0, 0.3, shape).astype(np.float32), name) for name, shape in shapes.items()
    ]
    nodes = [
        helper.make_node("Conv", ["input", "first"], ["first/out"], pads=[1] * 4),
        helper.make_node("Relu", ["first/out"], ["stream"]),
        helper.make_node("Conv", ["stream", "a"], ["a/out"]),
        helper.make_node("Relu", ["a/out"], ["a/relu"]),
        helper.make_node("Conv", ["a/relu", "b"], ["b/out"], pads=[1] * 4, group=4),
        helper.make_node("Relu", ["b/out"], ["b/relu"]),
        helper.make_node("Conv", ["b/relu", "c"], ["c/out"]),
        helper.make_node("Add", ["c/out", "stream"], ["sum"]),
        helper.make_node("Relu", ["sum"], ["last"]),
        helper.make_node("GlobalAveragePool", ["last"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Gemm", ["flat", "fc"], ["output"], transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "residual",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, 16, 16])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 4])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = AdoptOptions("residual", labels=tuple(map(Label, "abcd")), preprocessing=Preprocessing(16, 16))
    adopt(model, target, options)
    return target


def test_convolutions_behind_the_first_with_their_relus_and_nothing_else(tmp_path: Path) -> None:
    source = residual_model(tmp_path / "residual.onnx")
    plan = write_plan(source, tmp_path / "plan.onnx")
    assert (len(plan.layers), plan.all_layers) == (3, 4)
    model = onnx.load(tmp_path / "plan.onnx")
    names = [node.name for node in model.graph.node]
    assert len(set(names)) == len(names)
    assert "" not in names
    chosen = {node.name: node for node in model.graph.node if node.name in plan.last(3)}
    assert sorted(node.op_type for node in chosen.values()) == ["Conv"] * 3 + ["Relu"] * 2
    # The first layer, the sum and what is behind it are not among them.
    results = {name.rpartition("source/")[2] for node in chosen.values() for name in node.output}
    assert results == {"a/out", "a/relu", "b/out", "b/relu", "c/out"}
    # The last two of the three layers: one with its ReLU, and one whose result is summed.
    assert plan.last(2) == (*plan.layers[1], *plan.layers[2])
    assert [chosen[name].output[0].rpartition("source/")[2] for name in plan.last(2)] == ["b/out", "b/relu", "c/out"]
    assert read_model(tmp_path / "plan.onnx").contract == plan.contract == read_model(source).contract


def test_facts_are_written_and_measurements_are_not_taken_over(tmp_path: Path) -> None:
    copy = tmp_path / "copy.onnx"
    shutil.copyfile(TINY, copy)
    facts = Quantization("cd" * 32, 5, 1, 2, 8)
    known = replace(
        read_model(copy).contract, name="copy", measured=(Measurement("set", 9, 0.5, 0.9),), torch_difference=1e-7
    )
    written = write_facts(copy, known, facts)
    assert written == replace(known, measured=(), torch_difference=None)
    assert read_model(copy).contract == written
    assert read_quantization(read_metadata(copy)) == facts
    with pytest.raises(NotQuantizableError, match="int8 already"):
        write_plan(copy, tmp_path / "plan.onnx")


def half(model: onnx.ModelProto) -> None:
    """The second convolution in float16, between casts."""
    for tensor in model.graph.initializer:
        if tensor.name.endswith(("conv1.weight", "conv2.weight", "conv1.bias", "conv2.bias")):
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), tensor.name))
    for node in list(model.graph.node):
        if node.op_type == "Conv":
            before, after = f"{node.input[0]}/half", node.output[0]
            index = list(model.graph.node).index(node)
            cast = helper.make_node("Cast", [node.input[0]], [before], to=TensorProto.FLOAT16)
            model.graph.node.insert(index, cast)
            model.graph.node[index + 1].input[0] = before
            model.graph.node[index + 1].output[0] = f"{after}/half"
            back = helper.make_node("Cast", [f"{after}/half"], [after], to=TensorProto.FLOAT)
            model.graph.node.insert(index + 2, back)


def already(model: onnx.ModelProto) -> None:
    """The features go through eight bits, as another tool writes it."""
    model.graph.initializer.append(numpy_helper.from_array(np.array(0.01, np.float32), "step"))
    node = next(node for node in model.graph.node if OutputName.FEATURES in node.output)
    given = node.input[0]
    node.input[0] = "eight/float"
    index = list(model.graph.node).index(node)
    model.graph.node.insert(index, helper.make_node("QuantizeLinear", [given, "step"], ["eight"]))
    model.graph.node.insert(index + 1, helper.make_node("DequantizeLinear", ["eight", "step"], ["eight/float"]))


@pytest.mark.parametrize(("change", "said"), [(half, "float16"), (already, "int8 already")])
def test_what_is_not_float32_is_refused(change: Callable[[onnx.ModelProto], None], said: str, tmp_path: Path) -> None:
    model = onnx.load(TINY)
    change(model)
    source = tmp_path / "changed.onnx"
    write_model(model, source, read_model(TINY).contract)
    with pytest.raises(NotQuantizableError, match=said):
        write_plan(source, tmp_path / "plan.onnx")
    assert not (tmp_path / "plan.onnx").exists()


def test_a_model_with_one_layer_has_nothing_to_quantize(tmp_path: Path) -> None:
    model = tiny_graph()
    second = next(node for node in model.graph.node if node.input[0] == "r1")
    second.op_type = "Identity"
    del second.attribute[:], second.input[1:]
    source = tmp_path / "one.onnx"
    adopt(model, source, AdoptOptions("one"))
    with pytest.raises(NotQuantizableError, match="behind the first"):
        write_plan(source, tmp_path / "plan.onnx")


def test_without_a_contract_it_is_no_model_of_ours(tmp_path: Path) -> None:
    source = tmp_path / "stranger.onnx"
    onnx.save_model(tiny_graph(), source)
    assert METADATA_KEY not in read_metadata(source)
    with pytest.raises(ModelContractError, match="models add"):
        write_plan(source, tmp_path / "plan.onnx")
