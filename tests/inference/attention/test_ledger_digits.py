"""What is written of a ledger adds up, and every part is right to its last digit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.attention.ledger_digits import ledger_numbers


@given(terms=st.tuples(st.floats(0, 200), st.floats(-200, 0), st.floats(-20, 20)), decimals=st.integers(0, 3))
def test_the_parts_add_up_to_the_rounded_sum(terms: tuple[float, float, float], decimals: int) -> None:
    shown = ledger_numbers(terms, decimals)
    unit = 10.0**-decimals
    assert sum(shown) == pytest.approx(sum(terms), abs=unit * 0.5001)
    assert all(abs(one - other) < unit * 1.0001 for one, other in zip(shown, terms, strict=True))
    assert all(round(one / unit) == pytest.approx(one / unit, abs=1e-6) for one in shown)


@given(
    pair=st.tuples(st.floats(0, 200), st.floats(-200, 0)),
    other=st.tuples(st.floats(0, 200), st.floats(-200, 0)),
    constant=st.floats(-20, 20).filter(lambda value: abs(value * 100 % 1 - 0.5) > 1e-6),
)
def test_a_constant_reads_the_same_in_every_ledger(
    pair: tuple[float, float], other: tuple[float, float], constant: float
) -> None:
    for terms in (pair, other):
        assert ledger_numbers((*terms, constant), 2)[-1] == pytest.approx(round(constant, 2), abs=1e-9)


def test_independent_rounding_would_not() -> None:
    terms = (9.44, -1.84, 0.34)
    assert [round(one, 1) for one in terms] == [9.4, -1.8, 0.3]
    assert sum(ledger_numbers(terms, 1)) == pytest.approx(7.9)
