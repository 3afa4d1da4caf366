"""Say how many decode processes keep a network busy, from the cores and from how fast both are."""

from __future__ import annotations

import math

TYPICAL_DECODE_MS = 20.0
"""What one core takes for a photograph of 12 megapixels; beside smaller ones workers are idle, which is cheap."""

_HEADROOM = 1.25
"""Pictures differ: so many times what is needed on average."""

_LEAST = 2
"""A file that stalls its worker must not stop the rest."""

_WORKER_BYTES = 2**29
"""Main memory for each worker: what decoding a large picture that cannot be decoded smaller takes for a moment."""

_HAND_OVER_MS = 0.1
"""About what the program itself computes for each picture that a worker hands over; one thread at a time does so."""


def worker_count(
    cores: int,
    *,
    has_card: bool,
    picture_ms: float | None = None,
    decode_ms: float = TYPICAL_DECODE_MS,
    memory_bytes: int | None = None,
) -> int:
    """How many decode processes suit a machine and a network.

    Beside a card, decoding is done while the card computes: as many workers as decode what it computes in the same
    time, `decode / network`. On the processor both share the cores: a picture then takes `network + decode / cores`
    of the whole machine, and `decode` divided by this is how many cores decode at any time.

    Args:
        cores: logical cores that the program may use.
        has_card: the network does not run on these cores.
        picture_ms: how long the network takes for a picture of a full batch, alone on the machine; None where nobody
            has measured it: then as if it took no time.
        decode_ms: how long one core takes to decode a picture.
        memory_bytes: main memory that is free, or None where the system does not say.

    Returns:
        At least 1, at least 2 where there are two cores, and never more than the cores; beside a card one core is
        left to the program, and memory may allow fewer.
    """
    network_ms = max(picture_ms or 0.0, _HAND_OVER_MS)
    cycle_ms = network_ms if has_card else network_ms + decode_ms / cores
    needed = math.ceil(_HEADROOM * decode_ms / cycle_ms)
    most = cores - 1 if has_card else cores
    if memory_bytes is not None:
        most = min(most, memory_bytes // _WORKER_BYTES)
    return max(min(needed, most), min(_LEAST, cores))
