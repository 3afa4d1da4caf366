"""Keep a session's vocabulary in step with its table of names."""

from __future__ import annotations

import sqlite3
import threading

from inference.sessions.marks import NO_NAME
from inference.sessions.vocabulary import Vocabulary


class Names:
    """The vocabulary in memory and the names on disk, where the id of a name is its code.

    Whoever writes has both in step. Whoever only reads may see names that another program adds; should this program
    have added other names meanwhile, the ids on disk are translated.

    Attributes:
        vocabulary: texts and codes.
    """

    def __init__(self) -> None:
        self.vocabulary = Vocabulary()
        self._codes: list[int] = []
        self._lock = threading.Lock()

    def refresh(self, connection: sqlite3.Connection) -> None:
        """Read the names that are new on disk.

        Raises:
            ValueError, TypeError: the stored names are damaged.
        """
        with self._lock:
            known = len(self._codes)
            for name_id, text in connection.execute("SELECT id, text FROM name WHERE id >= ? ORDER BY id", (known,)):
                if name_id != len(self._codes):
                    raise ValueError(name_id)
                self._codes.append(self.vocabulary.code(unpack_text(text)))

    def write_new(self, connection: sqlite3.Connection) -> int:
        """Write the names that are not on disk yet, inside the caller's transaction; how many there are then."""
        first = len(self._codes)
        texts = self.vocabulary.since(first)
        if texts:
            rows = [(first + place, pack_text(text)) for place, text in enumerate(texts)]
            connection.executemany("INSERT INTO name (id, text) VALUES (?, ?)", rows)
        return first + len(texts)

    def written(self, count: int) -> None:
        """The transaction of `write_new` was committed."""
        with self._lock:
            self._codes.extend(range(len(self._codes), count))

    def code(self, name_id: int) -> int:
        """The code of a name on disk.

        Raises:
            IndexError: there is no such name.
        """
        return NO_NAME if name_id < 0 else self._codes[name_id]

    def text(self, name_id: int) -> str:
        """The text of a name on disk; empty for `marks.NO_NAME`.

        Raises:
            IndexError: there is no such name.
        """
        return self.vocabulary.text(self.code(name_id))


def pack_text(text: str) -> bytes:
    """Any text as bytes, half surrogates included."""
    return text.encode("utf-8", "surrogatepass")


def unpack_text(data: bytes) -> str:
    """The text that was packed.

    Raises:
        ValueError: it is damaged.
    """
    return str(data, "utf-8", "surrogatepass")
