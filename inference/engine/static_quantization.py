"""Write a static int8 copy of a model with ONNX Runtime's own tool (QDQ), calibrated on given pictures."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from inference.arrays import InputBatch
from inference.engine.faults import is_out_of_memory, plain_reason
from inference.errors import InferenceError, ModelLoadError, OutputWriteError
from inference.models.contract import INPUT_NAME

_TEMPORARY_COPIES = 4
"""As many copies of a model the tool has on the disk at once, at most."""


class _Batches:
    """Hands batches to the tool, which asks for one after the other until there is None."""

    def __init__(self, batches: Iterator[InputBatch]) -> None:
        self._batches = batches

    def get_next(self) -> dict[str, InputBatch] | None:
        batch = next(self._batches, None)
        return None if batch is None else {INPUT_NAME: batch}


def write_int8(source: Path, target: Path, nodes: Sequence[str], batches: Iterator[InputBatch], *, bits: int) -> None:
    """Write the model `source` with the nodes called `nodes` in int8 to `target`. Takes seconds to minutes.

    Weights are signed with one scale for each output channel; activations are unsigned with one scale for each tensor,
    from the smallest to the largest value of a batch, both averaged over the batches. All of it is in the QDQ form:
    standard operators around float ones, which each runtime puts together as it can. Memory does not grow with the
    number of batches.

    Args:
        source: a model in which every node has a name.
        target: the file to write.
        nodes: of `source`.
        batches: (N, H, W, 3) uint8 each, prepared pictures; at least one.
        bits: of a weight, 8 or 7.

    Raises:
        ModelLoadError: if the tool cannot quantize the model; where that may be for want of room on the disk, which
            the tool does not notice, the error says so.
        InferenceError: if memory is too small.
        OutputWriteError: if a file cannot be written.
        Exception: what `batches` raised.
    """
    # It takes a second to import, and brings `onnx` with it.
    from onnxruntime.quantization import (  # noqa: PLC0415
        CalibrationMethod,
        QuantFormat,
        QuantType,
        quantize_static,
    )

    try:
        quantize_static(
            source,
            target,
            _Batches(_watched(batches)),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            reduce_range=bits < 8,  # noqa: PLR2004 - a byte
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_quantize=list(nodes),
            calibrate_method=CalibrationMethod.MinMax,
            # The mean of the batches' extremes, not the extremes of all: one odd picture costs the others less.
            extra_options={"CalibMovingAverage": True},
        )
    except _PictureError as error:
        raise error.cause from None
    except OSError as error:
        raise OutputWriteError(str(target), f"{error.strerror or error}.") from error
    except Exception as error:  # ONNX Runtime's and onnx's errors have no common type
        if isinstance(error, MemoryError) or is_out_of_memory(str(error)):
            raise InferenceError("the memory is too small to calibrate it.", out_of_memory=True) from error
        reason = f"it cannot be quantized ({plain_reason(error)}).{_hint_at_the_disk(source)}"
        raise ModelLoadError(str(source), reason) from error


def _hint_at_the_disk(source: Path) -> str:
    """Say that the tool's temporary files may not have found room, a sentence; empty where they must have.

    ONNX Runtime does not notice that and leaves half a model, which cannot be read then; and all of them are deleted
    before its error is told. So nobody knows, and the error itself has to be told, too.
    """
    try:
        folder = tempfile.gettempdir()
        free, needed = shutil.disk_usage(folder).free, _TEMPORARY_COPIES * source.stat().st_size
    except OSError:
        return ""
    if free >= needed:
        return ""
    return (
        f" Perhaps for want of room: {folder} has {free:,} bytes free, and up to {needed:,} are needed. Make room "
        "there and try again."
    )


class _PictureError(Exception):
    """Carries what `batches` raised through the tool, so that it is not taken for the tool's."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(cause)
        self.cause = cause


def _watched(batches: Iterator[InputBatch]) -> Iterator[InputBatch]:
    try:
        yield from batches
    except Exception as error:
        raise _PictureError(error) from error
