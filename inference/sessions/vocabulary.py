"""Number the names that a session knows: class names of models and labels of people, one number for each text."""

from __future__ import annotations

import threading
from collections.abc import Sequence


class Vocabulary:
    """Texts and their codes 0, 1, 2 ... in order of arrival. Thread-safe; a code never changes its text."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self._lock = threading.Lock()
        self._texts = list(texts)
        self._codes = {text: code for code, text in enumerate(self._texts)}

    def code(self, text: str) -> int:
        """The code of a text, which is added if it is new."""
        with self._lock:
            code = self._codes.get(text)
            if code is None:
                code = self._codes[text] = len(self._texts)
                self._texts.append(text)
            return code

    def find(self, text: str) -> int | None:
        """The code of a text, or None if nobody has used it."""
        return self._codes.get(text)

    def text(self, code: int) -> str:
        """The text of a code; empty for `marks.NO_NAME`."""
        return self._texts[code] if code >= 0 else ""

    def since(self, code: int) -> tuple[str, ...]:
        """The texts from a code on, in order: what was added after somebody last looked."""
        with self._lock:
            return tuple(self._texts[code:])

    def __len__(self) -> int:
        return len(self._texts)
