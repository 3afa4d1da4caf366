"""Give tests pictures that nothing may change."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# On a busy machine an example may take its time; that says nothing of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


class Originals:
    """A folder of files, of which content and time of change are remembered."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._facts: dict[bytes, tuple[str, int]] = {}

    def add(self, name: str, data: bytes) -> str:
        """Write a file (name: undecodable bytes as surrogate escapes); returns its path."""
        path = f"{self.folder}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 - names that pathlib would change
        with open(os.fsencode(path), "wb") as file:  # noqa: PTH123
            file.write(data)
        os.utime(path, ns=(0, 1_700_000_000_123_456_789 + len(self._facts) * 10**9))
        self._facts[os.fsencode(path)] = _facts(os.fsencode(path))
        return path

    def forget(self, path: str) -> None:
        """The test itself removes or changes this one."""
        del self._facts[os.fsencode(path)]

    def require_unchanged(self) -> None:
        for path, facts in self._facts.items():
            assert _facts(path) == facts, path


def _facts(path: bytes) -> tuple[str, int]:
    with open(path, "rb") as file:  # noqa: PTH123
        return hashlib.file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno()).st_mtime_ns


@pytest.fixture
def originals(tmp_path: Path) -> Iterator[Originals]:
    """Pictures that must be as they were when the test ends."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    pictures = Originals(folder)
    yield pictures
    pictures.require_unchanged()
