"""Two models' answers are counted picture by picture."""

from __future__ import annotations

import numpy as np
import pytest

from inference.models.quantize.facts import Comparison
from inference.models.quantize.tally import Tally
from inference.models.quantize.truth import UNKNOWN


def result(tally: Tally) -> Comparison:
    return tally.result(float_device="cpu", int8_device="cpu", threads=1, float_bytes=2, int8_bytes=1)


def test_agreement_differences_and_margins() -> None:
    tally = Tally()
    original = np.array([[3, 1, 0], [0.5, 0.75, 0]], np.float32)
    copy = np.array([[2, 1, 0], [1, 0.5, 0]], np.float32)
    tally.add_answers(original, copy, np.array([0, 0]))
    tally.add_answers(np.array([[0, 0, 1]], np.float32), np.array([[0, 0, 1]], np.float32), np.array([UNKNOWN]))
    said = result(tally)
    assert (said.pictures, said.same, tally.different) == (3, 2, 1)
    assert (said.labelled, said.float_right, said.int8_right) == (2, 1, 2)
    # 1 + 0.5 + 0.25 over nine numbers.
    assert said.mean_difference == pytest.approx(1.75 / 9)
    assert said.max_difference == 1
    # The second picture: the original preferred class 1 to the copy's class 0 by 0.25.
    assert said.worst_margin == 0.25


def test_numbers_that_are_none() -> None:
    tally = Tally()
    nothing = np.array([[np.nan, 0]], np.float32)
    fine = np.array([[1, 0]], np.float32)
    truth = np.array([0])
    tally.add_answers(nothing, fine, truth)
    assert result(tally).pictures == 0
    tally.add_answers(fine, nothing, truth)
    tally.add_answers(fine, np.array([[np.inf, 0]], np.float32), truth)
    said = result(tally)
    assert (said.pictures, said.same, said.max_difference) == (2, 0, 0)
    assert (said.labelled, said.float_right, said.int8_right) == (2, 2, 0)


def test_times_are_medians() -> None:
    tally = Tally()
    for original, copy in ((4.0, 2.0), (90.0, 1.0), (5.0, 50.0)):
        tally.add_times(original, copy)
    said = result(tally)
    assert (said.float_ms, said.int8_ms, said.speed_ratio, said.turns) == (5.0, 2.0, 2.5, 3)
    assert result(Tally()).float_ms == 0
