"""Decide which classes a comparison offers, and which one each of its panels shows."""

from __future__ import annotations

from collections.abc import Iterable

from gui.viewer.suggestions_model import NO_CLASS
from inference.models.paired_classes import PairedClasses

OFFERED = 6


class ClassChoice:
    """One class for all panels: the one pointed at, else the one chosen, else the first picture's first suggestion.

    Or each panel has its own; then pointing means nothing.

    Attributes:
        classes: the numbers and names of all classes.
        hovered: the class that is pointed at, or -1.
    """

    def __init__(self, classes: PairedClasses) -> None:
        self.classes = classes
        self.hovered = NO_CLASS
        self._chosen = NO_CLASS
        self._suggested: tuple[int, ...] = ()
        self._own: list[int] = []

    @property
    def shown(self) -> int:
        """The class of all panels, or -1 while none is known."""
        return self.hovered if self.hovered != NO_CLASS else self.chosen

    @property
    def chosen(self) -> int:
        """The class that stays when nothing is pointed at, or -1."""
        if self._chosen == NO_CLASS and self._suggested:
            return self._suggested[0]
        return self._chosen

    def choose(self, number: int) -> None:
        """The person wants this class for all panels."""
        self._chosen = number
        self.hovered = NO_CLASS

    def suggest(self, firsts: Iterable[int], others: Iterable[int]) -> None:
        """Take what the models suggest: the first of each picture, then others, best first."""
        self._suggested = tuple(dict.fromkeys((*firsts, *others)))

    def offered(self) -> list[tuple[int, str]]:
        """The classes (number, name) to offer, the chosen one among them."""
        listed = list(self._suggested[:OFFERED])
        if self.chosen != NO_CLASS and self.chosen not in listed:
            listed.append(self.chosen)
        return [(number, self.classes.names[number]) for number in listed]

    def give_each_its_own(self, numbers: Iterable[int]) -> None:
        """Every panel shows a class of its own, unless they have theirs already."""
        if not self._own:
            self._own = list(numbers)

    def set_own(self, panel: int, number: int) -> None:
        """The person wants this class in this panel alone."""
        if panel < len(self._own):
            self._own[panel] = number

    def of(self, panel: int) -> int:
        """The class of a panel, or -1 while none is known."""
        if self._own:
            return self._own[panel] if panel < len(self._own) else NO_CLASS
        return self.shown
