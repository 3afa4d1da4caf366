"""Maps that depend on the head change with it; Eigen-CAM, which does not, is found out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inference.attention.duel import duel
from inference.attention.evidence import evidence_map
from inference.attention.making import InspectedPicture
from inference.attention.methods import Method
from inference.attention.sanity import check_head, compare_maps, randomise_head, rank_correlation
from inference.engine.network import Head
from tests.inference.attention.conftest import Seen


def test_the_evidence_map_changes_with_the_head_and_eigen_cam_does_not(seen: tuple[Seen, ...], head: Head) -> None:
    for one in seen:
        picture = InspectedPicture(one.picture, one.features)
        subject = int(one.logits.argmax())
        assert check_head(Method.EVIDENCE, picture, head, subject).passed
        blind = check_head(Method.EIGEN_CAM, picture, head, subject)
        assert blind.signed == pytest.approx(1.0)
        assert not blind.passed


def test_a_random_head_is_like_the_models_own_in_scale_and_always_the_same(head: Head) -> None:
    drawn, again, other = randomise_head(head, 1), randomise_head(head, 1), randomise_head(head, 2)
    assert (drawn.weight == again.weight).all()
    assert (drawn.weight != other.weight).any()
    assert drawn.weight.std() == pytest.approx(head.weight.std(), rel=0.05)
    assert drawn.weight.shape == head.weight.shape
    assert abs(rank_correlation(drawn.weight, head.weight)) < 0.05


def test_rank_correlation_of_known_maps() -> None:
    rising = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
    assert rank_correlation(rising, rising**3) == pytest.approx(1.0)
    assert rank_correlation(rising, -rising) == pytest.approx(-1.0)
    assert rank_correlation(rising, np.ones((2, 2), np.float32)) == 0
    # Ranks 0, 1, 2, 3 against 0.5, 0.5, 2, 3: by Pearson's formula on the ranks.
    assert rank_correlation(rising, np.array([[1, 1], [2, 3]], np.float32)) == pytest.approx(0.9486833)


@settings(max_examples=40, deadline=None)
@given(hnp.arrays(np.float32, (2, 3, 4), elements=st.integers(-3, 3).map(float)))
def test_rank_correlation_is_symmetric_and_bounded(maps: np.ndarray) -> None:
    value = rank_correlation(maps[0], maps[1])
    assert -1 - 1e-9 <= value <= 1 + 1e-9
    assert value == pytest.approx(rank_correlation(maps[1], maps[0]))


def test_maps_of_any_other_randomised_network_can_be_compared() -> None:
    own = np.array([[1.0, -2.0], [3.0, -4.0]], np.float32)
    same = compare_maps(own, [own, own])
    assert same.draws == 2
    assert [same.signed, same.absolute] == pytest.approx([1.0, 1.0])
    turned = compare_maps(own, [-own])
    # The mirror image of a map shows the same places.
    assert not turned.passed
    assert [turned.signed, turned.absolute] == pytest.approx([-1.0, 1.0])
    none = compare_maps(own, [])
    assert none.draws == 0
    assert not none.passed


def test_a_map_that_is_the_same_everywhere_passes_nothing(seen: tuple[Seen, ...], head: Head) -> None:
    flat = np.zeros((2, 2), np.float32)
    own = np.array([[1.0, -2.0], [3.0, -4.0]], np.float32)
    found = compare_maps(flat, [own, own])
    assert found.signed == 0
    assert found.is_flat
    assert not found.passed
    assert not compare_maps(np.full((2, 2), np.nan, np.float32), [own, own]).passed
    # What differs by rounding alone has no ranks either.
    assert compare_maps(np.array([[0.3, np.nextafter(np.float32(0.3), np.float32(1))]], np.float32), []).is_flat
    assert not compare_maps(np.array([[0.3, 0.30001]], np.float32), []).is_flat
    # A map that random weights take everything from did change.
    assert compare_maps(own, [flat]).passed
    one, against = seen[1], None
    for index in np.argsort(one.logits):
        if (evidence_map(one.features, head.weight[index]) <= 0).all():
            against = int(index)
    assert against is not None
    picture = InspectedPicture(one.picture, one.features)
    assert not check_head(Method.GRAD_CAM, picture, head, against).passed
    assert check_head(Method.EVIDENCE, picture, head, against).passed


def test_a_comparison_is_compared_with_random_comparisons(seen: tuple[Seen, ...], head: Head) -> None:
    one = seen[0]
    picture = InspectedPicture(one.picture, one.features)
    compared = check_head(Method.EVIDENCE, picture, head, 3, rival=4, draws=5)
    assert compared.passed
    fought = duel(one.features, head, 3, 4).contributions
    others = [duel(one.features, randomise_head(head, seed), 3, 4).contributions for seed in range(5)]
    assert compared.signed == pytest.approx(compare_maps(fought, others).signed, abs=1e-3)
    assert compared.signed != check_head(Method.EVIDENCE, picture, head, 3, draws=5).signed
