"""Find the stages of a residual network in its graph: where each ends, and which layers belong to it."""

from __future__ import annotations

from dataclasses import dataclass

import onnx

from inference.models.adopt.graph import GraphView
from inference.models.contract import OutputName

_FEWEST_STAGES = 2
_LEARNED = {"Conv": slice(1, None), "BatchNormalization": slice(1, 3)}
"""Which inputs of a layer are learned; a normalisation's statistics are not."""


class NoStagesError(Exception):
    """The graph has no stages; the text is a phrase that says why."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Blocks of one width.

    Attributes:
        number: from 1.
        end: the tensor that the last block gives, (N, K, h, w).
        channels: K.
    """

    number: int
    end: str
    channels: int


def find_stages(view: GraphView) -> tuple[Stage, ...]:
    """The stages of the network, first to last; the last one's end is the feature map before pooling.

    A block ends in ReLU of a sum of two computed tensors; a stage is a run of blocks of equal width.

    Raises:
        NoStagesError: the graph is not made of such blocks.
    """
    last = _behind_names(view, OutputName.FEATURES)
    before = view.ancestors(last)
    ends: list[tuple[str, int]] = []
    for node in view.nodes:
        if node.output[0] not in before or _branches(view, node) is None:
            continue
        shape = view.shape(node.output[0])
        channels = None if shape is None or len(shape) < _FEWEST_STAGES else shape[1]
        if channels is None:
            raise NoStagesError("the width of its blocks is unknown")
        if ends and ends[-1][1] == channels:
            ends.pop()
        ends.append((node.output[0], channels))
    if len(ends) < _FEWEST_STAGES or ends[-1][0] != last:
        raise NoStagesError("it is not made of stages of residual blocks")
    return tuple(Stage(number, name, channels) for number, (name, channels) in enumerate(ends, start=1))


def learned_tensors(view: GraphView, stages: tuple[Stage, ...]) -> dict[str, tuple[str, ...]]:
    """Names of the learned constants of each part, from the head back to the first layer.

    The parts are "head", "stage 4" ... "stage 1" and "stem", as far as they have any.
    """
    limits = [stage.end for stage in stages]
    names: dict[str, tuple[str, ...]] = {"head": (OutputName.HEAD_WEIGHT.value, OutputName.HEAD_BIAS.value)}
    before = [_stem_end(view, stages[0]), *limits[:-1]]
    for stage, start in reversed(list(zip(stages, before, strict=True))):
        names[f"stage {stage.number}"] = _learned(view, view.ancestors(stage.end) - view.ancestors(start))
    names["stem"] = _learned(view, view.ancestors(before[0]))
    return {part: tensors for part, tensors in names.items() if tensors}


def _learned(view: GraphView, tensors: set[str]) -> tuple[str, ...]:
    """The learned constants of the layers that make `tensors`, in the graph's order."""
    found: dict[str, None] = {}
    for node in view.nodes:
        if node.output[0] in tensors and node.op_type in _LEARNED:
            found |= {name: None for name in node.input[_LEARNED[node.op_type]] if name in view.constants}
    return tuple(found)


def _stem_end(view: GraphView, first: Stage) -> str:
    """What the first block takes: the last tensor that both of its branches come from."""
    inside = view.ancestors(first.end)
    for node in view.nodes:
        branches = _branches(view, node) if node.output[0] in inside else None
        if branches is not None:
            common = view.ancestors(branches[0]) & view.ancestors(branches[1])
            return str([one.output[0] for one in view.nodes if one.output[0] in common][-1])
    raise NoStagesError("its first block was not found")


def _branches(view: GraphView, node: onnx.NodeProto) -> tuple[str, str] | None:
    """What the end of a block adds up; None where `node` is no end of a block."""
    if node.op_type != "Relu":
        return None
    adding = view.maker(node.input[0])
    if adding is None or adding.op_type != "Add" or any(name in view.constants for name in adding.input):
        return None
    return adding.input[0], adding.input[1]


def _behind_names(view: GraphView, name: str) -> str:
    """The tensor that `name` is only another name of."""
    node = view.maker(name)
    return name if node is None or node.op_type != "Identity" else _behind_names(view, node.input[0])
