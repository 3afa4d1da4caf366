"""What is known of an int8 copy: shares, their intervals, what keeps it from passing, and its stored form."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.models.quantize.facts import (
    QUANTIZATION_KEY,
    WANTED_AGREEMENT,
    WANTED_PICTURES,
    WANTED_SPEED,
    Comparison,
    Quantization,
    calibrating,
    counted,
    read_quantization,
    wilson,
)

GOOD = Comparison(
    pictures=2_000,
    same=1_990,
    mean_difference=0.01,
    max_difference=0.2,
    worst_margin=0.05,
    float_ms=4.0,
    int8_ms=2.0,
    float_device="cpu",
    int8_device="cpu",
    threads=2,
    float_bytes=400,
    int8_bytes=100,
)
FACTS = Quantization("ab" * 32, 200, 28, 29, 8, comparison=GOOD)


def test_wilson_against_known_numbers() -> None:
    # 8 of 10: Wilson 1927 gives 0.490 to 0.943.
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 5)[0] == pytest.approx(0, abs=1e-12)
    assert wilson(5, 5)[1] == pytest.approx(1)
    assert wilson(0, 0) == (0.0, 1.0)


def test_exactly_995_of_1000_on_2000_pictures_and_faster_passes() -> None:
    assert GOOD.agreement == 0.995
    assert GOOD.speed_ratio == 2.0
    assert GOOD.shortcomings == ()
    assert FACTS.passed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"same": 1_989}, "99.45%"),
        (
            {"pictures": WANTED_PICTURES - 1, "same": WANTED_PICTURES - 1},
            "Only 1,999 pictures could be compared; 2,000",
        ),
        ({"pictures": 1, "same": 1}, "Only 1 picture could be compared; 2,000 are needed"),
        ({"int8_ms": 4.0}, "It is 1.00 times as fast here; at least 1.05 times is wanted."),
        ({"int8_ms": 3.9}, "It is 1.03 times as fast"),
        ({"int8_ms": 3.82}, "It is 1.04 times as fast here; at least 1.05 times is wanted."),
        ({"int8_ms": 5.0}, "It is 0.80 times as fast"),
    ],
)
def test_one_shortcoming_is_enough(change: dict[str, float], said: str) -> None:
    comparison = replace(GOOD, **change)  # type: ignore[arg-type]  # each value is of its field's type
    assert len(comparison.shortcomings) == 1
    assert said in comparison.shortcomings[0]
    assert not replace(FACTS, comparison=comparison).passed


@given(st.integers(1, 10**4), st.integers(0, 60))
def test_an_agreement_looks_as_if_it_reached_the_bar_where_it_does(pictures: int, different: int) -> None:
    said = replace(GOOD, pictures=pictures, same=max(0, pictures - different))
    shown = float(said.agreement_words.removesuffix("%"))
    assert (shown >= 99.5) is (said.agreement >= WANTED_AGREEMENT)
    assert shown == pytest.approx(said.agreement * 100, abs=0.0101)


@given(st.floats(0.5, 2.0) | st.floats(1.03, 1.06) | st.sampled_from([WANTED_SPEED, math.nextafter(WANTED_SPEED, 0)]))
def test_a_speed_looks_as_if_it_reached_the_bar_where_it_does(ratio: float) -> None:
    said = replace(GOOD, float_ms=ratio, int8_ms=1.0)
    shown = float(said.speed_words.removesuffix(" times as fast"))
    assert (shown >= WANTED_SPEED) is said.is_faster
    assert shown == pytest.approx(ratio, abs=0.0101)


def test_pictures_that_were_there_are_not_called_too_few() -> None:
    stopped = replace(GOOD, pictures=480, same=470, stopped_of=2_000)
    assert stopped.shortcomings == (
        "The first class is the same for 97.92% of the pictures; at least 99.5% is wanted.",
        "The comparison stopped after 480 of 2,000 pictures, since too many differ already.",
    )
    assert replace(stopped, stopped_of=1_800).shortcomings[2] == (
        "Only 1,800 pictures could be compared; 2,000 are needed for a copy to be kept by itself."
    )


@pytest.mark.parametrize(
    ("pictures", "count", "wanted"), [(2_300, 200, 200), (300, 200, 150), (3, 200, 1), (1, 200, 1), (300, 1, 1)]
)
def test_half_of_the_pictures_calibrate_at_most(pictures: int, count: int, wanted: int) -> None:
    assert calibrating(pictures, count) == wanted


def test_one_is_not_many() -> None:
    assert [counted(number, "picture") for number in (0, 1, 2_000)] == ["0 pictures", "1 picture", "2,000 pictures"]


def test_nothing_compared_is_not_passed() -> None:
    empty = replace(GOOD, pictures=0, same=0, float_ms=0.0, int8_ms=0.0)
    assert (empty.agreement, empty.speed_ratio) == (0.0, 0.0)
    assert len(empty.shortcomings) == 3
    assert not replace(FACTS, comparison=None).passed


@pytest.mark.parametrize("facts", [FACTS, replace(FACTS, comparison=None)])
def test_stored_form_is_read_back(facts: Quantization) -> None:
    text = facts.to_json()
    assert json.loads(text)["passed"] is facts.passed
    assert json.loads(text)["precision"] == "int8"
    assert read_quantization({QUANTIZATION_KEY: text}) == facts


def test_copies_from_before_some_figures_were_kept_are_still_read() -> None:
    values = json.loads(FACTS.to_json())
    for name in ("turns", "stopped_of", "labelled", "float_right", "int8_right"):
        del values["comparison"][name]
    assert read_quantization({QUANTIZATION_KEY: json.dumps(values)}) == FACTS
    del values["comparison"]["same"]
    assert read_quantization({QUANTIZATION_KEY: json.dumps(values)}) is None


def test_passed_is_not_believed_but_computed() -> None:
    values = json.loads(replace(FACTS, comparison=replace(GOOD, same=1)).to_json())
    values["passed"] = True
    facts = read_quantization({QUANTIZATION_KEY: json.dumps(values)})
    assert facts is not None
    assert not facts.passed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        "nonsense",
        "[" * 100_000,
        json.dumps({**json.loads(FACTS.to_json()), "layers": -1}),
        json.dumps({**json.loads(FACTS.to_json()), "layers": True}),
        json.dumps({**json.loads(FACTS.to_json()), "more": 1}),
        json.dumps({**json.loads(FACTS.to_json()), "comparison": {"pictures": 3}}),
        FACTS.to_json().replace("0.05", "1e999"),
        FACTS.to_json().replace("0.05", "NaN"),
    ],
)
def test_what_is_not_usable_says_nothing(text: str) -> None:
    assert read_quantization({QUANTIZATION_KEY: text}) is None
    assert read_quantization({}) is None
