"""Grad-CAM at the last stage in closed form, so that no backward pass is needed.

Selvaraju et al. (2017), eq. 1: the weights are the average gradients, `alpha_k = mean over cells (d logit_c / d A_k)`.
With average pooling and one linear layer the gradient is `W_ck / (h w)` in every cell, so `alpha_k = W_ck / (h w)`,
and eq. 2, `ReLU(sum_k alpha_k A_k)`, is the rectified evidence map.
"""

from __future__ import annotations

import numpy as np

from inference.arrays import EvidenceMap


def grad_cam(contributions: EvidenceMap) -> EvidenceMap:
    """The Grad-CAM map of eq. 2 from an evidence map: (h, w) float32, in logits, >= 0."""
    rectified: EvidenceMap = np.maximum(contributions, np.float32(0))
    return rectified


def normalised(cam: EvidenceMap) -> EvidenceMap:
    """A map as the literature shows it: minus its minimum, over its maximum; (h, w) float32 in 0...1.

    The small constant is that of the `grad-cam` package, so that the two can be compared; a constant map gives zeros.
    """
    shifted = cam - cam.min()
    scaled: EvidenceMap = (shifted / (np.float32(1e-7) + shifted.max())).astype(np.float32)
    return scaled
