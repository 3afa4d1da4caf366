"""Remember what the model said of the latest images, and say what questions about maps of one are answered from."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

from gui.attention.examined import Examined
from gui.recent import Recent
from inference.models.contract import ModelContract
from inference.results import Classification

if TYPE_CHECKING:
    from gui.map_maker import MapMaker
    from inference.classify.classifier import Inspection

RESULTS_KEPT = 2000
INSPECTIONS_KEPT = 64


class AnswersAtHand:
    """Answers of one model, of the images that were looked at last.

    Attributes:
        results: what the model says, by image.
        inspections: feature maps and logits, of fewer of them.
    """

    def __init__(self) -> None:
        self.results: Recent[Classification] = Recent(RESULTS_KEPT)
        self.inspections: Recent[Inspection] = Recent(INSPECTIONS_KEPT)

    def take(self, key: int, classification: Classification, inspection: Inspection | None) -> None:
        """The model has spoken of an image; a feature map that is here stays only if it is of the same file."""
        before = self.results.get(key)
        self.results.put(key, classification)
        if inspection is not None:
            self.inspections.put(key, inspection)
        elif before is not None and not classification.facts.is_of_file(before.facts):
            self.inspections.discard({key})

    def forget(self, keys: Container[int]) -> None:
        """Nothing is known of these any more."""
        self.results.discard(keys)
        self.inspections.discard(keys)

    def clear(self) -> None:
        """Nothing is known of any."""
        self.results.clear()
        self.inspections.clear()

    def examined(self, key: int, path: str, contract: ModelContract | None, maker: MapMaker | None) -> Examined | None:
        """What questions about maps of an image are answered from; None where anything of it is missing.

        Args:
            key: of the image.
            path: of its file.
            contract: of the open model, if there is one.
            maker: of its maps, likewise.
        """
        classification, inspection = self.results.get(key), self.inspections.get(key)
        head = None if maker is None else maker.head
        if maker is None or head is None or contract is None or classification is None or inspection is None:
            return None
        return Examined(
            key,
            path,
            classification,
            inspection,
            contract,
            head,
            maker.model_hash,
            maker.scale,
            maker.device,
            maker.precision,
        )


def are_alike(one: Examined | None, other: Examined | None) -> bool:
    """Whether whoever was told the one need not hear of the other.

    Of a model without a scale, that changes with the pictures: `Viewing.scale_changed` tells when that is drawn.
    """
    return one is other or (
        one is not None
        and other is not None
        and one.key == other.key
        and one.inspection is other.inspection
        and one.classification is other.classification
    )
