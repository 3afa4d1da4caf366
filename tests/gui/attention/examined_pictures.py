"""Make what is known of a picture on screen, small enough to be computed by head."""

from __future__ import annotations

import numpy as np

from gui.attention.examined import Examined
from inference.arrays import Features
from inference.classify.classifier import Inspection
from inference.classify.postprocess import top_predictions
from inference.engine.devices import Precision
from inference.engine.network import Head
from inference.results import Classification, CropGeometry, PictureFacts
from tests.fakes import CHANNELS, CLASSES, fake_contract

HEAD = Head(np.eye(CLASSES, CHANNELS, dtype=np.float32), np.zeros(CLASSES, np.float32))
"""The first three classes are the three channels; the others never have evidence."""

CROP = CropGeometry(100.0, 0.0, 300.0, 200.0)
SIZE = (400, 200)


def examined_picture(features: Features, path: str = "/p/cow.png", head: Head = HEAD) -> Examined:
    """A picture of 400 x 200 pixels whose middle square was seen; its logits are those of its features.

    Args:
        features: (3, h, w) float32.
        path: of the file.
        head: of six classes.
    """
    contract = fake_contract()
    logits = (head.weight @ features.mean(axis=(1, 2)) + head.bias).astype(np.float32)
    classification = Classification(
        path,
        PictureFacts(*SIZE, "PNG", 1),
        CROP,
        top_predictions(logits, contract.labels, 5),
        None,
        contract.name,
        "cpu",
        "float32",
    )
    inspection = Inspection(logits, features, np.zeros((8, 8, 3), np.uint8))
    return Examined(1, path, classification, inspection, contract, head, "0" * 64, 0.5, "cpu", Precision.FLOAT32)


def features_of(*channels: list[list[float]]) -> Features:
    """(3, h, w) float32 from three grids."""
    made: Features = np.array(channels, np.float32)
    return made
