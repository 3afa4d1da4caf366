"""As many decoders as keep the network busy, within the cores and the memory."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.classify.worker_count import worker_count

GIB = 2**30
MS = st.floats(0.01, 1000.0)


@pytest.mark.parametrize(
    ("cores", "has_card", "picture_ms", "decode_ms", "workers"),
    [
        # Two cores that do both: as measured.
        (2, False, 7.0, 2.6, 2),
        (2, False, None, 20.0, 2),
        # A server with a card: eight would leave the card waiting.
        (64, True, 0.33, 2.6, 10),
        (64, True, 0.33, 20.0, 63),
        (16, True, 0.33, 20.0, 15),
        # A server without one.
        (64, False, 0.22, 20.0, 47),
        # A slow card needs few.
        (16, True, 10.0, 2.6, 2),
        (1, True, 0.1, 20.0, 1),
    ],
)
def test_in_numbers(cores: int, has_card: bool, picture_ms: float | None, decode_ms: float, workers: int) -> None:
    assert worker_count(cores, has_card=has_card, picture_ms=picture_ms, decode_ms=decode_ms) == workers


@given(st.integers(1, 256), st.booleans(), MS, MS)
def test_enough_for_the_network_or_all_cores(cores: int, has_card: bool, picture_ms: float, decode_ms: float) -> None:
    workers = worker_count(cores, has_card=has_card, picture_ms=picture_ms, decode_ms=decode_ms)
    assert min(2, cores) <= workers <= cores
    if workers < cores - has_card:
        # Nobody can take pictures over faster than one in 0.1 ms.
        network_ms = max(picture_ms, 0.1)
        assert decode_ms / workers <= (network_ms if has_card else network_ms + decode_ms / cores)


@given(st.integers(2, 256), st.booleans(), MS)
def test_a_faster_network_never_gets_fewer(cores: int, has_card: bool, decode_ms: float) -> None:
    speeds = [100.0, 10.0, 1.0, 0.1]
    counts = [worker_count(cores, has_card=has_card, picture_ms=speed, decode_ms=decode_ms) for speed in speeds]
    assert all(one <= other for one, other in pairwise(counts))


def test_little_memory_means_few() -> None:
    assert worker_count(64, has_card=True, memory_bytes=4 * GIB) == 8
    assert worker_count(64, has_card=True, memory_bytes=64 * GIB) == 63
    assert worker_count(64, has_card=True, memory_bytes=0) == 2
