"""Make pictures and networks whose maps have little to show: even, all against, without numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import helper
from PIL import Image

from inference.models.contract import METADATA_KEY, MapKind
from tests.inference.commands.lesser_models import model_with
from tests.inference.engine.variants import rewrite_output, variant


def plain_picture(folder: Path) -> str:
    """One colour: to the network that answers to brightness, every cell is like every other."""
    return _saved(folder / "plain.png", np.full((80, 120, 3), 200, np.uint8))


def light_picture(folder: Path) -> str:
    """Light everywhere and lighter at the left: every cell speaks against the class "dark", some more than others."""
    pixels = np.full((80, 120, 3), 180, np.uint8)
    pixels[:, :60] = 250
    return _saved(folder / "light.png", pixels)


def black_picture(folder: Path) -> str:
    """For the networks below."""
    return _saved(folder / "black.png", np.zeros((40, 40, 3), np.uint8))


def scoreless_on_black(folder: Path) -> str:
    """The tiny model, whose scores of a black picture are no numbers."""
    return str(variant(folder, lambda model: _lose_numbers_on_black(model, "logits")))


def mapless_on_black(folder: Path) -> str:
    """The tiny model with approximate maps, which have no numbers for a black picture; its scores have."""
    path = model_with(MapKind.APPROXIMATE, folder)
    model = onnx.load(path)
    _lose_numbers_on_black(model, "evidence")
    onnx.save(model, path)
    return path


def without_scale(model: onnx.ModelProto) -> None:
    """Let a model say nothing about the fixed scale of its maps."""
    entry = next(entry for entry in model.metadata_props if entry.key == METADATA_KEY)
    entry.value = entry.value.replace('"evidence_scale": 0.05', '"evidence_scale": null')


def _saved(path: Path, pixels: np.ndarray) -> str:
    Image.fromarray(pixels).save(path)
    return str(path)


def _lose_numbers_on_black(model: onnx.ModelProto, output: str) -> None:
    """Multiply an output with brightest / brightest, which is 1, or 0 / 0."""
    nodes = [
        helper.make_node("ReduceMax", ["images"], ["odd/brightest"], keepdims=0),
        helper.make_node("Cast", ["odd/brightest"], ["odd/number"], to=onnx.TensorProto.FLOAT),
        helper.make_node("Div", ["odd/number", "odd/number"], ["odd/one"]),
        helper.make_node("Mul", ["odd/true", "odd/one"], [output]),
    ]
    rewrite_output(model, output, nodes, "odd/true")
