"""The `--hide` of `explain`: what the network says when parts of the picture are hidden from it, in one real run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from inference.arrays import Logits
from inference.attention.masking import Filling, PixelMask, fill, hide
from inference.attention.region import Box
from inference.attention.region_files import mask_of_box
from inference.attention.relative import relative_logits
from inference.attention.runs import CopyRunner
from inference.classify.postprocess import softmax, top_predictions
from inference.commands.explanation import Explanation, Look, MapError
from inference.commands.rows import percent
from inference.models.contract import ModelContract
from inference.results import CropGeometry, Prediction

_LISTED = 5


@dataclass(frozen=True, slots=True)
class Lead:
    """How far a class is ahead of what it is compared with, in logits.

    Attributes:
        over: the other class, or the average class, in words.
        before: with all of the picture.
        after: with the parts hidden.
    """

    over: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class HiddenFound:
    """What became of the answer when some parts were hidden.

    Attributes:
        filling: what the hidden parts show.
        boxes: in upright original pixels, cut to the picture.
        share: of what the network sees, 0...1, that is hidden.
        class_index: the class that is followed.
        subject: its name.
        before: its probability (0...1) with all of the picture.
        after: its probability with the parts hidden.
        lead: over what it is compared with; None where it is compared with nothing.
        first_before: the class that led.
        best_after: the first classes of the changed picture.
    """

    filling: Filling
    boxes: tuple[Box, ...]
    share: float
    class_index: int
    subject: str
    before: float
    after: float
    lead: Lead | None
    first_before: Prediction
    best_after: tuple[Prediction, ...]

    def in_words(self) -> Iterator[str]:
        """Line by line."""
        parts = "this part" if len(self.boxes) == 1 else f"these {len(self.boxes)} parts"
        yield (
            f"With {parts} hidden ({self.filling.value}), {self.subject} goes from {percent(self.before)} to "
            f"{percent(self.after)}; {self._leader()}."
        )
        if self.lead is not None:
            lead = self.lead
            yield f"Its lead over {lead.over} goes from {lead.before:+.2f} to {lead.after:+.2f} logits."

    def as_fields(self) -> dict[str, Any]:
        """For the manifest."""
        return {
            "filling": self.filling.value,
            "boxes": [asdict(box) for box in self.boxes],
            "share": self.share,
            "probability_before": self.before,
            "probability_after": self.after,
            "lead": None if self.lead is None else asdict(self.lead),
            "predictions": [asdict(one) for one in self.best_after],
        }

    def _leader(self) -> str:
        first = self.best_after[0]
        still = first.index == self.first_before.index
        if first.index == self.class_index:
            return "it still leads" if still else "now it leads"
        share = percent(first.probability)
        return f"{first.label} still leads with {share}" if still else f"now {first.label} leads with {share}"


def find_hidden(
    boxes: Sequence[Box], filling: Filling, explanation: Explanation, look: Look, runner: CopyRunner
) -> HiddenFound:
    """Hide parts of what the network saw and run it once.

    Args:
        boxes: in upright original pixels, at least one.
        filling: what hidden parts show.
        explanation: of the class that is followed, and what it is compared with.
        look: the picture.
        runner: runs the changed copy.

    Raises:
        InferenceError: the network cannot run, or gives no valid numbers.
        MapError: the network saw nothing of a part.
    """
    image, contract = look.prepared.input, runner.network.contract
    facts = look.classification.facts
    picture = Box(0.0, 0.0, float(facts.width), float(facts.height))
    parts = [box.within(picture) for box in boxes]
    masks = [
        _require_seen(pixels_under(part, look.prepared.crop, image.shape[:2]), box)
        for part, box in zip(parts, boxes, strict=True)
    ]
    hidden: PixelMask = np.logical_or.reduce(masks)
    inspection = look.answer.inspection
    before = runner.run_one(image) if inspection is None else inspection.logits
    after = runner.run_one(hide(image, hidden, fill(image, filling, contract.preprocessing)))
    subject = explanation.class_index
    return HiddenFound(
        filling=filling,
        boxes=tuple(parts),
        share=float(hidden.mean()),
        class_index=subject,
        subject=contract.labels[subject].name,
        before=float(softmax(before)[subject]),
        after=float(softmax(after)[subject]),
        lead=_lead(explanation, contract, before, after),
        first_before=top_predictions(before, contract.labels, 1)[0],
        best_after=top_predictions(after, contract.labels, _LISTED),
    )


def pixels_under(box: Box, crop: CropGeometry, size: tuple[int, int]) -> PixelMask:
    """The pixels of the network's input whose centres lie in a box.

    Args:
        box: in upright original pixels; an empty one has none.
        crop: what the input shows, in the same pixels.
        size: (height, width) of the input.

    Returns:
        (height, width) bool.
    """
    height, width = size
    across, down = width / (crop.right - crop.left), height / (crop.bottom - crop.top)
    on_input = Box(
        (box.left - crop.left) * across,
        (box.top - crop.top) * down,
        (box.right - crop.left) * across,
        (box.bottom - crop.top) * down,
    )
    return mask_of_box(on_input, (width, height))


def _require_seen(mask: PixelMask, box: Box) -> PixelMask:
    if not mask.any():
        corners = ",".join(f"{side:g}" for side in (box.left, box.top, box.right, box.bottom))
        raise MapError(
            f"The network saw nothing of {corners}, so there is nothing to hide. Use --whole, or another part."
        )
    return mask


def _lead(explanation: Explanation, contract: ModelContract, before: Logits, after: Logits) -> Lead | None:
    subject, rival = explanation.class_index, explanation.against_index
    if explanation.relative:
        return Lead(
            "the average class", float(relative_logits(before)[subject]), float(relative_logits(after)[subject])
        )
    if rival is None:
        return None
    gaps = [float(logits[subject]) - float(logits[rival]) for logits in (before, after)]
    return Lead(contract.labels[rival].name, gaps[0], gaps[1])
