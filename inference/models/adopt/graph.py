"""Answer questions about a graph: who makes a tensor, what shape it has, which constant it is."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper, shape_inference

Shape = tuple[int | None, ...]


class GraphView:
    """An index over a flat graph. The graph must not change while the view is used."""

    def __init__(
        self,
        nodes: tuple[onnx.NodeProto, ...],
        constants: Mapping[str, onnx.TensorProto],
        shapes: Mapping[str, Shape],
        types: Mapping[str, int],
    ) -> None:
        self.nodes = nodes
        self.constants = constants
        self._shapes = shapes
        self._types = types
        self._makers = {name: node for node in nodes for name in node.output if name}

    @classmethod
    def of(cls, model: onnx.ModelProto) -> "GraphView":
        """Index `model`; `Constant` nodes and copies of constants count as constants."""
        shapes, types = _inferred(model)
        constants = {tensor.name: tensor for tensor in model.graph.initializer}
        nodes = []
        for node in model.graph.node:
            tensor = _constant_of(node, constants)
            if tensor is None:
                nodes.append(node)
            else:
                constants[node.output[0]] = tensor
        return cls(tuple(nodes), constants, shapes, types)

    def maker(self, name: str) -> onnx.NodeProto | None:
        """The node that makes the tensor `name`; None for inputs and constants."""
        return self._makers.get(name)

    def shape(self, name: str) -> Shape | None:
        """The shape as far as it is known (None for unknown sizes), or None when not even the rank is known."""
        if name in self.constants:
            return tuple(self.constants[name].dims)
        return self._shapes.get(name)

    def element_type(self, name: str) -> int:
        """The ONNX element type, UNDEFINED when unknown."""
        if name in self.constants:
            return self.constants[name].data_type
        return self._types.get(name, onnx.TensorProto.UNDEFINED)

    def constant(self, name: str) -> NDArray[np.generic] | None:
        """The value of the constant `name`, looking through transpositions; None for anything else."""
        if name in self.constants:
            return numpy_helper.to_array(self.constants[name])
        node = self._makers.get(name)
        if node is None or node.op_type not in {"Transpose", "Identity", "Cast"}:
            return None
        value = self.constant(node.input[0])
        if value is None or node.op_type != "Transpose":
            return value
        return np.transpose(value, attributes(node).get("perm"))

    def ancestors(self, name: str, *, without: Iterable[str] = ()) -> set[str]:
        """Every tensor that `name` is computed from, itself included, not looking behind the tensors `without`."""
        stop = set(without)
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if not current or current in seen:
                continue
            seen.add(current)
            node = self._makers.get(current)
            if node is not None and current not in stop:
                waiting.extend(node.input)
        return seen


def attributes(node: onnx.NodeProto) -> dict[str, Any]:
    """The node's attributes as Python values."""
    return {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}


def _constant_of(node: onnx.NodeProto, constants: Mapping[str, onnx.TensorProto]) -> onnx.TensorProto | None:
    if node.op_type == "Identity" and node.input[0] in constants:
        return constants[node.input[0]]
    if node.op_type != "Constant":
        return None
    for name, value in attributes(node).items():
        if isinstance(value, onnx.TensorProto):
            return value
        if name in {"value_float", "value_floats"}:
            return numpy_helper.from_array(np.array(value, np.float32))
        if name in {"value_int", "value_ints"}:
            return numpy_helper.from_array(np.array(value, np.int64))
    return None


def _inferred(model: onnx.ModelProto) -> tuple[dict[str, Shape], dict[str, int]]:
    # Shapes written by the exporter may be stale; only what follows from the input is believed.
    bare = onnx.ModelProto()
    bare.CopyFrom(model)
    del bare.graph.value_info[:]
    inferred = shape_inference.infer_shapes(bare, data_prop=True)
    shapes: dict[str, Shape] = {}
    types: dict[str, int] = {}
    for info in [*inferred.graph.input, *inferred.graph.value_info, *inferred.graph.output]:
        tensor_type = info.type.tensor_type
        types[info.name] = tensor_type.elem_type
        if tensor_type.HasField("shape"):
            shapes[info.name] = tuple(
                dim.dim_value if dim.HasField("dim_value") and dim.dim_value > 0 else None
                for dim in tensor_type.shape.dim
            )
    return shapes, types
