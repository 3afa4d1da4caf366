"""Stand in for decoding and for the network without doing their work, so that what is around them can be measured."""

from __future__ import annotations

from functools import cache

import numpy as np

from inference.arrays import InputBatch
from inference.cancel import CancelToken
from inference.classify.preprocess import PreparedPicture, PrepareOrder
from inference.engine.devices import Device, Precision, Refusal
from inference.engine.network import Head, Network, NetworkOutputs
from inference.models.contract import ModelContract
from inference.results import CropGeometry, PictureFacts


@cache
def hollow_picture(order: PrepareOrder) -> PreparedPicture:
    """A grey picture as large as the network's input."""
    side = order.preprocessing.crop
    facts = PictureFacts(
        width=side,
        height=side,
        format="JPEG",
        size_bytes=0,
        has_more_frames=False,
        has_bad_profile=False,
        mtime_ns=0,
        content_hash=bytes(32),
    )
    pixels = np.full((side, side, 3), 128, np.uint8)
    return PreparedPicture(pixels, facts, CropGeometry(0.0, 0.0, float(side), float(side)), None)


def hand_back(_path: str, order: PrepareOrder) -> PreparedPicture:
    """Instead of `prepare_picture`: the same kind of answer, made of nothing. Runs on: decode worker."""
    return hollow_picture(order)


class HollowNetwork:
    """Instead of a network: what that one once said of a batch is said of every one, at once.

    Args:
        network: an open one.
        images: the batch that it runs, once; all later ones have as many pictures.
    """

    def __init__(self, network: Network, images: InputBatch) -> None:
        self._network = network
        self._outputs = network.run(images)

    @property
    def contract(self) -> ModelContract:
        return self._network.contract

    @property
    def device(self) -> Device:
        return self._network.device

    @property
    def precision(self) -> Precision:
        return self._network.precision

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        return self._network.refusals

    @property
    def head(self) -> Head | None:
        return self._network.head

    @property
    def model_hash(self) -> str:
        return self._network.model_hash

    def run(
        self,
        images: InputBatch,
        *,
        evidence: bool = True,
        embedding: bool = False,
        features: bool = False,
        cancel: CancelToken | None = None,
    ) -> NetworkOutputs:
        """The same as ever; what is asked for changes nothing."""
        return self._outputs

    def close(self) -> None:
        """Nothing: the network is closed by whoever has opened it."""
