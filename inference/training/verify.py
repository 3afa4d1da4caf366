"""Prove that a written model equals the PyTorch network it came from."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from inference.arrays import InputBatch
from inference.engine.network import Network
from inference.models.contract import Preprocessing
from inference.profile import PROJECT_ROOT
from inference.training.export import ExportError

TOLERANCE = 1e-4
"""Largest difference of logits, relative to the largest |logit| (DESIGN.md 11)."""

SAMPLES = PROJECT_ROOT / "assets" / "samples"
_RANDOM_IMAGES = 4


def verify(network: nn.Module, path: Path, preprocessing: Preprocessing) -> float:
    """Compare `network` with the model file made from it, on random and real pictures.

    Returns:
        The largest difference of logits / the largest |logit|, on the processor in float32.

    Raises:
        ExportError: if it is more than `TOLERANCE`, or not a number.
        CardinalError: if the model file cannot be opened or run.
    """
    opened = Network.open(path, device="cpu")
    try:
        differences = [
            relative_difference(network, images, opened.run(images, evidence=False).logits, preprocessing)
            for images in comparison_images(preprocessing.crop)
        ]
    finally:
        opened.close()
    largest = max(differences)
    # Not `largest > TOLERANCE`: that is False for NaN.
    if not largest <= TOLERANCE:
        raise ExportError(f"its answers differ from PyTorch's by {largest:.1e} of the largest logit.")
    return largest


def comparison_images(side: int) -> list[InputBatch]:
    """Batches to compare on: random bytes, a rectangle, and the sample pictures where they are."""
    rng = np.random.default_rng(0)
    batches = [
        rng.integers(0, 256, (_RANDOM_IMAGES, side, side, 3), dtype=np.uint8),
        rng.integers(0, 256, (1, side, side + 32, 3), dtype=np.uint8),
    ]
    samples = sorted(path for path in SAMPLES.glob("*") if path.suffix.lower() in {".jpg", ".png"})
    for path in samples:
        with Image.open(path) as image:
            # Any real picture will do, so it is squeezed into the square.
            batches.append(np.asarray(image.convert("RGB").resize((side, side), Image.Resampling.BILINEAR))[None])
    return batches


def relative_difference(
    network: nn.Module, images: InputBatch, logits: np.ndarray, preprocessing: Preprocessing
) -> float:
    """Max |PyTorch's logits - `logits`| / max |PyTorch's logits| on `images`."""
    mean, std = (torch.tensor(values)[:, None, None] for values in (preprocessing.mean, preprocessing.std))
    normalised = (torch.from_numpy(images.copy()).permute(0, 3, 1, 2).float() / 255 - mean) / std
    with torch.inference_mode():
        expected = network.eval()(normalised).numpy()
    return float(np.abs(expected - logits).max() / np.abs(expected).max())
