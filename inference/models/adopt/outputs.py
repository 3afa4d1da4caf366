"""Write the end of a model: logits, embedding, features, top classes, evidence and the head itself."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from inference.models.adopt.graph import Shape
from inference.models.adopt.head import LinearHead, Pooling
from inference.models.adopt.trunk import Trunk
from inference.models.contract import TOP_COUNT, OutputName, Preprocessing

FLOAT_TYPES = frozenset({onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.DOUBLE})
_FLOAT = onnx.TensorProto.FLOAT


class _Builder:
    """Collects nodes and constants; each method returns the name of what it made."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def extend(self, part: tuple[list[onnx.NodeProto], list[onnx.TensorProto]]) -> None:
        self.nodes += part[0]
        known = {tensor.name for tensor in self.constants}
        self.constants += [tensor for tensor in part[1] if tensor.name not in known]

    def add(self, operator: str, inputs: list[str], result: str, **options: Any) -> str:  # noqa: ANN401 - attribute values
        self.nodes.append(helper.make_node(operator, inputs, [result], **options))
        return result

    def constant(self, name: str, value: object, dtype: type[np.generic]) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name


def exact_graph(trunk: Trunk, head: LinearHead, preprocessing: Preprocessing) -> onnx.GraphProto:
    """Trunk, average pooling, one linear layer; evidence that adds up to the logits."""
    builder = _Builder()
    builder.extend(trunk.preamble(preprocessing))
    _add_features(builder, trunk, head.pooling)
    builder.constants.append(numpy_helper.from_array(head.weight, OutputName.HEAD_WEIGHT))
    builder.constants.append(numpy_helper.from_array(head.bias, OutputName.HEAD_BIAS))
    builder.add(
        "Gemm",
        [OutputName.EMBEDDING, OutputName.HEAD_WEIGHT, OutputName.HEAD_BIAS],
        OutputName.LOGITS,
        transB=1,
    )
    classes, channels = head.weight.shape
    top = _add_top_classes(builder, classes)
    # evidence = W[top classes] @ features / cells
    rows = builder.add("Gather", [OutputName.HEAD_WEIGHT, OutputName.TOP_CLASSES], "evidence/rows", axis=0)
    flat = builder.add(
        "Reshape",
        [OutputName.FEATURES, builder.constant("evidence/flat_shape", [0, channels, -1], np.int64)],
        "evidence/flat",
    )
    product = builder.add("MatMul", [rows, flat], "evidence/product")
    _add_evidence(builder, product, top)
    inputs = trunk.input_info(head.pooling.features, preprocessing)
    return _graph(builder, inputs, classes, channels, tuple(OutputName))


def approximate_graph(
    trunk: Trunk, pooling: Pooling, channels: int, logits: str, classes: int, preprocessing: Preprocessing
) -> onnx.GraphProto:
    """Trunk, average pooling, hidden layers; evidence by asking the head about each cell alone.

    A cell's evidence is `(head(cell) - head(0)) / cells`. With one linear layer that is exactly the cell's share of the
    logit; hidden layers mix cells, so here the shares do not add up.
    """
    builder = _Builder()
    builder.extend(trunk.preamble(preprocessing))
    _add_features(builder, trunk, pooling)
    pooled = trunk.renamed(pooling.pooled)
    # The head takes the pooled tensor in the source's own shape.
    _add_like_pooled(builder, trunk, pooling, OutputName.EMBEDDING, pooled, channels)
    tail, constants = trunk.nodes_to(logits, without=pooling.pooled)
    builder.extend((tail, constants))
    _add_logits(builder, trunk.renamed(logits), OutputName.LOGITS)
    top = _add_top_classes(builder, classes)

    cells = builder.add("Transpose", [OutputName.FEATURES], "evidence/cells", perm=[0, 2, 3, 1])
    rows = builder.add(
        "Reshape", [cells, builder.constant("evidence/row_shape", [-1, channels], np.int64)], "evidence/cell_rows"
    )
    nothing = builder.constant("evidence/nothing", np.zeros((1, channels)), np.float32)
    rows = builder.add("Concat", [nothing, rows], "evidence/rows", axis=0)
    copy = "evidence/head/"
    _add_like_pooled(builder, trunk, pooling, rows, copy + pooled, channels)
    fixed = {tensor.name for tensor in constants}
    for node in tail:
        twin = onnx.NodeProto()
        twin.CopyFrom(node)
        twin.name = ""
        twin.input[:] = [name if name in fixed or not name else copy + name for name in node.input]
        twin.output[:] = [copy + name if name else "" for name in node.output]
        builder.nodes.append(twin)
    scores = _add_logits(builder, copy + trunk.renamed(logits), "evidence/scores")
    _add_cell_evidence(builder, scores, classes, top)
    inputs = trunk.input_info(logits, preprocessing)
    given = tuple(name for name in OutputName if name not in {OutputName.HEAD_WEIGHT, OutputName.HEAD_BIAS})
    return _graph(builder, inputs, classes, channels, given)


def plain_graph(trunk: Trunk, logits: str, classes: int, preprocessing: Preprocessing) -> onnx.GraphProto:
    """The source graph as it is: scores without maps."""
    builder = _Builder()
    builder.extend(trunk.preamble(preprocessing))
    builder.extend(trunk.nodes_to(logits))
    _add_logits(builder, trunk.renamed(logits), OutputName.LOGITS)
    _add_top_classes(builder, classes)
    inputs = trunk.input_info(logits, preprocessing)
    return _graph(builder, inputs, classes, 0, (OutputName.LOGITS, OutputName.TOP_CLASSES))


def shapes_of(model: onnx.ModelProto) -> dict[str, Shape]:
    """Each graph output's name and declared shape."""
    return {
        output.name: tuple(dim.dim_value or None for dim in output.type.tensor_type.shape.dim)
        for output in model.graph.output
    }


def words(shape: Shape) -> str:
    """A shape as a person writes it."""
    return " x ".join("?" if size is None else str(size) for size in shape) or "unknown"


def _add_features(builder: _Builder, trunk: Trunk, pooling: Pooling) -> None:
    """`features` and `embedding`."""
    nodes, constants = trunk.nodes_to(pooling.features)
    builder.extend((nodes, constants))
    name = trunk.renamed(pooling.features)
    if trunk.view.element_type(pooling.features) != _FLOAT:
        name = builder.add("Cast", [name], "features/float", to=_FLOAT)
    if pooling.channels_last:
        name = builder.add("Transpose", [name], "features/channels_first", perm=[0, 3, 1, 2])
    builder.add("Identity", [name], OutputName.FEATURES)
    pooled = builder.add("GlobalAveragePool", [OutputName.FEATURES], "embedding/pooled")
    builder.add("Flatten", [pooled], OutputName.EMBEDDING, axis=1)


def _add_like_pooled(builder: _Builder, trunk: Trunk, pooling: Pooling, flat: str, result: str, channels: int) -> None:
    """`flat` (n, K) float32 in the shape and type that the source graph pools to."""
    shape = trunk.view.shape(pooling.pooled)
    if shape is not None and len(shape) == 4:  # noqa: PLR2004 - the pooled axes were kept
        sizes = [-1, 1, 1, channels] if pooling.channels_last else [-1, channels, 1, 1]
        flat = builder.add("Reshape", [flat, builder.constant(result + "/shape", sizes, np.int64)], result + "/shaped")
    element_type = trunk.view.element_type(pooling.pooled)
    builder.add("Cast", [flat], result, to=element_type or _FLOAT)


def _add_logits(builder: _Builder, scores: str, result: str) -> str:
    flat = builder.add("Flatten", [scores], result + "/flat", axis=1)
    return builder.add("Cast", [flat], result, to=_FLOAT)


def _add_top_classes(builder: _Builder, classes: int) -> int:
    top = min(TOP_COUNT, classes)
    builder.constant("top_classes/count", [top], np.int64)
    builder.nodes.append(
        helper.make_node(
            "TopK", [OutputName.LOGITS, "top_classes/count"], ["top_classes/logits", OutputName.TOP_CLASSES], axis=-1
        )
    )
    return top


def _add_cell_evidence(builder: _Builder, scores: str, classes: int, top: int) -> None:
    """`evidence` from `scores` (1 + N h w, C): the head's answer to nothing, then to each cell."""
    builder.constant("evidence/0", [0], np.int64)
    builder.constant("evidence/1", [1], np.int64)
    builder.constant("evidence/end", [np.iinfo(np.int64).max], np.int64)
    base = builder.add("Slice", [scores, "evidence/0", "evidence/1", "evidence/0"], "evidence/base")
    cells = builder.add("Slice", [scores, "evidence/1", "evidence/end", "evidence/0"], "evidence/cell_scores")
    shares = builder.add("Sub", [cells, base], "evidence/shares")
    shape = builder.add("Shape", [OutputName.FEATURES], "evidence/features_shape")
    count = builder.add("Gather", [shape, "evidence/0"], "evidence/images")
    rest = builder.constant("evidence/rest", [-1, classes], np.int64)
    target = builder.add("Concat", [count, rest], "evidence/shares_shape", axis=0)
    shares = builder.add("Reshape", [shares, target], "evidence/shares_by_image")
    shares = builder.add("Transpose", [shares], "evidence/shares_by_class", perm=[0, 2, 1])
    last = builder.constant("evidence/last", [-1], np.int64)
    chosen = builder.add("Unsqueeze", [OutputName.TOP_CLASSES, last], "evidence/chosen")
    _add_evidence(builder, builder.add("GatherND", [shares, chosen], "evidence/product", batch_dims=1), top)


def _add_evidence(builder: _Builder, product: str, top: int) -> None:
    """`evidence` (N, T, h, w) from `product` (N, T, h w): divided by the number of cells."""
    shape = builder.add("Shape", [OutputName.FEATURES], "evidence/map_shape")
    axes = builder.constant("evidence/map_axes", [2, 3], np.int64)
    sizes = builder.add("Gather", [shape, axes], "evidence/map_sizes")
    cells = builder.add("ReduceProd", [sizes], "evidence/cell_count", keepdims=0)
    divisor = builder.add("Cast", [cells], "evidence/divisor", to=_FLOAT)
    shares = builder.add("Div", [product, divisor], "evidence/quotient")
    leading = builder.constant("evidence/leading", [0, top], np.int64)
    target = builder.add("Concat", [leading, sizes], "evidence/shape", axis=0)
    builder.add("Reshape", [shares, target], OutputName.EVIDENCE)


def _graph(
    builder: _Builder, image: onnx.ValueInfoProto, classes: int, channels: int, given: tuple[OutputName, ...]
) -> onnx.GraphProto:
    top = min(TOP_COUNT, classes)
    shapes: Mapping[OutputName, list[int | str]] = {
        OutputName.LOGITS: ["N", classes],
        OutputName.EMBEDDING: ["N", channels],
        OutputName.FEATURES: ["N", channels, "h", "w"],
        OutputName.TOP_CLASSES: ["N", top],
        OutputName.EVIDENCE: ["N", top, "h", "w"],
        OutputName.HEAD_WEIGHT: [classes, channels],
        OutputName.HEAD_BIAS: [classes],
    }
    results = [
        helper.make_tensor_value_info(
            name, onnx.TensorProto.INT64 if name is OutputName.TOP_CLASSES else _FLOAT, shapes[name]
        )
        for name in given
    ]
    return helper.make_graph(builder.nodes, "cardinal", [image], results, builder.constants)
