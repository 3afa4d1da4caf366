"""Small residual networks with random weights, as model files, for tests of gradients."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from inference.models.adopt.adoption import AdoptOptions, adopt
from inference.models.contract import Preprocessing

CHANNELS = (6, 8)
CLASSES = 5
PREPROCESSING = Preprocessing(resize=32, crop=24)


def residual_model(*, seed: int = 0, ending: str = "Relu") -> onnx.ModelProto:
    """Two stages of one block each, the first with a normalisation and a grouped convolution, the second strided.

    Args:
        seed: of the weights.
        ending: the operator that ends the second block.
    """
    random = np.random.default_rng(seed)
    nodes: list[onnx.NodeProto] = []
    constants: list[onnx.TensorProto] = []

    def constant(name: str, shape: tuple[int, ...], *, positive: bool = False) -> str:
        values = random.normal(0, 0.5, shape)
        constants.append(numpy_helper.from_array((abs(values) + 0.5 if positive else values).astype(np.float32), name))
        return name

    def conv(taken: str, given: str, widths: tuple[int, int], kernel: int, *, stride: int = 1, group: int = 1) -> str:
        weight = constant(f"{given}_weight", (widths[1], widths[0] // group, kernel, kernel))
        bias = constant(f"{given}_bias", (widths[1],))
        pads, strides = [kernel // 2] * 4, [stride, stride]
        nodes.append(helper.make_node("Conv", [taken, weight, bias], [given], pads=pads, strides=strides, group=group))
        return given

    def step(operator: str, taken: list[str], given: str) -> str:
        nodes.append(helper.make_node(operator, taken, [given]))
        return given

    first, second = CHANNELS
    stem = step("Relu", [conv("image", "stem", (3, first), 3, stride=2)], "stem_relu")
    inner = conv(stem, "inner1", (first, first), 3, group=2)
    normed = [inner, *(constant(f"norm_{name}", (first,)) for name in ("scale", "shift", "mean"))]
    inner = step("BatchNormalization", [*normed, constant("norm_var", (first,), positive=True)], "norm1")
    end = step("Relu", [step("Add", [inner, stem], "sum1")], "block1")
    inner = step("Relu", [conv(end, "inner2", (first, 4), 1)], "inner2_relu")
    inner = conv(inner, "outer2", (4, second), 3, stride=2)
    end = step(ending, [step("Add", [inner, conv(end, "side2", (first, second), 1, stride=2)], "sum2")], "block2")
    flat = step("Flatten", [step("GlobalAveragePool", [end], "pooled")], "flat")
    head = [flat, constant("head_weight_0", (CLASSES, second)), constant("head_bias_0", (CLASSES,))]
    nodes.append(helper.make_node("Gemm", head, ["logits"], transB=1))
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, "H", "W"])
    scores = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", CLASSES])
    graph = helper.make_graph(nodes, "residual", [image], [scores], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def residual_file(folder: Path, *, seed: int = 0, ending: str = "Relu") -> Path:
    """That network as a model file that keeps the contract."""
    target = folder / f"residual{seed}{ending}.onnx"
    adopt(residual_model(seed=seed, ending=ending), target, AdoptOptions("residual", preprocessing=PREPROCESSING))
    return target


def torch_gradients(
    model: onnx.ModelProto, image: np.ndarray, direction: np.ndarray
) -> tuple[np.ndarray, list[tuple[np.ndarray, np.ndarray]]]:
    """The same network written in PyTorch: logits, and (activations, gradients) of both stages by its autograd.

    Args:
        model: `residual_model`'s.
        image: (H, W, 3) uint8.
        direction: (C,) float32.
    """
    known = {one.name: torch.from_numpy(numpy_helper.to_array(one).copy()) for one in model.graph.initializer}
    mean, std = (torch.tensor(values).reshape(1, 3, 1, 1) for values in (PREPROCESSING.mean, PREPROCESSING.std))
    taken = (torch.from_numpy(image.transpose(2, 0, 1).copy())[None].float() / 255 - mean) / std

    def conv(value: torch.Tensor, name: str, *, stride: int = 1, group: int = 1) -> torch.Tensor:
        weight = known[f"{name}_weight"]
        side = weight.shape[-1] // 2
        return torch.nn.functional.conv2d(value, weight, known[f"{name}_bias"], stride, side, groups=group)

    stem = conv(taken, "stem", stride=2).relu()
    mean, var, scale, shift = (known[f"norm_{name}"] for name in ("mean", "var", "scale", "shift"))
    inner = torch.nn.functional.batch_norm(conv(stem, "inner1", group=2), mean, var, scale, shift)
    first = (inner + stem).relu().detach().requires_grad_()
    inner = conv(conv(first, "inner2").relu(), "outer2", stride=2)
    second = (inner + conv(first, "side2", stride=2)).relu()
    second.retain_grad()
    logits = second.mean(dim=(2, 3)) @ known["head_weight_0"].T + known["head_bias_0"]
    (logits[0] * torch.from_numpy(direction)).sum().backward()  # type: ignore[no-untyped-call]
    found = []
    for stage in (first, second):
        assert stage.grad is not None
        found.append((stage.detach().numpy()[0], stage.grad.numpy()[0]))
    return logits.detach().numpy()[0], found
