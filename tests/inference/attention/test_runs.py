"""Many copies, few at a time: in order, with progress, stoppable, also where memory is short."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from inference.arrays import RgbImage
from inference.attention.runs import CopyRunner, RunCount
from inference.cancel import Cancelled, CancelToken
from inference.errors import InferenceError
from tests.fakes import FakeNetwork


def _copies(count: int) -> Iterator[RgbImage]:
    for number in range(count):
        yield np.full((8, 8, 3), number, np.uint8)


def test_answers_come_in_order_with_progress() -> None:
    network, told = FakeNetwork(), []
    runner = CopyRunner(network, batch_size=4, on_progress=lambda done, total: told.append((done, total)))
    logits = runner.run(_copies(10), 10)
    assert logits[:, 0].tolist() == list(range(10))
    assert network.batches == [4, 4, 2]
    assert told == [(4, 10), (8, 10), (10, 10)]


def test_too_little_memory_makes_batches_smaller_and_loses_none() -> None:
    network = FakeNetwork()
    network.memory = 2
    logits = CopyRunner(network, batch_size=8).run(_copies(9), 9)
    assert logits[:, 0].tolist() == list(range(9))
    assert network.batches[-1] <= 2
    network.memory = 0
    with pytest.raises(InferenceError):
        CopyRunner(network).run(_copies(2), 2)


def test_a_wish_to_stop_is_heard_between_batches_and_the_network_can_be_used_again() -> None:
    network, cancel = FakeNetwork(), CancelToken()
    runner = CopyRunner(network, batch_size=3, on_progress=lambda _done, _total: cancel.cancel(), cancel=cancel)
    with pytest.raises(Cancelled):
        runner.run(_copies(9), 9)
    assert network.batches == [3]
    assert CopyRunner(network).run_one(next(_copies(1)))[0] == 0


def test_no_valid_numbers_are_an_error() -> None:
    network = FakeNetwork()
    network.bad_value = 3
    with pytest.raises(InferenceError, match="no valid numbers"):
        CopyRunner(network).run(_copies(5), 5)


def test_runs_of_many_questions_are_added_up() -> None:
    shown: list[int] = []
    count = RunCount(shown.append)
    # The first batch of the last question is larger than the whole of the one before.
    for done, total in ((16, 40), (32, 40), (40, 40), (1, 1), (16, 32), (32, 32)):
        count.add(done, total)
    assert shown == [16, 32, 40, 41, 57, 73]
    assert count.done == 73
    silent = RunCount()
    silent.add(3, 3)
    assert silent.done == 3
