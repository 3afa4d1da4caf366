"""A confirmation is one real run on changed pixels, and says what came of it, also when nothing turned."""

from __future__ import annotations

import numpy as np
import pytest

from inference.attention.confirming import HiddenRun, run_hidden
from inference.attention.duel import duel, runner_up
from inference.attention.masking import Filling
from inference.attention.runs import CopyRunner, SeenPicture
from inference.attention.turning import Reading, turning_set
from inference.classify.postprocess import softmax
from inference.engine.network import Head, Network
from tests.fakes import FakeNetwork
from tests.inference.attention.conftest import Seen


def test_hiding_runs_the_network_once_on_changed_pixels() -> None:
    network = FakeNetwork()
    image = np.full((8, 8, 3), 200, np.uint8)
    cells = np.array([[True, False], [False, False]])
    done = run_hidden(CopyRunner(network), SeenPicture(image, np.zeros(6, np.float32)), cells, Filling.GREY)
    assert network.batches == [1]
    grey = np.rint(np.array(network.contract.preprocessing.mean) * 255).mean()
    assert done.after[0] == pytest.approx((200 * 3 + grey) / 4, abs=0.5)
    assert (image == 200).all()


@pytest.mark.parametrize("filling", list(Filling))
def test_on_the_real_network_the_set_is_tried_for_real(
    built_in: Network, seen: tuple[Seen, ...], head: Head, filling: Filling
) -> None:
    for one in seen:
        first = int(one.logits.argmax())
        rival = runner_up(one.logits, first)
        found = turning_set(duel(one.features, head, first, rival), Reading.ZEROED)
        assert found is not None
        done = run_hidden(CopyRunner(built_in), one.picture, found.cells, filling)
        before, after = done.gaps(first, rival)
        assert before == pytest.approx(found.gap_before, abs=1e-3)
        assert after != before
        assert done.turned(first, rival) is (after < 0)
        assert done.probabilities(first)[1] == pytest.approx(float(softmax(done.after)[first]))


def test_a_run_that_disagrees_says_so() -> None:
    cells = np.ones((1, 1), np.bool_)
    done = HiddenRun(Filling.BLUR, cells, np.array([2, 1, 0], np.float32), np.array([1.5, 1, 3], np.float32))
    assert not done.turned(0, 1)
    assert done.gaps(0, 1) == (1.0, 0.5)
    assert done.first_after == 2
    assert done.turned(0, 2)
    # Who did not lead before was not overtaken.
    assert not done.turned(2, 0)
    behind = HiddenRun(Filling.BLUR, cells, np.array([1, 2], np.float32), np.array([1, 3], np.float32))
    assert not behind.turned(0, 1)


def test_nothing_hidden_changes_nothing(built_in: Network, seen: tuple[Seen, ...]) -> None:
    done = run_hidden(CopyRunner(built_in), seen[0].picture, np.zeros((9, 9), np.bool_), Filling.NOISE)
    np.testing.assert_allclose(done.after, seen[0].logits, atol=1e-4)
