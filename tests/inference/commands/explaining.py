"""Run `explain` with a test network on a test picture, and say what the network itself answers there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from inference.arrays import Logits, RgbImage
from inference.attention.finer import view_order
from inference.classify.preprocess import prepare_picture
from inference.engine.network import Network
from tests.conftest import PROJECT_ROOT
from tests.inference.commands.sessions import Run
from tests.make_bright import BRIGHT

TINY = str(PROJECT_ROOT / "tests" / "data" / "tiny.onnx")


def patched(folder: Path, size: tuple[int, int] = (200, 100)) -> str:
    """A dark picture, brighter at a patch in its upper left part."""
    path = folder / "patched.png"
    pixels = np.full((size[1], size[0], 3), 30, np.uint8)
    pixels[20:40, 70:90] = 250
    Image.fromarray(pixels).save(path)
    return str(path)


def explained(
    run: Run, folder: Path, *arguments: str, model: str = str(BRIGHT)
) -> tuple[str, np.ndarray, dict[str, Any]]:
    """What `explain ARGUMENTS --output map.npy` says, its grid and its manifest."""
    code, words, errors = run(
        "explain", "--model", model, "--device", "cpu", *arguments, "--output", str(folder / "map.npy")
    )
    assert (code, errors) == (0, "")
    return words, np.load(folder / "map.npy"), json.loads((folder / "map.json").read_text())


def answer(picture: str, model: str = str(BRIGHT)) -> tuple[RgbImage, Logits]:
    """The network's input and its own logits."""
    network = Network.open(model, device="cpu")
    image = prepare_picture(picture, view_order(network.contract.preprocessing)).input
    logits = network.run(image[None]).logits[0]
    network.close()
    return image, logits
