"""Make maps of the Grad-CAM family at any stage, from what the stage gave and the gradients there.

At earlier stages gradients differ from cell to cell, so the closed forms of the last stage do not hold; these are the
papers' own equations. Cells are finer there, and mean less by themselves: they are parts and textures, which later
stages put together. No map of an earlier stage adds up to the logit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from inference.arrays import EvidenceMap, Features
from inference.attention.grad_cam import grad_cam
from inference.attention.methods import Method
from inference.engine.gradient_network import Direction, GradientRun

_GRAD_CAM_PLUS_PLUS_EPSILON = np.float32(1e-6)
_XGRAD_CAM_EPSILON = np.float32(1e-7)
"""Both are the `grad-cam` package's, so that the two can be compared."""


@dataclass(frozen=True, slots=True)
class StageMap:
    """A map of one stage.

    Attributes:
        contributions: (h, w) float32; only HiResCAM's is signed.
        stage: its number, from 1.
        method: how it was made.
    """

    contributions: EvidenceMap
    stage: int
    method: Method


def class_direction(classes: int, subject: int, rival: int | None = None, *, relative: bool = False) -> Direction:
    """The sum of logits that a question is about: (C,) float32.

    Args:
        classes: C.
        subject: the class that is asked about: its logit.
        rival: less that of this class, where given.
        relative: less the mean of all logits.
    """
    direction = np.zeros(classes, np.float32)
    direction[subject] = 1
    if rival is not None:
        direction[rival] -= 1
    if relative:
        direction -= np.float32(1 / classes)
    return direction


def stage_map(method: Method, run: GradientRun, stage: int) -> StageMap:
    """The map of a method at one of the stages of a run.

    Raises:
        ValueError: the method needs no gradients or other runs, or there is no such stage.
    """
    maps = run.stages.get(stage)
    if maps is None:
        raise ValueError(f"there is no stage {stage}")
    return StageMap(earlier_map(method, maps.activations, maps.gradients), stage, method)


def earlier_map(method: Method, activations: Features, gradients: Features) -> EvidenceMap:
    """The map of a method at the stage that gave `activations`.

    Args:
        method: one of `EARLIER_METHODS`.
        activations: (K, h, w) float32.
        gradients: (K, h, w) float32, of the logit, or of a sum of logits.

    Returns:
        (h, w) float32; >= 0 but for HiResCAM, which is signed.

    Raises:
        ValueError: the method is not made from gradients.
    """
    form = _FORMS.get(method)
    if form is None:
        raise ValueError(f"{method} is not made from gradients")
    return form(activations, gradients)


def _grad_cam(activations: Features, gradients: Features) -> EvidenceMap:
    """Selvaraju et al. 2017, eq. 1 and 2: channels weighted with their mean gradients, rectified."""
    return grad_cam(_weighted(activations, gradients.mean(axis=(1, 2))))


def _hires_cam(activations: Features, gradients: Features) -> EvidenceMap:
    """Draelos and Carin 2020, eq. 5: gradient times activation, summed over channels; signed, not rectified."""
    made: EvidenceMap = np.einsum("khw,khw->hw", activations, gradients).astype(np.float32)
    return made


def _layer_cam(activations: Features, gradients: Features) -> EvidenceMap:
    """Jiang et al. 2021, eq. 5 to 7: each cell's activations, weighted with their own positive gradients."""
    return grad_cam(_hires_cam(activations, np.maximum(gradients, np.float32(0))))


def _grad_cam_plus_plus(activations: Features, gradients: Features) -> EvidenceMap:
    """Chattopadhay et al. 2018, eq. 5, 7 and 19, with gradients of the logit as the `grad-cam` package takes them."""
    square, sums = gradients**2, activations.sum(axis=(1, 2))[:, None, None]
    below = 2 * square + sums * square * gradients + _GRAD_CAM_PLUS_PLUS_EPSILON
    alpha = np.divide(square, below, out=np.zeros_like(square), where=(gradients > 0) & (below != 0))
    return grad_cam(_weighted(activations, (np.maximum(gradients, np.float32(0)) * alpha).sum(axis=(1, 2))))


def _xgrad_cam(activations: Features, gradients: Features) -> EvidenceMap:
    """Fu et al. 2020, eq. 8 and 9: channels weighted with gradients averaged by the activations' own shares."""
    sums = activations.sum(axis=(1, 2))
    products = np.einsum("khw,khw->k", activations, gradients)
    return grad_cam(_weighted(activations, products / (sums + _XGRAD_CAM_EPSILON)))


def _weighted(activations: Features, weights: np.ndarray) -> EvidenceMap:
    """The sum of channels with one weight each: (h, w) float32."""
    made: EvidenceMap = np.tensordot(weights, activations, axes=1).astype(np.float32)
    return made


_FORMS: MappingProxyType[Method, Callable[[Features, Features], EvidenceMap]] = MappingProxyType(
    {
        Method.GRAD_CAM: _grad_cam,
        Method.GRAD_CAM_PLUS_PLUS: _grad_cam_plus_plus,
        Method.HIRES_CAM: _hires_cam,
        Method.LAYER_CAM: _layer_cam,
        Method.XGRAD_CAM: _xgrad_cam,
    }
)

EARLIER_METHODS = frozenset(_FORMS)
"""The methods that can be made at every stage."""

SIGNED_METHODS = frozenset({Method.HIRES_CAM})
"""Those whose maps of an earlier stage also speak against the class."""
