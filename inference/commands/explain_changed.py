"""The map of a changed copy of a picture: in words, in the manifest, and beside that of the picture as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from inference.arrays import RgbImage
from inference.attention.masking import hide
from inference.attention.methods import Unit
from inference.attention.picture import caption_of
from inference.attention.region_files import cells_under
from inference.attention.side_by_side import Panel, SharedLegend, side_by_side
from inference.commands.explain_files import STRENGTH, Drawing
from inference.commands.explain_hidden import HiddenParts
from inference.commands.explain_views import View
from inference.commands.explain_words import in_words
from inference.commands.explanation import Explanation, Look
from inference.models.contract import ModelContract
from inference.results import CropGeometry


@dataclass(frozen=True, slots=True, eq=False)
class ChangedMap:
    """The map of a changed copy.

    Attributes:
        look: the changed copy in the same view.
        explanation: the same question, asked of it; None where it has no such map.
        sentence: why it has none, or empty.
    """

    look: Look
    explanation: Explanation | None
    sentence: str

    def in_words(self) -> Iterator[str]:
        """Line by line."""
        if self.explanation is None:
            yield f"There is no map of the changed picture. {self.sentence}"
            return
        for line in in_words(self.explanation, self.look.classification):
            yield f"Changed picture: {line}"

    def as_fields(self) -> dict[str, Any] | None:
        """For the manifest."""
        made = self.explanation
        if made is None:
            return None
        ledger = {
            "supporting": made.supporting,
            "opposing": made.opposing,
            "bias": made.bias,
            "adds_up": made.adds_up,
        }
        # As in the manifest of a map: no ledger beside cells that add up to nothing.
        told = ledger if made.unit is Unit.LOGITS else dict.fromkeys(ledger)
        cells = made.contributions.tolist()
        return {"cells": cells, "logit": made.logit, "network_logit": made.network_logit, **told}


def before_after(
    pixels: RgbImage,
    view: View,
    first: Explanation,
    changed: ChangedMap,
    parts: HiddenParts,
    contract: ModelContract,
    *,
    title: str,
    drawing: Drawing,
) -> RgbImage:
    """The picture and its changed copy side by side, with their maps on one scale.

    Args:
        pixels: (H, W, 3), the picture at any size.
        view: how it was looked at.
        first: the map of the picture as it is.
        changed: the copy and its map.
        parts: what was hidden in the copy.
        contract: of the model.
        title: says what was hidden.
        drawing: how.

    Returns:
        (height, width, 3).
    """
    made = [one for one in (first, changed.explanation) if one is not None]
    captions = [
        caption_of(
            one.contributions, first.subject, contract.title, first.method, stage=first.stage, fixed_scale=view.scale
        )
        for one in made
    ]
    legend = SharedLegend(
        drawing.style,
        max(caption.scale for caption in captions),
        STRENGTH,
        (f"for {captions[0].subject}{view.beside_class}", contract.title),
        outline=drawing.outline,
        in_logits=not captions[0].is_own_scale,
        is_signed=captions[0].is_signed,
    )
    said = view.look.classification
    facts, crop = said.facts, said.crop
    size = (facts.width, facts.height)
    copy = painted(pixels, parts, crop, size)
    after_map = None if changed.explanation is None else changed.explanation.contributions
    after_lines = (
        (changed.sentence,)
        if changed.explanation is None
        else tuple(in_words(changed.explanation, changed.look.classification))
    )
    panels = (
        Panel(pixels, first.contributions, crop, size, "As it is", tuple(in_words(first, said))),
        Panel(copy, after_map, crop, size, title, after_lines),
    )
    return side_by_side(panels, legend)


def painted(pixels: RgbImage, parts: HiddenParts, crop: CropGeometry, original_size: tuple[int, int]) -> RgbImage:
    """A copy of a picture that shows in the hidden parts what the network saw there, as coarse as that was.

    Args:
        pixels: (H, W, 3), the picture at any size.
        parts: what was hidden from the network.
        crop: what the network saw, in original pixels.
        original_size: (width, height) that `crop` refers to.
    """
    height, width = pixels.shape[:2]
    across, down = width / original_size[0], height / original_size[1]
    shown = CropGeometry(crop.left * across, crop.top * down, crop.right * across, crop.bottom * down)
    rows, columns, seen = cells_under(shown, (width, height), (parts.mask.shape[0], parts.mask.shape[1]))
    hidden = parts.mask[rows, columns] & seen
    return hide(pixels, hidden, parts.image[rows, columns])
