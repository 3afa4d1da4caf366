"""Fill a card's memory until large batches do not fit, and see that the program halves them and answers."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from inference.classify.classifier import Classifier
from inference.classify.preprocess import PreparedPicture
from inference.engine.card.choice import CardChoices
from inference.engine.card.opening import Model
from inference.engine.card.page_locked import cuda_runtime
from inference.engine.network import Network
from inference.results import Classification, CropGeometry, PictureFacts

LEFT_BYTES = 256 * 2**20
"""What is left for batches; 256 pictures of 224 pixels need more of it for one layer of the official network."""

MOST_PICTURES = 256

_SMALLEST_BYTES = 2**20


def measure_halving(model: Model, *, left_bytes: int = LEFT_BYTES, pictures: int = MOST_PICTURES) -> dict[str, Any]:
    """Classify a batch that does not fit: how many pictures were answered, and in batches of what size in the end.

    Args:
        model: what is opened, in the way that was found to be fastest.
        left_bytes: of the card's memory.
        pictures: in the batch that is tried first.
    """
    if cuda_runtime() is None:
        return {"not_measured": "there is no CUDA runtime"}
    network = Network.open(model.path, device=model.device, threads=model.threads, cards=CardChoices(model.cache))
    classifier = Classifier(network, batch_size=pictures)
    facts, crop = PictureFacts(model.side, model.side, "PNG", 1), CropGeometry(0, 0, model.side, model.side)
    picture = PreparedPicture(np.zeros((model.side, model.side, 3), np.uint8), facts, crop, None)
    try:
        with filled_but(left_bytes) as filled:
            start = time.perf_counter()
            answers = classifier.classify(["a picture"] * pictures, [picture] * pictures)
            took = time.perf_counter() - start
        answered = sum(isinstance(answer.outcome, Classification) for answer in answers)
        return {
            "filled_bytes": filled,
            "left_bytes": left_bytes,
            "asked": pictures,
            "answered": answered,
            "batch_in_the_end": classifier.batch_size,
            "precision": str(network.precision),
            "took_s": took,
        }
    finally:
        network.close()


@contextmanager
def filled_but(left_bytes: int) -> Iterator[int]:
    """Take the card's memory but for so many bytes; how much was taken.

    Memory may be in pieces: what cannot be had in one is taken in halves of it.
    """
    runtime: Any = cuda_runtime()
    free, total = ctypes.c_size_t(0), ctypes.c_size_t(0)
    taken: list[ctypes.c_void_p] = []
    filled = 0
    try:
        runtime.cudaMemGetInfo(ctypes.byref(free), ctypes.byref(total))
        size = max(0, free.value - left_bytes)
        while size >= _SMALLEST_BYTES:
            place = ctypes.c_void_p()
            if runtime.cudaMalloc(ctypes.byref(place), ctypes.c_size_t(size)):
                runtime.cudaGetLastError()
                size //= 2
                continue
            taken.append(place)
            filled += size
            runtime.cudaMemGetInfo(ctypes.byref(free), ctypes.byref(total))
            size = min(size, max(0, free.value - left_bytes))
        yield filled
    finally:
        for place in taken:
            runtime.cudaFree(place)
