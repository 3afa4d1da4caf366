"""Write the second file of a model: a graph that computes, besides the logits, gradients at the end of every stage.

What it gives for a direction d over the classes (1 at one class, or 1 and -1 at two) is the gradient of `d . logits`
with respect to what each stage gives, by the chain rule written out as ONNX operators: no framework is needed to run
it. The pooling and the linear layer make the first step: `(d W) / (h w)` in every cell.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import onnx
from onnx import external_data_helper, helper, numpy_helper

from inference.models.adopt.backward import BackwardWriter, NoBackwardError
from inference.models.adopt.checks import read_graph
from inference.models.adopt.graph import GraphView
from inference.models.adopt.stages import NoStagesError, Stage, find_stages, learned_tensors
from inference.models.contract import INPUT_NAME, METADATA_KEY, OutputName
from inference.models.gradient_facts import (
    DIRECTION_NAME,
    FACTS_KEY,
    GRAPH_FILE,
    WEIGHTS_FILE,
    GradientFacts,
    Part,
    StageFacts,
    TensorFacts,
    activations_name,
    gradients_name,
)

_FLOAT = onnx.TensorProto.FLOAT


class NoGradientGraphError(Exception):
    """The model is no network whose gradients can be written; the text is a phrase that says why."""


def write_gradient_graph(source: Path, folder: Path) -> None:
    """Write graph and weights of the gradients of the model `source` into the empty folder `folder`.

    Raises:
        ModelLoadError: the source cannot be read.
        NoGradientGraphError: its gradients cannot be written.
        OSError: the folder cannot be written into.
    """
    model = read_graph(source)
    metadata = {entry.key for entry in model.metadata_props}
    outputs = {output.name for output in model.graph.output}
    if METADATA_KEY not in metadata or OutputName.HEAD_WEIGHT not in outputs:
        raise NoGradientGraphError("its maps are not exact")
    view = GraphView.of(model)
    try:
        stages = find_stages(view)
        graph = _graph(model, view, stages)
    except (NoStagesError, NoBackwardError) as error:
        raise NoGradientGraphError(str(error)) from error
    parts = learned_tensors(view, stages)
    facts = _facts(view, stages, parts)
    made = helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
    helper.set_model_props(made, {FACTS_KEY: facts.to_json()})
    # Weights lie in a file of their own: the runtime can then be given others in their place (the sanity check).
    outside = {name for names in parts.values() for name in names}
    for tensor in made.graph.initializer:
        if tensor.name in outside:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor), tensor.name))
            external_data_helper.set_external_data(tensor, WEIGHTS_FILE)
    onnx.save_model(made, folder / GRAPH_FILE)


def _graph(model: onnx.ModelProto, view: GraphView, stages: tuple[Stage, ...]) -> onnx.GraphProto:
    """Forward as far as the logits, then backward as far as the end of the first stage."""
    needed = view.ancestors(OutputName.LOGITS) | view.ancestors(OutputName.FEATURES)
    forward = [node for node in view.nodes if node.output[0] in needed]
    backward = BackwardWriter(view)
    gradients = _backward(backward, view, stages)
    for stage in stages:
        backward.add("Identity", [stage.end], activations_name(stage.number))
        backward.add("Identity", [gradients[stage.end]], gradients_name(stage.number))
    used = {name for node in [*forward, *backward.nodes] for name in node.input}
    constants = []
    for name, tensor in view.constants.items():
        if name in used:
            own = onnx.TensorProto()
            own.CopyFrom(tensor)
            own.name = name
            constants.append(own)
    classes = view.constants[OutputName.HEAD_BIAS].dims[0]
    image = next(value for value in model.graph.input if value.name == INPUT_NAME)
    direction = helper.make_tensor_value_info(DIRECTION_NAME, _FLOAT, ["M", classes])
    results = [helper.make_tensor_value_info(OutputName.LOGITS, _FLOAT, ["N", classes])]
    for stage in stages:
        sizes: list[str | int | None] = [stage.channels, f"h{stage.number}", f"w{stage.number}"]
        results.append(helper.make_tensor_value_info(activations_name(stage.number), _FLOAT, ["N", *sizes]))
        results.append(helper.make_tensor_value_info(gradients_name(stage.number), _FLOAT, ["M", *sizes]))
    nodes = [*forward, *backward.nodes]
    return helper.make_graph(nodes, "gradients", [image, direction], results, [*constants, *backward.constants])


def _backward(backward: BackwardWriter, view: GraphView, stages: tuple[Stage, ...]) -> dict[str, str]:
    """Write the backward pass; the name of the gradient of every tensor from the first stage's end on."""
    first, last = stages[0].end, stages[-1].end
    after = _descendants(view, first) & view.ancestors(last)
    waiting: defaultdict[str, list[str]] = defaultdict(list)
    waiting[last].append(_first_step(backward, last))
    gradients: dict[str, str] = {}
    for node in reversed(view.nodes):
        name = node.output[0]
        if name not in after:
            continue
        gradients[name] = backward.sum_of(waiting.pop(name))
        if name == first:
            break
        for source, gradient in backward.through(node, gradients[name]).items():
            if source in after:
                waiting[source].append(gradient)
    return gradients


def _first_step(backward: BackwardWriter, features: str) -> str:
    """Through the linear layer and the pooling: `(d W) / (h w)`, (M, K, h, w)."""
    row = backward.add("MatMul", [DIRECTION_NAME, OutputName.HEAD_WEIGHT])
    sizes = backward.sizes_of(features)
    cells = backward.add("Cast", [backward.add("ReduceProd", [sizes], keepdims=0)], to=_FLOAT)
    share = backward.add("Unsqueeze", [backward.add("Div", [row, cells]), backward.constant([2, 3])])
    shape = backward.add("Concat", [backward.constant([1, 1]), sizes], axis=0)
    return backward.add("Expand", [share, shape])


def _descendants(view: GraphView, name: str) -> set[str]:
    """Every tensor that is computed from `name`, itself included."""
    found = {name}
    for node in view.nodes:
        if found.intersection(node.input):
            found.update(node.output)
    return found


def _facts(view: GraphView, stages: tuple[Stage, ...], parts: dict[str, tuple[str, ...]]) -> GradientFacts:
    return GradientFacts(
        classes=view.constants[OutputName.HEAD_BIAS].dims[0],
        stages=tuple(StageFacts(stage.number, stage.channels) for stage in stages),
        parts=tuple(Part(name, tuple(_tensor_facts(view, one) for one in names)) for name, names in parts.items()),
    )


def _tensor_facts(view: GraphView, name: str) -> TensorFacts:
    values = numpy_helper.to_array(view.constants[name]).astype(np.float64)
    return TensorFacts(name, tuple(values.shape), float(values.mean()), float(values.std()))
