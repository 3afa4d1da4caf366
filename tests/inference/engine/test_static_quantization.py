"""An int8 copy is written by ONNX Runtime's tool, and its errors become sentences."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from inference.arrays import InputBatch
from inference.engine.network import Network
from inference.engine.self_check import ledger_error
from inference.engine.static_quantization import write_int8
from inference.errors import ImageProblem, ImageReadError, ModelLoadError, OutputWriteError
from inference.models.contract import OutputName
from inference.models.quantize.plan import write_plan
from tests.inference.models.quantize.test_plan import residual_model


def batches(count: int = 3) -> Iterator[InputBatch]:
    rng = np.random.default_rng(seed=1)
    for _ in range(count):
        yield rng.integers(0, 256, (4, 16, 16, 3), np.uint8)


@pytest.mark.parametrize("bits", [8, 7])
def test_the_copy_keeps_the_contract_and_its_maps_add_up(bits: int, tmp_path: Path) -> None:
    source = residual_model(tmp_path / "source.onnx")
    plan = write_plan(source, tmp_path / "plan.onnx")
    copy = tmp_path / "copy.onnx"
    write_int8(tmp_path / "plan.onnx", copy, plan.last(3), batches(), bits=bits)

    model = onnx.load(copy)
    tensors = [numpy_helper.to_array(tensor) for tensor in model.graph.initializer]
    weights = [tensor for tensor in tensors if tensor.dtype == np.int8 and tensor.ndim == 4]
    assert len(weights) == 3
    assert max(np.abs(weight.astype(int)).max() for weight in weights) <= 2 ** (bits - 1)
    # What makes the maps is as it was.
    heads = [
        numpy_helper.to_array(tensor)
        for path in (source, copy)
        for tensor in onnx.load(path).graph.initializer
        if tensor.name == OutputName.HEAD_WEIGHT
    ]
    assert np.array_equal(heads[0], heads[1])

    original, quantized = (Network.open(path, device="cpu") for path in (source, copy))
    images = next(batches())
    wanted, said = (network.run(images, features=True) for network in (original, quantized))
    assert quantized.contract == original.contract
    assert quantized.head is not None
    assert ledger_error(said.logits, said.top_classes, said.evidence, quantized.head.bias) < 1e-5  # type: ignore[arg-type]
    assert 0 < np.abs(said.logits - wanted.logits).max() < 0.1 * np.abs(wanted.logits).max()
    assert (said.logits.argmax(axis=1) == wanted.logits.argmax(axis=1)).all()


def test_a_pictures_error_is_not_taken_for_the_tools(tmp_path: Path) -> None:
    plan = write_plan(residual_model(tmp_path / "source.onnx"), tmp_path / "plan.onnx")

    def breaking() -> Iterator[InputBatch]:
        yield next(batches())
        raise ImageReadError("lost.png", ImageProblem.MISSING)

    with pytest.raises(ImageReadError):
        write_int8(tmp_path / "plan.onnx", tmp_path / "copy.onnx", plan.last(3), breaking(), bits=8)
    assert not (tmp_path / "copy.onnx").exists()


def test_a_disk_that_may_have_been_full_is_told_beside_the_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ONNX Runtime could write of its temporary model cannot be read; the tool's error says nothing of a disk."""
    half = tmp_path / "half.onnx"
    half.write_bytes(b"\x08no model")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=31))
    with pytest.raises(
        ModelLoadError, match=r"it cannot be quantized \(.+\)\. Perhaps for want of room: .+ has 31 bytes"
    ):
        write_int8(half, tmp_path / "copy.onnx", ["a"], batches(), bits=8)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=36))
    with pytest.raises(ModelLoadError, match=r"it cannot be quantized \(.+\)\.$"):
        write_int8(half, tmp_path / "copy.onnx", ["a"], batches(), bits=8)


def test_what_the_disk_says_itself_is_told_as_it_is(tmp_path: Path) -> None:
    plan = write_plan(residual_model(tmp_path / "source.onnx"), tmp_path / "plan.onnx")
    (tmp_path / "copy.onnx").mkdir()
    with pytest.raises(OutputWriteError, match="Is a directory"):
        write_int8(tmp_path / "plan.onnx", tmp_path / "copy.onnx", plan.last(3), batches(), bits=8)


@pytest.mark.parametrize("lost", ["the temporary folder", "the disk", "the model"])
def test_where_the_room_cannot_be_known_the_tools_error_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    def fail(*_arguments: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    model = tmp_path / "model.onnx"
    if lost != "the model":
        model.write_bytes(b"\x08no model")
    with monkeypatch.context() as patch:
        if lost == "the temporary folder":
            patch.setattr(tempfile, "gettempdir", fail)
        if lost == "the disk":
            patch.setattr(shutil, "disk_usage", fail)
        with pytest.raises(ModelLoadError, match=r"it cannot be quantized \(.+\)\.$"):
            write_int8(model, tmp_path / "copy.onnx", ["a"], batches(), bits=8)


def test_what_the_tool_cannot_do_is_a_sentence(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"\x08no model")
    with pytest.raises(ModelLoadError, match="cannot be quantized"):
        write_int8(damaged, tmp_path / "copy.onnx", ["a"], batches(), bits=8)
    plan = write_plan(residual_model(tmp_path / "source.onnx"), tmp_path / "plan.onnx")
    with pytest.raises(OutputWriteError):
        write_int8(tmp_path / "plan.onnx", tmp_path / "missing" / "copy.onnx", plan.last(3), batches(), bits=8)
