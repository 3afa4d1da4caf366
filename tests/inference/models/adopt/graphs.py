"""Build small classifiers in the shapes in which strangers export them."""

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

CLASSES = 6
CHANNELS = 8
SIDE = 16

Array = NDArray[np.float32]


def weights() -> dict[str, Array]:
    """Fixed weights of a convolution, a head and a hidden layer."""
    rng = np.random.default_rng(7)
    arrays = {
        "conv": rng.normal(size=(CHANNELS, 3, 3, 3)),
        "head": rng.normal(size=(CLASSES, CHANNELS)),
        "bias": rng.normal(size=CLASSES),
        "hidden": rng.normal(size=(CHANNELS, CHANNELS)),
    }
    return {name: value.astype(np.float32) for name, value in arrays.items()}


def node(operator: str, inputs: str, outputs: str, **options: object) -> onnx.NodeProto:
    """A node from names in one string each."""
    return helper.make_node(operator, inputs.split(), outputs.split(), **options)  # type: ignore[arg-type]  # attributes


def classifier(
    tail: Sequence[onnx.NodeProto],
    constants: dict[str, NDArray[np.generic]] | None = None,
    *,
    input_shape: Sequence[int | str] = (1, 3, SIDE, SIDE),
    input_type: int = TensorProto.FLOAT,
    front: Sequence[onnx.NodeProto] | None = None,
    output_shape: Sequence[int | str] = (1, CLASSES),
    opset: int = 17,
) -> onnx.ModelProto:
    """`input` -> convolution of stride 2 -> ReLU `maps` (N, 8, 8, 8) -> `tail` -> `output`."""
    arrays: dict[str, NDArray[np.generic]] = {**weights(), **(constants or {})}
    nodes = [
        *(front if front is not None else [node("Conv", "input conv", "c", strides=[2, 2], pads=[1, 1, 1, 1])]),
        node("Relu", "c", "maps"),
        *tail,
    ]
    used = {name for each in nodes for name in each.input}
    graph = helper.make_graph(
        nodes,
        "stranger",
        [helper.make_tensor_value_info("input", input_type, input_shape)],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, output_shape)],
        [numpy_helper.from_array(value, name) for name, value in arrays.items() if name in used],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def ints(*values: int) -> NDArray[np.generic]:
    """A vector of int64."""
    return np.array(values, np.int64)


GAP_FLATTEN = [node("GlobalAveragePool", "maps", "p"), node("Flatten", "p", "f")]
"""The usual way to pooled features `f`."""
