"""Keep the letters that a person gave to labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

FREE_LETTERS = "ABJKLMQVWY"
"""The letters that no action of the program uses."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What giving a letter to a label changed besides.

    Attributes:
        letter: the letter.
        label: the label that has it now.
        taken_from: the label that had it before, or empty.
        released: the letter that the label had before, or empty.
    """

    letter: str
    label: str
    taken_from: str = ""
    released: str = ""


class LetterKeys:
    """Letters and their labels: each letter has at most one label, each label at most one letter."""

    def __init__(self) -> None:
        self._labels: dict[str, str] = {}

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Pairs of letter and label, by letter."""
        return iter(sorted(self._labels.items()))

    def __len__(self) -> int:
        return len(self._labels)

    def label(self, letter: str) -> str | None:
        """The label of a letter, in either case; None where it has none."""
        return self._labels.get(letter.upper())

    def letter(self, label: str) -> str | None:
        """The letter of a label, or None."""
        return next((letter for letter, owner in self._labels.items() if owner == label), None)

    def conflict(self, letter: str, label: str) -> str | None:
        """The other label that has this letter, or None where it is free for the label."""
        owner = self.label(letter)
        return owner if owner != label else None

    def assign(self, letter: str, label: str) -> Assignment:
        """Give a letter to a label. Another label that had it loses it; the letter that the label had becomes free.

        Raises:
            ValueError: the letter is not one of `FREE_LETTERS`, or the label is empty.
        """
        letter = letter.upper()
        if len(letter) != 1 or letter not in FREE_LETTERS:
            raise ValueError(f"{letter!r} is not a free letter")
        if not label:
            raise ValueError("a label cannot be empty")
        taken_from = self.conflict(letter, label) or ""
        released = self.letter(label) or ""
        if released:
            del self._labels[released]
        self._labels[letter] = label
        return Assignment(letter, label, taken_from, released if released != letter else "")

    def swap(self, letter: str, label: str) -> Assignment:
        """Give a letter to a label; the label that had it gets the other's former letter, if there was one.

        Raises:
            ValueError: as in `assign`.
        """
        done = self.assign(letter, label)
        if done.taken_from and done.released:
            self._labels[done.released] = done.taken_from
        return done

    def clear(self, letter: str) -> None:
        """Take the letter from its label."""
        self._labels.pop(letter.upper(), None)

    def rename(self, old: str, new: str) -> None:
        """The label has another name; where that name has a letter of its own, it keeps that one."""
        letter = self.letter(old)
        if letter is None:
            return
        self.clear(letter)
        if new and self.letter(new) is None:
            self._labels[letter] = new

    def to_json(self) -> dict[str, str]:
        """A value for JSON: letter -> label."""
        return dict(iter(self))

    @classmethod
    def from_json(cls, value: object) -> LetterKeys:
        """From such a value; what makes no sense in it is left out."""
        keys = cls()
        pairs = value.items() if isinstance(value, dict) else ()
        for letter, label in pairs:
            is_letter = isinstance(letter, str) and len(letter) == 1 and letter in FREE_LETTERS
            if is_letter and isinstance(label, str) and label and keys.letter(label) is None:
                keys.assign(letter, label)
        return keys
