"""Memory is locked once and let go once, and is ordinary memory where CUDA does not lock it."""

from __future__ import annotations

import ctypes
import gc
import mmap

import numpy as np

from inference.engine.card.page_locked import page_locked


class _Runtime:
    def __init__(self, status: int = 0) -> None:
        self.status = status
        self.locked: dict[int | None, int] = {}

    def cudaHostRegister(self, address: ctypes.c_void_p, size: ctypes.c_size_t, flags: int) -> int:
        assert flags == 0
        if not self.status:
            self.locked[address.value] = size.value
        return self.status

    def cudaHostUnregister(self, address: ctypes.c_void_p) -> int:
        del self.locked[address.value]
        return 0


def test_it_is_locked_as_long_as_somebody_has_it() -> None:
    runtime = _Runtime()
    array = page_locked((2, 4, 4, 3), runtime)
    assert runtime.locked == {array.ctypes.data: mmap.PAGESIZE}
    assert array.ctypes.data % mmap.PAGESIZE == 0
    view = array[1:]
    del array
    gc.collect()
    assert len(runtime.locked) == 1
    assert not view.any()
    del view
    gc.collect()
    assert runtime.locked == {}


def test_what_cannot_be_locked_is_ordinary_memory() -> None:
    runtime = _Runtime(status=2)
    array = page_locked((2, 3), runtime)
    assert array.shape == (2, 3)
    assert array.dtype == np.uint8
    del array
    gc.collect()
    assert page_locked((0, 3), _Runtime()).size == 0


def test_there_is_memory_without_any_card() -> None:
    array = page_locked((5, 7))
    array[:] = 3
    assert array.sum() == 105
