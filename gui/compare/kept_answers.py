"""Keep what the open model said lately with its feature maps, so that comparing those pictures needs no run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from gui.compare.answers import PictureAnswer, Speaker
from gui.engine_link import EngineLink
from gui.recent import Recent
from inference.classify.events import Answers, Inspected, ModelOpened
from inference.engine.devices import Precision
from inference.results import Classification, Outcome

if TYPE_CHECKING:
    from inference.classify.classifier import Inspection

KEPT = 16
"""Feature maps; of the built-in model's size, 0.4 MB each, and most of them are the viewer's own."""


class KeptAnswers(QObject):
    """Listens to what the engine room tells.

    Signals:
        model_changed(): another model answers; what the one before said is forgotten.
    """

    model_changed = Signal()

    def __init__(self, link: EngineLink) -> None:
        super().__init__()
        self._answers: Recent[PictureAnswer] = Recent(KEPT)
        self._speaker: Speaker | None = None
        self._name = self._device = ""
        link.event_arrived.connect(self._on_event)

    @property
    def speaker(self) -> Speaker | None:
        """The open model, or None."""
        return self._speaker

    @property
    def name(self) -> str:
        """By which the open model was asked for; empty where none is open."""
        return self._name

    @property
    def device(self) -> str:
        """The device on which it runs; empty where none is open."""
        return self._device

    def find(self, key: int, path: str) -> PictureAnswer | None:
        """What the open model said of an image, with its feature map, or None."""
        known = self._answers.get(key)
        # Keys begin anew in each session.
        return known if known is not None and known.classification.path == path else None

    def keep(self, key: int, answered: PictureAnswer) -> None:
        """Keep an answer that was asked for."""
        if answered.inspection is not None:
            self._answers.put(key, answered)

    @Slot(object)
    def _on_event(self, event: object) -> None:
        match event:
            case ModelOpened():
                network = event.classifier.network
                self._speaker, self._name = Speaker(network.contract, network.head), event.name
                self._device = network.device.value
                self._answers.clear()
                self.model_changed.emit()
            case Inspected():
                self._take(event.key, event.outcome, event.inspection)
            case Answers():
                for one in event.answered:
                    self._take(one.key, one.outcome, one.inspection)

    def _take(self, key: int, outcome: Outcome, inspection: Inspection | None) -> None:
        if isinstance(outcome, Classification) and inspection is not None and self._speaker is not None:
            # What is told was run just now; nothing here is recalled from a session.
            precision = Precision(outcome.precision)
            self._answers.put(key, PictureAnswer(self._speaker, outcome, inspection, precision))
        else:
            # It was read again: what was kept may be about other pixels.
            self._answers.discard({key})
