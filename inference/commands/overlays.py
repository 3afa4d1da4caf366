"""Write pictures with the map of their first class into a folder: drawn in the decode processes, written here."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from inference.arrays import EvidenceMap
from inference.attention.picture import Caption, as_png, picture_with_map
from inference.classify.preprocess import view_picture
from inference.commands.targets import is_our_map
from inference.errors import CardinalError, OutputWriteError
from inference.files import replacing
from inference.models.contract import MapKind, ModelContract
from inference.pictures.decode_pool import DecodePool
from inference.results import Classification, CropGeometry, Outcome

LONGEST_SIDE = 1600
"""Overlays are pictures to look at; larger originals are shrunk to this, in pixels."""

_IN_FLIGHT_PER_WORKER = 2
_LONGEST_NAME = 255
"""In bytes: what the usual file systems take for one name."""

_LONGEST_SUFFIX = 20


@dataclass(frozen=True, slots=True)
class OverlayOrder:
    """One overlay to draw."""

    contributions: EvidenceMap
    crop: CropGeometry
    caption: Caption


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """An overlay that is being drawn."""

    path: str
    target: Path
    png: Future[bytes]


def make_folder(folder: Path) -> None:
    """Make the folder for overlays, if it is not there.

    Raises:
        OutputWriteError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputWriteError(str(folder), f"{error.strerror or error}.") from error


class OverlayWriter:
    """Writes `NAME.png` for each classified picture into one folder; names that are taken get a number.

    Only maps of earlier runs are replaced, never another file. An overlay that cannot be made is told and counted.

    Attributes:
        failed: how many could not be made.
    """

    def __init__(
        self, folder: Path, pool: DecodePool, scale: float, *, inputs: Iterable[str], tell: Callable[[str], None]
    ) -> None:
        self.failed = 0
        self._folder = folder
        self._pool = pool
        self._scale = scale
        self._tell = tell
        self._taken = {_key(path) for path in inputs}
        self._numbers: dict[str, int] = {}
        self._under_way: deque[_UnderWay] = deque()

    @classmethod
    def open(
        cls,
        folder: Path,
        pool: DecodePool,
        contract: ModelContract,
        *,
        inputs: Iterable[str],
        tell: Callable[[str], None],
    ) -> OverlayWriter:
        """Make the folder.

        Args:
            folder: where the overlays go.
            pool: draws them.
            contract: of the model.
            inputs: the files that were given; none of them is ever replaced, even if it is a map.
            tell: takes a sentence for each overlay that cannot be made.

        Raises:
            OutputWriteError: the folder cannot be made, or the model has no maps.
        """
        if contract.maps is MapKind.NONE:
            raise OutputWriteError(str(folder), "the model has no maps: no pooling was found in it.")
        make_folder(folder)
        return cls(folder, pool, contract.evidence_scale or 1.0, inputs=inputs, tell=tell)

    def write(self, outcome: Outcome) -> None:
        """Order one overlay; at most a few are under way."""
        if not isinstance(outcome, Classification) or outcome.evidence is None:
            return
        caption = Caption(outcome.predictions[0].label, self._scale, outcome.model)
        order = OverlayOrder(outcome.evidence[0], outcome.crop, caption)
        png = self._pool.submit(draw_overlay, outcome.path, order)
        self._under_way.append(_UnderWay(outcome.path, self._target(outcome.path), png))
        while len(self._under_way) > _IN_FLIGHT_PER_WORKER * self._pool.workers:
            self._finish_one()

    def finish(self) -> None:
        """Wait for what is under way."""
        while self._under_way:
            self._finish_one()

    def _finish_one(self) -> None:
        one = self._under_way.popleft()
        try:
            png = one.png.result()
            with replacing(one.target) as file:
                file.write(png)
        except CardinalError as error:
            self.failed += 1
            self._tell(f"{one.path} has no overlay: {error}")

    def _target(self, path: str) -> Path:
        """A name in the folder that nothing else has, of this run or of the person's."""
        base = os.path.basename(path)  # noqa: PTH119 - paths are text as given, bytes kept
        number = self._numbers.get(base.casefold(), 0)
        while True:
            number += 1
            target = self._folder / overlay_name(base, number)
            if _key(str(target)) not in self._taken and _is_free(target):
                break
        self._numbers[base.casefold()] = number
        self._taken.add(_key(str(target)))
        return target


def overlay_name(base: str, number: int) -> str:
    """The name of the overlay of a picture named `base`: cut short where a file system would not take it."""
    ending = ".png" if number == 1 else f" ({number}).png"
    stem, suffix = os.path.splitext(base)  # noqa: PTH122 - paths are text as given, bytes kept
    if len(suffix) > _LONGEST_SUFFIX:
        stem, suffix = base, ""
    while len(os.fsencode(f"{stem}{suffix}{ending}")) > _LONGEST_NAME:
        stem = stem[:-1]
    return f"{stem}{suffix}{ending}"


def without_own_maps(paths: Iterator[str], folder: str, given: Iterable[str]) -> Iterator[str]:
    """The paths of a scan, less the maps that lie in the folder for overlays: they are no pictures to classify.

    Args:
        paths: what the scan found.
        folder: where overlays are written; its other pictures are classified like any.
        given: files that a person named are taken, whatever they are.
    """
    wanted = frozenset(given)
    last, last_is_folder = None, False
    for path in paths:
        parent = os.path.dirname(path)  # noqa: PTH120 - paths stay str as given
        if parent != last:
            last, last_is_folder = parent, _is_same_folder(parent, folder)
        if path in wanted or not (last_is_folder and is_our_map(path)):
            yield path


def draw_overlay(path: str, order: OverlayOrder) -> bytes:
    """Read a picture and draw its map into it; a PNG file. Runs on: a decode process."""
    view = view_picture(path, LONGEST_SIDE)
    size = (view.facts.width, view.facts.height)
    return as_png(picture_with_map(view.pixels, order.contributions, order.crop, size, order.caption))


def _is_free(target: Path) -> bool:
    """Whether nothing is there, or a map of an earlier run."""
    if target.is_symlink():
        return False
    return not os.path.lexists(target) or is_our_map(str(target))


def _key(path: str) -> str:
    """One key for one file, also where upper and lower case are the same."""
    return os.path.abspath(path).casefold()  # noqa: PTH100 - paths stay str as given


def _is_same_folder(parent: str, folder: str) -> bool:
    try:
        return os.path.samefile(parent or os.curdir, folder)  # noqa: PTH121 - paths stay str as given
    except OSError:
        return False
