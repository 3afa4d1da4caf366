"""Make the map of any class of the picture on screen, without another run of the network.

Imports numpy: like `gui.engine_room`, it is imported after the first paint.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from gui.qimage import rgba_to_qimage
from gui.viewer.map_choice import EVIDENCE, MapChoice
from gui.viewer.map_mode import MapMode, MapRemark
from inference.arrays import EvidenceMap
from inference.attention.closed_forms import ClassWeight, closed_form
from inference.attention.contours import Segments
from inference.attention.duel import Duel, duel
from inference.attention.evidence import (
    Finding,
    Ledger,
    evidence_map,
    find,
    fixed_scale,
    is_valid,
    ledger,
    place_in_words,
)
from inference.attention.relative import relative_logits
from inference.attention.render import evidence_rgba, heat_rgba, outline_segments, spotlight_rgba
from inference.classify.classifier import Inspection
from inference.engine.devices import Precision
from inference.engine.network import Head
from inference.engine.self_check import TOLERANCES
from inference.models.contract import MapKind, ModelContract
from inference.results import Classification

OVERLAY_PX = 320
"""Longer side of the overlay: maps are smooth, so more pixels would only cost time (UX.md 4.4)."""

LINES_COARSER = 3
"""Outlines are traced on a grid so many times coarser: their pieces are straight, and shorter than a line is wide."""

NO_LINES: Segments = np.empty((0, 4), np.float32)

_PAINTERS = {
    MapMode.EVIDENCE: evidence_rgba,
    MapMode.HEAT: heat_rgba,
    MapMode.SPOTLIGHT: spotlight_rgba,
}

_NOT_DRAWN = frozenset(
    {
        MapRemark.FLAT,
        MapRemark.SAME,
        MapRemark.SAME_AGAINST,
        MapRemark.NOTHING,
        MapRemark.NOTHING_FOR,
        MapRemark.INVALID,
    }
)

SCALE_PICTURES = 64
"""A model without a scale takes it from the session's first pictures (DESIGN.md 4)."""


@dataclass(frozen=True, slots=True)
class Account:
    """How a logit comes about, and whether the network agrees.

    Attributes:
        ledger: the parts and their sum.
        network_logit: the same from the network's own logits; None where only the stored evidence is known.
        adds_up: whether both are the same within the device's precision; None where that is not known.
        is_approximate: the parts do not add up, since the model has hidden layers after pooling.
    """

    ledger: Ledger
    network_logit: float | None = None
    adds_up: bool | None = None
    is_approximate: bool = False


@dataclass(frozen=True, slots=True)
class MapOnScreen:
    """One map, ready to be shown.

    Attributes:
        overlay: what is laid over the crop, or None where nothing is drawn.
        account: how the logit comes about.
        scale: s of the scale -s...+s, in logits; of a map that is in no logits, its largest value.
        lines: what is drawn as lines, in shares of the crop; (N, 4) float32 of x1, y1, x2, y2.
        cells: rows and columns of the true grid.
        remark: what must be said in words.
        place: where the support is strongest, in words, or empty.
    """

    overlay: QImage | None
    lines: Segments
    account: Ledger
    scale: float
    cells: tuple[int, int]
    remark: MapRemark
    place: str


class MapMaker:
    """Knows the model's head and the fixed scale; makes maps from feature maps or from stored evidence.

    Attributes:
        model_hash: SHA-256 of the model file, in hex.
        precision: in which the network computes.
        device: where it runs.
    """

    def __init__(
        self,
        contract: ModelContract,
        head: Head | None,
        model_hash: str = "",
        precision: Precision = Precision.FLOAT32,
        device: str = "",
    ) -> None:
        self.model_hash = model_hash
        self.precision = precision
        self.device = device
        self._head = head
        self._average: tuple[NDArray[np.float64], float] | None = None
        self._pattern: tuple[Inspection, EvidenceMap] | None = None
        self._kind = contract.maps
        self._scale = contract.evidence_scale
        self._first_maps: list[EvidenceMap] = []

    @property
    def has_maps(self) -> bool:
        """Whether the model has maps at all."""
        return self._kind is not MapKind.NONE

    @property
    def has_every_map(self) -> bool:
        """Whether every class has a map; a model with hidden layers after pooling has those of its best classes."""
        return self._head is not None

    @property
    def head(self) -> Head | None:
        """The model's last linear layer, where every class has a map."""
        return self._head

    @property
    def scale(self) -> float:
        """The fixed scale; while a model without one is new, that of the pictures so far."""
        return self._scale if self._scale is not None else fixed_scale(self._first_maps)

    def learn_scale(self, classification: Classification) -> None:
        """Take a picture into account for the scale of a model that has none; after enough of them it is fixed."""
        if self._scale is None and classification.evidence is not None:
            self._first_maps.append(classification.evidence[0])
            if len(self._first_maps) == SCALE_PICTURES:
                self._scale = fixed_scale(self._first_maps)
                self._first_maps.clear()

    def fix_scale(self, scale: float) -> None:
        """Draw on this scale from now on; what was computed of a picture stays."""
        self._scale = scale

    def contributions(
        self, class_index: int, classification: Classification, inspection: Inspection | None
    ) -> EvidenceMap | None:
        """The (h, w) map of a class in logits, or None where only an inspection could tell."""
        if self._head is not None and inspection is not None and inspection.features is not None:
            return evidence_map(inspection.features, self._head.weight[class_index])
        if classification.evidence is not None:
            for place, prediction in enumerate(classification.predictions[: len(classification.evidence)]):
                if prediction.index == class_index:
                    contributions: EvidenceMap = classification.evidence[place]
                    return contributions
        return None

    def method_map(self, choice: MapChoice, class_index: int, inspection: Inspection) -> EvidenceMap | None:
        """The (h, w) map of a method that is computed at once; None where the model has not every map.

        Where the feature map has values that are no numbers, so has every cell.

        Raises:
            ValueError: the method needs runs of the network.
        """
        features = inspection.features
        if self._head is None or features is None:
            return None
        if not np.isfinite(features).all():
            return np.full(features.shape[1:], np.nan, np.float32)
        if choice.depends_on_class:
            return closed_form(choice.method, features, self._row(self._head, class_index, choice)[0])
        if self._pattern is None or self._pattern[0] is not inspection:
            self._pattern = (inspection, closed_form(choice.method, features, self._head.weight[class_index]))
        return self._pattern[1]

    def duel(self, class_index: int, rival: int, inspection: Inspection) -> Duel | None:
        """One class rather than another, or None where the model has not every map, or both are one class."""
        if self._head is None or inspection.features is None or class_index == rival:
            return None
        return duel(inspection.features, self._head, class_index, rival)

    def account(
        self,
        class_index: int,
        contributions: EvidenceMap,
        classification: Classification,
        inspection: Inspection | None,
        choice: MapChoice = EVIDENCE,
    ) -> Account:
        """How a class's logit comes about, checked against the network's own where that is known.

        Args:
            class_index: the class.
            contributions: (h, w) float32 in logits, its evidence; relative where the choice is.
            classification: what the model said.
            inspection: with its logits, or None.
            choice: relative or not.
        """
        if self._head is None:
            parts = ledger(contributions, 0.0)
            logits = {one.index: one.logit for one in classification.predictions}
            whole = Ledger(parts.supporting, parts.opposing, 0.0, logits.get(class_index, parts.logit))
            return Account(whole, is_approximate=True)
        total = ledger(contributions, self._row(self._head, class_index, choice)[1])
        if inspection is None:
            return Account(total)
        logits_now = relative_logits(inspection.logits) if choice.relative else inspection.logits
        return self.checked(total, float(logits_now[class_index]))

    def checked(self, total: Ledger, network_logit: float) -> Account:
        """An account with what the network itself says, within the precision of the device."""
        return Account(total, network_logit, adds_up=total.error(network_logit) <= TOLERANCES[self.precision])

    def on_screen(
        self,
        class_index: int,
        contributions: EvidenceMap,
        classification: Classification,
        mode: MapMode,
        *,
        account: Ledger | None = None,
        choice: MapChoice = EVIDENCE,
        outline: bool = False,
    ) -> MapOnScreen:
        """The map of a class as it is to be shown.

        Args:
            class_index: the class.
            contributions: (h, w) float32.
            classification: what the model said.
            mode: how the map is drawn.
            account: where the sum is not that of the class's own logit.
            choice: what kind of map it is; one that is not exact is drawn on the scale of its own largest value.
            outline: lines are drawn over the colours, too.
        """
        if account is None:
            account = self.account(class_index, contributions, classification, None).ledger
        rows, columns = contributions.shape
        scale = self.scale if choice.is_exact else _largest(contributions)
        remark = _remark(contributions, choice)
        overlay, lines = None, NO_LINES
        if remark not in _NOT_DRAWN:
            factor = OVERLAY_PX / max(rows, columns)
            size = (round(columns * factor), round(rows * factor))
            if mode in _PAINTERS:
                overlay = rgba_to_qimage(_PAINTERS[mode](contributions, scale, size))
            if mode is MapMode.OUTLINE or (outline and mode is not MapMode.OFF):
                lines = outline_segments(contributions, (size[0] // LINES_COARSER, size[1] // LINES_COARSER))
        return MapOnScreen(overlay, lines, account, scale, (rows, columns), remark, place_in_words(contributions))

    def _row(self, head: Head, class_index: int, choice: MapChoice) -> tuple[ClassWeight, float]:
        """A class's (K,) weights and bias, less those of the average class where it is relative (`relative_head`)."""
        weight, bias = head.weight[class_index], float(head.bias[class_index])
        if not choice.relative:
            return weight, bias
        if self._average is None:
            self._average = (head.weight.mean(axis=0, dtype=np.float64), float(head.bias.mean(dtype=np.float64)))
        mean, mean_bias = self._average
        return (weight - mean).astype(np.float32), bias - mean_bias


def _largest(contributions: EvidenceMap) -> float:
    """The scale of a map that is in no logits; 1 where there is nothing."""
    return float(np.abs(contributions).max()) or 1.0


def _remark(contributions: EvidenceMap, choice: MapChoice) -> MapRemark:
    """What must be said of a map; how flat it is and what it adds up to can be said of logits only."""
    if not is_valid(contributions):
        return MapRemark.INVALID
    finding = find(contributions)
    if finding is Finding.NOTHING:
        return MapRemark.NOTHING if choice.is_signed else MapRemark.NOTHING_FOR
    if finding is Finding.SAME:
        return MapRemark.SAME_AGAINST if float(contributions.flat[0]) < 0 else MapRemark.SAME
    if not choice.is_exact:
        return MapRemark.AGAINST if finding is Finding.AGAINST else MapRemark.NONE
    if finding is Finding.FLAT:
        return MapRemark.FLAT
    return MapRemark.AGAINST if float(contributions.sum(dtype=float)) < 0 else MapRemark.NONE
