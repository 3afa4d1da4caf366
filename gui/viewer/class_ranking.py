"""Find class names for a few typed letters, best match first."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from inference.texts import visible


@dataclass(frozen=True, slots=True)
class SearchableNames:
    """Class names, made ready once so that each keystroke is quick.

    Attributes:
        names: as they are shown, in class order; equal names carry their class number.
        folded: without case, accents and punctuation.
    """

    names: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()

    @classmethod
    def of(cls, labels: Iterable[str]) -> SearchableNames:
        """Prepare the labels of a model, in class order."""
        given = tuple(map(visible, labels))
        seen: dict[str, int] = {}
        for name in given:
            seen[name] = seen.get(name, 0) + 1
        # ImageNet has two cranes and two maillots; without a number nobody could tell which is which.
        names = tuple(f"{name} ({index})" if seen[name] > 1 else name for index, name in enumerate(given))
        return cls(names, tuple(folded(name) for name in names))


_PLAIN = "".join(letter if letter.isalnum() else " " for letter in map(chr, range(128)))
"""By code of ASCII. As a string: `str.translate` takes twice as long with a dictionary."""


def folded(text: str) -> str:
    """Text without case, accents and punctuation; words are separated by one space."""
    if text.isascii():
        # As below, in a third of the time: thousands of names are made ready at once.
        return " ".join(text.lower().translate(_PLAIN).split())
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(
        character if character.isalnum() else " " for character in decomposed if not unicodedata.combining(character)
    )
    return " ".join(kept.split())


def ranked_classes(query: str, names: SearchableNames, *, limit: int = 50) -> tuple[int, ...]:
    """Find the classes that a person may mean.

    Ranks: the name begins with the query, a word of it does, it holds the query, it holds all words of the query.
    Inside a rank the shorter name comes first, since more of it was typed, then class order.

    Args:
        query: as typed.
        names: of all classes.
        limit: at most so many.

    Returns:
        Class indices, best first; empty for a query without letters and digits.
    """
    wanted = folded(query)
    if not wanted:
        return ()
    words = wanted.split()
    found: list[tuple[int, int, int]] = []
    for index, name in enumerate(names.folded):
        if name.startswith(wanted):
            rank = 0
        elif f" {wanted}" in name:
            rank = 1
        elif wanted in name:
            rank = 2
        elif len(words) > 1 and all(word in name for word in words):
            rank = 3
        else:
            continue
        found.append((rank, len(name), index))
    found.sort()
    return tuple(index for _, _, index in found[:limit])
