"""Write columns of numbers as little-endian bytes and read them back, on any machine."""

from __future__ import annotations

import sys
from array import array
from typing import TypeVar

_Number = TypeVar("_Number", int, float)

_IS_BIG_ENDIAN = sys.byteorder == "big"


def little_endian(values: array[_Number]) -> bytes:
    """The column's bytes."""
    if _IS_BIG_ENDIAN:
        values = values[:]
        values.byteswap()
    return values.tobytes()


def integers(code: str, data: bytes) -> array[int]:
    """A column of whole numbers.

    Args:
        code: "i" (32 bits) or "q" (64 bits).
        data: what `little_endian` made.

    Raises:
        ValueError: the bytes are no whole number of entries.
    """
    values: array[int] = array(code)
    return _read(values, data)


def floats(data: bytes) -> array[float]:
    """A column of float32.

    Raises:
        ValueError: the bytes are no whole number of entries.
    """
    values: array[float] = array("f")
    return _read(values, data)


def _read(values: array[_Number], data: bytes) -> array[_Number]:
    values.frombytes(data)
    if _IS_BIG_ENDIAN:
        values.byteswap()
    return values
