"""How many layers are tried in int8."""

from __future__ import annotations

import pytest

from inference.commands.quantizing import layer_counts


@pytest.mark.parametrize(("layers", "counts"), [(28, [28, 14, 7]), (2, [2, 1]), (1, [1]), (3, [3, 2, 1])])
def test_fewer_each_time_and_none_twice(layers: int, counts: list[int]) -> None:
    assert layer_counts(layers) == counts


def test_a_person_gets_the_layers_that_were_wanted() -> None:
    assert layer_counts(28, 12) == [12]
    assert layer_counts(28, 99) == [28]
