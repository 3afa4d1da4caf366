"""Make the maps of the Grad-CAM family at the last stage in closed form: no backward pass, no run of the network.

With average pooling over n = h w cells and one linear layer, `logit_c = b_c + mean over cells (W_c . A(cell))`, so the
gradient of the logit with respect to the feature map is known: `d logit_c / d A_k(cell) = W_ck / n`, one number for
each channel, the same in every cell. Every method of the family is then arithmetic on `W_c` and `A`:

- Grad-CAM (Selvaraju et al. 2017, eq. 1 and 2), HiResCAM (Draelos and Carin 2020, eq. 5) and XGrad-CAM (Fu et al. 2020,
  eq. 8 and 9) come to one and the same map here, the evidence map, with and without its negative part. They differ at
  earlier stages, where gradients differ from cell to cell.
- LayerCAM (Jiang et al. 2021, eq. 5 to 7) keeps the channels with a positive weight.
- Grad-CAM++ (Chattopadhay et al. 2018, eq. 5, 7 and 19) weights those channels unevenly.
- Eigen-CAM (Muhammad and Yeasin 2020) asks for the main direction of the feature map and knows nothing of the class.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inference.arrays import EvidenceMap, Features
from inference.attention.evidence import evidence_map
from inference.attention.grad_cam import grad_cam
from inference.attention.methods import Method

ClassWeight: TypeAlias = NDArray[np.float32]
"""(K,) float32: one class's row of the head, or the difference of two."""

GRAD_CAM_PLUS_PLUS_EPSILON = 1e-6
"""The `grad-cam` package's. The paper's eq. 19 has none; gradients here are small (W / n), so it shapes the weights."""

_XGRAD_CAM_EPSILON = 1e-7


def closed_form(method: Method, features: Features, weight: ClassWeight) -> EvidenceMap:
    """The map of a method that needs no run of the network.

    Args:
        method: one whose `MethodFacts.runs_network` is False.
        features: (K, h, w) float32.
        weight: (K,) float32; Eigen-CAM does not look at it.

    Returns:
        (h, w) float32, >= 0 unless the method is signed.

    Raises:
        ValueError: the method needs runs.
    """
    form = _FORMS.get(method)
    if form is None:
        raise ValueError(f"{method} needs runs of the network")
    return form(features, weight)


def hires_cam(features: Features, weight: ClassWeight) -> EvidenceMap:
    """HiResCAM, eq. 5: the sum over channels of gradient times feature, cell by cell; signed, in logits.

    The paper has no ReLU; the `grad-cam` package cuts the negative part off before it shows the map.
    """
    return evidence_map(features, weight)


def layer_cam(features: Features, weight: ClassWeight) -> EvidenceMap:
    """LayerCAM, eq. 5 to 7: each cell's features, weighted with the positive part of their own gradients."""
    return grad_cam(evidence_map(features, np.maximum(weight, np.float32(0))))


def xgrad_cam(features: Features, weight: ClassWeight) -> EvidenceMap:
    """XGrad-CAM, eq. 8 and 9: channel weights are gradients averaged with the features' own shares.

    `alpha_k = sum over cells (A_k / sum A_k) (d logit / d A_k)`, which is `W_k / n` wherever channel k has a sum.
    """
    sums = features.sum(axis=(1, 2))
    return grad_cam(evidence_map(features, weight * (sums / (sums + np.float32(_XGRAD_CAM_EPSILON)))))


def grad_cam_plus_plus(
    features: Features, weight: ClassWeight, *, epsilon: float = GRAD_CAM_PLUS_PLUS_EPSILON
) -> EvidenceMap:
    """Grad-CAM++, eq. 5, 7 and 19, with the gradients of the logit as the `grad-cam` package takes them.

    With g = W_k / n: `alpha_k = g^2 / (2 g^2 + g^3 sum A_k + epsilon)` (eq. 19; the paper has epsilon = 0), channel
    weights `n alpha_k ReLU(g)` (eq. 5), then ReLU of the weighted sum (eq. 7).

    Args:
        features: (K, h, w) float32.
        weight: (K,) float32.
        epsilon: 0 gives the paper's form.
    """
    cells = features.shape[1] * features.shape[2]
    gradient = weight / np.float32(cells)
    square, sums = gradient**2, features.sum(axis=(1, 2))
    below = 2 * square + sums * square * gradient + np.float32(epsilon)
    alpha = np.divide(square, below, out=np.zeros_like(square), where=(gradient > 0) & (below != 0))
    weights = np.maximum(gradient, np.float32(0)) * alpha * np.float32(cells)
    return grad_cam(np.tensordot(weights, features, axes=1).astype(np.float32))


def eigen_cam(features: Features) -> EvidenceMap:
    """Eigen-CAM: `eigen_places`, then ReLU; the class does not matter."""
    return grad_cam(eigen_places(features))


def eigen_places(features: Features) -> EvidenceMap:
    """The cells' places along the feature map's first principal direction, cells centred: (h, w) float32, signed.

    The direction's sign is arbitrary; here the side that reaches farther is positive (Chung and Ying 2025, eq. 13). The
    cells are few and the channels many, so the small (n, n) matrix of inner products is decomposed instead of the
    (n, K) one: with `X = U S V^T`, `X X^T = U S^2 U^T` and the places are `X v_1 = s_1 u_1`.
    """
    cells = features.reshape(len(features), -1).T.astype(np.float64)
    centred = cells - cells.mean(axis=0)
    values, vectors = np.linalg.eigh(centred @ centred.T)
    places = np.sqrt(max(float(values[-1]), 0.0)) * vectors[:, -1]
    if -float(places.min()) > float(places.max()):
        places = -places
    placed: EvidenceMap = places.reshape(features.shape[1:]).astype(np.float32)
    return placed


_FORMS: MappingProxyType[Method, Callable[[Features, ClassWeight], EvidenceMap]] = MappingProxyType(
    {
        Method.EVIDENCE: evidence_map,
        Method.GRAD_CAM: lambda features, weight: grad_cam(evidence_map(features, weight)),
        Method.GRAD_CAM_PLUS_PLUS: grad_cam_plus_plus,
        Method.HIRES_CAM: hires_cam,
        Method.LAYER_CAM: layer_cam,
        Method.XGRAD_CAM: xgrad_cam,
        Method.EIGEN_CAM: lambda features, _weight: eigen_cam(features),
    }
)
