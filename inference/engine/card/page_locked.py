"""Allocate host memory that stays in its place, from which a card copies by itself."""

from __future__ import annotations

import ctypes
import functools
import logging
import math
import mmap
import sys
import weakref
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from inference.engine.nvidia import needed_cuda_major

logger = logging.getLogger(__name__)


class CudaRuntime(Protocol):
    """What is used of the CUDA runtime library; both answer 0 where it worked."""

    def cudaHostRegister(self, address: ctypes.c_void_p, size: ctypes.c_size_t, flags: int) -> int:
        """Keep memory in its place."""

    def cudaHostUnregister(self, address: ctypes.c_void_p) -> int:
        """Let it go again."""


def page_locked(shape: Sequence[int], runtime: CudaRuntime | None = None) -> NDArray[np.uint8]:
    """uint8 of that shape, in page-locked memory, or in ordinary memory where CUDA does not lock any.

    From ordinary memory everything works as well; the driver then copies it once more on its own.

    Args:
        shape: of the array.
        runtime: the CUDA runtime library, None for this computer's.
    """
    library = runtime or cuda_runtime()
    size = math.prod(shape)
    if library is None or not size:
        return np.zeros(shape, np.uint8)
    # Whole pages, and none of them shared with others: a page cannot be locked twice.
    whole = -(-size // mmap.PAGESIZE) * mmap.PAGESIZE
    memory = np.zeros(whole + mmap.PAGESIZE, np.uint8)
    start = -memory.ctypes.data % mmap.PAGESIZE
    array = memory[start : start + size].reshape(shape)
    address = ctypes.c_void_p(array.ctypes.data)
    status = library.cudaHostRegister(address, ctypes.c_size_t(whole), 0)
    if status:
        logger.info("%d bytes could not be locked into memory (CUDA error %d)", whole, status)
        return array
    # Every view keeps the whole alive.
    letting_go = weakref.finalize(memory, library.cudaHostUnregister, address)
    # When the program ends, CUDA may be gone before.
    letting_go.atexit = False
    return array


@functools.cache
def cuda_runtime() -> CudaRuntime | None:
    """The CUDA runtime library that ONNX Runtime uses, which is loaded by then; None where there is none."""
    major = needed_cuda_major()
    if major is None:
        return None
    name = f"cudart64_{major}.dll" if sys.platform == "win32" else f"libcudart.so.{major}"
    try:
        library = ctypes.CDLL(name)
        library.cudaHostRegister.restype = library.cudaHostUnregister.restype = ctypes.c_int
    except (OSError, AttributeError):
        return None
    return library
