"""Go through many rows or images and look now and then whether anybody still wants it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from inference.cancel import CancelToken

_EVERY = 500

_Item = TypeVar("_Item")


def stoppable(items: Iterable[_Item], cancel: CancelToken | None) -> Iterator[_Item]:
    """The same items in their order.

    Raises:
        Cancelled: somebody wanted to stop.
    """
    for number, item in enumerate(items):
        if cancel is not None and number % _EVERY == 0:
            cancel.raise_if_set()
        yield item
