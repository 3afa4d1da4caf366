"""Send what a decode worker has made, pixels beside the pickle instead of in it, since pickling copies them."""

from __future__ import annotations

import pickle
from multiprocessing.connection import Connection
from typing import Any

from inference.pictures.decode_slab import Slab

_PROTOCOL = 5
"""The first that leaves large buffers out."""


def send_apart(connection: Connection, answer: object, slab: Slab | None = None) -> None:
    """Send an object; its arrays' memory goes as it is: through the slab where it fits, else in messages of its own.

    The slab is overwritten: the other end must have received what was sent before. Nothing was sent where pickling
    fails.

    Raises:
        OSError: nobody listens.
        Exception: what pickle raises for what cannot be sent.
    """
    buffers: list[pickle.PickleBuffer] = []
    data = pickle.dumps(answer, _PROTOCOL, buffer_callback=buffers.append)
    memories = [buffer.raw() for buffer in buffers]
    places: list[tuple[int, int] | None] = []
    at = 0
    for memory in memories:
        is_shared = slab is not None and slab.write(memory, at)
        places.append((at, memory.nbytes) if is_shared else None)
        at += memory.nbytes if is_shared else 0
    connection.send((data, places))
    for memory, place in zip(memories, places, strict=True):
        if place is None:
            connection.send_bytes(memory)


def receive_apart(connection: Connection, slab: Slab | None = None) -> Any:  # noqa: ANN401 - whatever was sent
    """Wait for an object that `send_apart` sends; its arrays are its own and can be written to.

    Raises:
        EOFError: the other end was closed.
        OSError: likewise, in the middle of it.
        Exception: what pickle raises; what follows on this connection makes no sense then.
    """
    data, places = connection.recv()
    buffers = []
    for place in places:
        if place is None or slab is None:
            # A bytearray, since arrays on bytes are read-only.
            buffers.append(bytearray(connection.recv_bytes()))
        else:
            buffers.append(slab.read(*place))
    return pickle.loads(data, buffers=buffers)  # noqa: S301 - from our own worker
