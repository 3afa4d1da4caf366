"""Turn labels and file names into names that are safe in one folder of any file system."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping

UNSURE = "_unsure"
"""The folder of images that a person skipped on purpose; a label of this name gets another folder."""

MOST_BYTES = 120
"""So long, in UTF-8, is the name of a class folder at most."""

_MOST_FILE_BYTES = 255
_SEPARATORS = re.compile(r'[<>:"/\\|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])", re.IGNORECASE)
"""Names that are devices on Windows, with any suffix."""
_ENDING = re.compile(r"[\s.]+\Z")
_JOINERS = frozenset({"\u200c", "\u200d"})
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp"})


def safe_component(label: str) -> str:
    """A folder name for a label: one component, visible, legal on every system, at most `MOST_BYTES` bytes.

    Different labels may get the same name, see `class_folders`. A name that was safe is not changed.
    """
    name = "".join(map(_safe_character, _SEPARATORS.sub("_", label))).strip()
    if name.startswith("."):
        # Neither "..", nor hidden, nor one of our own files.
        name = f"_{name[1:]}"
    name = _cut(name, MOST_BYTES)
    stem, dot, rest = name.partition(".")
    if _RESERVED.fullmatch(stem.rstrip(" ")):
        name = f"{stem.rstrip(' ')}_{dot}{rest}"
    return name or "_"


def _safe_character(character: str) -> str:
    category = unicodedata.category(character)
    if category in _UNSAFE_CATEGORIES:
        return "_"
    # Direction marks and the like: nothing is seen of them, and they can turn a name around.
    return "" if category == "Cf" and character not in _JOINERS else character


def _cut(name: str, most_bytes: int) -> str:
    """The longest beginning that fits and ends neither in a dot nor in white space."""
    fitting = os.fsencode(name)[:most_bytes].decode("utf-8", "ignore") if len(name) * 4 > most_bytes else name
    return _ENDING.sub("", fitting)


def folding_key(name: str) -> str:
    """Equal for names that some file system takes for one: other case, or other composition of accents."""
    folded = unicodedata.normalize("NFC", name).casefold()
    return unicodedata.normalize("NFC", folded)


def class_folders(labels: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """The folder of each label; no two labels share one, whatever the file system.

    The same labels give the same folders in any order. Labels that are safe names keep them; the others get what is
    left, with a number where needed.

    Args:
        labels: all of them, at once.
        known: folders of an earlier export into the same place, by label; they stay as they are.
    """
    folders = dict(known)
    names = FreeNames([UNSURE, *folders.values()], MOST_BYTES)
    new = set(labels) - set(folders)
    for label in sorted(new, key=lambda one: (safe_component(one) != one, one)):
        folders[label] = names.take(safe_component(label))
    return folders


class FreeNames:
    """Gives names in one folder, each once."""

    def __init__(self, there: Iterable[str], most_bytes: int = _MOST_FILE_BYTES) -> None:
        self._taken = set(map(folding_key, there))
        self._most_bytes = most_bytes
        self._numbers: dict[tuple[str, str], int] = {}

    def is_free(self, name: str) -> bool:
        """Whether nobody has the name yet."""
        return folding_key(name) not in self._taken

    def take(self, stem: str, suffix: str = "") -> str:
        """`stem` + `suffix`, or with the first number that makes it free: "magpie (2).jpg".

        Only what a number is added to is cut to the length that a name may have.
        """
        name = stem + suffix
        number = self._numbers.get((stem, suffix), 1)
        while folding_key(name) in self._taken:
            number += 1
            ending = f" ({number}){suffix}"
            name = _begin(stem, max(1, self._most_bytes - len(os.fsencode(ending)))) + ending
        # So that a thousand equal names do not each try all the numbers before theirs.
        self._numbers[stem, suffix] = number
        self._taken.add(folding_key(name))
        return name


def _begin(name: str, most_bytes: int) -> str:
    """The longest beginning of a name that fits, by whole characters."""
    while len(os.fsencode(name)) > most_bytes:
        name = name[:-1]
    return name


def is_component(name: str) -> bool:
    """Whether joining this name to a folder names something right in that folder."""
    separators = {"/", "\0", os.sep, os.altsep or os.sep}
    return name not in {"", ".", ".."} and not any(character in separators for character in name)


def joined(*parts: str) -> str:
    """A path of these parts, as they are (pathlib would normalise them)."""
    return os.sep.join(parts)  # noqa: PTH118
