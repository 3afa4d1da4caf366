"""The `--finer` and `--whole` of `explain`: look at a picture in another view, and say what that did to the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from inference.arrays import Logits, RgbImage
from inference.attention.finer import ViewChange, compare_views, is_enlarged, scale_for, view_fields, view_order
from inference.classify.classifier import Classifier
from inference.classify.preprocess import PreparedPicture, PrepareOrder, prepare_picture
from inference.commands.explanation import Look, MapError, class_name
from inference.commands.rows import percent
from inference.errors import ImageReadError
from inference.models.contract import ModelContract
from inference.pictures.decode_pool import DecodePool


@dataclass(frozen=True, slots=True)
class View:
    """How a picture was looked at.

    Attributes:
        look: the picture in this view, and the answer.
        scale: the model's fixed scale for so many cells, in logits; None where it has none.
        factor: how many times as large as usual the input was.
        whole: the whole picture instead of the centre crop.
        change: what became of the usual view's answer; None in the usual view.
        names: of the first class in the usual view, and in this.
        enlarged: the picture has fewer pixels than the view.
    """

    look: Look
    scale: float | None
    factor: int
    whole: bool
    change: ViewChange | None
    names: tuple[str, str]
    enlarged: bool

    def in_words(self) -> Iterator[str]:
        """Line by line; nothing in the usual view."""
        if self.change is None:
            return
        size = f"at {self.factor} times the size" if self.factor > 1 else ""
        seen = "whole picture" if self.is_all_seen else "middle of the picture, which is very long,"
        view = " ".join(part for part in (f"of the {seen}" if self.whole else "", size) if part).removesuffix(",")
        before, after = percent(self.change.before), percent(self.change.after)
        if self.change.stayed:
            yield f"The decision stayed in the view {view}: {self.names[0]}, {before} -> {after}."
        else:
            yield (
                f"The decision changed in the view {view}: {self.names[0]} ({before} -> {after}) gave way to "
                f"{self.names[1]}. The map is of this other answer."
            )
        if self.enlarged:
            yield "The picture has fewer pixels than this view, so more cells show no more detail."

    @property
    def is_all_seen(self) -> bool:
        """Whether the network saw all of the picture; of one that is very long it takes the middle."""
        said = self.look.classification
        return said.crop.covers(said.facts.width, said.facts.height)

    @property
    def beside_class(self) -> str:
        """What stands behind the class's name in a picture that shows this view; nothing in the usual one."""
        size = f"{self.factor} times the size" if self.factor > 1 else ""
        seen = ("whole picture" if self.is_all_seen else "its middle") if self.whole else ""
        parts = ", ".join(part for part in (seen, size) if part)
        return f" ({parts})" if parts else ""

    def as_fields(self) -> dict[str, Any]:
        """For the manifest."""
        return view_fields(self.change, factor=self.factor, whole=self.whole, enlarged=self.enlarged)


def look_at(path: str, classifier: Classifier, pool: DecodePool, *, factor: int, whole: bool) -> View:
    """Prepare a picture in a view and classify it; another view than the usual one is compared with that.

    Raises:
        ImageReadError: the picture cannot be read, or the network gives no valid numbers for it.
        InferenceError: the network cannot run.
        MapError: the input would be too large.
    """
    contract = classifier.network.contract
    try:
        order = view_order(contract.preprocessing, factor=factor, whole=whole)
    except ValueError as error:
        raise MapError(f"{contract.title} cannot look so closely: {error}.") from error
    look = _look(path, order, classifier, pool)
    first = class_name(contract, look.classification.predictions[0].index)
    if factor == 1 and not whole:
        return View(look, contract.evidence_scale, factor, whole, None, (first, first), enlarged=False)
    usual = _look(path, view_order(contract.preprocessing), classifier, pool)
    return View(
        look,
        _scale(contract, usual, look),
        factor,
        whole,
        compare_views(logits_of(usual), logits_of(look)),
        (class_name(contract, usual.classification.predictions[0].index), first),
        enlarged=factor > 1 and is_enlarged(look.classification.facts, order),
    )


def look_again(look: Look, image: RgbImage, classifier: Classifier) -> Look:
    """The same view of a picture that was changed; one run.

    Args:
        look: the picture as it is.
        image: (H, W, 3) uint8, the network's input with the change.
        classifier: with the open network.

    Raises:
        InferenceError: the network cannot run.
        MapError: the network gives no valid numbers for it.
    """
    try:
        return _asked(look.classification.path, replace(look.prepared, input=image), classifier)
    except ImageReadError as error:
        raise MapError("The model gave no valid numbers for the changed picture.") from error


def logits_of(look: Look) -> Logits:
    """The scores of all classes, (C,) float32, of a look that was taken here."""
    if look.answer.inspection is not None:
        return look.answer.inspection.logits
    ranked = look.classification.predictions
    logits: Logits = np.empty(len(ranked), np.float32)
    logits[[one.index for one in ranked]] = [one.logit for one in ranked]
    return logits


def _look(path: str, order: PrepareOrder, classifier: Classifier, pool: DecodePool) -> Look:
    return _asked(path, pool.submit(prepare_picture, path, order).result(), classifier)


def _asked(path: str, prepared: PreparedPicture, classifier: Classifier) -> Look:
    # All classes are ranked: any may be asked about, and a model without exact maps keeps no logits.
    network = classifier.network
    asked = Classifier(network, batch_size=1, top_count=len(network.contract.labels))
    return Look.of(prepared, asked.classify([path], [prepared], inspect=True)[0])


def _scale(contract: ModelContract, usual: Look, look: Look) -> float | None:
    before, after = usual.classification.evidence, look.classification.evidence
    if contract.evidence_scale is None or before is None or after is None:
        return contract.evidence_scale
    return scale_for(contract.evidence_scale, before[0].size, after[0].size)
