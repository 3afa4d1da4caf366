"""Memory that a worker shares with the program holds what fits, and is gone afterwards."""

import sys
from pathlib import Path

import pytest

from inference.pictures.decode_slab import Slab


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(sys.platform != "linux", reason="there is none elsewhere")
def test_what_is_written_is_read_and_nothing_stays() -> None:
    before = descriptors()
    slab = Slab.create()
    assert slab is not None
    assert slab.write(memoryview(b"pixels"), 10)
    got = slab.read(10, 6)
    assert got == b"pixels"
    assert slab.write(memoryview(b"others"), 10)
    assert got == b"pixels", "it is a copy"
    assert not slab.write(memoryview(bytes(2**20)), 8 * 2**20 - 100)
    slab.close()
    assert descriptors() == before


@pytest.mark.skipif(sys.platform == "linux", reason="Linux has it")
def test_elsewhere_there_is_none() -> None:
    assert Slab.create() is None
