"""Read class lists: plain lines, lines with WordNet ids, and the JSON forms that people pass around."""

import ast
import json
import re
from pathlib import Path
from typing import Any

from inference.errors import ModelLoadError
from inference.models.contract import Label

MAX_BYTES = 4 * 1024**2
"""A class list of 100,000 long names is smaller."""

_WORDNET_ID = re.compile(r"n\d{8}")


def read_labels(path: Path) -> tuple[Label, ...]:
    """Read the class list in `path`: one class for each line or JSON entry, in class order.

    Raises:
        ModelLoadError: if the file cannot be read or holds no class list.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ModelLoadError(str(path), "it is too large for a class list.")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ModelLoadError(str(path), f"{error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise ModelLoadError(str(path), "it is not a class list (not UTF-8 text).") from error
    labels = parse_labels(text)
    if not labels:
        raise ModelLoadError(str(path), "it holds no class list.")
    return labels


def parse_labels(text: str) -> tuple[Label, ...]:
    """The classes that `text` lists, or () when it lists none.

    Known forms: a JSON list of names; a JSON (or Python) dictionary from class number to name or to
    [WordNet id, name]; lines of `name`, `WordNet id<tab>name` or `WordNet id name`.
    """
    stripped = text.strip()
    if stripped[:1] in {"[", "{"}:
        return _from_structure(_parse_structure(stripped))
    return tuple(_from_line(line) for line in stripped.splitlines() if line.strip())


def short_name(lemmas: str) -> str:
    """The name that a person reads: the first of several WordNet lemmas ("tabby" of "tabby, tabby cat")."""
    return lemmas.split(",", maxsplit=1)[0].strip()


def _parse_structure(text: str) -> Any:  # noqa: ANN401 - whatever the text holds
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        # Some exporters write Python's own notation: {0: 'person', 1: 'bicycle'}.
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _from_structure(value: Any) -> tuple[Label, ...]:  # noqa: ANN401 - parsed JSON
    if isinstance(value, dict):
        try:
            rows = {int(key): row for key, row in value.items()}
        except (TypeError, ValueError):
            return ()
        if sorted(rows) != list(range(len(rows))):
            return ()
        value = [rows[index] for index in range(len(rows))]
    if not isinstance(value, list):
        return ()
    labels = [_from_entry(row) for row in value]
    return tuple(label for label in labels if label is not None) if None not in labels else ()


def _from_entry(row: Any) -> Label | None:  # noqa: ANN401 - parsed JSON
    if isinstance(row, str):
        return _from_line(row)
    if isinstance(row, list | tuple) and len(row) == 2 and all(isinstance(part, str) for part in row):  # noqa: PLR2004 - id and name
        return Label(row[1].replace("_", " "), row[0])
    return None


def _from_line(line: str) -> Label:
    first, _, rest = line.strip().partition("\t" if "\t" in line else " ")
    if _WORDNET_ID.fullmatch(first) and rest.strip():
        return Label(short_name(rest), first)
    return Label(line.strip())
