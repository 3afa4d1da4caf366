"""Hold what is known of the picture on screen for questions about its maps; no numpy at import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.results import Classification

if TYPE_CHECKING:
    from inference.classify.classifier import Inspection
    from inference.engine.devices import Precision
    from inference.engine.network import Head
    from inference.models.contract import ModelContract


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """The picture on screen, with its feature map and the model's head: every closed-form question can be answered.

    Attributes:
        key: of the image.
        path: of the file.
        classification: what the model says; it may be recalled, and then of another device than the inspection.
        inspection: logits of all classes, feature map, and the network's input; of the network that is open now.
        contract: of the model.
        head: the model's last linear layer.
        model_hash: SHA-256 of the model file, in hex.
        scale: s of the fixed scale -s...+s of maps, in logits.
        device: where that network runs.
        precision: in which it computes.
    """

    key: int
    path: str
    classification: Classification
    inspection: Inspection
    contract: ModelContract
    head: Head
    model_hash: str
    scale: float
    device: str
    precision: Precision
