"""The model of throughput adds what shares the cores, takes the slowest of what does not, and knows what waits."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from inference.bench.figures import LimitRule, combined_limit
from inference.bench.prediction import Bound, Inputs, find_bounds, predict, whole_run_ms

BARE = Inputs(
    cores=2,
    workers=2,
    batch=8,
    rule=LimitRule.SHARED_CORES,
    network_ms=20.0,
    network_added_ms=0.0,
    network_one_ms=22.0,
    network_one_added_ms=0.0,
    decode_ms=2.0,
    reading_ms=0.0,
    hand_over_ms=0.0,
    main_ms=0.0,
    hand_over_one_ms=0.0,
    company_ms=0.0,
    answer_ms=0.0,
    file_bytes=100_000.0,
    read_mb_per_s=None,
)
FULL = replace(
    BARE, network_added_ms=1.0, network_one_added_ms=3.0, reading_ms=0.5, hand_over_ms=0.1, main_ms=0.2,
    hand_over_one_ms=0.4, company_ms=0.6, answer_ms=0.3,
)  # fmt: skip
CARD = replace(FULL, rule=LimitRule.SLOWER_OF_BOTH, cores=16, workers=8, network_ms=0.4, network_added_ms=0.0)


@pytest.mark.parametrize("rule", list(LimitRule))
def test_with_the_bare_loops_alone_it_is_the_limit_of_the_design(rule: LimitRule) -> None:
    """2 ms on each of two cores are 1,000 pictures a second of the machine, 20 ms are 50."""
    limit = combined_limit(50.0, 1000.0, rule)
    assert predict(replace(BARE, rule=rule)).pictures_per_s == pytest.approx(limit)


def test_on_shared_cores_every_cost_counts() -> None:
    found = predict(FULL)
    # 21 for the network, and on two cores 2 + 0.5 + 0.1 in a decoder, 0.2 + 0.3 in the program, 0.6 for company.
    assert found.pictures_per_s == pytest.approx(1e3 / (21 + 3.7 / 2))
    assert found.bound is Bound.CORES


def test_beside_a_card_the_slowest_stage_decides() -> None:
    # Of the network's thread 0.4 + 0.3, of the program 0.2 + 0.3, of eight decoders 2.6, of sixteen cores 3.1.
    assert find_bounds(CARD) == pytest.approx(
        {Bound.NETWORK: 1e3 / 0.7, Bound.PROGRAM: 1e3 / 0.5, Bound.DECODING: 8e3 / 2.6, Bound.CORES: 16e3 / 3.1}
    )
    assert predict(CARD).bound is Bound.NETWORK
    assert predict(replace(CARD, network_ms=0.1)).bound is Bound.PROGRAM
    assert predict(replace(CARD, workers=3)).bound is Bound.DECODING
    assert predict(replace(CARD, cores=2)).bound is Bound.CORES
    assert find_bounds(replace(CARD, cores=2))[Bound.DECODING] == pytest.approx(2e3 / 2.6), "on two cores decode two"


def test_beside_a_card_nobody_is_in_anybodys_way() -> None:
    assert find_bounds(replace(CARD, company_ms=50.0)) == find_bounds(CARD)


def test_a_slow_disk_decides_where_it_is_slower_than_everything_else() -> None:
    slow, fast = (predict(replace(CARD, read_mb_per_s=speed)) for speed in (50.0, 5000.0))
    assert slow.bound is Bound.DISK
    assert slow.pictures_per_s == pytest.approx(500)
    assert fast == predict(CARD)


@pytest.mark.parametrize(
    "name",
    ["network_ms", "network_added_ms", "decode_ms", "reading_ms", "hand_over_ms", "main_ms", "answer_ms"],
)
def test_whatever_costs_more_makes_nothing_faster(name: str) -> None:
    assert name in {one.name for one in fields(Inputs)}
    for inputs in (FULL, CARD):
        dearer = replace(inputs, **{name: getattr(inputs, name) + 5})
        assert predict(dearer).pictures_per_s < predict(inputs).pictures_per_s
        assert predict(dearer).first_answer_ms >= predict(inputs).first_answer_ms


def test_one_picture_waits_for_its_own_parts_only() -> None:
    found = predict(FULL)
    assert found.decode_ms == pytest.approx(2 + 0.5 + 0.4)
    assert found.answer_ms == pytest.approx(22 + 3 + 0.3)


def test_first_answers_come_when_a_batch_is_decoded_and_run() -> None:
    # Eight pictures on eight decoders are there at once; the card leaves the decoders their cores.
    at_once = replace(CARD, main_ms=0.0)
    assert predict(at_once).first_answer_ms == pytest.approx(2.9 + 8 * (0.4 + 0.3))
    # On two decoders they come in four waves, and decoders take a tenth of what the network wants.
    shared = predict(FULL).first_answer_ms
    assert shared == pytest.approx(2.9 + 3 * 2.8 + 8 * 21 * (1024 + 110) / 1024 + 8 * 0.3)


def test_a_batch_of_slow_pictures_is_run_before_it_is_full() -> None:
    photographs = replace(FULL, decode_ms=150.0, batch=64)
    # After 100 ms one picture is there, and none comes.
    assert predict(photographs).first_answer_ms < 150 + 50 + 2 * 30


def test_a_long_run_costs_what_its_speed_says_and_a_short_one_more() -> None:
    counts = (1, 2, 8, 10, 100, 1000, 100_000)
    each = [whole_run_ms(FULL, count) / count for count in counts]
    assert max(each) == each[0]
    assert sorted(counts, key=lambda count: whole_run_ms(FULL, count)) == list(counts)
    assert each[0] == pytest.approx(2.9 + 25 + 0.3)
    assert each[-1] == pytest.approx(1e3 / predict(FULL).pictures_per_s, rel=1e-3)


def test_parts_that_cost_nothing_are_no_error() -> None:
    nothing = replace(CARD, network_ms=0.0, main_ms=0.0, answer_ms=0.0)
    assert predict(nothing).bound is Bound.DECODING
