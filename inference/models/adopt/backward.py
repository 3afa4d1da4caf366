"""Write the backward pass of a network's layers as ONNX operators: convolution, ReLU, sum, normalisation."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from inference.models.adopt.graph import GraphView, attributes

_PREFIX = "backward/"
_SPATIAL = 2


class NoBackwardError(Exception):
    """A layer has no backward pass here; the text is a phrase that says which."""


class BackwardWriter:
    """Collects the nodes of a backward pass; methods return names of tensors.

    Gradients have a batch of their own: there may be one image and many directions, since the forward tensors that are
    multiplied in broadcast.

    Attributes:
        nodes: written so far, in order.
        constants: that they use, besides those of the forward pass.
    """

    def __init__(self, view: GraphView) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._view = view
        self._made: set[str] = set()

    def constant(self, value: object, dtype: type[np.generic] = np.int64) -> str:
        """A constant of that value; equal ones are one."""
        array = np.asarray(value, dtype)
        name = f"{_PREFIX}{array.dtype}{list(array.shape)}{array.ravel().tolist()}"
        if name not in self._made:
            self._made.add(name)
            self.constants.append(numpy_helper.from_array(array, name))
        return name

    def add(self, operator: str, inputs: list[str], result: str = "", **options: Any) -> str:  # noqa: ANN401 - attribute values
        """One node with one output."""
        name = result or f"{_PREFIX}{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **options))
        return name

    def sizes_of(self, name: str) -> str:
        """Height and width of a forward tensor, written once."""
        result = f"{_PREFIX}sizes/{name}"
        if result not in self._made:
            self._made.add(result)
            self.add("Gather", [self.add("Shape", [name]), self.constant([2, 3])], result)
        return result

    def sum_of(self, gradients: list[str]) -> str:
        """The gradient of a tensor that several layers use."""
        total = gradients[0]
        for gradient in gradients[1:]:
            total = self.add("Add", [total, gradient])
        return total

    def through(self, node: onnx.NodeProto, gradient: str) -> dict[str, str]:
        """The gradients of a layer's inputs that are no constants, given that of its output.

        Raises:
            NoBackwardError: the layer is of another kind than those that are known here.
        """
        rule = _RULES.get(node.op_type)
        if rule is None:
            raise NoBackwardError(f"it has layers of the kind {node.op_type}")
        return rule(self, node, gradient)

    def _identity(self, node: onnx.NodeProto, gradient: str) -> dict[str, str]:
        return {node.input[0]: gradient}

    def _relu(self, node: onnx.NodeProto, gradient: str) -> dict[str, str]:
        # 1 where the output is positive, else 0, as PyTorch has it at 0.
        return {node.input[0]: self.add("Mul", [gradient, self.add("Sign", [node.output[0]])])}

    def _sum(self, node: onnx.NodeProto, gradient: str) -> dict[str, str]:
        constants = [name for name in node.input if name in self._view.constants]
        shapes = [self._view.shape(name) for name in node.input if name not in constants]
        if not all(_is_for_each_channel(list(self._view.constants[name].dims)) for name in constants):
            raise NoBackwardError("it adds constants of an unusual shape")
        if len({None if shape is None else shape[1] for shape in shapes}) > 1:
            raise NoBackwardError("it adds layers of unequal widths")
        if len(set(node.input)) < len(node.input):
            return {node.input[0]: self.add("Add", [gradient, gradient])}
        return {name: gradient for name in node.input if name not in constants}

    def _normalisation(self, node: onnx.NodeProto, gradient: str) -> dict[str, str]:
        options = attributes(node)
        self._require_constants(node)
        if options.get("training_mode", 0):
            raise NoBackwardError("its normalisation is in training mode")
        epsilon = self.constant(options.get("epsilon", 1e-5), np.float32)
        spread = self.add("Sqrt", [self.add("Add", [node.input[4], epsilon])])
        factors = self.add("Div", [node.input[1], spread])
        shaped = self.add("Reshape", [factors, self.constant([1, -1, 1, 1])])
        return {node.input[0]: self.add("Mul", [gradient, shaped])}

    def _convolution(self, node: onnx.NodeProto, gradient: str) -> dict[str, str]:
        options = attributes(node)
        self._require_constants(node)
        kernel = list(self._view.constants[node.input[1]].dims)[2:]
        if len(kernel) != _SPATIAL or options.get("auto_pad", b"NOTSET") not in {b"NOTSET", b""}:
            raise NoBackwardError("it has convolutions of an unusual form")
        strides = list(options.get("strides", [1, 1]))
        dilations = list(options.get("dilations", [1, 1]))
        pads = list(options.get("pads", [0, 0, 0, 0]))
        group = int(options.get("group", 1))
        reach = [dilation * (size - 1) for dilation, size in zip(dilations, kernel, strict=True)]
        turned = [whole - pad for whole, pad in zip([*reach, *reach], pads, strict=True)]
        if strides == [1, 1] and min(turned) >= 0:
            weight = self._turned_weight(node.input[1], group)
            made = self.add("Conv", [gradient, weight], group=group, dilations=dilations, pads=turned)
        else:
            made = self._spread(node, gradient, strides=strides, dilations=dilations, group=group, pads=pads)
        return {node.input[0]: made}

    def _turned_weight(self, weight: str, group: int) -> str:
        """The weight with which a convolution of stride 1 goes backwards as a convolution, which runs much faster.

        Inputs and outputs change places within each group and the kernel is turned by half a turn. All of this is of
        constants, so the runtime does it once, when the file is opened, and the file holds each weight once.
        """
        outputs, inputs, *kernel = list(self._view.constants[weight].dims)
        if group == 1:
            swapped = self.add("Transpose", [weight], perm=[1, 0, 2, 3])
        else:
            grouped = self.add("Reshape", [weight, self.constant([group, outputs // group, inputs, *kernel])])
            exchanged = self.add("Transpose", [grouped], perm=[0, 2, 1, 3, 4])
            swapped = self.add("Reshape", [exchanged, self.constant([group * inputs, outputs // group, *kernel])])
        if kernel == [1, 1]:
            return swapped
        lowest = np.iinfo(np.int64).min
        limits = [self.constant([-1, -1]), self.constant([lowest, lowest]), self.constant([2, 3])]
        return self.add("Slice", [swapped, *limits, self.constant([-1, -1])])

    def _spread(
        self,
        node: onnx.NodeProto,
        gradient: str,
        *,
        strides: list[int],
        dilations: list[int],
        group: int,
        pads: list[int],
    ) -> str:
        """A strided convolution backwards: the transposed one without padding, cut to the input's size.

        Which rows and columns of the input a stride left over depends on its size, which is free; so all that can be
        are made, and the cut is where the padding and the input end.
        """
        whole = self.add(
            "ConvTranspose",
            [gradient, node.input[1]],
            strides=strides,
            dilations=dilations,
            group=group,
            output_padding=[stride - 1 for stride in strides],
        )
        begin = self.constant(pads[:_SPATIAL])
        end = self.add("Add", [self.sizes_of(node.input[0]), begin])
        return self.add("Slice", [whole, begin, end, self.constant([2, 3])])

    def _require_constants(self, node: onnx.NodeProto) -> None:
        if not all(name in self._view.constants for name in node.input[1:] if name):
            raise NoBackwardError(f"it computes the weights of a layer of the kind {node.op_type}")


def _is_for_each_channel(sizes: list[int]) -> bool:
    """Whether a constant is one number, or one for each channel, so that a sum with it keeps its shape."""
    return all(size == 1 for size in sizes[:-3]) and all(size == 1 for size in sizes[-_SPATIAL:])


_RULES: MappingProxyType[str, Callable[[BackwardWriter, onnx.NodeProto, str], dict[str, str]]] = MappingProxyType(
    {
        "Add": BackwardWriter._sum,
        "BatchNormalization": BackwardWriter._normalisation,
        "Conv": BackwardWriter._convolution,
        "Dropout": BackwardWriter._identity,
        "Identity": BackwardWriter._identity,
        "Relu": BackwardWriter._relu,
    }
)
