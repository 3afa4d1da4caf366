"""A wish to stop reaches the worker, whenever it is expressed."""

import threading

import pytest

from inference.cancel import Cancelled, CancelToken
from inference.errors import CardinalError


def test_cancelled_is_not_a_failure() -> None:
    assert not issubclass(Cancelled, CardinalError)


def test_the_token_raises_only_after_the_wish() -> None:
    token = CancelToken()
    token.raise_if_set()
    token.cancel()
    with pytest.raises(Cancelled):
        token.raise_if_set()


def test_callbacks_run_once_during_their_block_and_not_after() -> None:
    token, calls = CancelToken(), []
    with token.on_cancel(lambda: calls.append("left")):
        pass
    with token.on_cancel(lambda: calls.append("inside")):
        token.cancel()
        token.cancel()
    with token.on_cancel(lambda: calls.append("late")):
        pass
    assert calls == ["inside", "late"]


def test_waiting_ends_with_the_wish() -> None:
    token = CancelToken()
    threading.Timer(0.02, token.cancel).start()
    assert token.wait(10)
