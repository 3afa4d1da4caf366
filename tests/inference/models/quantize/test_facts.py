"""What is known of an int8 copy: shares, their intervals, what keeps it from passing, and its stored form."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from inference.models.quantize.facts import (
    QUANTIZATION_KEY,
    WANTED_PICTURES,
    Comparison,
    Quantization,
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
        ({"pictures": WANTED_PICTURES - 1, "same": WANTED_PICTURES - 1}, "at least 2,000 are wanted"),
        ({"int8_ms": 4.0}, "not faster"),
        ({"int8_ms": 5.0}, "not faster"),
    ],
)
def test_one_shortcoming_is_enough(change: dict[str, float], said: str) -> None:
    comparison = replace(GOOD, **change)  # type: ignore[arg-type]  # each value is of its field's type
    assert len(comparison.shortcomings) == 1
    assert said in comparison.shortcomings[0]
    assert not replace(FACTS, comparison=comparison).passed


def test_few_pictures_are_told_with_their_interval() -> None:
    [sentence] = replace(GOOD, pictures=10, same=10).shortcomings
    assert "72.2% to 100.0%" in sentence


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
