"""The ledger adds up, a duel is a difference, and words say what the numbers say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inference.attention.evidence import (
    Finding,
    evidence_map,
    evidence_maps,
    find,
    fixed_scale,
    is_flat,
    is_valid,
    ledger,
    place_in_words,
)
from inference.engine.network import Head
from tests.inference.attention.conftest import Seen

_VALUES = st.floats(-10, 10, width=32)


@st.composite
def _networks(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    channels, classes = draw(st.integers(1, 12)), draw(st.integers(2, 6))
    height, width = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    features = draw(hnp.arrays(np.float32, (channels, height, width), elements=_VALUES))
    weight = draw(hnp.arrays(np.float32, (classes, channels), elements=_VALUES))
    bias = draw(hnp.arrays(np.float32, (classes,), elements=_VALUES))
    return features, weight, bias


@settings(max_examples=60, deadline=None)
@given(_networks())
def test_the_ledger_of_every_class_adds_up_to_its_logit(network: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    features, weight, bias = network
    logits = weight.astype(np.float64) @ features.astype(np.float64).mean(axis=(1, 2)) + bias
    for index in range(len(weight)):
        account = ledger(evidence_map(features, weight[index]), float(bias[index]))
        terms = abs(account.supporting) + abs(account.opposing) + abs(account.bias)
        assert account.logit == pytest.approx(logits[index], abs=1e-5 * (1 + terms * len(weight[index])))
        assert account.supporting >= 0 >= account.opposing


@settings(max_examples=30, deadline=None)
@given(_networks())
def test_all_maps_at_once_are_the_maps_one_by_one_and_a_duel_is_their_difference(
    network: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    features, weight, _ = network
    before = features.copy(), weight.copy()
    maps = evidence_maps(features, weight)
    for index, row in enumerate(weight):
        np.testing.assert_allclose(maps[index], evidence_map(features, row), atol=1e-3)
    np.testing.assert_allclose(evidence_map(features, weight[0] - weight[1]), maps[0] - maps[1], atol=1e-3)
    assert (features == before[0]).all()
    assert (weight == before[1]).all()


def test_on_the_real_network_the_ledger_of_every_class_is_its_logit(seen: tuple[Seen, ...], head: Head) -> None:
    for one in seen:
        maps = evidence_maps(one.features, head.weight)
        errors = [ledger(maps[row], float(head.bias[row])).error(float(one.logits[row])) for row in range(len(maps))]
        assert max(errors) <= 1e-5
        assert ledger(maps[0], float(head.bias[0])).error(float(one.logits[0]) + 1) > 1e-2


@pytest.mark.parametrize(
    ("cells", "finding"),
    [
        ([np.nan, 1], Finding.NO_NUMBERS),
        ([np.inf, 1], Finding.NO_NUMBERS),
        ([0, 0], Finding.NOTHING),
        ([0.7, 0.7], Finding.SAME),
        ([-0.7, -0.7], Finding.SAME),
        ([-3, -1], Finding.AGAINST),
        ([-3, 0], Finding.AGAINST),
        ([0.1, 0.2], Finding.FLAT),
        ([-1, 2], Finding.PLACE),
    ],
)
def test_there_is_always_something_to_say(cells: list[float], finding: Finding) -> None:
    assert find(np.array([cells], np.float32)) is finding


def test_a_single_cell_is_flat_or_against_and_never_the_same_everywhere() -> None:
    assert find(np.array([[2.0]], np.float32)) is Finding.FLAT
    assert find(np.array([[-2.0]], np.float32)) is Finding.AGAINST


def test_a_map_with_no_number_is_not_valid() -> None:
    contributions = np.zeros((3, 3), np.float32)
    assert is_valid(contributions)
    contributions[1, 1] = np.nan
    assert not is_valid(contributions)


def test_flat_means_a_range_below_half_a_logit_over_all_cells() -> None:
    contributions = np.zeros((3, 3), np.float32)
    contributions[0, 0] = 0.4 / 9
    assert is_flat(contributions)
    contributions[0, 0] = 0.6 / 9
    assert not is_flat(contributions)


@pytest.mark.parametrize(
    ("cell", "words"),
    [((0, 0), "top left"), ((4, 4), "centre"), ((4, 8), "centre right"), ((8, 4), "bottom"), ((8, 0), "bottom left")],
)
def test_the_place_of_the_strongest_support_in_words(cell: tuple[int, int], words: str) -> None:
    contributions = np.full((9, 9), -1.0, np.float32)
    contributions[cell] = 2.0
    assert place_in_words(contributions) == words


def test_no_place_where_nothing_supports() -> None:
    assert place_in_words(np.full((2, 2), -0.5, np.float32)) == ""


def test_the_fixed_scale_leaves_out_the_rarest_values_and_maps_without_numbers() -> None:
    values = np.linspace(-1, 1, 10_000, dtype=np.float32).reshape(100, 100)
    assert fixed_scale([values]) == pytest.approx(0.995, abs=1e-3)
    assert fixed_scale([values, np.full((2, 2), np.nan, np.float32)]) == pytest.approx(0.995, abs=1e-3)
    assert fixed_scale([]) == 1.0
    assert fixed_scale([np.zeros((2, 2), np.float32)]) == 1.0


def test_a_map_without_numbers_has_no_account() -> None:
    account = ledger(np.array([[np.nan, 1.0], [-1.0, 0.0]], np.float32), 0.5)
    assert np.isnan([account.supporting, account.opposing, account.logit]).all()
