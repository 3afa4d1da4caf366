"""Make the map of any class of the picture on screen, without another run of the network.

Imports numpy: like `gui.engine_room`, it is imported after the first paint.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QImage

from gui.qimage import rgba_to_qimage
from gui.viewer.map_mode import MapMode, MapRemark
from inference.arrays import EvidenceMap
from inference.attention.contours import Segments
from inference.attention.duel import Duel, duel
from inference.attention.evidence import Ledger, evidence_map, fixed_scale, is_flat, is_valid, ledger, place_in_words
from inference.attention.render import evidence_rgba, heat_rgba, outline_segments, spotlight_rgba
from inference.classify.classifier import Inspection
from inference.engine.network import Head
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

SCALE_PICTURES = 64
"""A model without a scale takes it from the session's first pictures (DESIGN.md 4)."""


@dataclass(frozen=True, slots=True)
class MapOnScreen:
    """One map, ready to be shown.

    Attributes:
        overlay: what is laid over the crop, or None where nothing is drawn.
        account: how the logit comes about.
        scale: s of the scale -s...+s, in logits.
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
    """

    def __init__(self, contract: ModelContract, head: Head | None, model_hash: str = "") -> None:
        self.model_hash = model_hash
        self._head = head
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

    def duel(self, class_index: int, rival: int, inspection: Inspection) -> Duel | None:
        """One class rather than another, or None where the model has not every map, or both are one class."""
        if self._head is None or inspection.features is None or class_index == rival:
            return None
        return duel(inspection.features, self._head, class_index, rival)

    def on_screen(
        self,
        class_index: int,
        contributions: EvidenceMap,
        classification: Classification,
        mode: MapMode,
        *,
        account: Ledger | None = None,
    ) -> MapOnScreen:
        """The map of a class as it is to be shown; `account` where its sum is not that of the class's own logit."""
        if account is None:
            account = ledger(contributions, self._bias(class_index, contributions, classification))
        rows, columns = contributions.shape
        if not is_valid(contributions):
            return MapOnScreen(None, NO_LINES, account, self.scale, (rows, columns), MapRemark.INVALID, "")
        remark = MapRemark.NONE
        if is_flat(contributions):
            remark = MapRemark.FLAT
        elif account.supporting + account.opposing < 0:
            remark = MapRemark.AGAINST
        factor = OVERLAY_PX / max(rows, columns)
        size = (round(columns * factor), round(rows * factor))
        overlay, lines = None, NO_LINES
        if remark is not MapRemark.FLAT and mode in _PAINTERS:
            overlay = rgba_to_qimage(_PAINTERS[mode](contributions, self.scale, size))
        elif remark is not MapRemark.FLAT and mode is MapMode.OUTLINE:
            lines = outline_segments(contributions, (size[0] // LINES_COARSER, size[1] // LINES_COARSER))
        place = place_in_words(contributions)
        return MapOnScreen(overlay, lines, account, self.scale, (rows, columns), remark, place)

    def _bias(self, class_index: int, contributions: EvidenceMap, classification: Classification) -> float:
        """The class's bias; where only the model's best classes have maps, what is left of the logit."""
        if self._head is not None:
            return float(self._head.bias[class_index])
        logits = {one.index: one.logit for one in classification.predictions}
        return logits.get(class_index, 0.0) - float(contributions.sum(dtype=float))
