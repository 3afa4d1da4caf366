"""Read a stranger's `.onnx` file and refuse what must never reach a runtime, each time with a sentence."""

import os
from collections.abc import Iterator
from pathlib import Path

import onnx
from onnx import inliner, version_converter

from inference.errors import ModelLoadError

MAX_NODES = 20_000
MAX_BYTES = 2 * 1024**3
"""Of the file, and so of all weights together: the largest message that protobuf can hold."""

OLDEST_OPSET = 13
"""The first version whose operators take the form that the surgery writes."""

_STANDARD_DOMAINS = frozenset({"", "ai.onnx"})
_REFUSED_OPERATORS = frozenset({"Loop", "Scan", "If", "SequenceMap"})
_TYPE_NAMES = {
    "FLOAT": "float32",
    "DOUBLE": "float64",
}


def read_graph(path: Path) -> onnx.ModelProto:
    """Read and check the graph in `path`: one file, no control flow, standard operators, opset 13 or later.

    Raises:
        ModelLoadError: with the reason why this file is refused.
    """
    try:
        with path.open("rb") as file:
            size_bytes = os.fstat(file.fileno()).st_size
            if size_bytes > MAX_BYTES:
                raise ModelLoadError(str(path), "it is larger than 2 GiB.")
            data = file.read()
    except OSError as error:
        raise ModelLoadError(str(path), f"{error.strerror or error}.") from error
    try:
        model = onnx.load_model_from_string(data)
    # protobuf raises DecodeError, a plain ValueError or RuntimeError, depending on its build.
    except Exception as error:
        raise ModelLoadError(str(path), _undecodable(data)) from error
    del data
    return prepare_graph(model, str(path))


def _undecodable(data: bytes) -> str:
    # Nearly every ONNX file begins with the field `ir_version` (tag 0x08).
    if data[:1] == b"\x08":
        return f"it is damaged or incomplete ({len(data):,} bytes)."
    return "it is not an ONNX model."


def prepare_graph(model: onnx.ModelProto, path: str) -> onnx.ModelProto:
    """Check `model` (named `path` in messages) and bring it to one flat graph of a known opset.

    The caller's model is not changed.

    Raises:
        ModelLoadError: with the reason why this graph is refused.
    """
    if not model.HasField("graph") or not model.graph.node or not model.opset_import:
        raise ModelLoadError(path, "it is not an ONNX model.")
    _refuse_hostile(model, path)
    try:
        if model.functions:
            model = inliner.inline_local_functions(model)
            _refuse_hostile(model, path)
        onnx.checker.check_model(model)
        if opset_of(model) < OLDEST_OPSET:
            model = version_converter.convert_version(model, 17)
    # onnx raises its own ValidationError and ConvertError, plain RuntimeError, ValueError and IndexError from C++.
    except Exception as error:
        raise ModelLoadError(path, f"its graph is not valid ({_first_line(error)}).") from error
    return model


def opset_of(model: onnx.ModelProto) -> int:
    """The version of the standard operators that the graph uses."""
    return max((entry.version for entry in model.opset_import if entry.domain in _STANDARD_DOMAINS), default=0)


def type_name(element_type: int) -> str:
    """What a person calls a tensor's element type."""
    name: str = onnx.TensorProto.DataType.Name(element_type)
    return _TYPE_NAMES.get(name, name.lower())


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def _refuse_hostile(model: onnx.ModelProto, path: str) -> None:
    nodes = [*model.graph.node, *(node for function in model.functions for node in function.node)]
    if len(nodes) > MAX_NODES:
        raise ModelLoadError(path, f"its graph has {len(nodes):,} operations; at most {MAX_NODES:,} are allowed.")
    _refuse_operators(model, nodes, path)
    for tensor in _tensors(model, nodes):
        if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
            location = next((entry.value for entry in tensor.external_data if entry.key == "location"), "another file")
            raise ModelLoadError(
                path, f"it keeps weights in {location!r} beside it; only single-file models are taken."
            )
    if model.graph.sparse_initializer:
        raise ModelLoadError(path, "it has sparse weights, which are not supported.")


def _refuse_operators(model: onnx.ModelProto, nodes: list[onnx.NodeProto], path: str) -> None:
    own_domains = {function.domain for function in model.functions}
    custom = {f"{node.domain}.{node.op_type}" for node in nodes if node.domain not in _STANDARD_DOMAINS | own_domains}
    if custom:
        raise ModelLoadError(path, f"it uses operations this version cannot run: {_some(custom)}.")
    control = {node.op_type for node in nodes if node.op_type in _REFUSED_OPERATORS}
    control |= {node.op_type for node in nodes for attribute in node.attribute if attribute.g.node or attribute.graphs}
    if control:
        raise ModelLoadError(path, f"it has loops or branches, which are not allowed: {_some(control)}.")


def _tensors(model: onnx.ModelProto, nodes: list[onnx.NodeProto]) -> Iterator[onnx.TensorProto]:
    yield from model.graph.initializer
    for node in nodes:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors


def _some(names: set[str]) -> str:
    shown = sorted(names)[:5]
    return ", ".join(shown) + (" ..." if len(names) > len(shown) else "")
