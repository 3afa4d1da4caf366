"""Take over the part of a graph before its head: give it a byte image as input and free names and sizes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from inference.errors import ModelLoadError
from inference.models.adopt.checks import type_name
from inference.models.adopt.graph import GraphView
from inference.models.contract import INPUT_NAME, Preprocessing

_CHANNELS = 3
_IMAGE_RANK = 4
_IMAGE_TYPES = frozenset(
    {onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.DOUBLE, onnx.TensorProto.UINT8}
)
_PREFIX = "source/"
"""Before every name of the source graph, so that none collides with the contract's names."""

_SIZE_FREE = frozenset(
    {
        *("Conv", "Relu", "LeakyRelu", "PRelu", "Clip", "Sigmoid", "HardSigmoid", "HardSwish", "Elu", "Gelu", "Selu"),
        *("Erf", "Tanh", "Mish", "Softplus", "BatchNormalization", "InstanceNormalization", "LRN", "MaxPool"),
        *("AveragePool", "GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "ReduceMax", "Add", "Mul", "Sub", "Div"),
        *("Pow", "Sqrt", "Concat", "Pad", "Cast", "Identity", "Dropout", "Split", "Swish"),
    }
)
"""Operators that work on maps of any size: a trunk of these alone takes any image size."""


@dataclass(frozen=True, slots=True)
class ImageInput:
    """The one input of a classifier.

    Attributes:
        name: in the source graph.
        element_type: ONNX element type.
        channels_last: (N, H, W, 3), not (N, 3, H, W).
        batch: fixed number of images, or None.
        height: fixed height in pixels, or None.
        width: fixed width in pixels, or None.
    """

    name: str
    element_type: int
    channels_last: bool
    batch: int | None
    height: int | None
    width: int | None

    @property
    def is_bytes(self) -> bool:
        """Whether the graph scales the pixels itself."""
        return self.element_type == onnx.TensorProto.UINT8


def find_image_input(model: onnx.ModelProto, path: str) -> ImageInput:
    """The graph's one image input.

    Raises:
        ModelLoadError: if there is another number of inputs, or it is not one RGB image.
    """
    constants = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in constants]
    if len(inputs) != 1:
        raise ModelLoadError(path, f"it has {len(inputs)} inputs. Only one RGB image in is supported.")
    tensor_type = inputs[0].type.tensor_type
    shape = tuple(
        dim.dim_value if dim.HasField("dim_value") and dim.dim_value > 0 else None for dim in tensor_type.shape.dim
    )
    words = " x ".join("?" if size is None else str(size) for size in shape)
    if tensor_type.elem_type not in _IMAGE_TYPES:
        raise ModelLoadError(
            path, f"it expects {type_name(tensor_type.elem_type)} input. Only one RGB image in is supported."
        )
    if len(shape) != _IMAGE_RANK:
        raise ModelLoadError(path, f"it expects {words or 'unknown'} input. Only one RGB image in is supported.")
    channels_last = shape[1] != _CHANNELS and shape[3] == _CHANNELS
    channels = shape[3] if channels_last else shape[1]
    if channels not in {None, _CHANNELS}:
        raise ModelLoadError(path, f"it expects {words} input. Only one RGB image in is supported.")
    height, width = shape[1:3] if channels_last else shape[2:4]
    return ImageInput(inputs[0].name, tensor_type.elem_type, channels_last, shape[0], height, width)


class Trunk:
    """The source graph up to some tensor, under new names, fed by `images`."""

    def __init__(self, view: GraphView, image: ImageInput, path: str) -> None:
        self.view = view
        self.image = image
        self.path = path

    def input_info(self, target: str, preprocessing: Preprocessing) -> onnx.ValueInfoProto:
        """`images`: uint8 (N, H, W, 3). A trunk that works at one size only must be given that size as its crop.

        Raises:
            ModelLoadError: if it is fixed at another size than the crop.
        """
        size = (self.image.height, self.image.width)
        if None not in size and not self.takes_any_size(target) and size != (preprocessing.crop, preprocessing.crop):
            raise ModelLoadError(
                self.path, f"it takes {size[0]} x {size[1]} pixels only, not the {preprocessing.crop} pixels asked for."
            )
        return helper.make_tensor_value_info(INPUT_NAME, onnx.TensorProto.UINT8, ["N", "H", "W", _CHANNELS])

    def takes_any_size(self, target: str) -> bool:
        """Whether every operation on the way to `target` works on maps of any size."""
        above = self.view.ancestors(target)
        return all(node.op_type in _SIZE_FREE for node in self.view.nodes if above & set(node.output))

    def renamed(self, name: str) -> str:
        """What a source tensor is called in the new graph."""
        return _PREFIX + name if name else ""

    def preamble(self, preprocessing: Preprocessing) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
        """Nodes and constants from `images` to the source graph's input."""
        nodes: list[onnx.NodeProto] = []
        constants: list[onnx.TensorProto] = []
        name = INPUT_NAME

        def step(operator: str, *inputs: str, **options: Any) -> str:  # noqa: ANN401 - attribute values
            result = f"input/{len(nodes)}"
            nodes.append(helper.make_node(operator, [name, *inputs], [result], **options))
            return result

        if not self.image.channels_last:
            # Bytes are moved before they become four times as large.
            name = step("Transpose", perm=[0, 3, 1, 2])
        if not self.image.is_bytes:
            shape = (1, 1, 1, 3) if self.image.channels_last else (1, 3, 1, 1)
            std = np.array(preprocessing.std, np.float64)
            mean = np.array(preprocessing.mean, np.float64)
            for key, values in (("input/scale", 1 / (255 * std)), ("input/shift", -mean / std)):
                constants.append(numpy_helper.from_array(values.astype(np.float32).reshape(shape), key))
            name = step("Cast", to=onnx.TensorProto.FLOAT)
            name = step("Mul", "input/scale")
            name = step("Add", "input/shift")
            if self.image.element_type != onnx.TensorProto.FLOAT:
                name = step("Cast", to=self.image.element_type)
        nodes.append(helper.make_node("Identity", [name], [self.renamed(self.image.name)]))
        return nodes, constants

    def nodes_to(self, target: str, *, without: str = "") -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
        """Nodes and constants that compute `target` (from the tensor `without`, if given), under new names."""
        above = self.view.ancestors(target, without=[without] if without else ())
        nodes = []
        for node in self.view.nodes:
            if not above & set(node.output) or without in node.output:
                continue
            copy = onnx.NodeProto()
            copy.CopyFrom(node)
            # Exporters write stack traces there, with the paths of the machine that they ran on.
            copy.ClearField("doc_string")
            copy.ClearField("metadata_props")
            copy.input[:] = [self.renamed(name) for name in node.input]
            copy.output[:] = [self.renamed(name) for name in node.output]
            nodes.append(copy)
        used = {name for node in nodes for name in node.input}
        reshapes = {node.input[1] for node in nodes if node.op_type == "Reshape"}
        constants = []
        for name, tensor in self.view.constants.items():
            if self.renamed(name) in used:
                constant = onnx.TensorProto()
                constant.CopyFrom(tensor)
                constant.name = self.renamed(name)
                constant.ClearField("doc_string")
                constant.ClearField("metadata_props")
                constants.append(self._free_batch(constant) if constant.name in reshapes else constant)
        return nodes, constants

    def _free_batch(self, target_shape: onnx.TensorProto) -> onnx.TensorProto:
        """A Reshape's target shape that keeps the batch as it comes, where the source wrote its own fixed number."""
        sizes = numpy_helper.to_array(target_shape).reshape(-1).copy()
        if len(sizes) > 1 and self.image.batch is not None and sizes[0] == self.image.batch:
            sizes[0] = 0  # "as in the input"
        return numpy_helper.from_array(sizes, target_shape.name)
