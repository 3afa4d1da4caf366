"""What goes through a pipe with its pixels apart arrives as it was."""

import multiprocessing
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection

import numpy as np
import pytest

from inference.pictures.decode_message import receive_apart, send_apart
from inference.pictures.decode_slab import Slab


@pytest.fixture
def ends() -> Iterator[tuple[Connection, Connection]]:
    one, other = multiprocessing.Pipe()
    with one, other:
        yield one, other


def passed(ends: tuple[Connection, Connection], answer: object) -> object:
    # More than a pipe holds: both ends work at the same time.
    sender = threading.Thread(target=send_apart, args=(ends[0], answer))
    sender.start()
    try:
        return receive_apart(ends[1])
    finally:
        sender.join()


def test_arrays_and_words_arrive(ends: tuple[Connection, Connection]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)
    arrays = [pixels, pixels[::2, ::3], np.asfortranarray(pixels), np.zeros((0, 3), np.float32), np.array(2.5)]
    got = passed(ends, {"arrays": arrays, "jpeg": b"\xff\xd8", "path": "caf\udce9"})
    assert isinstance(got, dict)
    assert got["jpeg"] == b"\xff\xd8"
    assert got["path"] == "caf\udce9"
    for one, other in zip(arrays, got["arrays"], strict=True):
        assert np.array_equal(one, other)
        assert one.dtype == other.dtype
    got["arrays"][0][0, 0, 0] = 7
    assert got["arrays"][0][0, 0, 0] == 7, "it can be written to"


def test_through_shared_memory_as_far_as_it_goes(ends: tuple[Connection, Connection]) -> None:
    slab = Slab.create()
    arrays = [np.full(3 * 2**20, number, np.uint8) for number in range(5)]
    sender = threading.Thread(target=send_apart, args=(ends[0], arrays, slab))
    sender.start()
    got = receive_apart(ends[1], slab)
    sender.join()
    if slab is not None:
        slab.close()
    assert [array.tolist()[:2] for array in got] == [[number] * 2 for number in range(5)]
    assert all(np.array_equal(one, other) for one, other in zip(arrays, got, strict=True))
    got[0][0] = 9


def test_one_after_the_other(ends: tuple[Connection, Connection]) -> None:
    for number in range(3):
        got = passed(ends, np.full((500, 500), number))
        assert isinstance(got, np.ndarray)
        assert (got == number).all()


def test_what_cannot_be_pickled_sends_nothing(ends: tuple[Connection, Connection]) -> None:
    with pytest.raises((AttributeError, TypeError)):
        send_apart(ends[0], [np.zeros(10), threading.Lock()])
    assert not ends[1].poll()


def test_an_end_in_the_middle_is_an_end(ends: tuple[Connection, Connection]) -> None:
    ends[0].send((b"anything", [None]))
    ends[0].close()
    with pytest.raises((EOFError, OSError)):
        receive_apart(ends[1])
