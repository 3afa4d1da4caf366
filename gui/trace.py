"""Write what happened when, as JSON lines, where `APP_TEST_LOG` asks for it: flows and benchmarks read it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

VARIABLE = "APP_TEST_LOG"


class Trace:
    """Notes events with monotonic times; does nothing where nobody asked for it."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    @classmethod
    def from_environment(cls) -> Trace:
        """The trace that the environment asks for."""
        named = os.environ.get(VARIABLE)
        return cls(Path(named) if named else None)

    def note(self, event: str, **facts: object) -> None:
        """Append one event."""
        if self._path is not None:
            line = json.dumps({"event": event, "monotonic_s": time.monotonic(), **facts})
            with self._path.open("a", encoding="ascii") as file:
                file.write(f"{line}\n")
