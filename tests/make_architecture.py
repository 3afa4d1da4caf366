"""Write the list of files in docs/ARCHITECTURE.md from the files' own first lines (run it as a module)."""

from __future__ import annotations

import ast
import sys
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "ARCHITECTURE.md"
BEGIN = "<!-- The list below is made by tests/make_architecture.py; a test compares it with the files. -->\n"
PACKAGES = ("gui", "inference")


def sources() -> list[Path]:
    """Every file with a job, relative to the project."""
    return sorted(
        (
            path.relative_to(ROOT)
            for package in PACKAGES
            for path in (ROOT / package).rglob("*.py")
            if path.name != "__init__.py"
        ),
        key=lambda path: (path.parts[0], path.parent.parts, path.name),
    )


def first_sentence(path: Path) -> str:
    """What a file says it is for: the first sentence of its docstring, on one line."""
    docstring = ast.get_docstring(ast.parse((ROOT / path).read_text(encoding="utf-8"))) or ""
    return docstring.split("\n\n")[0].replace("\n", " ")


def listing() -> str:
    """The list, by folder; each folder with what its package file says."""
    lines = []
    for folder, paths in groupby(sources(), key=lambda path: path.parent):
        lines.append(f"\n**`{folder.as_posix()}/`** {first_sentence(folder / '__init__.py')}\n")
        lines += [f"- `{path.as_posix()}` {first_sentence(path)}" for path in paths]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Replace the list in the page."""
    text = PAGE.read_text(encoding="utf-8")
    head = text.partition(BEGIN)[0]
    PAGE.write_text(head + BEGIN + listing(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
