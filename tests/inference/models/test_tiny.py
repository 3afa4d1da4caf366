"""The committed test model is what its script makes, and its answers are those computed by hand."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from inference.engine.network import Network
from inference.models.metadata import read_metadata
from tests.make_data import TINY, TINY_CLASSES, TINY_SIDE, tiny_graph, write_tiny


def test_the_script_makes_the_committed_file(tmp_path: Path) -> None:
    write_tiny(tmp_path / "tiny.onnx")
    assert onnx.load_model(tmp_path / "tiny.onnx") == onnx.load_model(TINY)
    assert read_metadata(tmp_path / "tiny.onnx") == read_metadata(TINY)


@pytest.mark.parametrize(
    ("colour", "name"), [((255, 0, 0), "red"), ((0, 255, 0), "green"), ((0, 0, 255), "blue"), ((0, 255, 255), "cyan")]
)
def test_plain_colours(colour: tuple[int, int, int], name: str) -> None:
    network = Network.open(TINY, device="cpu")
    out = network.run(np.full((1, TINY_SIDE, TINY_SIDE, 3), colour, np.uint8))
    network.close()
    assert TINY_CLASSES[out.top_classes[0, 0]] == name
    # By hand: each 4 x 4 block is the same, so is each cell.
    arrays = {tensor.name: numpy_helper.to_array(tensor).astype(float) for tensor in tiny_graph().graph.initializer}
    pixel = (np.array(colour) / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    cell = np.maximum(arrays["conv1.weight"].sum(axis=(2, 3)) @ pixel + arrays["conv1.bias"], 0)
    cell = np.maximum(arrays["conv2.weight"][:, :, 0, 0] @ cell + arrays["conv2.bias"], 0)
    np.testing.assert_allclose(out.logits[0], arrays["fc.weight"] @ cell + arrays["fc.bias"], rtol=1e-4, atol=1e-4)
