"""Keep the list of sidecars that were written, so that they can be taken back, also after the program was killed."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from inference.errors import OutputWriteError
from inference.exports.row_paths import path_bytes, path_of, path_text

SCHEMA = 1
_APPEND = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


@dataclass(slots=True)
class SidecarRecord:
    """What a journal says.

    Attributes:
        sidecars: whether we made it, by path; those that were there before are not made, whatever came later.
        last: of each run, the sidecar that it wrote last: only beside that one may it have left something.
    """

    sidecars: dict[str, bool] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)


def read_journal(path: Path) -> SidecarRecord:
    """What was written so far; nothing where there is no journal.

    Lines that are damaged (the last one of a program that was killed) count for nothing.

    Raises:
        OutputWriteError: it is there and cannot be read.
    """
    record = SidecarRecord()
    run = ""
    try:
        for line in path.read_bytes().splitlines():
            with contextlib.suppress(ValueError, KeyError, TypeError, RecursionError):
                run = _take(record, json.loads(line), run)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise OutputWriteError(str(path), f"{error.strerror or error}.") from error
    return record


def _take(record: SidecarRecord, entry: dict[str, object], run: str) -> str:
    """Add an entry to the record; returns the run to which the next ones belong."""
    if entry["kind"] == "begin":
        begun = str(entry["run"])
        return begun if begun.isalnum() else run
    if entry["kind"] == "sidecar":
        sidecar = path_of(str(entry["path"]), str(entry.get("path_bytes", "")))
        # The first entry counts: one that we made is there when we write it again.
        record.sidecars.setdefault(sidecar, entry["made"] is True)
        record.last[run] = sidecar
    return run


def new_run() -> str:
    """A word that tells one run from all others."""
    return secrets.token_hex(8)


def temporary_name(run: str) -> str:
    """Name of the file that a run is just writing beside a sidecar."""
    return f".cardinal-{run}.part"


class SidecarJournal:
    """Takes entries while sidecars are written; each is with the system before the call returns."""

    def __init__(self, descriptor: int, path: Path, run: str) -> None:
        self._descriptor = descriptor
        self._path = path
        self.run = run

    @classmethod
    @contextlib.contextmanager
    def appending(cls, path: Path) -> Iterator[SidecarJournal]:
        """Begin a run in a journal, old or new; in the end everything in it is on the disk.

        Raises:
            OutputWriteError: it cannot be written.
        """
        with _translated(path):
            descriptor = os.open(path, _APPEND, 0o666)
        try:
            journal = cls(descriptor, path, new_run())
            with _translated(path):
                # The line before may be half: a new one must not become part of it.
                os.write(descriptor, b"\n")
            journal._add({"kind": "begin", "schema": SCHEMA, "run": journal.run})
            yield journal
            with _translated(path):
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def note(self, sidecar: str, *, made: bool) -> None:
        """A sidecar is about to be written; `made`: there was none.

        Raises:
            OutputWriteError: the journal cannot be written, so the sidecar must not be.
        """
        digits = path_bytes(sidecar)
        name = {"path": path_text(sidecar)} | ({"path_bytes": digits} if digits else {})
        self._add({"kind": "sidecar", "made": made} | name)

    def _add(self, entry: dict[str, object]) -> None:
        line = json.dumps(entry, allow_nan=False).encode() + b"\n"
        with _translated(self._path):
            while line:
                line = line[os.write(self._descriptor, line) :]


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputWriteError(str(path), f"{error.strerror or error}.") from error
