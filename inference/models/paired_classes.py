"""Number the classes of one or two models, those that both know being one class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from inference.models.contract import Label


class PairedClasses:
    """The classes of a first model in its order, then those that only a second one has.

    Classes of two models are one where their WordNet ids agree, or, where one has none, their names in any case.

    Attributes:
        names: of all classes, by their numbers here; one that several classes have carries the number.
    """

    def __init__(self, first: Sequence[Label], second: Sequence[Label] = ()) -> None:
        by_id = {label.wordnet_id: place for place, label in enumerate(first) if label.wordnet_id}
        by_name: dict[str, int] = {}
        for place, label in enumerate(first):
            by_name.setdefault(label.name.casefold(), place)
        names = [label.name for label in first]
        numbers: list[int] = []
        for label in second:
            number = by_id.get(label.wordnet_id) if label.wordnet_id else None
            if number is None:
                number = _named_alike(label, first, by_name)
            if number is None:
                number = len(names)
                names.append(label.name)
            numbers.append(number)
        counts = Counter(names)
        self.names = tuple(f"{name} ({place})" if counts[name] > 1 else name for place, name in enumerate(names))
        self._first_count = len(first)
        self._second_numbers = tuple(numbers)
        self._in_second: dict[int, int] = {}
        for place, number in enumerate(numbers):
            self._in_second.setdefault(number, place)

    def in_first(self, number: int) -> int | None:
        """The first model's index of a class, or None where it does not know it."""
        return number if 0 <= number < self._first_count else None

    def in_second(self, number: int) -> int | None:
        """The second model's index of a class, or None where it does not know it."""
        return self._in_second.get(number)

    def of_second(self, index: int) -> int:
        """The number of a class of the second model."""
        return self._second_numbers[index]


def _named_alike(label: Label, first: Sequence[Label], by_name: dict[str, int]) -> int | None:
    """The class of that name; not where both have WordNet ids, which differ then (ImageNet has two cranes)."""
    place = by_name.get(label.name.casefold())
    if place is None or (label.wordnet_id and first[place].wordnet_id):
        return None
    return place
