"""The badge is a real run without the strongest fifth of the cells."""

from __future__ import annotations

import numpy as np
import pytest

from inference.attention.checks import DeletionBadge, deletion_badge
from inference.attention.confirming import HiddenRun
from inference.attention.duel import duel, runner_up
from inference.attention.evidence import evidence_map
from inference.attention.masking import Filling, fill
from inference.attention.runs import CopyRunner, SeenPicture
from inference.classify.postprocess import softmax
from inference.engine.network import Head, Network
from tests.fakes import FakeNetwork
from tests.inference.attention.conftest import Seen


@pytest.mark.parametrize("filling", list(Filling))
def test_the_badge_is_a_run_done_by_hand(
    built_in: Network, seen: tuple[Seen, ...], head: Head, filling: Filling
) -> None:
    one = seen[0]
    subject = int(one.logits.argmax())
    contributions = evidence_map(one.features, head.weight[subject])
    badge = deletion_badge(CopyRunner(built_in), one.picture, contributions, subject, filling=filling)
    filled, changed = fill(one.image, filling, built_in.contract.preprocessing), one.image.copy()
    for cell in np.argsort(-contributions.ravel(), kind="stable")[:16]:
        row, column = divmod(int(cell), 9)
        changed[row * 8 : row * 8 + 8, column * 8 : column * 8 + 8] = filled[
            row * 8 : row * 8 + 8, column * 8 : column * 8 + 8
        ]
    assert badge.done.cells.sum() == 16
    assert badge.before == pytest.approx(float(softmax(one.logits)[subject]))
    assert badge.after == pytest.approx(float(softmax(built_in.run(changed[None]).logits[0])[subject]), abs=1e-5)
    assert badge.is_borne_out is (badge.after < badge.before)


def test_the_strongest_cells_matter_more_than_the_weakest(
    built_in: Network, seen: tuple[Seen, ...], head: Head
) -> None:
    falls = []
    for sign in (1, -1):
        for one in seen:
            subject = int(one.logits.argmax())
            contributions = sign * evidence_map(one.features, head.weight[subject])
            badge = deletion_badge(CopyRunner(built_in), one.picture, contributions, subject)
            falls.append(badge.before - badge.after)
    assert sum(falls[:3]) > sum(falls[3:])


def test_only_cells_that_speak_for_the_class_are_hidden(seen: tuple[Seen, ...], built_in: Network) -> None:
    one = seen[0]
    rectified = np.zeros((9, 9), np.float32)
    rectified[6, 2:5] = 1.0, 3.0, 2.0
    badge = deletion_badge(CopyRunner(built_in), one.picture, rectified, 3)
    assert np.argwhere(badge.done.cells).tolist() == [[6, 2], [6, 3], [6, 4]]
    assert badge.has_support


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan])
def test_a_map_that_says_nothing_for_the_class_is_neither_run_nor_borne_out(value: float) -> None:
    network = FakeNetwork()
    seen = SeenPicture(np.full((8, 8, 3), 90, np.uint8), np.zeros(6, np.float32))
    badge = deletion_badge(CopyRunner(network), seen, np.full((2, 2), value, np.float32), 1)
    assert network.batches == []
    assert not badge.has_support
    assert not badge.is_borne_out
    assert badge.after == badge.before


@pytest.mark.parametrize(
    ("before", "after", "is_slight", "is_borne_out"),
    [
        (0.551, 0.550, True, False),
        (0.330, 0.327, True, False),
        (0.330, 0.343, True, False),
        (0.551, 0.500, False, True),
        (0.500, 0.551, False, False),
        # Of a sure answer a small part of a percent is much.
        (0.9999, 0.9990, False, True),
    ],
)
def test_a_class_must_lose_clearly(before: float, after: float, is_slight: bool, is_borne_out: bool) -> None:
    badge = _badge_of(*(float(np.log(share / (1 - share))) for share in (before, after)))
    assert badge.before == pytest.approx(before, abs=1e-6)
    assert (badge.is_slight, badge.is_borne_out) == (is_slight, is_borne_out)


@pytest.mark.parametrize(("after", "is_slight"), [(29.95, True), (20.0, False)])
def test_an_answer_so_sure_that_its_probability_has_no_digits_left_is_judged_too(after: float, is_slight: bool) -> None:
    badge = _badge_of(30.0, after)
    assert badge.before == badge.after == 1.0
    assert (badge.is_slight, badge.is_borne_out) == (is_slight, not is_slight)


def _badge_of(before: float, after: float) -> DeletionBadge:
    """The first of two classes, so far ahead of the other one in logits."""
    logits = (np.array([lead, 0.0], np.float32) for lead in (before, after))
    done = HiddenRun(Filling.BLUR, np.ones((1, 1), bool), *logits)
    return DeletionBadge(0, *done.probabilities(0), done)


def test_a_comparison_is_borne_out_by_its_lead_and_not_by_the_score() -> None:
    cells = np.ones((1, 1), np.bool_)
    # Both of the two lose to a third class; the lead of the first over the second grows.
    done = HiddenRun(Filling.BLUR, cells, np.array([3, 2, 0], np.float32), np.array([2, 0, 5], np.float32))
    before, after = done.probabilities(0)
    alone, compared = (DeletionBadge(0, before, after, done, rival) for rival in (None, 1))
    assert alone.gaps is None
    assert alone.is_borne_out
    assert compared.gaps == (1.0, 2.0)
    assert not compared.is_borne_out
    falling = HiddenRun(Filling.BLUR, cells, done.after, done.before)
    assert DeletionBadge(0, after, before, falling, 1).is_borne_out


def test_on_the_real_network_the_lead_falls_without_the_cells_that_give_it(
    built_in: Network, seen: tuple[Seen, ...], head: Head
) -> None:
    for one in seen:
        subject = int(one.logits.argmax())
        rival = runner_up(one.logits, subject)
        fought = duel(one.features, head, subject, rival)
        badge = deletion_badge(CopyRunner(built_in), one.picture, fought.contributions, subject, rival=rival)
        assert badge.gaps is not None
        assert badge.gaps[0] == pytest.approx(fought.gap, abs=1e-3)
        assert badge.is_borne_out is (badge.gaps[1] < badge.gaps[0])
