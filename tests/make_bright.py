"""Make the committed network that answers to brightness: `python -m tests.make_bright` writes `tests/data/bright.onnx`.

One class grows with each place's brightness, the other with its darkness, so that the map of a picture with one bright
patch must peak on the patch, wherever preprocessing and geometry put it.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from inference.models.adopt.adoption import AdoptOptions, adopt
from inference.models.contract import Architecture, Label, ModelContract, Preprocessing, Source

BRIGHT = Path(__file__).resolve().parent / "data" / "bright.onnx"
BRIGHT_CLASSES = ("bright", "dark")
BRIGHT_SIDE = 64
BRIGHT_RESIZE = 72
CELL_PX = 8


def bright_graph() -> onnx.ModelProto:
    """A classifier of (1, 3, 64, 64): each 8 x 8 block's mean brightness, and its opposite, pooled and scored."""
    block = np.full((1, 3, CELL_PX, CELL_PX), 1 / (3 * CELL_PX * CELL_PX))
    constants = {
        "conv.weight": np.concatenate([block, -block]),
        # Normalised pixels lie between -2.2 and 2.7; so much keeps both channels above the ReLU's zero.
        "conv.bias": np.full(2, 3.0),
        "fc.weight": np.array([[1.0, -1.0], [-1.0, 1.0]]),
        "fc.bias": np.array([0.1, -0.1]),
    }
    nodes = [
        helper.make_node(
            "Conv", ["input", "conv.weight", "conv.bias"], ["c"], strides=[CELL_PX] * 2, kernel_shape=[CELL_PX] * 2
        ),
        helper.make_node("Relu", ["c"], ["r"]),
        helper.make_node("GlobalAveragePool", ["r"], ["p"]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node("Gemm", ["f", "fc.weight", "fc.bias"], ["output"], transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "bright",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, BRIGHT_SIDE, BRIGHT_SIDE])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, len(BRIGHT_CLASSES)])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def write_bright(target: Path) -> ModelContract:
    """Write the network with its contract to `target`."""
    options = AdoptOptions(
        name="bright",
        title="Brightness test network",
        labels=tuple(Label(name) for name in BRIGHT_CLASSES),
        preprocessing=Preprocessing(resize=BRIGHT_RESIZE, crop=BRIGHT_SIDE),
        evidence_scale=0.1,
        architecture=Architecture("test", parameters=392),
        source=Source(licence="MIT, as this project"),
    )
    return adopt(bright_graph(), target, options)


if __name__ == "__main__":
    BRIGHT.parent.mkdir(exist_ok=True)
    write_bright(BRIGHT)
