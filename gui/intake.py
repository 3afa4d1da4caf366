"""Take what a person opens, by whatever way it comes: drop, paste, File > Open, command line, second start."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from gui import notices
from gui.dropping import MODEL_SUFFIX, Drop, DropKind, kind_of, local_paths, pasted_paths
from gui.messages import describe, unexpected
from gui.session_holder import SessionHolder, SessionLoaded, SessionShown
from gui.tasks import Lane, Task, TaskRunner, Work
from gui.user_message import UserMessage
from inference.cancel import CancelToken
from inference.errors import CardinalError, OutputWriteError, SessionError, SessionSaveError
from inference.pictures.scan import ScanReport, scan
from inference.profile import Profile
from inference.sessions.records import FoundFile, ImageRows, Registered

if TYPE_CHECKING:
    from inference.sessions.session import Session

CHUNK = 500
"""Paths found at once; the list grows by this many rows."""

CHUNK_S = 0.1
"""A smaller chunk is told after this long."""

FIRST_CHUNK = 50
FIRST_CHUNK_S = 0.05
"""The first chunk is told sooner, so that the first rows come at once."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a scan has found since it last told.

    Attributes:
        images: pictures, as the session knows them now; None where there are none.
        first_key: of the first of them, whether it is new or not; None likewise.
        models: `.onnx` files among the given paths.
        is_rescan: known folders are looked through again.
    """

    images: Registered | None = None
    first_key: int | None = None
    models: tuple[str, ...] = ()
    is_rescan: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A scan has ended.

    Attributes:
        given: the paths that were opened, models left out.
        folders: those of them that are folders.
        report: what the scan passed over.
        label: that all of its images get, or empty.
        missing: folders of the session that are not there now; only where all of its folders were looked through.
        is_rescan: they were looked through for what is new.
    """

    given: tuple[str, ...]
    folders: tuple[str, ...]
    report: ScanReport
    label: str = ""
    missing: tuple[str, ...] = ()
    is_rescan: bool = False


class Intake(QObject):
    """Finds the pictures in what a person opens, and enters them in the session; one is made where none is open.

    Nothing is looked up on the GUI thread, where a dead network share would freeze the window.

    Signals:
        scan_started(): pictures may be found from now on.
        session_told(told: SessionShown | ImageRows | SessionLoaded): a session is open, or more of it is known.
        found(found: Found): pictures were found.
        session_given(path: str): a session file is to be opened.
        session_refused(error: SessionError): the session of what was opened cannot be continued; nothing was opened.
        labels_given(path: str): a file of labels is to be imported.
        opened(opened: Opened): all were, for one opening.
        scan_ended(): once for each `scan_started`.
        message_raised(message: UserMessage): something could not be taken.
    """

    scan_started = Signal()
    session_told = Signal(object)
    found = Signal(object)
    session_given = Signal(object)
    session_refused = Signal(object)
    labels_given = Signal(object)
    opened = Signal(object)
    scan_ended = Signal()
    message_raised = Signal(object)

    def __init__(self, runner: TaskRunner, profile: Profile, holder: SessionHolder) -> None:
        super().__init__()
        self._runner = runner
        self._holder = holder
        self._dropped = profile.data / "dropped"
        self._scans: set[Task] = set()
        self._flush: Callable[[], object] = bool

    def set_flush(self, flush: Callable[[], object]) -> None:
        """Before each scan this writes what was decided: images that were removed a moment ago can be found again."""
        self._flush = flush

    def open_paths(self, paths: Sequence[str], *, new: bool = False) -> None:
        """Open pictures, folders, models, a session or a file of labels.

        Args:
            paths: what was given.
            new: never continue an earlier session of the same folder.
        """
        kind = kind_of(paths) if paths else DropKind.NOTHING
        if kind is DropKind.SESSION:
            self.session_given.emit(_absolute(paths[0]))
        elif kind is DropKind.LABELS:
            self.labels_given.emit(_absolute(paths[0]))
        elif paths:
            self._scan(lambda: list(paths), new=new)

    def open_labelled(self, paths: Sequence[str], label: str) -> None:
        """Open pictures and folders whose images all get this label."""
        if paths:
            self._scan(lambda: list(paths), new=False, label=label)

    def rescan(self) -> None:
        """Look through the folders of the open session again."""
        session = self._holder.session
        if session is not None:
            self._scan(lambda: list(session.sources()), new=False, is_rescan=True)

    def open_session(self, path: Path, *, read_only: bool = False) -> Task:
        """Open a session file; `session_told` brings it, and the task fails where it cannot be opened."""
        return self._start(
            lambda progress, cancel: self._holder.open(path, progress, cancel, read_only=read_only), is_scan=False
        )

    def stop(self) -> None:
        """Give up every scan and opening that is under way: the session is left."""
        for task in self._scans:
            task.cancel()

    def open_drop(self, drop: Drop, uri_list: bytes, picture: QImage | None, *, new: bool = False) -> None:
        """Open what was dropped: the bytes of its `text/uri-list`, or the picture itself."""
        if drop.kind is DropKind.PICTURE and picture is not None and not picture.isNull():
            self.open_picture(picture)
        elif drop.kind in {DropKind.SESSION, DropKind.LABELS}:
            self.open_paths(local_paths(uri_list))
        elif drop.is_accepted:
            self._scan(lambda: local_paths(uri_list), new=new)
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

    def _scan(self, given: Callable[[], list[str]], *, new: bool, label: str = "", is_rescan: bool = False) -> None:
        """Begin to find pictures; a rescan brings no images back that were taken off the list."""

        def work(progress: Callable[[object], None], cancel: CancelToken) -> Opened:
            self._flush()
            opened = _find(given(), self._holder, progress, cancel, new=new, is_rescan=is_rescan)
            return replace(opened, label=label)

        task = self._start(work)
        task.succeeded.connect(self.opened)

    def _start(self, work: Work, *, is_scan: bool = True) -> Task:
        task = self._runner.create(work, Lane.FILES)
        task.progressed.connect(self._on_progress)
        if is_scan:
            task.failed.connect(self._on_scan_failed)
        task.finished.connect(self._on_finished)
        self._scans.add(task)
        self.scan_started.emit()
        self._runner.start(task)
        return task

    @Slot(object)
    def _on_progress(self, told: object) -> None:
        if isinstance(told, SessionShown | ImageRows | SessionLoaded):
            self.session_told.emit(told)
        else:
            self.found.emit(told)

    @Slot()
    def _on_finished(self) -> None:
        task = self.sender()
        if isinstance(task, Task):
            self._scans.discard(task)
        self.scan_ended.emit()

    @Slot(object)
    def _on_picture_saved(self, path: object) -> None:
        self.open_paths([str(path)])

    @Slot(object)
    def _on_picture_not_saved(self, error: object) -> None:
        self.message_raised.emit(_failure(error))

    @Slot(object)
    def _on_scan_failed(self, error: object) -> None:
        if isinstance(error, SessionError) and not isinstance(error, SessionSaveError):
            self.session_refused.emit(error)
        else:
            self.message_raised.emit(_failure(error))


def _failure(error: object) -> UserMessage:
    if isinstance(error, CardinalError):
        return describe(error)
    return unexpected("opening", str(error))


def _find(
    given: list[str],
    holder: SessionHolder,
    on_progress: Callable[[object], None],
    cancel: CancelToken,
    *,
    new: bool,
    is_rescan: bool,
) -> Opened:
    """Scan, enter what is found in the session, and tell in chunks. Runs on: the files lane."""
    models = tuple(path for path in given if path.lower().endswith(MODEL_SUFFIX))
    if models:
        on_progress(Found(models=models))
    pictures = [_absolute(path) for path in given if path not in models]
    report = ScanReport()
    folders = tuple(path for path in pictures if os.path.isdir(path))  # noqa: PTH112 - paths are text as given
    missing: tuple[str, ...] = ()
    if is_rescan:
        # A folder that was unplugged is no picture.
        missing = tuple(path for path in pictures if path not in folders)
        pictures = [*folders]
    if not pictures:
        return Opened((), (), report, missing=missing, is_rescan=is_rescan)
    session = holder.require(pictures, on_progress, cancel, new=new)
    for folder in folders:
        session.add_source(folder)
    chunk: list[FoundFile] = []
    size, deadline = FIRST_CHUNK, time.monotonic() + FIRST_CHUNK_S
    is_first = True
    for path in scan(pictures, report=report, cancel=cancel):
        chunk.append(_found_file(path))
        if len(chunk) >= size or time.monotonic() >= deadline:
            on_progress(_entered(session, chunk, cancel, is_first=is_first, is_rescan=is_rescan))
            is_first = False
            chunk.clear()
            size, deadline = CHUNK, time.monotonic() + CHUNK_S
    if chunk:
        on_progress(_entered(session, chunk, cancel, is_first=is_first, is_rescan=is_rescan))
    settled = session.finish_scan(cancel)
    if settled is not None:
        on_progress(Found(settled, is_rescan=is_rescan))
    return Opened(tuple(pictures), folders, report, missing=missing, is_rescan=is_rescan)


def _entered(
    session: Session, files: Sequence[FoundFile], cancel: CancelToken, *, is_first: bool, is_rescan: bool
) -> Found:
    registered = session.register(files, restore_removed=not is_rescan, continues_scan=not is_first, cancel=cancel)
    first_key = session.keys_of_paths([files[0].path]).get(files[0].path)
    return Found(registered, first_key, is_rescan=is_rescan)


def _absolute(path: str) -> str:
    """Below the working folder, where a path is not absolute; without separators at the end and the like.

    What comes after ".." depends on links, so such a path stays as it was given.
    """
    if os.pardir in Path(path).parts:
        return os.path.join(os.getcwd(), path)  # noqa: PTH109, PTH118 - Path would normalise
    return os.path.abspath(path)  # noqa: PTH100 - text as given


def _found_file(path: str) -> FoundFile:
    try:
        facts = os.stat(path)  # noqa: PTH116 - paths stay text as given
    except (OSError, ValueError):
        return FoundFile(path)
    return FoundFile(path, facts.st_size, facts.st_mtime_ns)


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
