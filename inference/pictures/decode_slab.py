"""Share a piece of memory with one decode worker, without a name that somebody would have to tidy up."""

from __future__ import annotations

import mmap
import os
import sys
from collections.abc import Callable
from multiprocessing import reduction
from typing import Any

_SLAB_BYTES = 8 * 2**20
"""More than the inputs of a handful; memory is taken only where something was written."""


class Slab:
    """Memory of this process and of the worker that is started with it; gone when both are.

    Args:
        descriptor: of the memory; closed by `close`.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._map = mmap.mmap(descriptor, _SLAB_BYTES)

    @classmethod
    def create(cls) -> Slab | None:
        """New memory, or None where the system has none of this kind (Linux has) or no more of it."""
        if sys.platform != "linux":
            return None
        try:
            descriptor = os.memfd_create("decode-slab")
        except OSError:
            return None
        try:
            os.ftruncate(descriptor, _SLAB_BYTES)
            return cls(descriptor)
        except OSError:
            os.close(descriptor)
            return None

    def __reduce__(self) -> tuple[Callable[..., Slab], tuple[object]]:
        """Only to a process that is being started, as multiprocessing's own shared memory."""
        return _rebuild, (reduction.DupFd(self._descriptor),)

    def write(self, data: memoryview, at: int) -> bool:
        """Put bytes at a place; False where they do not fit."""
        if at + data.nbytes > _SLAB_BYTES:
            return False
        self._map[at : at + data.nbytes] = data
        return True

    def read(self, at: int, size: int) -> bytearray:
        """An own copy of bytes."""
        with memoryview(self._map) as memory:
            return bytearray(memory[at : at + size])

    def close(self) -> None:
        """Free this end."""
        self._map.close()
        os.close(self._descriptor)


def _rebuild(descriptor: Any) -> Slab:  # noqa: ANN401 - multiprocessing's own, of a kind of its own on each system
    return Slab(descriptor.detach())
