"""Audit a session's stored evidence in short portions, and draw mean pictures and maps: no run of the network.

Imports numpy: like `gui.engine_room`, it is imported at its first use.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QImage

from gui.audit.audit_words import Missing
from gui.qimage import rgb_to_qimage, rgba_to_qimage
from gui.session_holder import SessionHolder
from inference.attention.audit import GRID, Auditor, AuditRow, ClassAudit, Outlier, OutlierFinder
from inference.attention.mean_picture import LONGEST_SIDE, mean_picture
from inference.attention.region import Box
from inference.attention.render import evidence_rgba
from inference.attention.suspicion import (
    mean_scale,
    most_suspicious_first,
    outside_of_means,
    snapped,
    strongest_place,
)
from inference.cancel import CancelToken
from inference.classify.preprocess import open_thumbnail
from inference.commands.targets import require_rows_target
from inference.exports.audit_table import AuditReport, OutlierPicture, csv_text
from inference.files import replacing
from inference.sessions.audit_rows import StoredEvidence
from inference.sessions.session import Session

_PORTION_S = 0.15
"""So long a portion takes: others wait for the same thread, who look up what a person wants to see now."""

_CHECK_EVERY = 64


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class as the list shows it.

    Attributes:
        index: of the class in its model.
        name: as the model names it.
        pictures: how many count.
        border: mean share 0...1 of the positive evidence on the border of what the network saw.
        outside: mean share outside the box, or None without a box.
        place: where most of the evidence lies, in words.
        has_namesake: another class of the model has the same name; the gallery, which knows names, shows both.
    """

    index: int
    name: str
    pictures: int
    border: float
    outside: float | None
    place: str
    has_namesake: bool = False

    @property
    def title(self) -> str:
        """The name, with the class's number where another one has it too, as `inference.models.class_names` has it."""
        return f"{self.name} ({self.index})" if self.has_namesake else self.name


@dataclass(frozen=True, slots=True)
class AuditFound:
    """What an audit found.

    Attributes:
        model: whose answers these are, as people read it; empty where nothing was classified.
        classes: by index.
        names: of the classes of all images that have an answer, by index.
        places: where most of the evidence lies, in words; by class index.
        outliers: by class index, farthest first.
        counted: how many pictures the means are of.
        missing: how many were looked at and do not count, by the reason; only reasons that were met.
        failures: paths of images that could not be classified, and why.
        border_if_even: share on the border of an evenly spread map, 0...1.
        scale: of the mean maps, in logits.
        model_hash: of the model whose answers these are; empty where nothing was classified.
    """

    model: str
    classes: dict[int, ClassAudit]
    names: dict[int, str]
    places: dict[int, str]
    outliers: dict[int, tuple[Outlier, ...]]
    counted: int
    missing: Mapping[Missing, int]
    failures: tuple[tuple[str, str], ...]
    border_if_even: float
    scale: float
    model_hash: str = ""


class AuditRun:
    """Reads the evidence of some images twice, a portion at a time. Runs on: one thread at a time.

    Attributes:
        total: how many rows are to be read.
        done: how many were read.
        found: what was found; None until the end.
    """

    def __init__(self, session: Session, keys: Sequence[int]) -> None:
        self.total = 2 * len(keys)
        self.done = 0
        self.found: AuditFound | None = None
        self._session = session
        self._keys = keys
        self._begin()

    def advance(self, cancel: CancelToken) -> None:
        """Go on for a moment; `found` is there after the last time.

        Raises:
            Cancelled: `cancel` was used.
            SessionError: the session cannot be read, or was closed.
        """
        if self._session.model != self._model:
            # Answers of two models are nothing to be averaged.
            self._begin()
        end = time.monotonic() + _PORTION_S
        for done in self._steps:
            self.done = done
            if done % _CHECK_EVERY == 0:
                cancel.raise_if_set()
                if time.monotonic() > end:
                    return

    def _begin(self) -> None:
        self._model = self._session.model
        self._names: dict[int, str] = {}
        self._without_map: Counter[Missing] = Counter()
        self._failures: list[tuple[str, str]] = []
        self._steps = self._go()

    def _go(self) -> Iterator[int]:
        auditor = Auditor()
        for done, one in enumerate(self._session.stored_evidence(self._keys), 1):
            if one.class_index >= 0:
                self._names[one.class_index] = one.class_name
            if (row := _row(one)) is not None:
                auditor.add(row)
            else:
                self._note_missing(one)
            yield done
        audits = auditor.audits()
        finder = OutlierFinder(audits)
        for done, one in enumerate(self._session.stored_evidence(self._keys), len(self._keys) + 1):
            if (row := _row(one)) is not None:
                finder.add(row)
            yield done
        self.found = self._result(audits, finder)

    def _result(self, audits: dict[int, ClassAudit], finder: OutlierFinder) -> AuditFound:
        counted = sum(one.pictures for one in audits.values())
        return AuditFound(
            model="" if self._model is None else self._model.title,
            classes=audits,
            names=self._names,
            places={index: strongest_place(one) for index, one in audits.items()},
            outliers=finder.outliers(),
            counted=counted,
            missing=self._missing(audits),
            failures=tuple(self._failures),
            border_if_even=next((one.border_if_even for one in audits.values()), 0.0),
            scale=mean_scale(audits.values()),
            model_hash="" if self._model is None else self._model.model_hash,
        )

    def _note_missing(self, one: StoredEvidence) -> None:
        if one.failure:
            self._failures.append((one.path, one.failure))
            self._without_map[Missing.FAILED] += 1
        else:
            self._without_map[Missing.WAITING if one.class_index < 0 else Missing.WITHOUT_MAP] += 1

    def _missing(self, audits: Mapping[int, ClassAudit]) -> dict[Missing, int]:
        missing = self._without_map.copy()
        for one in audits.values():
            missing[Missing.WITHOUT_SUPPORT] += one.without_support
            missing[Missing.INVALID] += one.invalid
        return {why: count for why, count in missing.items() if count}


def lines(found: AuditFound, box: Box | None, shared: frozenset[str] = frozenset()) -> list[ClassLine]:
    """The classes that have pictures which count, most suspicious first; `shared` as in `shared_of`."""
    outside = {} if box is None else outside_of_means(found.classes.values(), box)
    shared = shared_of(found, shared)
    return [
        _line(found, one, outside.get(one.class_index), shared)
        for one in most_suspicious_first(found.classes.values(), box)
        if one.pictures
    ]


def line_of(found: AuditFound, class_index: int, box: Box, shared: frozenset[str] = frozenset()) -> ClassLine:
    """One class, for a box that is being drawn; `shared` as in `shared_of`."""
    one = found.classes[class_index]
    return _line(found, one, outside_of_means([one], box)[class_index], shared_of(found, shared))


def shared_of(found: AuditFound, shared: frozenset[str]) -> frozenset[str]:
    """The names that several classes have: `shared` (of the model, if it is open), and those that the answers show."""
    return shared | {name for name, count in Counter(found.names.values()).items() if count > 1}


def make_box(left: float, top: float, right: float, bottom: float) -> Box:
    """A box of two corners in shares of the picture's sides, on the lines where it can be answered exactly."""
    return snapped(Box(left, top, right, bottom), GRID)


def overlay(found: AuditFound, class_index: int) -> QImage:
    """The signed mean map of a class, to be laid over the whole mean picture."""
    signed = found.classes[class_index].mean_signed.astype("float32")
    return rgba_to_qimage(evidence_rgba(signed, found.scale, (LONGEST_SIDE, LONGEST_SIDE)))


def mean_image(holder: SessionHolder, images: Sequence[tuple[int, str]]) -> tuple[QImage, int]:
    """The mean of the kept small pictures of some images (key, path), and how many there are. Runs on: a worker.

    The image is null where none are kept.
    """
    opened = (None if jpeg is None else open_thumbnail(jpeg) for _, jpeg in holder.kept_thumbnails(images))
    pictures = [one for one in opened if one is not None]
    mean = mean_picture(pictures)
    return (QImage() if mean is None else rgb_to_qimage(mean)), len(pictures)


def write_table(found: AuditFound, box: Box | None, session: Session, target: str) -> None:
    """Write classes, outliers and failed images as CSV. Runs on: a worker thread.

    Raises:
        OutputWriteError: it cannot be written, or would replace a picture.
        SessionError: the session was closed.
    """
    path = Path(target)
    require_rows_target(path, [str(session.path)])
    classes = most_suspicious_first(found.classes.values(), box)
    outliers = [
        OutlierPicture(each.class_index, session.path_of(each.key) or "", each.distance)
        for one in classes
        for each in found.outliers.get(one.class_index, ())
    ]
    report = AuditReport(tuple(classes), found.names, tuple(outliers), found.failures, box=box)
    with replacing(path) as file:
        file.write(csv_text(report).encode())


def _line(found: AuditFound, one: ClassAudit, outside: float | None, shared: frozenset[str]) -> ClassLine:
    index = one.class_index
    name, place = found.names.get(index, ""), found.places.get(index, "")
    return ClassLine(index, name, one.pictures, one.border, outside, place, name in shared)


def _row(one: StoredEvidence) -> AuditRow | None:
    if one.contributions is None or one.crop is None:
        return None
    return AuditRow(one.key, one.class_index, one.contributions, one.crop, one.width, one.height)
