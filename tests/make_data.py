"""Make the committed test data: `python -m tests.make_data` writes `tests/data/tiny.onnx` again, byte for byte."""

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from inference.models.adopt.adoption import AdoptOptions, adopt
from inference.models.contract import Architecture, Label, ModelContract, Preprocessing, Source

TINY = Path(__file__).resolve().parent / "data" / "tiny.onnx"
TINY_CLASSES = ("red", "green", "blue", "yellow", "cyan", "magenta", "grey")
TINY_SIDE = 32


def tiny_graph() -> onnx.ModelProto:
    """A classifier as strangers export them: float32 (1, 3, 32, 32) in, 7 scores out, fixed weights.

    The first layer averages 4 x 4 pixels and sees each colour's presence and absence; the second mixes a little; the
    head scores colours. So a plain red picture is "red", and expected numbers can be computed by hand.
    """
    rng = np.random.default_rng(2017)
    first = np.zeros((8, 3, 4, 4), np.float32)
    for channel in range(3):
        first[channel, channel] = 1 / 16
        first[3 + channel, channel] = -1 / 16
    first[6] = 1 / 48
    first[7] = -1 / 48
    second = (np.eye(8) + 0.05 * rng.normal(size=(8, 8)))[:, :, None, None].astype(np.float32)
    head = 0.1 * rng.normal(size=(7, 8))
    for row, colour in enumerate([(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 1), (1, 0, 1)]):
        wanted = np.array(colour, np.float64)
        head[row, :3] += 2 * wanted - 1
        head[row, 3:6] += 1 - 2 * wanted
    constants: dict[str, NDArray[np.floating]] = {
        "conv1.weight": first,
        "conv1.bias": np.full(8, 0.05, np.float32),
        "conv2.weight": second,
        "conv2.bias": 0.01 * rng.normal(size=8),
        "fc.weight": head,
        "fc.bias": 0.1 * rng.normal(size=7),
    }
    nodes = [
        helper.make_node("Conv", ["input", "conv1.weight", "conv1.bias"], ["c1"], strides=[4, 4], kernel_shape=[4, 4]),
        helper.make_node("Relu", ["c1"], ["r1"]),
        helper.make_node("Conv", ["r1", "conv2.weight", "conv2.bias"], ["c2"], kernel_shape=[1, 1]),
        helper.make_node("Relu", ["c2"], ["r2"]),
        helper.make_node("GlobalAveragePool", ["r2"], ["p"]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node("Gemm", ["f", "fc.weight", "fc.bias"], ["output"], transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, TINY_SIDE, TINY_SIDE])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, len(TINY_CLASSES)])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def write_tiny(target: Path) -> ModelContract:
    """Write the tiny model with its contract to `target`."""
    options = AdoptOptions(
        name="tiny",
        title="Tiny test network",
        labels=tuple(Label(name) for name in TINY_CLASSES),
        preprocessing=Preprocessing(resize=36, crop=TINY_SIDE),
        evidence_scale=0.05,
        architecture=Architecture("test", parameters=527),
        source=Source(licence="MIT, as this project"),
    )
    return adopt(tiny_graph(), target, options)


if __name__ == "__main__":
    TINY.parent.mkdir(exist_ok=True)
    write_tiny(TINY)
