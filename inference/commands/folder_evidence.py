"""Get the evidence for an audit: from a run over a folder, or from a session, where nothing is run."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np

from inference.arrays import EvidenceMap, RgbImage
from inference.attention.audit import AuditRow
from inference.classify.classifier import Classifier
from inference.classify.events import Answered
from inference.classify.pipeline import Pipeline
from inference.classify.preprocess import open_thumbnail
from inference.classify.work_queue import IteratorSource
from inference.pictures.decode_pool import DecodePool
from inference.results import Classification, CropGeometry, Failure

if TYPE_CHECKING:
    from inference.sessions.session import Session
    from inference.sessions.thumbnails import ThumbnailStore

_WAIT_S = 0.25
_THUMBNAIL_PX = 128
_HEAD = struct.Struct("<qi2H4d2i")
"""Key, class, rows and columns of the map, crop, width and height."""


class EvidenceSource(Protocol):
    """Gives the same evidence as often as it is asked, one picture at a time.

    Attributes:
        names: of the classes that were met, by index.
        failures: (path, reason) of pictures without an answer, in the order of the folder.
        without_maps: how many pictures have an answer but no map.
    """

    names: dict[int, str]
    failures: list[tuple[str, str]]
    without_maps: int

    def rows(self) -> Iterator[AuditRow]: ...

    def path_of(self, key: int) -> str: ...

    def thumbnails(self, keys: Sequence[int]) -> Iterator[RgbImage]: ...


class FolderEvidence(AbstractContextManager["FolderEvidence"]):
    """Classifies pictures and keeps their maps in a temporary file, so that memory stays flat; see `EvidenceSource`."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.failures: list[tuple[str, str]] = []
        self.without_maps = 0
        self._paths: dict[int, str] = {}
        self._failed: dict[int, tuple[str, str]] = {}
        # Closed by `__exit__`.
        self._maps = tempfile.TemporaryFile()  # noqa: SIM115
        self._pictures = tempfile.TemporaryFile()  # noqa: SIM115
        self._places: dict[int, tuple[int, int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._maps.close()
        self._pictures.close()

    def run(
        self,
        classifier: Classifier,
        pool: DecodePool,
        paths: Iterator[str],
        on_count: Callable[[int], None],
        *,
        with_thumbnails: bool,
    ) -> None:
        """Go through the pictures as `classify` does.

        Raises:
            InferenceError: the network cannot run.
            KeyboardInterrupt: the person has seen enough; the run is ended properly.
        """
        px = _THUMBNAIL_PX if with_thumbnails else 0
        pipeline = Pipeline(classifier, pool, IteratorSource(paths), thumbnail_px=px)
        pipeline.start()
        done = 0
        try:
            while not pipeline.is_finished:
                for answered in pipeline.next_answers(_WAIT_S):
                    self._take(answered)
                    done += 1
                on_count(done)
        finally:
            pipeline.stop()
            while not pipeline.is_finished:
                pipeline.next_answers(0)
        self.failures = [self._failed[key] for key in sorted(self._failed)]

    def rows(self) -> Iterator[AuditRow]:
        """Runs on: one thread, one pass at a time."""
        self._maps.seek(0)
        while head := self._maps.read(_HEAD.size):
            key, class_index, rows, columns, *crop, width, height = _HEAD.unpack(head)
            cells: EvidenceMap = np.frombuffer(self._maps.read(rows * columns * 4), np.float32)
            yield AuditRow(key, class_index, cells.reshape(rows, columns), CropGeometry(*crop), width, height)

    def path_of(self, key: int) -> str:
        return self._paths[key]

    def thumbnails(self, keys: Sequence[int]) -> Iterator[RgbImage]:
        for key in keys:
            start, size = self._places.get(key, (0, 0))
            self._pictures.seek(start)
            pixels = open_thumbnail(self._pictures.read(size)) if size else None
            if pixels is not None:
                yield pixels

    def _take(self, answered: Answered) -> None:
        outcome, key = answered.outcome, answered.key
        if isinstance(outcome, Failure):
            self._failed[key] = (outcome.path, str(outcome.error))
        elif outcome.evidence is None:
            self.without_maps += 1
        else:
            self._keep(key, outcome, outcome.evidence[0])
            if answered.thumbnail is not None:
                self._places[key] = (self._pictures.seek(0, 2), len(answered.thumbnail))
                self._pictures.write(answered.thumbnail)

    def _keep(self, key: int, outcome: Classification, contributions: EvidenceMap) -> None:
        first, crop, facts = outcome.predictions[0], outcome.crop, outcome.facts
        self.names[first.index] = first.label
        self._paths[key] = outcome.path
        place = (crop.left, crop.top, crop.right, crop.bottom, facts.width, facts.height)
        self._maps.write(_HEAD.pack(key, first.index, *contributions.shape, *place))
        self._maps.write(contributions.astype(np.float32).tobytes())


class SessionEvidence:
    """Reads the maps that a session keeps; no network is run. See `EvidenceSource`.

    `names`, `failures` and `without_maps` are known after the first pass.
    """

    def __init__(self, session: Session, keys: Sequence[int] | None, thumbnails: ThumbnailStore | None) -> None:
        self.names: dict[int, str] = {}
        self.failures: list[tuple[str, str]] = []
        self.without_maps = 0
        self._session = session
        self._keys = keys
        self._thumbnails = thumbnails

    def rows(self) -> Iterator[AuditRow]:
        self.failures, self.without_maps = [], 0
        for one in self._session.stored_evidence(self._keys):
            if one.failure:
                self.failures.append((one.path, one.failure))
            elif one.contributions is None or one.crop is None:
                self.without_maps += 1
            else:
                self.names[one.class_index] = one.class_name
                yield AuditRow(one.key, one.class_index, one.contributions, one.crop, one.width, one.height)

    def path_of(self, key: int) -> str:
        return self._session.path_of(key) or ""

    def thumbnails(self, keys: Sequence[int]) -> Iterator[RgbImage]:
        if self._thumbnails is None:
            return
        hashes = self._session.content_hashes_of(keys)
        for jpeg in self._thumbnails.get(list(hashes.values())).values():
            pixels = open_thumbnail(jpeg)
            if pixels is not None:
                yield pixels
