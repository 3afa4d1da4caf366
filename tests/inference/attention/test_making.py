"""One entry for every method: the same maps as the methods themselves, runs only where they are needed."""

from __future__ import annotations

import numpy as np
import pytest

from inference.attention.duel import duel
from inference.attention.making import InspectedPicture, class_weight, make_map
from inference.attention.methods import FACTS, Method
from inference.attention.runs import CopyRunner, SeenPicture
from inference.engine.network import Head
from tests.fakes import FakeNetwork
from tests.inference.attention.conftest import Seen


@pytest.mark.parametrize("method", list(Method))
def test_a_method_runs_the_network_only_where_it_must(method: Method) -> None:
    network = FakeNetwork()
    features = np.random.default_rng(3).random((3, 2, 2), dtype=np.float32)
    picture = InspectedPicture(SeenPicture(np.full((8, 8, 3), 9, np.uint8), np.zeros(6, np.float32)), features)
    made = make_map(method, picture, network.head or pytest.fail("no head"), 0, runner=CopyRunner(network))
    assert made.shape == picture.grid == (2, 2)
    assert bool(network.batches) is FACTS[method].runs_network


def test_a_method_that_needs_runs_says_so() -> None:
    picture = InspectedPicture(
        SeenPicture(np.zeros((8, 8, 3), np.uint8), np.zeros(2, np.float32)), np.ones((1, 1, 1), np.float32)
    )
    head = Head(np.ones((2, 1), np.float32), np.zeros(2, np.float32))
    with pytest.raises(ValueError, match="needs runs"):
        make_map(Method.OCCLUSION, picture, head, 0)


def test_against_a_rival_the_evidence_is_the_duels(seen: tuple[Seen, ...], head: Head) -> None:
    one = seen[0]
    made = make_map(Method.EVIDENCE, InspectedPicture(one.picture, one.features), head, 3, rival=8)
    np.testing.assert_allclose(made, duel(one.features, head, 3, 8).contributions, atol=1e-6)
    assert (class_weight(head, 3) == head.weight[3]).all()
