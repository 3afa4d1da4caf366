"""Write a copy of a model whose convolutions compute in float16, with everything behind the features in float32."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from inference.models.adopt.adoption import write_model
from inference.models.adopt.checks import read_graph
from inference.models.adopt.graph import GraphView
from inference.models.contract import OutputName
from inference.models.contract_reading import read_contract
from inference.models.half.half_file import NoHalfError

_FLOAT = onnx.TensorProto.FLOAT
_HALF = onnx.TensorProto.FLOAT16
_LARGEST = float(np.finfo(np.float16).max)

_FOLLOWERS = frozenset(
    {"Add", "AveragePool", "BatchNormalization", "Clip", "Concat", "Dropout", "Identity", "MaxPool", "Mul", "Relu"}
)
"""What stays in float16 behind a convolution; between two casts each of these would cost more than it saves."""

_SUFFIX = "/half"


def write_half(source: Path, target: Path) -> int:
    """Write the model `source` with its convolutions in float16 to `target`; how many convolutions these are.

    What scales the image, and all behind the features (the pooling, the head, the scores, the maps), stays in float32,
    so that cells plus bias are the logit as exactly as before. Inputs, outputs and contract are those of the source.

    Raises:
        NoHalfError: it has no convolutions in float32, or numbers that float16 cannot hold.
        ModelLoadError: it cannot be read.
        ModelContractError: it carries no usable contract.
        OutputWriteError: the target cannot be written.
    """
    model = read_graph(source)
    contract = read_contract({str(entry.key): str(entry.value) for entry in model.metadata_props}, str(source))
    view = GraphView.of(model)
    chosen = _chosen(model, view)
    if not chosen:
        raise NoHalfError("it has no convolutions that compute in float32")
    _Rewriter(model, view, chosen).rewrite()
    write_model(model, target, contract)
    return len([node for node in model.graph.node if node.op_type == "Conv" and node.output[0].endswith(_SUFFIX)])


def _chosen(model: onnx.ModelProto, view: GraphView) -> set[str]:
    """The results of nodes that shall compute in float16: convolutions before the features and what follows them."""
    outputs = {output.name for output in model.graph.output}
    goal = OutputName.FEATURES if OutputName.FEATURES in outputs else OutputName.LOGITS
    before = view.ancestors(goal)
    chosen: set[str] = set()
    for node in view.nodes:
        result = node.output[0]
        if result not in before or view.element_type(result) != _FLOAT or any(node.output[1:]):
            continue
        is_convolution = node.op_type == "Conv" and node.input[1] in view.constants
        if is_convolution or (node.op_type in _FOLLOWERS and not chosen.isdisjoint(node.input)):
            chosen.add(result)
    return chosen


class _Rewriter:
    """Rewrites a graph in place. Tensors in float16 get names of their own, so that all others stay as they are."""

    def __init__(self, model: onnx.ModelProto, view: GraphView, chosen: set[str]) -> None:
        self._model = model
        self._view = view
        self._chosen = chosen
        self._outputs = {output.name for output in model.graph.output}
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._made: set[str] = set()

    def rewrite(self) -> None:
        """Replace the graph's nodes, and add the constants in float16."""
        graph = self._model.graph
        wanted = self._wanted_in_float32()
        for node in graph.node:
            result = node.output[0]
            if result not in self._chosen:
                self._nodes.append(node)
                continue
            copy = onnx.NodeProto()
            copy.CopyFrom(node)
            copy.input[:] = [self._in_half(name) for name in node.input]
            copy.output[:] = [f"{result}{_SUFFIX}"]
            self._nodes.append(copy)
            if result in wanted:
                self._nodes.append(helper.make_node("Cast", [f"{result}{_SUFFIX}"], [result], to=_FLOAT))
        del graph.node[:]
        graph.node.extend(self._nodes)
        graph.initializer.extend(self._constants)
        # They tell the types of tensors that are in float16 now.
        del graph.value_info[:]
        self._forget_unused()

    def _wanted_in_float32(self) -> set[str]:
        """Results in float16 that something in float32 reads."""
        read = {name for node in self._model.graph.node if node.output[0] not in self._chosen for name in node.input}
        return self._chosen & (read | self._outputs)

    def _in_half(self, name: str) -> str:
        """The name of a tensor in float16, which is made where it is not there yet; others than float32 stay."""
        if not name or self._view.element_type(name) != _FLOAT:
            return name
        half = f"{name}{_SUFFIX}"
        if name in self._chosen or half in self._made:
            return half
        self._made.add(half)
        constant = self._view.constants.get(name)
        if constant is None:
            self._nodes.append(helper.make_node("Cast", [name], [half], to=_HALF))
        else:
            self._constants.append(_as_half(constant, half))
        return half

    def _forget_unused(self) -> None:
        """Drop the constants in float32 that nobody reads any more: they would be loaded onto the card."""
        graph = self._model.graph
        read = {name for node in graph.node for name in node.input} | self._outputs
        kept = [constant for constant in graph.initializer if constant.name in read]
        del graph.initializer[:]
        graph.initializer.extend(kept)


def _as_half(constant: onnx.TensorProto, name: str) -> onnx.TensorProto:
    values = numpy_helper.to_array(constant)
    if not np.isfinite(values).all() or (values.size and float(np.abs(values).max()) > _LARGEST):
        raise NoHalfError("it has weights that are too large for float16")
    return numpy_helper.from_array(values.astype(np.float16), name)
