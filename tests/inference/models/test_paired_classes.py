"""Classes of two models are one where ids or names say so, and every class can be found from both sides."""

from __future__ import annotations

from inference.models.contract import Label
from inference.models.paired_classes import PairedClasses

CRANES = (Label("crane", "n02012849"), Label("crane", "n03126707"))


def test_one_model_keeps_its_own_numbers() -> None:
    classes = PairedClasses([Label("a"), Label("b")])
    assert classes.names == ("a", "b")
    assert [classes.in_first(number) for number in (0, 1, 2, -1)] == [0, 1, None, None]
    assert classes.in_second(0) is None


def test_names_agree_in_any_case_and_the_rest_comes_behind() -> None:
    classes = PairedClasses([Label("Tabby"), Label("dog")], [Label("rocket"), Label("tabby")])
    assert classes.names == ("Tabby", "dog", "rocket")
    assert (classes.of_second(0), classes.of_second(1)) == (2, 0)
    assert (classes.in_first(0), classes.in_second(0)) == (0, 1)
    assert (classes.in_first(1), classes.in_second(1)) == (1, None)
    assert (classes.in_first(2), classes.in_second(2)) == (None, 0)


def test_ids_come_before_names() -> None:
    classes = PairedClasses(CRANES, tuple(reversed(CRANES)))
    assert [classes.of_second(index) for index in (0, 1)] == [1, 0]
    assert [classes.in_second(number) for number in (0, 1)] == [1, 0]
    assert len(classes.names) == 2


def test_one_name_with_two_ids_is_two_classes_and_a_name_without_id_finds_its_like() -> None:
    other = PairedClasses(CRANES[:1], CRANES[1:])
    assert other.names == ("crane (0)", "crane (1)")
    assert other.in_second(0) is None
    assert PairedClasses(CRANES[:1], [Label("crane")]).in_second(0) == 0
