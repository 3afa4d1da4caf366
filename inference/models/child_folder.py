"""Give a child process a temporary folder of its own: one that is killed tidies up nothing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import IO

from inference.errors import ChildTaskError

_LONGEST = 70
"""Bytes of a temporary folder's path below which sockets can lie, whose whole path has hardly a hundred."""


class ChildFolder:
    """A temporary folder, and a file in it for what the child complains of.

    Args:
        title: of the child's task, for the error.

    Attributes:
        environment: for the child, so that its temporary files lie in the folder.
        complaints: open for writing and reading.

    Raises:
        ChildTaskError: no temporary files can be made.
    """

    def __init__(self, title: str) -> None:
        try:
            # A short name, see `_LONGEST`.
            self._folder = tempfile.TemporaryDirectory(prefix="c", ignore_cleanup_errors=True)
            try:
                self.complaints: IO[bytes] = (Path(self._folder.name) / "complaints").open("w+b")
            except OSError:
                self._folder.cleanup()
                raise
        except OSError as error:
            words = f"no temporary file can be made ({error.strerror or error})."
            raise ChildTaskError(title, words) from error
        own = {"TMPDIR": self._folder.name} if len(os.fsencode(self._folder.name)) <= _LONGEST else {}
        self.environment = {**os.environ, **own}

    def last_complaints(self, most: int = 4000) -> str:
        """The end of what the child said, `most` bytes at most."""
        self.complaints.seek(0)
        return self.complaints.read()[-most:].decode(errors="replace")

    def close(self) -> None:
        """Delete the folder, when the child is gone. A second call does nothing."""
        self.complaints.close()
        self._folder.cleanup()
