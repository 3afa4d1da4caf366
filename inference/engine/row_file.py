"""Keep the newest rows, by key, in one small JSON file; where the disk does not take them, until the program ends."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference.errors import OutputWriteError
from inference.files import replacing
from inference.pictures.regular_file import NotRegularError, open_regular

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Unwritten:
    """A change that the disk did not take.

    Attributes:
        row: what was to be written; None where a row was to be taken away.
        before: what the file said then; as soon as it says something else, that is newer.
    """

    row: Any
    before: Any


_UNWRITTEN: dict[tuple[Path, str], _Unwritten] = {}
"""By file and key; until the program ends."""


class RowFile:
    """Rows, which are whatever JSON can hold, by key.

    Of two programs that write at the same moment one may lose its row: it holds only what can be found out again.

    Attributes:
        path: of the file; its folder is made when something is written.
        most: rows that are kept; those that were written longest ago go first.
    """

    def __init__(self, path: Path, most: int) -> None:
        self.path = path
        self.most = most

    def get(self, key: str) -> Any:  # noqa: ANN401 - parsed JSON, which anybody may have written
        """The row; None where there is none, and where the file is damaged or not a regular one."""
        there = self._read().get(key)
        unwritten = _UNWRITTEN.get((self.path, key))
        return there if unwritten is None or unwritten.before != there else unwritten.row

    def put(self, key: str, row: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
        """Keep a row; where the file cannot be written, until the program ends."""
        # As it would be read, so that what was not written looks no different.
        self._change(key, json.loads(json.dumps(row)))

    def remove(self, key: str) -> None:
        """Take a row away; where the file cannot be written, until the program ends."""
        if self.get(key) is not None:
            self._change(key, None)

    def _change(self, key: str, row: Any) -> None:  # noqa: ANN401 - parsed JSON
        rows = self._read()
        before = rows.pop(key, None)
        if row is not None:
            rows[key] = row
        newest = dict(list(rows.items())[-self.most :])
        try:
            text = json.dumps(newest, indent=1)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self.path) as file:
                file.write(text.encode())
        except (OSError, OutputWriteError, RecursionError) as error:
            logger.info("what counts until the program ends could not be written: %s", error)
            _UNWRITTEN[self.path, key] = _Unwritten(row, before)
        else:
            _UNWRITTEN.pop((self.path, key), None)

    def _read(self) -> dict[str, Any]:
        try:
            # A regular file: others might never end.
            with os.fdopen(open_regular(str(self.path)), encoding="utf-8") as file:
                rows = json.load(file)
        except (OSError, ValueError, RecursionError, NotRegularError):
            return {}
        return rows if isinstance(rows, dict) else {}
