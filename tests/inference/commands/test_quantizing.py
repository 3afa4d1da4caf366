"""How many layers are tried in int8, and when no other try is worth it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inference.commands.quantizing import is_worth_another_try, layer_counts
from tests.inference.models.quantize.test_facts import GOOD


@pytest.mark.parametrize(("layers", "counts"), [(28, [28, 14, 7]), (2, [2, 1]), (1, [1]), (3, [3, 2, 1])])
def test_fewer_each_time_and_none_twice(layers: int, counts: list[int]) -> None:
    assert layer_counts(layers) == counts


def test_a_person_gets_the_layers_that_were_wanted() -> None:
    assert layer_counts(28, 12) == [12]
    assert layer_counts(28, 99) == [28]


@pytest.mark.parametrize(
    ("same", "int8_ms", "wanted"),
    [(1_990, 2.0, False), (1_989, 2.0, True), (1_989, 3.9, False), (1_989, 5.0, False), (1_990, 5.0, False)],
)
def test_fewer_layers_are_tried_where_answers_differ_and_it_is_faster(
    same: int, int8_ms: float, *, wanted: bool
) -> None:
    assert is_worth_another_try(replace(GOOD, same=same, int8_ms=int8_ms)) is wanted
