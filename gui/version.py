"""Name the program's version."""

from __future__ import annotations

from pathlib import Path

_PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def version() -> str:
    """As the project's own file has it, "0.1.0" for example; empty where that file is missing or cannot be read."""
    import tomllib  # noqa: PLC0415 - nobody asks at the start

    try:
        return str(tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]["version"])
    except (OSError, KeyError, ValueError):
        return ""
