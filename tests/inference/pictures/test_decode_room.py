"""As many are let in as the pool has room for at the moment."""

import threading
from dataclasses import dataclass

from inference.pictures.decode_room import DecodeRoom


@dataclass
class Pool:
    """How much room it says it has."""

    room: int


def test_it_follows_the_pool() -> None:
    pool = Pool(2)
    gate = DecodeRoom(pool)
    assert gate.acquire(0)
    assert gate.acquire(0)
    assert not gate.acquire(0)
    pool.room = 3
    assert gate.acquire(0)
    pool.room = 1
    gate.release()
    gate.release()
    assert not gate.acquire(0.01)
    gate.release()
    assert gate.acquire(0)


def test_a_place_given_back_wakes_who_waits() -> None:
    gate = DecodeRoom(Pool(1))
    assert gate.acquire()
    got: list[bool] = []
    waiter = threading.Thread(target=lambda: got.append(gate.acquire(60.0)))
    waiter.start()
    gate.release()
    waiter.join()
    assert got == [True]
