"""Runs are counted up to how many there will be: each question by itself, a job in one. Large inputs run few by few."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from inference.attention.runs import BATCH_SIZE
from inference.commands import explain_progress
from inference.commands.explain_progress import batch_for, counted_job, counted_runner
from tests.fakes import FakeNetwork

Bars = list[tuple[int | None, list[int]]]


@pytest.fixture
def bars(monkeypatch: pytest.MonkeyPatch) -> Bars:
    """Each bar: how many there will be, and what it was told; -1 where it was closed."""
    made: Bars = []

    @contextmanager
    def keep(_unit: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        told: list[int] = []
        made.append((total, told))
        yield told.append
        told.append(-1)

    monkeypatch.setattr(explain_progress, "counting", keep)
    return made


def test_each_question_has_a_bar_that_ends_with_it(bars: Bars) -> None:
    with counted_runner(FakeNetwork(), np.zeros((32, 32, 3), np.uint8)) as runner:
        assert runner.on_progress is not None
        # One run is over before anybody has read of it.
        for done, total in ((1, 1), (16, 40), (32, 40), (40, 40), (5, 9)):
            runner.on_progress(done, total)
    assert bars == [(40, [16, 32, 40, -1]), (9, [5, -1])]


def test_a_job_has_one_bar_for_all_its_pictures(bars: Bars) -> None:
    with counted_job(3) as tell:
        for _ in range(2):
            for done in (4, 8):
                tell(done, 8)
    assert bars == [(24, [4, 8, 12, 16, -1])]


@pytest.mark.parametrize(
    ("size", "batch"), [((32, 32), BATCH_SIZE), ((64, 64), BATCH_SIZE // 4), ((96, 96), 1), ((16, 16), BATCH_SIZE)]
)
def test_larger_inputs_run_in_smaller_batches(size: tuple[int, int], batch: int) -> None:
    assert batch_for(np.zeros((*size, 3), np.uint8), 32) == batch
