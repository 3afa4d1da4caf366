"""Each layer goes backwards as PyTorch's autograd goes, and unknown layers are refused with a phrase."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from inference.models.adopt.backward import BackwardWriter, NoBackwardError
from inference.models.adopt.graph import GraphView


def _layer(
    operator: str, inputs: list[str], constants: dict[str, np.ndarray], channels: tuple[int, int], **options: object
) -> tuple[onnx.ModelProto, onnx.NodeProto]:
    node = helper.make_node(operator, inputs, ["y"], **options)  # type: ignore[arg-type]
    graph = helper.make_graph(
        [node],
        "layer",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", channels[0], "H", "W"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", channels[1], "h", "w"])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), node


def _backwards(model: onnx.ModelProto, node: onnx.NodeProto, x: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """The gradient of `x` by the written operators."""
    writer = BackwardWriter(GraphView.of(model))
    made = writer.through(node, "gradient")["x"]
    model.graph.input.append(helper.make_tensor_value_info("gradient", TensorProto.FLOAT, ["M", None, None, None]))
    model.graph.node.extend(writer.nodes)
    model.graph.initializer.extend(writer.constants)
    model.graph.output.append(helper.make_tensor_value_info(made, TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    result: np.ndarray = session.run([made], {"x": x, "gradient": gradient})[0]
    return result


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 3),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.tuples(st.integers(1, 2), st.integers(1, 2)),
    st.integers(0, 3),
    st.integers(1, 2),
    st.tuples(st.integers(7, 12), st.integers(7, 12)),
)
def test_a_convolution(
    kernel: int, strides: tuple[int, int], dilations: tuple[int, int], pad: int, group: int, size: tuple[int, int]
) -> None:
    random = np.random.default_rng(kernel)
    weight = random.normal(size=(4 * group, 2, kernel, kernel)).astype(np.float32)
    x = random.normal(size=(1, 2 * group, *size)).astype(np.float32)
    taken = torch.from_numpy(x).requires_grad_()
    given_ = torch.nn.functional.conv2d(taken, torch.from_numpy(weight), None, strides, pad, dilations, group)
    gradient = random.normal(size=given_.shape).astype(np.float32)
    given_.backward(torch.from_numpy(gradient))  # type: ignore[no-untyped-call]
    model, node = _layer(
        "Conv",
        ["x", "w"],
        {"w": weight},
        (2 * group, 4 * group),
        strides=list(strides),
        dilations=list(dilations),
        pads=[pad] * 4,
        group=group,
    )
    assert taken.grad is not None
    np.testing.assert_allclose(_backwards(model, node, x, gradient), taken.grad.numpy(), rtol=1e-4, atol=1e-4)


def test_paddings_that_differ_from_side_to_side() -> None:
    random = np.random.default_rng(3)
    weight, x = (random.normal(size=shape).astype(np.float32) for shape in ((4, 2, 3, 3), (1, 2, 8, 9)))
    for strides in ([1, 1], [2, 2]):
        taken = torch.from_numpy(x).requires_grad_()
        # PyTorch: left, right, top, bottom; ONNX: top, left, bottom, right.
        padded = torch.nn.functional.pad(taken, (0, 2, 1, 0))
        given_ = torch.nn.functional.conv2d(padded, torch.from_numpy(weight), stride=tuple(strides))
        gradient = random.normal(size=given_.shape).astype(np.float32)
        given_.backward(torch.from_numpy(gradient))  # type: ignore[no-untyped-call]
        model, node = _layer("Conv", ["x", "w"], {"w": weight}, (2, 4), strides=strides, pads=[1, 0, 0, 2])
        assert taken.grad is not None
        np.testing.assert_allclose(_backwards(model, node, x, gradient), taken.grad.numpy(), rtol=1e-4, atol=1e-4)


def test_relu_stops_at_zero_as_pytorch_does() -> None:
    x = np.array([-1.0, 0.0, 2.0, 1e-30], np.float32).reshape(1, 1, 2, 2)
    model, node = _layer("Relu", ["x"], {}, (1, 1))
    gradient = np.full((3, 1, 2, 2), 5, np.float32)
    assert (_backwards(model, node, x, gradient) == np.array([0, 0, 5, 5], np.float32).reshape(1, 1, 2, 2)).all()


def test_a_sum_with_itself_counts_twice() -> None:
    model, node = _layer("Add", ["x", "x"], {}, (1, 1))
    ones = np.ones((1, 1, 2, 2), np.float32)
    assert (_backwards(model, node, ones, ones) == 2).all()


@pytest.mark.parametrize("shape", [(), (1,), (2, 1, 1), (1, 2, 1, 1)])
def test_a_constant_that_is_added_changes_nothing(shape: tuple[int, ...]) -> None:
    model, node = _layer("Add", ["x", "c"], {"c": np.ones(shape, np.float32)}, (2, 2))
    ones = np.ones((1, 2, 3, 3), np.float32)
    assert (_backwards(model, node, ones, ones * 7) == 7).all()


def _refusal(operator: str, inputs: list[str], constants: dict[str, np.ndarray], **options: object) -> str:
    model, node = _layer(operator, inputs, constants, (2, 2), **options)
    with pytest.raises(NoBackwardError) as caught:
        BackwardWriter(GraphView.of(model)).through(node, "gradient")
    return str(caught.value)


def test_what_is_unknown_is_refused() -> None:
    assert _refusal("Softplus", ["x"], {}) == "it has layers of the kind Softplus"
    assert "computes the weights" in _refusal("Conv", ["x", "x"], {})
    wide = np.ones((2, 2, 3, 3), np.float32)
    assert "unusual form" in _refusal("Conv", ["x", "w"], {"w": wide}, auto_pad="SAME_UPPER")
    assert "unusual shape" in _refusal("Add", ["x", "c"], {"c": np.ones((1, 2, 3, 3), np.float32)})
    norm = {name: np.ones(2, np.float32) for name in "abcd"}
    assert "training" in _refusal("BatchNormalization", ["x", *norm], norm, training_mode=1)
