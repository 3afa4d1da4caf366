"""Pack evidence maps and embeddings as float16, and unpack them.

Half precision keeps 11 bits: a value v with |v| >= 6.2e-5 comes back within |v| * 2**-11, a smaller one within 2**-25;
values beyond 65504 come back as +-65504. A logit's share of 12.3 is off by at most 0.006.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # numpy stays out of the start of the window; packing needs only the arrays' own methods.
    from inference.arrays import Embedding, EvidenceMaps

LARGEST = 65504.0
"""The largest finite float16."""

_STORED = "<f2"


def pack_halves(values: EvidenceMaps | Embedding) -> bytes:
    """Any float array, row by row."""
    return values.clip(-LARGEST, LARGEST).astype(_STORED).tobytes()


def unpack_halves(data: bytes, shape: tuple[int, ...]) -> EvidenceMaps | Embedding:
    """The array that was packed, as float32.

    Raises:
        ValueError: the bytes do not have that shape.
    """
    import numpy as np  # noqa: PLC0415 - see above

    return np.frombuffer(data, dtype=_STORED).astype(np.float32).reshape(shape)
