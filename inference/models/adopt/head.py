"""Find where a graph pools its last feature map, and what turns the pooled features into scores."""

from dataclasses import dataclass

import numpy as np
import onnx

from inference.arrays import HeadBias, HeadWeight
from inference.models.adopt.graph import GraphView, attributes

_PROBABILITIES = frozenset({"Softmax", "LogSoftmax"})
_SAME_NUMBERS = frozenset({"Identity", "Dropout", "Cast", "Flatten", "Reshape", "Squeeze", "Unsqueeze"})
"""Operators that hand on the same numbers in another shape or type."""


@dataclass(frozen=True, slots=True)
class Pooling:
    """Average pooling over a whole feature map.

    Attributes:
        features: name of the map that is pooled.
        pooled: name of the pooled tensor.
        channels_last: the map is (N, h, w, K), not (N, K, h, w).
    """

    features: str
    pooled: str
    channels_last: bool


@dataclass(frozen=True, slots=True)
class LinearHead:
    """`logits = pooled @ weight.T + bias`."""

    pooling: Pooling
    weight: HeadWeight
    bias: HeadBias


def strip_probabilities(view: GraphView, scores: str) -> str:
    """The tensor before a final softmax: the logits. A tensor without one is returned as it is."""
    name = scores
    while (node := view.maker(name)) is not None and node.op_type in _SAME_NUMBERS | _PROBABILITIES:
        name = str(node.input[0])
        if node.op_type in _PROBABILITIES:
            return name
    return scores


def has_sigmoid(view: GraphView, scores: str) -> bool:
    """Whether each class is scored on its own (several labels at once)."""
    node = view.maker(_behind_same_numbers(view, scores))
    return node is not None and node.op_type == "Sigmoid"


def find_linear_head(view: GraphView, logits: str) -> LinearHead | None:
    """The pattern average pooling, then at most one linear layer, then `logits`; None when the graph ends otherwise."""
    linear = _linear_layer(view, _behind_same_numbers(view, logits))
    pooled = logits if linear is None else linear[0]
    pooling = _pooling(view, _behind_same_numbers(view, pooled))
    if pooling is None:
        return None
    channels = channel_count(view, pooling)
    if linear is None:
        # The scores are pooled maps themselves (SqueezeNet): each class is its own channel.
        if channels is None:
            return None
        return LinearHead(pooling, np.eye(channels, dtype=np.float32), np.zeros(channels, np.float32))
    _, weight, bias = linear
    if channels is not None and channels != weight.shape[1]:
        return None
    return LinearHead(pooling, weight, bias)


def find_pooling(view: GraphView, logits: str, image: str) -> Pooling | None:
    """The last average pooling through which everything flows from `image` to `logits`; None when there is none."""
    above = view.ancestors(logits)
    for node in reversed(view.nodes):
        if node.output[0] not in above:
            continue
        pooling = _pooling(view, node.output[0])
        if pooling is not None and image not in view.ancestors(logits, without=[pooling.pooled]):
            return pooling
    return None


def _behind_same_numbers(view: GraphView, name: str) -> str:
    while (node := view.maker(name)) is not None and node.op_type in _SAME_NUMBERS:
        name = node.input[0]
    return name


def channel_count(view: GraphView, pooling: Pooling) -> int | None:
    """K: how many channels are pooled, where the graph says it."""
    shape = view.shape(pooling.features)
    return None if shape is None else shape[3 if pooling.channels_last else 1]


def _linear_layer(view: GraphView, name: str) -> tuple[str, HeadWeight, HeadBias] | None:
    """Input, (C, K) weight and (C,) bias of the linear layer that makes `name`."""
    node = view.maker(name)
    if node is None:
        return None
    if node.op_type == "Add":
        return _from_sum(view, node)
    readers = {"Gemm": _from_gemm, "MatMul": _from_matmul, "Conv": _from_convolution}
    reader = readers.get(node.op_type)
    return None if reader is None else reader(view, node)


def _from_sum(view: GraphView, node: onnx.NodeProto) -> tuple[str, HeadWeight, HeadBias] | None:
    """A bias that was written as its own addition, on either side."""
    for product, other in ((0, 1), (1, 0)):
        added = view.constant(node.input[other])
        inner = _linear_layer(view, _behind_same_numbers(view, node.input[product]))
        if added is not None and inner is not None:
            source, weight, bias = inner
            flat = _bias(added, len(weight))
            return None if flat is None else (source, weight, bias + flat)
    return None


def _from_gemm(view: GraphView, node: onnx.NodeProto) -> tuple[str, HeadWeight, HeadBias] | None:
    options = attributes(node)
    matrix = view.constant(node.input[1])
    if matrix is None or matrix.ndim != 2 or options.get("transA", 0):  # noqa: PLR2004 - a matrix has two axes
        return None
    weight = np.asarray(matrix if options.get("transB", 0) else matrix.T, np.float32)
    bias = _bias(view.constant(node.input[2]) if _has_input(node, 2) else np.zeros(1), len(weight))
    if bias is None:
        return None
    alpha, beta = (np.float32(options.get(name, 1.0)) for name in ("alpha", "beta"))
    return node.input[0], np.ascontiguousarray(alpha * weight), beta * bias


def _from_matmul(view: GraphView, node: onnx.NodeProto) -> tuple[str, HeadWeight, HeadBias] | None:
    matrix = view.constant(node.input[1])
    if matrix is None or matrix.ndim != 2:  # noqa: PLR2004 - a matrix has two axes
        return None
    weight = np.ascontiguousarray(matrix.T, np.float32)
    return node.input[0], weight, np.zeros(len(weight), np.float32)


def _from_convolution(view: GraphView, node: onnx.NodeProto) -> tuple[str, HeadWeight, HeadBias] | None:
    options = attributes(node)
    kernel = view.constant(node.input[1])
    plain = (
        kernel is not None
        and kernel.shape[2:] == (1, 1)
        and options.get("group", 1) == 1
        and not any(options.get("pads", ()))
        and options.get("auto_pad", b"NOTSET") in {b"NOTSET", b"VALID"}
        # Only behind a pooling are all strides the same; before it, `find_linear_head` finds no pooling.
    )
    if not plain or kernel is None:
        return None
    weight = np.ascontiguousarray(kernel[:, :, 0, 0], np.float32)
    bias = _bias(view.constant(node.input[2]) if _has_input(node, 2) else np.zeros(1), len(weight))
    return None if bias is None else (node.input[0], weight, bias)


def _has_input(node: onnx.NodeProto, index: int) -> bool:
    return len(node.input) > index and bool(node.input[index])


def _bias(value: object, classes: int) -> HeadBias | None:
    """`value` as (C,) float32, if it is one number or C numbers."""
    if value is None:
        return None
    flat = np.asarray(value, np.float32).reshape(-1)
    if flat.size not in {1, classes}:
        return None
    return np.ascontiguousarray(np.broadcast_to(flat, (classes,)))


def _pooling(view: GraphView, pooled: str) -> Pooling | None:
    node = view.maker(pooled)
    if node is None or not node.input:
        return None
    source = node.input[0]
    if node.op_type == "GlobalAveragePool":
        return Pooling(source, pooled, channels_last=False)
    if node.op_type == "AveragePool":
        options = attributes(node)
        shape = view.shape(source)
        covers = shape is not None and list(shape[2:]) == options.get("kernel_shape")
        unpadded = not any(options.get("pads", ()))
        return Pooling(source, pooled, channels_last=False) if covers and unpadded else None
    if node.op_type == "ReduceMean":
        return _reduce_mean(view, node, pooled)
    return None


def _reduce_mean(view: GraphView, node: onnx.NodeProto, pooled: str) -> Pooling | None:
    axes = attributes(node).get("axes")
    if axes is None and _has_input(node, 1):
        axes = view.constant(node.input[1])
    if axes is None:
        return None
    taken = {int(axis) % 4 for axis in np.asarray(axes).reshape(-1)}
    source = node.input[0]
    shape = view.shape(source)
    inner = view.maker(source)
    if len(taken) == 1 and inner is not None and inner.op_type == "ReduceMean":
        return _two_step_mean(view, inner, pooled, taken)
    if shape is not None and len(shape) != 4:  # noqa: PLR2004 - (N, K, h, w)
        return None
    if taken == {2, 3}:
        return Pooling(source, pooled, channels_last=False)
    return Pooling(source, pooled, channels_last=True) if taken == {1, 2} else None


def _two_step_mean(view: GraphView, inner: onnx.NodeProto, pooled: str, taken: set[int]) -> Pooling | None:
    """Mean over one axis of the mean over the other, both kept."""
    options = attributes(inner)
    axes = options.get("axes")
    if axes is None and _has_input(inner, 1):
        axes = view.constant(inner.input[1])
    if axes is None or not options.get("keepdims", 1):
        return None
    both = taken | {int(axis) % 4 for axis in np.asarray(axes).reshape(-1)}
    shape = view.shape(inner.input[0])
    if both != {2, 3} or shape is None or len(shape) != 4:  # noqa: PLR2004 - (N, K, h, w)
        return None
    return Pooling(inner.input[0], pooled, channels_last=False)
