"""A duel is asked from the side that leads, points out the cells that decide, and offers other classes."""

from __future__ import annotations

import numpy as np
import pytest

from gui.attention.duel_work import RIVALS, decide, has_numbers, rivals_of
from inference.engine.network import Head
from tests.fakes import CHANNELS, CLASSES
from tests.gui.attention.examined_pictures import HEAD, examined_picture, features_of

ZEROS = [[0.0, 0.0], [0.0, 0.0]]
FEATURES = features_of([[8.0, 4.0], [0.0, 0.0]], [[0.0, 0.0], [4.0, 4.0]], ZEROS)


def test_the_runner_up_unless_somebody_chose() -> None:
    examined = examined_picture(FEATURES)
    listed, rival = rivals_of(examined, 0, None)
    assert (listed[0], rival) == (1, 1)
    assert 0 not in listed
    assert len(listed) == CLASSES - 1 <= RIVALS
    assert rivals_of(examined, 0, 4) == (listed, 4)
    # The class on screen is no rival of itself.
    assert rivals_of(examined, 1, 1)[1] == 0


def test_the_leading_class_and_the_cells_that_decide() -> None:
    decision = decide(examined_picture(FEATURES), 1, 0)
    assert decision is not None
    assert decision.turned
    assert (decision.leading.subject, decision.leading.rival) == (0, 1)
    assert decision.leading.gap == pytest.approx(1.0)
    assert decision.zeroed is not None
    assert decision.cells is not None
    assert decision.cells.tolist() == [[True, False], [False, False]]
    assert decision.zeroed.gap_after < 0


def test_re_pooled_cells_stand_in_where_zeroed_ones_do_not_turn_it() -> None:
    # The bias leads: without all cells the subject still leads, but the mean of what is left does not.
    bias = np.zeros(CLASSES, np.float32)
    bias[0] = 1.5
    head = Head(np.eye(CLASSES, CHANNELS, dtype=np.float32), bias)
    features = features_of([[4.0, 0.0], [0.0, 0.0]], [[0.0, 2.0], [2.0, 2.0]], ZEROS)
    decision = decide(examined_picture(features, head=head), 0, 1)
    assert decision is not None
    assert decision.zeroed is None
    assert decision.repooled is not None
    assert decision.cells is decision.repooled.cells


def test_nobody_leads() -> None:
    assert decide(examined_picture(FEATURES), 3, 4) is None
    broken = examined_picture(features_of([[np.nan, 0.0], [0.0, 0.0]], ZEROS, ZEROS), head=HEAD)
    assert decide(broken, 0, 1) is None


def test_features_without_numbers_decide_nothing_and_are_known_as_such() -> None:
    broken = FEATURES.copy()
    broken[0, 0, 0] = np.nan
    assert has_numbers(examined_picture(FEATURES))
    assert not has_numbers(examined_picture(broken))
    assert decide(examined_picture(broken), 0, 1) is None
