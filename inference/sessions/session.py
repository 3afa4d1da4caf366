"""Offer a session as one object: register files, keep answers, decide, take back, read for windows and exports."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from inference.cancel import CancelToken
from inference.errors import ImageReadError
from inference.results import Classification, CropGeometry
from inference.sessions import answers, changed_files, decisions, images, journal, loading, reading, settling, status
from inference.sessions.faults import decoding
from inference.sessions.identity import hash_of_file, storable_time
from inference.sessions.labelled import PORTION, LabelledReader
from inference.sessions.moves import MoveFinder
from inference.sessions.newest import NO_MODEL
from inference.sessions.opening import OpenedFile
from inference.sessions.records import FoundFile, ImageRows, KeptAnswer, LabelledImage, Registered, SessionModel
from inference.sessions.session_file import SessionFile
from inference.sessions.settling import ChangedImage
from inference.sessions.steps import Step
from inference.sessions.suffix import SUFFIX

if TYPE_CHECKING:
    from inference.arrays import Embedding, EvidenceMap

__all__ = ["SUFFIX", "Session"]


class Session(SessionFile):
    """One session file, open. Every method may be called from any thread; a change is made whole or not at all.

    Methods that read raise SessionDamagedError where they meet something broken; methods that change something raise
    SessionSaveError where it cannot be written. After either the session can be used as before.
    """

    def __init__(self, path: Path, opened: OpenedFile) -> None:
        """For `create` and `open`."""
        super().__init__(path, opened)
        self._registering = threading.Lock()
        self._memos: dict[str, str] = {}
        self._scan_began_at_key = 0
        self._moves = MoveFinder(self._read, 0)
        self._renewed: list[ChangedImage] = []

    # Images

    def register(
        self,
        files: Sequence[FoundFile],
        *,
        restore_removed: bool = True,
        continues_scan: bool = False,
        cancel: CancelToken | None = None,
    ) -> Registered:
        """Take files in: new ones, known ones, changed ones, and images that were found under another name.

        Args:
            files: what a scan found; a path that comes twice counts once.
            restore_removed: images that were taken off the list come back, reported as added.
            continues_scan: the files belong to the scan of the call before, so that images which that scan has added
                need not be looked for. It saves time only.
            cancel: ends the reading of files that may have been moved.

        Raises:
            Cancelled: nothing was written down.
            SessionSaveError: it could not be written down; nothing was.
        """
        once = list({file.path: _storable(file) for file in files}.values())
        with self._registering:
            if not continues_scan:
                self._scan_began_at_key = self._read(images.last_key)
                self._moves = MoveFinder(self._read, self._scan_began_at_key)
                self._renewed = []
            findings = images.look_up(self._read, self._model_id, once, self._moves, cancel)
            first = 0
            if findings.needs_writing:
                with self._writing() as connection:
                    first = images.write_findings(connection, findings, restore_removed=restore_removed)
                    status.begin_scan(connection, self._scan_began_at_key)
            self._renewed += findings.renewed
            back = findings.returned + (findings.removed if restore_removed else [])
            return self._registered(findings, first, back)

    def finish_scan(self, cancel: CancelToken | None = None) -> Registered | None:
        """Put right what a scan could not know before its end: files that were renumbered among known names.

        Each image goes with its content (SHA-256). Files under whose name the scan found something else are read once.
        What a scan that was interrupted has left open is put right by the next one that meets the same files.

        Args:
            cancel: ends the reading of files, as an interruption does.

        Returns:
            What changed since `register` told of it: images that moved, images that are new (or whose file was gone and
            is there again), and images that are not on the list any more because their file is gone and its name taken;
            None where all was well.

        Raises:
            Cancelled: nothing was written down.
            SessionSaveError: it could not be written down; nothing was.
        """
        with self._registering:
            renewed, self._renewed = self._renewed, []
            # Images that an interrupted scan has added are as new as this one's.
            began_at_key = self._read(status.scan_began_at_key)
            if not renewed and (began_at_key is None or self.is_read_only):
                return None
            if began_at_key is None:
                began_at_key = self._scan_began_at_key
            first = self._read(images.last_key) + 1
            hash_file = cache(partial(hash_of_file, cancel=cancel))
            is_settled, returned = False, frozenset[int]()
            while not is_settled:
                still_open = self._read(partial(settling.still_open, renewed=renewed))
                found = settling.settle(self._read, still_open, began_at_key, hash_file)
                with self._writing() as connection:
                    # Reading the files takes a while, in which people go on deciding.
                    is_settled = settling.still_holds(connection, found) and (
                        settling.still_open(connection, renewed) == still_open
                    )
                    if is_settled:
                        returned = frozenset(settling.write_settlement(connection, found, first))
                        settling.forget_former(connection, [image.key for image in still_open])
                        status.end_scan(connection)
            if found.is_empty:
                return None
            rows = self._rows_of(sorted(returned)) if returned else ImageRows()
            loading.append_new(
                rows, first, [(os.fsencode(one.path), one.size_bytes, one.mtime_ns) for one in found.new]
            )
            return Registered(
                added=rows,
                known=array("q"),
                changed=array("q"),
                moved=tuple((key, file.path) for key, file, _ in found.moved if key not in returned),
                homeless=array("q", [*(image.key for image in found.homeless), *found.absorbed]),
                in_doubt=frozenset(image.key for image in renewed) & {key for key, _, _ in found.moved},
            )

    def _registered(self, findings: images.Findings, first: int, restored: Sequence[int]) -> Registered:
        back = frozenset(restored)
        added = self._rows_of(sorted(back)) if back else ImageRows()
        loading.append_new(added, first, findings.new)
        changed = [entry[-1] for entry in findings.changed] + findings.retried
        return Registered(
            added=added,
            known=_without(findings.known, back),
            changed=_without(changed, back),
            moved=tuple((key, os.fsdecode(path)) for path, _, _, key in findings.moved if key not in back),
        )

    def add_source(self, folder: str) -> None:
        """Note a folder that was opened."""
        with self._writing() as connection:
            status.add_source(connection, os.fsencode(folder))

    def sources(self) -> tuple[str, ...]:
        """Folders that were opened, in order."""
        with self._reading() as connection:
            return tuple(os.fsdecode(folder) for folder in status.read_sources(connection))

    def load(self, chunk: int = 2000, first: int = 200) -> Iterator[ImageRows]:
        """All images in portions, a smaller one first, keys ascending; removed ones too, whose mark says so."""
        key, count = 0, min(first, chunk)
        while True:
            with self._reading() as connection:
                rows = loading.rows_after(connection, self._names, self._model_id, key, count)
            if not rows.keys:
                return
            key, count = rows.keys[-1], chunk
            yield rows

    def answers(self, chunk: int = 2000) -> Iterator[ImageRows]:
        """Like `load`, with the answers of the model that was set last."""
        return self.load(chunk)

    def _rows_of(self, keys: Sequence[int]) -> ImageRows:
        return self._read(lambda connection: loading.rows_of(connection, self._names, self._model_id, keys))

    def image_count(self) -> int:
        """How many images are on the list."""
        return self._read(images.count_images)

    def labelled_count(self) -> int:
        """How many of them have a label."""
        return sum(self.label_counts().values())

    def label_counts(self) -> dict[int, int]:
        """By vocabulary code: how many images on the list have this label."""
        with self._reading() as connection:
            counts = images.count_labels(connection)
            self._names.refresh(connection)
            return {self._names.code(name): count for name, count in counts}

    def path_of(self, key: int) -> str | None:
        """Where an image is, or None for a key that the session does not know."""
        path = self._read(lambda connection: images.path_of(connection, key))
        return None if path is None else os.fsdecode(path)

    def keys_of_paths(self, paths: Sequence[str]) -> dict[str, int]:
        """The keys of those paths that the session knows."""
        wanted = [os.fsencode(path) for path in paths]
        found = self._read(lambda connection: images.keys_of_paths(connection, wanted))
        return {os.fsdecode(path): key for path, key in found.items()}

    def answered_anew(self) -> frozenset[int]:
        """Images whose new file was answered while decisions are still about the one before: see `changed_files`."""
        return self._read(changed_files.answered_anew)

    def changed_on_disk(self, keys: Sequence[int]) -> list[str]:
        """The paths of those images whose file is another one now than was answered; costs a look at each file."""
        return changed_files.changed_on_disk(self._read, keys)

    # The model and its answers

    def set_model(self, model: SessionModel) -> None:
        """Say whose answers are the suggestions from now on."""
        if model == self._model:
            return
        if self.is_read_only:
            self._model_id, self._model = self._read(lambda connection: _known_model(connection, model)), model
            return
        with self._database.lock:
            with self._writing() as connection:
                model_id = status.choose_model(connection, model)
            self._model_id, self._model = model_id, model

    @property
    def model(self) -> SessionModel | None:
        """Whose answers count, also after a restart; None before the first."""
        return self._model

    def keep_answers(self, kept: Sequence[KeptAnswer]) -> None:
        """Write answers down, all or none; a power cut may take the last ones back, which costs computing again.

        Raises:
            SessionSaveError: nothing was written.
            ValueError: no model was set.
        """
        if self._model is None:
            raise ValueError("No model was set whose answers these could be.")
        with self._writing() as connection:
            answers.keep_answers(connection, self._names, self._model_id, self._model.name, kept)

    def forget_answers(self, keys: Sequence[int] | None = None) -> None:
        """Let images wait to be classified again; None for all."""
        with self._writing() as connection:
            answers.forget_answers(connection, keys)

    def classification_of(self, key: int) -> Classification | None:
        """The newest answer of the current model with its evidence maps (float16 precision), or None."""
        return self._read(lambda connection: reading.classification_of(connection, self._names, self._model_id, key))

    def evidence_of(self, keys: Sequence[int]) -> dict[int, EvidenceMap]:
        """(h, w) float32 maps of the images' first classes, where there are any."""
        return self._read(lambda connection: reading.evidence_of(connection, self._model_id, keys))

    def crops_of(self, keys: Sequence[int]) -> dict[int, tuple[CropGeometry, int, int]]:
        """What the network saw of the images, and the originals' width and height in pixels."""
        return self._read(lambda connection: reading.crops_of(connection, self._model_id, keys))

    def failures_of(self, keys: Sequence[int]) -> dict[int, ImageReadError]:
        """Why pictures could not be read; failures that say nothing of the picture are left out."""
        return self._read(lambda connection: reading.failures_of(connection, self._model_id, keys))

    def embeddings_of(self, keys: Sequence[int]) -> dict[int, Embedding]:
        """(K,) float32 (float16 precision), where there are any."""
        return self._read(lambda connection: reading.embeddings_of(connection, self._model_id, keys))

    def content_hashes_of(self, keys: Sequence[int]) -> dict[int, bytes]:
        """SHA-256 of the images' bytes, 32 bytes each, where it is known."""
        return self._read(lambda connection: reading.content_hashes_of(connection, keys))

    # Decisions

    def carry_out(self, step: Step) -> None:
        """Do a step. It is on the disk when this returns; what could be repeated is forgotten.

        Raises:
            SessionSaveError: nothing was changed.
            ValueError: the step's marks before and after are of different images.
        """
        with self._writing(durable=True) as connection:
            decisions.carry_out(connection, step)

    def take_back(self) -> Step | None:
        """Undo the newest step in force, which is returned; None where there is none."""
        with self._writing(durable=True) as connection, decoding(self.path):
            return decisions.take_back(connection, self._names)

    def repeat(self) -> Step | None:
        """Do again the step that was taken back last, which is returned; None where there is none."""
        with self._writing(durable=True) as connection, decoding(self.path):
            return decisions.repeat_step(connection, self._names)

    def journal(self) -> tuple[tuple[Step, ...], int]:
        """The steps, oldest first, and how many of them are in force."""
        return self._read(lambda connection: journal.read_journal(connection, self._names))

    # Settings and exports

    def remember(self, name: str, value: object) -> None:
        """Keep a small JSON value with the session.

        Raises:
            TypeError, ValueError: JSON cannot say it.
        """
        with self._writing() as connection:
            text = status.write_memo(connection, name, value)
        self._memos[name] = text

    def remembered(self, name: str) -> object | None:
        """A kept value, or None. The file is read once for each name: windows ask often, and must not wait."""
        text = self._memos.get(name)
        if text is None:
            # What `remember` has put there meanwhile is newer.
            text = self._memos.setdefault(name, self._read(lambda connection: status.read_memo(connection, name)))
        value: object | None = json.loads(text)
        return value

    def labelled_images(self, keys: Sequence[int] | None = None) -> Iterator[LabelledImage]:
        """Images of the list as exports see them: all, keys ascending, or certain ones in the order given."""
        reader = LabelledReader(self._names, self._model_id, self._model)
        if keys is None:
            while (portion := self._read(reader.next_portion)) is not None:
                yield from portion
            return
        for start in range(0, len(keys), PORTION):
            some = keys[start : start + PORTION]
            yield from self._read(partial(reader.portion_of, keys=some))


def _known_model(connection: sqlite3.Connection, model: SessionModel) -> int:
    row = connection.execute("SELECT id FROM model WHERE hash = ?", (model.model_hash,)).fetchone()
    return NO_MODEL if row is None else row[0]


def _storable(file: FoundFile) -> FoundFile:
    """With a time that SQLite can hold."""
    mtime_ns = storable_time(file.mtime_ns)
    return file if mtime_ns == file.mtime_ns else replace(file, mtime_ns=mtime_ns)


def _without(keys: Sequence[int], left_out: frozenset[int]) -> array[int]:
    return array("q", (key for key in keys if key not in left_out) if left_out else keys)
