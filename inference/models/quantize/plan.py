"""Choose which layers of a model shall compute in int8, and give each node a name by which it can be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import onnx

from inference.errors import CardinalError, OutputWriteError
from inference.models.adopt.adoption import write_model
from inference.models.adopt.checks import read_graph, type_name
from inference.models.adopt.graph import GraphView, attributes
from inference.models.contract import METADATA_KEY, ModelContract, OutputName
from inference.models.contract_reading import read_contract
from inference.models.quantize.facts import QUANTIZATION_KEY, Quantization

_INT8_OPERATORS = frozenset(
    {"QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger"}
)
_COLOURS = 3


class NotQuantizableError(CardinalError):
    """There is nothing in a model that could be quantized.

    Attributes:
        reason: why, a sentence.
    """

    kind = "not-quantizable"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class QuantizationPlan:
    """A model that can be quantized.

    Attributes:
        contract: of the original.
        layers: convolutions that can compute in int8, first to last: the names, in the file that `write_plan` wrote, of
            each one's node and of the ReLU right behind it, where there is one.
        all_layers: convolutions of the model.
    """

    contract: ModelContract
    layers: tuple[tuple[str, ...], ...]
    all_layers: int

    def last(self, count: int) -> tuple[str, ...]:
        """The names of the last `count` layers' nodes."""
        return tuple(chain.from_iterable(self.layers[-count:]))


def write_plan(source: Path, target: Path) -> QuantizationPlan:
    """Read the model `source`, find layers for int8, and write the same model with a name for each node to `target`.

    They are the convolutions before the features (before the scores, where there are no features) and the ReLUs
    right behind them. What reads the image itself stays in float32: it costs little, and its errors reach every layer.
    So do the sums of residual blocks, and everything behind the features, where the maps are computed.

    Raises:
        NotQuantizableError: if the source is int8 already, or has no such layers with float32 weights.
        ModelLoadError: if it cannot be read.
        ModelContractError: if it carries no usable contract.
        OutputWriteError: if the target cannot be written.
    """
    model = read_graph(source)
    metadata = {str(entry.key): str(entry.value) for entry in model.metadata_props}
    contract = read_contract(metadata, str(source))
    if QUANTIZATION_KEY in metadata or any(node.op_type in _INT8_OPERATORS for node in model.graph.node):
        raise NotQuantizableError("It computes in int8 already.")
    _name_nodes(model)
    view = GraphView.of(model)
    convolutions = [node for node in view.nodes if node.op_type == "Conv"]
    chosen = [node for node in _before_features(model, view) if _is_quantizable(node, view)]
    if not chosen:
        raise NotQuantizableError(_why_nothing(convolutions, view))
    activations = {str(node.input[0]): str(node.name) for node in view.nodes if node.op_type == "Relu"}
    layers = tuple((str(node.name), *_known(activations, node.output[0])) for node in chosen)
    write_model(model, target, contract)
    return QuantizationPlan(contract, layers, len(convolutions))


def write_facts(path: Path, contract: ModelContract, facts: Quantization) -> ModelContract:
    """Give the int8 copy `path` its contract (under its own name) and what is known of it; the contract as written.

    What was measured and compared with the original does not hold for its copy, so it is left out.

    Raises:
        ModelLoadError: if the copy cannot be read.
        OutputWriteError: if it cannot be written.
    """
    own = replace(contract, measured=(), torch_difference=None)
    model = read_graph(path)
    texts = {METADATA_KEY: own.to_json(), QUANTIZATION_KEY: facts.to_json()}
    onnx.helper.set_model_props(model, texts)
    try:
        onnx.save_model(model, path)
    except OSError as error:
        raise OutputWriteError(str(path), f"{error.strerror or error}.") from error
    return own


def _known(names: Mapping[str, str], tensor: str) -> tuple[str, ...]:
    return (names[tensor],) if tensor in names else ()


def _name_nodes(model: onnx.ModelProto) -> None:
    """Exporters may leave nodes without names, and surgery may use one twice."""
    for index, node in enumerate(model.graph.node):
        node.name = f"{index}/{node.op_type}"


def _before_features(model: onnx.ModelProto, view: GraphView) -> list[onnx.NodeProto]:
    outputs = {output.name for output in model.graph.output}
    goal = OutputName.FEATURES if OutputName.FEATURES in outputs else OutputName.LOGITS
    tensors = view.ancestors(goal)
    return [node for node in view.nodes if node.op_type == "Conv" and node.output[0] in tensors]


def _is_quantizable(node: onnx.NodeProto, view: GraphView) -> bool:
    weight = view.constants.get(node.input[1])
    if weight is None or weight.data_type != onnx.TensorProto.FLOAT:
        return False
    return int(weight.dims[1] * attributes(node).get("group", 1)) > _COLOURS


def _why_nothing(convolutions: list[onnx.NodeProto], view: GraphView) -> str:
    types = {view.element_type(node.input[1]) for node in convolutions} - {onnx.TensorProto.UNDEFINED}
    if types and onnx.TensorProto.FLOAT not in types:
        return f"Its weights are {', '.join(sorted(map(type_name, types)))}; an int8 copy is made from float32 only."
    return "It has no convolutions behind the first one that could compute in int8."
