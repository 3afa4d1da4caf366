"""Make Score-CAM maps: each channel is tried as a mask of the picture, in batched runs of the network.

Wang et al. (2020), algorithm 1 and eq. 6 to 8, in the form of the `grad-cam` package: channel k, enlarged to the input
and stretched to 0...1, is multiplied with the *normalised* picture (so what it hides becomes the mean colour); the
class's logit of that picture is its score; softmax over all channels' scores gives the weights of the sum of channels.

The network's input is uint8, so a masked picture is rounded to whole grey values before it is run. Against masks in
floating point that shifts scores a little, and softmax over channels magnifies it: maps agree to about 4e-2 after
normalisation, and to 1e-4 with a program that rounds likewise.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from inference.arrays import EvidenceMap, Features, Logits, RgbImage
from inference.attention.grad_cam import grad_cam
from inference.attention.runs import CopyRunner

_STRETCH_EPSILON = 1e-8


def score_cam(
    runner: CopyRunner, image: RgbImage, features: Features, subject: int, *, rival: int | None = None
) -> EvidenceMap:
    """The Score-CAM map of a class, after as many runs as the feature map has channels (K).

    Runs on: the thread that owns the network; seconds to minutes.

    Args:
        runner: runs the masked pictures.
        image: (H, W, 3) uint8, as the network saw it.
        features: (K, h, w) float32 of that picture.
        subject: the class.
        rival: scores are the class's lead over this one, where given.

    Returns:
        (h, w) float32, >= 0.

    Raises:
        Cancelled: if the runner's `cancel` was used.
        InferenceError: the network cannot run, or gives no valid numbers.
    """
    return score_map(run_masked(runner, image, features), features, subject, rival=rival)


def run_masked(runner: CopyRunner, image: RgbImage, features: Features) -> Logits:
    """The runs of `score_cam`, which serve every class: (K, C) float32, the logits of each masked picture."""
    return runner.run(masked_pictures(image, features, runner.preprocessing.mean), len(features))


def score_map(logits: Logits, features: Features, subject: int, *, rival: int | None = None) -> EvidenceMap:
    """The map of a class from the runs.

    Args:
        logits: (K, C) float32 from `run_masked`.
        features: (K, h, w) float32.
        subject: the class.
        rival: scores are the class's lead over this one, where given.
    """
    scores = logits[:, subject].astype(np.float64)
    if rival is not None:
        scores -= logits[:, rival]
    weights = np.exp(scores - scores.max())
    weights /= weights.sum()
    return grad_cam(np.tensordot(weights, features, axes=1).astype(np.float32))


def masked_pictures(image: RgbImage, features: Features, mean: tuple[float, float, float]) -> Iterator[RgbImage]:
    """The picture seen through each channel: (H, W, 3) uint8, one for each channel.

    Args:
        image: (H, W, 3) uint8.
        features: (K, h, w) float32.
        mean: the model's mean colour in 0...1, which is 0 inside the network.
    """
    middle = np.array(mean, np.float32) * 255
    away = image.astype(np.float32) - middle
    for channel in features:
        mask = stretched(enlarged(channel, (image.shape[0], image.shape[1])))
        yield np.rint(np.clip(middle + away * mask[..., None], 0, 255)).astype(np.uint8)


def enlarged(channel: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """One (h, w) channel at (height, width) pixels: bilinear, corners on corners (PyTorch's `UpsamplingBilinear2d`).

    Score-CAM's own convention: other than everywhere else here, cells at the border lose half of their area.
    """
    rows, columns = (_between_corners(count, pixels) for count, pixels in zip(channel.shape, size, strict=True))
    # Pillow resizes only with cells that keep their areas; two small products do this.
    return (rows @ channel @ columns.T).astype(np.float32)


def _between_corners(cells: int, pixels: int) -> NDArray[np.float32]:
    """(pixels, cells) weights of linear interpolation; the first and last centres lie on the first and last pixel."""
    places = np.linspace(0, cells - 1, pixels) if pixels > 1 else np.zeros(1)
    low = np.minimum(places.astype(np.intp), max(cells - 2, 0))
    share = places - low
    weights = np.zeros((pixels, cells), np.float32)
    weights[np.arange(pixels), low] = 1 - share
    if cells > 1:
        weights[np.arange(pixels), low + 1] += share.astype(np.float32)
    return weights


def stretched(channel: NDArray[np.float32]) -> NDArray[np.float32]:
    """A channel stretched to 0...1; a constant one gives zeros."""
    low, high = channel.min(), channel.max()
    result: NDArray[np.float32] = (channel - low) / (high - low + np.float32(_STRETCH_EPSILON))
    return result
