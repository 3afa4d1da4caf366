"""Write a PyTorch network as a model file that keeps the contract."""

import warnings
from pathlib import Path

import onnx
import torch
from torch import nn

from inference.errors import CardinalError
from inference.models.adopt.adoption import AdoptOptions, adopt
from inference.models.contract import ModelContract


class ExportError(CardinalError):
    """PyTorch could not write the network as a graph."""

    kind = "export"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"The network could not be exported: {self.reason}"


def export(network: nn.Module, target: Path, options: AdoptOptions) -> ModelContract:
    """Write `network` (normalised float32 (N, 3, H, W) in, logits out, evaluation mode) to `target`.

    Raises:
        ExportError: if PyTorch cannot trace or write the network.
        OutputWriteError: if the target cannot be written.
    """
    return adopt(to_graph(network), target, options)


def to_graph(network: nn.Module) -> onnx.ModelProto:
    """`network` as an ONNX graph with free batch, height and width.

    Raises:
        ExportError: if PyTorch cannot trace or write the network.
    """
    # Two images and unequal sides: PyTorch takes sizes of 0 and 1, and equal sizes, for constants.
    example = torch.zeros(2, 3, 96, 128)
    free = {0: "batch", 2: "height", 3: "width"}
    try:
        with warnings.catch_warnings():
            # The exporter warns about its own internals; what it wrote is verified by running it.
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                network.eval(),
                (example,),
                input_names=["input"],
                output_names=["logits"],
                dynamic_shapes=(free,),
                dynamo=True,
                verbose=False,
            )
    # Whatever a network does may fail in its own way while it is traced.
    except Exception as error:
        raise ExportError(
            str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
        ) from error
    if program is None:
        raise ExportError("PyTorch gave no graph.")
    return program.model_proto
