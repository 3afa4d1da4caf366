"""The `--hide` of `explain`: hide parts of what the network saw, and say what that did to its answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from inference.arrays import Logits, RgbImage
from inference.attention.masking import Filling, PixelMask, fill, hide
from inference.attention.region import Box
from inference.attention.region_files import pixels_under
from inference.attention.relative import relative_logits
from inference.classify.postprocess import softmax, top_predictions
from inference.commands.explain_words import lead_in_words
from inference.commands.explanation import Explanation, Look, MapError, class_name
from inference.commands.rows import percent
from inference.models.contract import ModelContract, Preprocessing
from inference.results import Prediction

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
        leader: the name of the very first.
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
    leader: str

    def in_words(self) -> Iterator[str]:
        """Line by line."""
        yield (
            f"{self.title}, {self.subject} goes from {percent(self.before)} to {percent(self.after)}; {self._leader()}."
        )
        if self.lead is not None:
            before, after = lead_in_words(self.lead.before), lead_in_words(self.lead.after)
            yield f"Its lead over {self.lead.over} goes from {before} to {after} logits."

    @property
    def title(self) -> str:
        """What was done, in words."""
        parts = "this part" if len(self.boxes) == 1 else f"these {len(self.boxes)} parts"
        return f"With {parts} hidden ({self.filling.value})"

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
        return f"{self.leader} still leads with {share}" if still else f"now {self.leader} leads with {share}"


@dataclass(frozen=True, slots=True, eq=False)
class HiddenParts:
    """A copy of what the network saw, in which some parts are hidden.

    Attributes:
        filling: what they show.
        boxes: in upright original pixels, cut to the picture.
        mask: (H, W) bool, the hidden pixels of the network's input.
        image: (H, W, 3) uint8, the input with the parts hidden.
    """

    filling: Filling
    boxes: tuple[Box, ...]
    mask: PixelMask
    image: RgbImage


def hide_parts(boxes: Sequence[Box], filling: Filling, look: Look, preprocessing: Preprocessing) -> HiddenParts:
    """Hide parts of what the network saw.

    Args:
        boxes: in upright original pixels, at least one.
        filling: what hidden parts show.
        look: the picture, which stays as it is.
        preprocessing: of the model.

    Raises:
        MapError: the network saw nothing of a part.
    """
    image, facts = look.prepared.input, look.classification.facts
    picture = Box(0.0, 0.0, float(facts.width), float(facts.height))
    parts = [box.within(picture) for box in boxes]
    masks = [
        _require_seen(pixels_under(part, look.prepared.crop, image.shape[:2]), box)
        for part, box in zip(parts, boxes, strict=True)
    ]
    mask: PixelMask = np.logical_or.reduce(masks)
    return HiddenParts(filling, tuple(parts), mask, hide(image, mask, fill(image, filling, preprocessing)))


def compare_hidden(
    parts: HiddenParts, explanation: Explanation, before: Logits, after: Logits, contract: ModelContract
) -> HiddenFound:
    """What hiding some parts did to the answer.

    Args:
        parts: what was hidden.
        explanation: of the class that is followed, and what it is compared with.
        before: (C,) scores of the picture as it is.
        after: (C,) scores of the changed one.
        contract: of the model.
    """
    subject = explanation.class_index
    best_after = top_predictions(after, contract.labels, _LISTED)
    return HiddenFound(
        filling=parts.filling,
        boxes=parts.boxes,
        share=float(parts.mask.mean()),
        class_index=subject,
        subject=class_name(contract, subject),
        before=float(softmax(before)[subject]),
        after=float(softmax(after)[subject]),
        lead=_lead(explanation, contract, before, after),
        first_before=top_predictions(before, contract.labels, 1)[0],
        best_after=best_after,
        leader=class_name(contract, best_after[0].index),
    )


def _require_seen(mask: PixelMask, box: Box) -> PixelMask:
    if not mask.any():
        corners = ",".join(f"{side:g}" for side in (box.left, box.top, box.right, box.bottom))
        raise MapError(
            f"The network saw nothing of {corners}, so there is nothing to hide. "
            "Use --whole, or a part that is larger or elsewhere."
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
    return Lead(class_name(contract, rival), gaps[0], gaps[1])
