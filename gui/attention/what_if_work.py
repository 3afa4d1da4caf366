"""Ask the network about a changed copy of the picture, and compare what it says with what it said before.

Imports numpy: it is imported at the first use, after the first paint.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPainter

from gui.attention.examination import ExaminationBench
from gui.attention.examined import Examined
from gui.attention.what_if_strokes import PaintedCopy
from gui.map_maker import MapMaker, MapOnScreen
from gui.qimage import rgb_to_qimage, rgba_to_qimage
from gui.viewer.map_mode import MapMode
from gui.viewer.photo_layer import LIGHT_LEFT
from inference.arrays import Logits, RgbImage
from inference.attention.evidence import evidence_map
from inference.attention.masking import Filling
from inference.attention.render import evidence_rgba
from inference.classify.classifier import Inspection
from inference.classify.postprocess import softmax
from inference.errors import InferenceError
from inference.models.class_names import distinct_name

__all__ = ["Filling", "PaintedCopy"]

LISTED = 5
NEWCOMERS = 2
"""So many classes that only now are among the best are listed below those that were."""

_MAP_PX = 112
_MAP_OPACITY = 0.6
_LAYERED = QImage.Format.Format_ARGB32_Premultiplied


@dataclass(frozen=True, slots=True)
class ClassChange:
    """One class: its name and its probability (0...1) before and now."""

    index: int
    name: str
    before: float
    now: float


def begin(examined: Examined, filling: Filling) -> PaintedCopy:
    """A copy of what the network saw, on which nothing is painted yet."""
    image, crop = examined.inspection.image, examined.classification.crop
    return PaintedCopy(image, crop, examined.contract.preprocessing, filling)


def ask(image: RgbImage, bench: ExaminationBench) -> Inspection:
    """Run the network once on a changed copy. Runs on: the thread that owns the network.

    Args:
        image: (H, W, 3) uint8.
        bench: to work with.

    Raises:
        Cancelled: nobody wants it any more.
        InferenceError: the network cannot run, or gives no valid numbers.
    """
    outputs = bench.classifier.network.run(image[None], evidence=False, features=True, cancel=bench.cancel)
    if not np.isfinite(outputs.logits).all():
        raise InferenceError("it gave no valid numbers for a changed copy of the picture.")
    features = None if outputs.features is None else outputs.features[0].copy()
    return Inspection(outputs.logits[0].copy(), features, image)


def changes(examined: Examined, now: Logits, shown: int) -> list[ClassChange]:
    """The classes to list: the best ones before in their order, the best newcomers, and the class on screen."""
    before = examined.inspection.logits
    listed = _best(before, LISTED)
    listed += [index for index in _best(now, LISTED) if index not in listed][:NEWCOMERS]
    if shown >= 0 and shown not in listed:
        listed.append(shown)
    old, new = softmax(before), softmax(now)
    labels = examined.contract.labels
    return [ClassChange(index, distinct_name(labels, index), float(old[index]), float(new[index])) for index in listed]


def map_of(
    inspection: Inspection, examined: Examined, shown: int, mode: MapMode, *, outline: bool = False
) -> MapOnScreen | None:
    """The map of a class for a changed copy, on the same fixed scale; None where there is none."""
    if inspection.features is None or shown < 0:
        return None
    contract = replace(examined.contract, evidence_scale=examined.scale)
    maker = MapMaker(contract, examined.head, examined.model_hash)
    contributions = evidence_map(inspection.features, examined.head.weight[shown])
    return maker.on_screen(shown, contributions, examined.classification, mode, outline=outline)


def covered(patch: QImage, drawn: MapOnScreen | None, mode: MapMode, strength: float) -> QImage:
    """What was painted, and the map over it, as one picture to lay over the photo.

    Args:
        patch: what was painted, clear elsewhere.
        drawn: the map, or None for none.
        mode: how it is drawn.
        strength: of the map, 0...1; what was painted is always opaque.
    """
    if drawn is None or drawn.overlay is None:
        return patch
    # The photo below keeps its colours here: a veil can take only its light.
    opacity = strength * (1 - LIGHT_LEFT) if mode is MapMode.SPOTLIGHT else strength
    image = QImage(drawn.overlay.size() if patch.isNull() else _larger(patch, drawn.overlay), _LAYERED)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(image.rect(), patch)
    painter.setOpacity(opacity)
    painter.drawImage(image.rect(), drawn.overlay)
    painter.end()
    return image


def picture(inspection: Inspection, examined: Examined, shown: int) -> QImage:
    """What the network saw, small, with the evidence map of the class on screen over it."""
    image = rgb_to_qimage(inspection.image)
    if inspection.features is None or shown < 0:
        return image
    contributions = evidence_map(inspection.features, examined.head.weight[shown])
    overlay = rgba_to_qimage(evidence_rgba(contributions, examined.scale, (_MAP_PX, _MAP_PX)))
    painter = QPainter(image)
    painter.setOpacity(_MAP_OPACITY)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(image.rect(), overlay)
    painter.end()
    return image


def _larger(one: QImage, other: QImage) -> QSize:
    return one.size().expandedTo(other.size())


def _best(logits: Logits, count: int) -> list[int]:
    return [int(index) for index in np.argsort(-logits, kind="stable")[:count]]
