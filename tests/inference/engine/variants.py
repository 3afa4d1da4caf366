"""Make variants of the tiny model: tampered, contradictory, slow or hungry ones."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

TINY = Path(__file__).resolve().parents[2] / "data" / "tiny.onnx"


def variant(folder: Path, edit: Callable[[onnx.ModelProto], None]) -> Path:
    """Write an edited copy of the tiny model into `folder`."""
    model = onnx.load(TINY)
    edit(model)
    path = folder / "variant.onnx"
    onnx.save(model, path)
    return path


def set_weight(model: onnx.ModelProto, name: str, values: np.ndarray) -> None:
    """Replace the numbers of an initializer."""
    for weight in model.graph.initializer:
        if weight.name == name:
            weight.CopyFrom(numpy_helper.from_array(values, name))
            return
    raise KeyError(name)


def get_weight(model: onnx.ModelProto, name: str) -> np.ndarray:
    """The numbers of an initializer."""
    return numpy_helper.to_array(next(weight for weight in model.graph.initializer if weight.name == name))


def rewrite_output(model: onnx.ModelProto, output: str, nodes: list[onnx.NodeProto], raw: str) -> None:
    """Let the node that made `output` make `raw` instead, for `nodes` to make `output` from."""
    maker = next(node for node in model.graph.node if output in node.output)
    maker.output[list(maker.output).index(output)] = raw
    for node in model.graph.node:
        for index, name in enumerate(node.input):
            if name == output:
                node.input[index] = raw
    model.graph.node.extend(nodes)


def scale_evidence(model: onnx.ModelProto) -> None:
    """Maps that show a tenth more than they should."""
    model.graph.initializer.append(numpy_helper.from_array(np.array(1.1, np.float32), "tamper"))
    rewrite_output(model, "evidence", [helper.make_node("Mul", ["true", "tamper"], ["evidence"])], "true")


def lie_about_bias(model: onnx.ModelProto) -> None:
    """Logits that were made with another bias than the head says."""
    model.graph.initializer.append(numpy_helper.from_array(np.full(7, 0.01, np.float32), "tamper"))
    rewrite_output(model, "logits", [helper.make_node("Add", ["true", "tamper"], ["logits"])], "true")


def lie_about_weight(model: onnx.ModelProto) -> None:
    """A head that is not the one which made the logits and the maps."""
    true = get_weight(model, "head_weight")
    model.graph.initializer.append(numpy_helper.from_array(true, "true"))
    for node in model.graph.node:
        node.input[:] = ["true" if name == "head_weight" else name for name in node.input]
    set_weight(model, "head_weight", (true * 1.1).astype(np.float32))


def lose_a_class_of_the_head(model: onnx.ModelProto) -> None:
    """A head that has fewer classes than the model."""
    lie_about_weight(model)
    set_weight(model, "head_weight", get_weight(model, "true")[:-1])
    output = next(output for output in model.graph.output if output.name == "head_weight")
    output.type.tensor_type.shape.dim[0].dim_value = 6


def give_no_numbers(model: onnx.ModelProto) -> None:
    """Logits that are NaN: 0 / 0."""
    model.graph.initializer.append(numpy_helper.from_array(np.array(0, np.float32), "nothing"))
    nodes = [
        helper.make_node("Mul", ["true", "nothing"], ["zero"]),
        helper.make_node("Div", ["zero", "nothing"], ["logits"]),
    ]
    rewrite_output(model, "logits", nodes, "true")


def be_slow(model: onnx.ModelProto, layers: int = 300) -> None:
    """Hundreds of convolutions between the last feature map and the `features` output, each changing nothing."""
    weight = np.zeros((8, 8, 3, 3), np.float32)
    weight[range(8), range(8), 1, 1] = 1
    model.graph.initializer.append(numpy_helper.from_array(weight, "slow/weight"))
    tail = next(node for node in model.graph.node if "features" in node.output)
    position = list(model.graph.node).index(tail)
    name = tail.input[0]
    for layer in range(layers):
        node = helper.make_node("Conv", [name, "slow/weight"], [f"slow/{layer}"], pads=[1, 1, 1, 1])
        name = f"slow/{layer}"
        model.graph.node.insert(position + layer, node)
    tail.input[0] = name


def be_hungry(model: onnx.ModelProto, more: int = 0, power: int = 46) -> None:
    """Logits that need (N + more) ** power numbers of memory: one picture fits, two exceed any address space.

    With -3 and 20 four pictures fit, and eight do not.
    """
    weights = {"hungry/first": np.array([0]), "hungry/power": np.array(power), "hungry/more": np.array(more)}
    model.graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in weights.items())
    nodes = [
        helper.make_node("Shape", ["images"], ["hungry/shape"]),
        helper.make_node("Gather", ["hungry/shape", "hungry/first"], ["hungry/count"]),
        helper.make_node("Add", ["hungry/count", "hungry/more"], ["hungry/total"]),
        helper.make_node("Pow", ["hungry/total", "hungry/power"], ["hungry/size"]),
        helper.make_node("ConstantOfShape", ["hungry/size"], ["hungry/zeros"]),
        helper.make_node("ReduceSum", ["hungry/zeros"], ["hungry/zero"], keepdims=0),
        helper.make_node("Add", ["true", "hungry/zero"], ["logits"]),
    ]
    rewrite_output(model, "logits", nodes, "true")


def never_end(model: onnx.ModelProto) -> None:
    """Logits that wait for 2 ** 62 rounds of a loop."""
    scalar = helper.make_tensor_value_info
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["endless/goes_on"], ["endless/still"]),
            helper.make_node("Cos", ["endless/value"], ["endless/next"]),
        ],
        "endless",
        [
            scalar("endless/round", onnx.TensorProto.INT64, []),
            scalar("endless/goes_on", onnx.TensorProto.BOOL, []),
            scalar("endless/value", onnx.TensorProto.FLOAT, [1, 7]),
        ],
        [
            scalar("endless/still", onnx.TensorProto.BOOL, []),
            scalar("endless/next", onnx.TensorProto.FLOAT, [1, 7]),
        ],
    )
    rounds = {"endless/rounds": np.array(2**62, np.int64), "endless/yes": np.array(True)}
    model.graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in rounds.items())
    loop = helper.make_node("Loop", ["endless/rounds", "endless/yes", "true"], ["logits"], body=body)
    rewrite_output(model, "logits", [loop], "true")
