"""Take what a person opens, by whatever way it comes: drop, paste, File > Open, command line, second start."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from gui import notices
from gui.dropping import Drop, DropKind, local_paths, pasted_paths
from gui.messages import describe, unexpected
from gui.tasks import Lane, TaskRunner
from gui.user_message import UserMessage
from inference.cancel import CancelToken
from inference.errors import OutputWriteError
from inference.pictures.scan import ScanReport, scan
from inference.profile import Profile

CHUNK = 500
"""Paths found at once; the list grows by this many rows."""

CHUNK_S = 0.1
"""A smaller chunk is told after this long."""

FIRST_CHUNK = 50
FIRST_CHUNK_S = 0.05
"""The first chunk is told sooner, so that the first rows come at once."""

_MODEL_SUFFIX = ".onnx"


@dataclass(frozen=True, slots=True)
class Found:
    """What a scan has found since it last told.

    Attributes:
        pictures: paths, as they were given or joined below a given folder.
        models: `.onnx` files among the given paths.
    """

    pictures: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A scan has ended.

    Attributes:
        given: the paths that were opened, models left out.
        folders: those of them that are folders.
        report: what the scan passed over.
    """

    given: tuple[str, ...]
    folders: tuple[str, ...]
    report: ScanReport


class Intake(QObject):
    """Finds the pictures in what a person opens.

    Nothing is looked up on the GUI thread, where a dead network share would freeze the window.

    Signals:
        scan_started(): pictures may be found from now on.
        found(found: Found): some were.
        opened(opened: Opened): all were, for one opening.
        scan_ended(): once for each `scan_started`.
        message_raised(message: UserMessage): something could not be taken.
    """

    scan_started = Signal()
    found = Signal(object)
    opened = Signal(object)
    scan_ended = Signal()
    message_raised = Signal(object)

    def __init__(self, runner: TaskRunner, profile: Profile) -> None:
        super().__init__()
        self._runner = runner
        self._dropped = profile.data / "dropped"

    def open_paths(self, paths: Sequence[str]) -> None:
        """Open pictures, folders and models."""
        if paths:
            self._scan(lambda: list(paths))

    def open_drop(self, drop: Drop, uri_list: bytes, picture: QImage | None) -> None:
        """Open what was dropped: the bytes of its `text/uri-list`, or the picture itself."""
        if drop.kind is DropKind.PICTURE and picture is not None and not picture.isNull():
            self.open_picture(picture)
        elif drop.is_accepted:
            self._scan(lambda: local_paths(uri_list))
        else:
            self.message_raised.emit(notices.drop_refused(drop.kind))

    def open_clipboard(self, text: str, drop: Drop, uri_list: bytes, picture: QImage | None) -> None:
        """Open what the clipboard holds: files, a picture, or paths as text."""
        if drop.is_accepted:
            self.open_drop(drop, uri_list, picture)
        elif paths := pasted_paths(text):
            self.open_paths(paths)
        else:
            self.message_raised.emit(notices.nothing_to_paste())

    def open_picture(self, picture: QImage) -> None:
        """Keep a picture that has no file as PNG in the profile, and open that."""
        task = self._runner.create(lambda _progress, _cancel: _save_png(picture, self._dropped), Lane.FILES)
        task.succeeded.connect(self._on_picture_saved)
        task.failed.connect(self._on_picture_not_saved)
        self._runner.start(task)

    def _scan(self, given: Callable[[], list[str]]) -> None:
        task = self._runner.create(lambda progress, cancel: _find(given(), progress, cancel), Lane.FILES)
        task.progressed.connect(self.found)
        task.succeeded.connect(self.opened)
        task.failed.connect(self._on_scan_failed)
        task.finished.connect(self.scan_ended)
        self.scan_started.emit()
        self._runner.start(task)

    @Slot(object)
    def _on_picture_saved(self, path: object) -> None:
        self.open_paths([str(path)])

    @Slot(object)
    def _on_picture_not_saved(self, error: object) -> None:
        self.message_raised.emit(_failure(error))

    @Slot(object)
    def _on_scan_failed(self, error: object) -> None:
        self.message_raised.emit(_failure(error))


def _failure(error: object) -> UserMessage:
    if isinstance(error, OutputWriteError):
        return describe(error)
    return unexpected("opening", str(error))


def _find(given: list[str], on_progress: Callable[[object], None], cancel: CancelToken) -> Opened:
    """Scan, and tell in chunks. Runs on: the files lane."""
    models = tuple(path for path in given if path.lower().endswith(_MODEL_SUFFIX))
    if models:
        on_progress(Found(models=models))
    report = ScanReport()
    chunk: list[str] = []
    size, deadline = FIRST_CHUNK, time.monotonic() + FIRST_CHUNK_S
    pictures = [path for path in given if path not in models]
    for path in scan(pictures, report=report, cancel=cancel):
        chunk.append(path)
        if len(chunk) >= size or time.monotonic() >= deadline:
            on_progress(Found(pictures=tuple(chunk)))
            chunk.clear()
            size, deadline = CHUNK, time.monotonic() + CHUNK_S
    if chunk:
        on_progress(Found(pictures=tuple(chunk)))
    folders = tuple(path for path in pictures if os.path.isdir(path))  # noqa: PTH112 - paths are text as given
    return Opened(tuple(pictures), folders, report)


def _save_png(picture: QImage, folder: Path) -> str:
    """Write a pasted picture under a name that is free. Runs on: the files lane."""
    stamp = time.strftime("%Y-%m-%d %H.%M.%S")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputWriteError(str(folder), f"{error.strerror or error}.") from error
    target, number = folder / f"Pasted {stamp}.png", 1
    while target.exists():
        number += 1
        target = folder / f"Pasted {stamp} ({number}).png"
    if not picture.save(str(target)):
        raise OutputWriteError(str(target), "the disk is full, or the folder cannot be written to.")
    return str(target)
