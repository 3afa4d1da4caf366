"""The class that is shown: pointed at, else chosen, else suggested; or one for each panel."""

from __future__ import annotations

from gui.compare.class_choice import OFFERED, ClassChoice
from gui.viewer.suggestions_model import NO_CLASS
from inference.models.contract import Label
from inference.models.paired_classes import PairedClasses


def choice() -> ClassChoice:
    return ClassChoice(PairedClasses([Label(f"class {number}") for number in range(20)]))


def test_nothing_is_shown_before_anything_is_known() -> None:
    fresh = choice()
    assert fresh.shown == fresh.of(0) == NO_CLASS
    assert fresh.offered() == []


def test_the_first_pictures_first_suggestion_counts_until_somebody_chooses() -> None:
    made = choice()
    made.suggest([4], [5])
    made.suggest([3, 4], [5, 3])
    assert made.shown == 3
    assert [number for number, _name in made.offered()] == [3, 4, 5]
    made.hovered = 5
    assert (made.shown, made.chosen, made.of(1)) == (5, 3, 5)
    made.choose(17)
    assert made.shown == 17
    made.suggest([1], [])
    assert made.shown == 17
    assert made.offered() == [(1, "class 1"), (17, "class 17")]


def test_only_so_many_are_offered_and_the_chosen_one_always() -> None:
    made = choice()
    made.suggest(range(4), range(4, 12))
    made.choose(11)
    assert [number for number, _name in made.offered()] == [*range(OFFERED), 11]


def test_each_panel_keeps_its_own_class() -> None:
    made = choice()
    made.give_each_its_own([1, 2, 3])
    made.set_own(1, 9)
    made.give_each_its_own([4, 5, 6])
    made.set_own(7, 2)
    assert [made.of(panel) for panel in range(4)] == [1, 9, 3, NO_CLASS]
