"""Make answers of a model with six classes, and a link and a room that only keep what is asked of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
from PySide6.QtCore import QObject, Signal

from gui.attention.examination import ExaminationOrder
from gui.compare.answers import PictureAnswer, Pixels, Speaker
from gui.engine_events import ExaminationEnded
from gui.engine_link import EngineLink
from gui.qimage import rgb_to_qimage
from inference.classify.classifier import Classifier, Inspection
from inference.classify.events import ModelOpened
from inference.classify.postprocess import top_predictions
from inference.classify.preprocess import geometry
from inference.engine.devices import Precision
from inference.engine.network import Head
from inference.errors import CardinalError
from inference.results import Classification, CropGeometry, PictureFacts
from tests.fakes import FakeNetwork, fake_contract

HEAD = Head(np.eye(6, 3, dtype=np.float32), np.arange(6, dtype=np.float32))


def answer_of(path: str = "/p/a.png", *, first: int = 0, size: tuple[int, int] = (40, 30)) -> PictureAnswer:
    """Class `first`, 0...2, is the best one; only the upper right cell of two by two speaks for it."""
    contract = fake_contract()
    features = np.zeros((3, 2, 2), np.float32)
    features[first, 0, 1] = 40
    logits = HEAD.bias.copy()
    logits[:3] += features.mean(axis=(1, 2))
    said = Classification(
        path,
        PictureFacts(*size, "PNG", 1),
        geometry(*size, contract.preprocessing),
        top_predictions(logits, contract.labels, 5),
        None,
        "fake",
        "cpu",
        "float32",
    )
    inspection = Inspection(logits, features, np.zeros((8, 8, 3), np.uint8))
    return PictureAnswer(Speaker(contract, HEAD), said, inspection, Precision.FLOAT32)


def pixels_of(size: tuple[int, int] = (40, 30)) -> Pixels:
    """A grey picture, whole."""
    array = np.full((size[1], size[0], 3), 128, np.uint8)
    return Pixels(rgb_to_qimage(array), array, CropGeometry(0, 0, *size))


class FakeRoom:
    """Keeps what is asked."""

    def __init__(self) -> None:
        self.orders: list[ExaminationOrder] = []

    def examine(self, order: ExaminationOrder) -> None:
        self.orders.append(order)


class FakeLink(QObject):
    """A link to it."""

    event_arrived = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.room = FakeRoom()

    @property
    def as_link(self) -> EngineLink:
        return cast("EngineLink", self)

    def open_model(self, name: str = "fake") -> None:
        """A model was opened."""
        network = FakeNetwork()
        self.event_arrived.emit(ModelOpened(name, cast("Classifier", SimpleNamespace(network=network))))

    def end(self, order: ExaminationOrder, result: object, error: CardinalError | None = None) -> None:
        """Answer a question."""
        self.event_arrived.emit(ExaminationEnded(order.ticket, result, error))
