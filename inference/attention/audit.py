"""Audit a folder's stored evidence: per class where the evidence lies on average, and which pictures deviate.

A model that learned a shortcut ("grass decides *cow*") puts the evidence of many pictures of a class into one place
beside the object: in the mean map, on the border, outside the box where the objects are. One pass adds up small grids,
so memory grows with the number of classes and not of pictures; a second pass finds outliers.
"""

from __future__ import annotations

import heapq
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.arrays import EvidenceMap
from inference.attention.evidence import is_valid
from inference.attention.picture_grid import onto_picture, share_in_cells, share_on_border, share_outside
from inference.attention.region import Box
from inference.results import CropGeometry

GRID = (24, 24)
"""Rows and columns of the mean maps over the whole picture."""

BORDER = 0.125
"""The border is so much of each side of what the network saw: 44 % of its area."""

EXAMPLES = 64
"""So many pictures of a class show what lies below its mean map."""

MOST_OUTLIERS = 20
"""So many are kept of each class."""

_ZONES = 3


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One picture's stored evidence for one class.

    Attributes:
        key: what the caller knows the picture by.
        class_index: the class that the map speaks for; usually the picture's first.
        contributions: (h, w) float32 in logits.
        crop: what the network saw, in original pixels.
        width: of the upright original, in pixels.
        height: of the upright original, in pixels.
        box: where the object is, in original pixels, where the person drew one for this picture.
    """

    key: int
    class_index: int
    contributions: EvidenceMap
    crop: CropGeometry
    width: int
    height: int
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class ClassAudit:
    """Where the evidence for one class lies in a folder's pictures.

    Attributes:
        class_index: the class.
        pictures: how many were counted; those with no support at all or with no valid numbers are not.
        without_support: how many had no positive evidence.
        invalid: how many had a value that is no number.
        mean_share: (rows, columns) float64, the mean over pictures of each place's share of the positive evidence.
        mean_signed: (rows, columns) float64 in logits, the mean of the signed maps, of the same pictures.
        border: mean share of the positive evidence in the border of what the network saw.
        border_if_even: what an evenly spread map would have there.
        outside: mean share outside the box; None where no picture had a box.
        zone_shares: (3, 3) float64, the mean share in each ninth of the picture.
        zone_pictures: (3, 3) int64, in how many pictures each ninth has the most.
        examples: keys of up to `EXAMPLES` of the pictures, the same ones in whatever order the rows came.
    """

    class_index: int
    pictures: int
    without_support: int
    invalid: int
    mean_share: NDArray[np.float64]
    mean_signed: NDArray[np.float64]
    border: float
    border_if_even: float
    outside: float | None
    zone_shares: NDArray[np.float64]
    zone_pictures: NDArray[np.int64]
    examples: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Outlier:
    """A picture whose evidence lies elsewhere than its class's usually does.

    Attributes:
        key: the picture's.
        class_index: the class.
        distance: 0 (as the mean map) ... 1 (no place in common): half the sum of |share - mean share|.
    """

    key: int
    class_index: int
    distance: float


class _ClassSum:
    """Adds up one class's maps."""

    def __init__(self) -> None:
        self.pictures = self.without_support = self.invalid = self.boxes = 0
        self.share = np.zeros(GRID)
        self.signed = np.zeros(GRID)
        self.zone_pictures = np.zeros((_ZONES, _ZONES), np.int64)
        self.border = self.outside = 0.0
        self.examples: list[tuple[int, int]] = []

    def add(self, row: AuditRow, *, box: Box | None, border: float) -> None:
        """Count one picture."""
        if not is_valid(row.contributions):
            self.invalid += 1
            return
        if float(row.contributions.max()) <= 0:
            self.without_support += 1
            return
        self.pictures += 1
        share = _share_on_picture(row)
        self.share += share
        self.signed += onto_picture(row.contributions, row.crop, (row.width, row.height), GRID)
        self.zone_pictures.flat[int(_zones(share).argmax())] += 1
        self.border += share_on_border(row.contributions, border)
        self._take_example(row.key)
        own = row.box or box_in_pixels(box, row.width, row.height)
        if own is not None:
            self.boxes += 1
            self.outside += share_outside(row.contributions, own, row.crop)

    def _take_example(self, key: int) -> None:
        """Keep those whose keys have the smallest hashes: a fair draw that does not depend on the order."""
        heapq.heappush(self.examples, (-zlib.crc32(key.to_bytes(8, "little", signed=True)), key))
        if len(self.examples) > EXAMPLES:
            heapq.heappop(self.examples)

    def result(self, class_index: int, border: float) -> ClassAudit:
        """The means so far."""
        count = max(1, self.pictures)
        return ClassAudit(
            class_index,
            self.pictures,
            self.without_support,
            self.invalid,
            self.share / count,
            self.signed / count,
            self.border / count,
            1 - (1 - 2 * border) ** 2,
            self.outside / self.boxes if self.boxes else None,
            _zones(self.share) / count,
            self.zone_pictures,
            tuple(sorted(key for _, key in self.examples)),
        )


class Auditor:
    """Goes through stored evidence once, picture by picture, in any order; see `audit`."""

    def __init__(self, *, box: Box | None = None, border: float = BORDER) -> None:
        self._box = box
        self._border = border
        self._sums: dict[int, _ClassSum] = {}

    def add(self, row: AuditRow) -> None:
        """Count one picture."""
        self._sums.setdefault(row.class_index, _ClassSum()).add(row, box=self._box, border=self._border)

    def audits(self) -> dict[int, ClassAudit]:
        """What was found so far, by class index, in the order of the indices."""
        return {index: self._sums[index].result(index, self._border) for index in sorted(self._sums)}


class OutlierFinder:
    """Goes through the same evidence again and keeps what is far from its class's mean map; see `find_outliers`."""

    def __init__(self, audits: Mapping[int, ClassAudit], *, most: int = MOST_OUTLIERS) -> None:
        self._audits = audits
        self._most = most
        self._heaps: dict[int, list[tuple[float, int]]] = {}

    def add(self, row: AuditRow) -> None:
        """Look at one picture."""
        found = self._audits.get(row.class_index)
        if found is None or not is_valid(row.contributions) or float(row.contributions.max()) <= 0:
            return
        distance = float(np.abs(_share_on_picture(row) - found.mean_share).sum() / 2)
        heap = self._heaps.setdefault(row.class_index, [])
        heapq.heappush(heap, (distance, -row.key))
        if len(heap) > self._most:
            heapq.heappop(heap)

    def outliers(self) -> dict[int, tuple[Outlier, ...]]:
        """What was found so far, by class index, farthest first."""
        return {
            index: tuple(Outlier(-key, index, distance) for distance, key in sorted(self._heaps[index], reverse=True))
            for index in sorted(self._heaps)
        }


def audit(rows: Iterable[AuditRow], *, box: Box | None = None, border: float = BORDER) -> dict[int, ClassAudit]:
    """Go through stored evidence once. Runs on: worker.

    Args:
        rows: the evidence of many pictures, in any order; read one at a time.
        box: where objects are in every picture, in shares (0...1) of its width and height; a row's own box wins.
        border: width of the border as a share of each side, 0...0.5.

    Returns:
        By class index, in the order of the indices, the classes that have at least one row.
    """
    auditor = Auditor(box=box, border=border)
    for row in rows:
        auditor.add(row)
    return auditor.audits()


def find_outliers(
    rows: Iterable[AuditRow], audits: Mapping[int, ClassAudit], *, most: int = MOST_OUTLIERS
) -> dict[int, tuple[Outlier, ...]]:
    """Go through the same evidence again and keep each class's pictures that are farthest from its mean map.

    Args:
        rows: as `audit` got them.
        audits: what it returned.
        most: how many are kept for each class.

    Returns:
        By class index, farthest first; pictures without support and without valid numbers are left out.
    """
    finder = OutlierFinder(audits, most=most)
    for row in rows:
        finder.add(row)
    return finder.outliers()


def box_in_pixels(box: Box | None, width: int, height: int) -> Box | None:
    """A box in shares of a picture's sides, in that picture's pixels."""
    if box is None:
        return None
    return Box(box.left * width, box.top * height, box.right * width, box.bottom * height)


def _share_on_picture(row: AuditRow) -> NDArray[np.float64]:
    """The picture's positive evidence on the grid over the whole picture; sums to 1."""
    shares = share_in_cells(row.contributions).astype(np.float32)
    laid = onto_picture(shares, row.crop, (row.width, row.height), GRID)
    total = float(laid.sum())
    # A crop that reaches beyond a small picture may hold evidence where there is no picture.
    return laid / total if total > 0 else laid


def _zones(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, 3) sums over the ninths of the grid."""
    rows, columns = share.shape
    zones: NDArray[np.float64] = share.reshape(_ZONES, rows // _ZONES, _ZONES, columns // _ZONES).sum(axis=(1, 3))
    return zones
