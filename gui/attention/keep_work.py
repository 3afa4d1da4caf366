"""Write the map on screen to files: a picture with its legend, the numbers, and a manifest, as `explain` writes them.

Imports numpy and Pillow: it is imported at the first use, after the first paint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gui.attention.examined import Examined
from gui.attention.look_on_screen import is_all_seen
from gui.map_on_page import DrawnMap
from gui.viewer.map_choice import MapChoice
from gui.viewer.map_mode import MapMode
from inference.attention.evidence import evidence_map, is_valid, ledger
from inference.attention.making import class_weight
from inference.attention.map_files import USUAL_VIEW, MapNumbers, manifest, write_grid
from inference.attention.methods import FACTS, Method, Unit
from inference.attention.picture import Style, as_png, caption_of, picture_with_map
from inference.attention.relative import relative_head, relative_logits
from inference.classify.preprocess import PreparedPicture, PrepareOrder
from inference.commands.targets import require_map_target, require_numbers_target
from inference.engine.self_check import TOLERANCES
from inference.errors import ImageProblem, ImageReadError
from inference.files import replacing
from inference.models.class_names import distinct_name
from inference.results import CropGeometry

LONGEST_SIDE = 1600
"""Of the picture that is written, in pixels; it is to be looked at, and never enlarged."""

PICTURE, NUMBERS, MANIFEST = ".png", ".npy", ".json"


@dataclass(frozen=True, slots=True)
class KeptMap:
    """A map that shall be kept, whatever comes on screen meanwhile.

    Attributes:
        examined: the picture and what the model said of it.
        numbers: its map.
        names: the class, or "A rather than B".
        stage: number of the earlier stage that it is of; None for the last one.
        style: how the picture is drawn.
        outline: lines are drawn over the colours, too.
        view: how the picture was looked at, for the manifest.
    """

    examined: Examined
    numbers: MapNumbers
    names: str
    stage: int | None
    style: Style
    outline: bool
    view: Mapping[str, Any]

    @property
    def unit(self) -> Unit:
        """What the numbers of the map are; those of an earlier stage add up to nothing."""
        return FACTS[self.numbers.method].unit if self.stage is None else Unit.NONE


def map_of(
    examined: Examined,
    drawn: DrawnMap,
    mode: MapMode,
    *,
    outline: bool = False,
    view: Mapping[str, Any] = USUAL_VIEW,
) -> KeptMap:
    """The map on screen, with what the signed evidence adds up to.

    Args:
        examined: the picture.
        drawn: its map that is on screen, of any method.
        mode: how it is drawn; the signed colours stand in for "off".
        outline: lines are drawn over the colours, too.
        view: how the picture was looked at, where not as usual (`inference.attention.finer.view_fields`).

    Raises:
        ImageReadError: the picture has no feature map, or one with values that are no numbers.
    """
    features, logits = examined.inspection.features, examined.inspection.logits
    if features is None or not is_valid(drawn.contributions):
        raise ImageReadError(examined.path, ImageProblem.NO_VALID_NUMBERS)
    choice, subject, rival = drawn.choice, drawn.class_index, drawn.rival
    head = relative_head(examined.head) if choice.relative else examined.head
    own = relative_logits(logits) if choice.relative else logits
    bias, wanted = float(head.bias[subject]), float(own[subject])
    if rival is not None:
        bias, wanted = bias - float(head.bias[rival]), wanted - float(own[rival])
    signed = evidence_map(features, class_weight(head, subject, rival))
    if not is_valid(signed):
        raise ImageReadError(examined.path, ImageProblem.NO_VALID_NUMBERS)
    total = ledger(signed, bias)
    numbers = MapNumbers(
        contributions=signed if choice.method is Method.EVIDENCE else drawn.contributions,
        class_index=subject,
        against_index=rival,
        relative=choice.relative,
        method=choice.method,
        supporting=total.supporting,
        opposing=total.opposing,
        bias=total.bias,
        logit=total.logit,
        network_logit=wanted,
        adds_up=total.error(wanted) <= TOLERANCES[examined.precision],
    )
    style = Style.EVIDENCE if mode is MapMode.OFF else Style(mode.value)
    names = f"{_names(examined, choice, subject, rival)}{_of_view(view, examined)}"
    return KeptMap(examined, numbers, names, choice.stage, style, outline, view)


def _names(examined: Examined, choice: MapChoice, subject: int, rival: int | None) -> str:
    labels = examined.contract.labels
    name = distinct_name(labels, subject)
    if rival is not None:
        return f"{name} rather than {distinct_name(labels, rival)}"
    return f"{name} rather than the average class" if choice.relative else name


def _of_view(view: Mapping[str, Any], examined: Examined) -> str:
    if view["whole"]:
        return " (whole picture)" if is_all_seen(examined) else " (its middle)"
    return f" ({view['factor']} times the size)" if view["factor"] > 1 else ""


def reading_order(examined: Examined) -> PrepareOrder:
    """How to read the whole picture for drawing: as large as it is, and at most `LONGEST_SIDE`."""
    facts = examined.classification.facts
    short, long = min(facts.width, facts.height), max(facts.width, facts.height)
    side = max(1, round(short * min(1.0, LONGEST_SIDE / long)))
    return PrepareOrder(replace(examined.contract.preprocessing, resize=side, crop=side, antialias=True), whole=True)


def targets_of(chosen: str) -> tuple[Path, Path, Path]:
    """The picture, the numbers and the manifest for a name that a person chose, with or without one of the suffixes."""
    path = Path(chosen)
    base = chosen[: -len(path.suffix)] if path.suffix.lower() in {PICTURE, NUMBERS, MANIFEST} else chosen
    return Path(base + PICTURE), Path(base + NUMBERS), Path(base + MANIFEST)


def write(chosen: str, kept: KeptMap, picture: PreparedPicture) -> None:
    """Write all three files, or say why not before the first of them is touched.

    Args:
        chosen: the name that a person chose.
        kept: the map.
        picture: read as `reading_order` says.

    Raises:
        OutputWriteError: one of the files is somebody's, or cannot be written.
    """
    drawn_to, numbers_to, _ = targets_of(chosen)
    examined = kept.examined
    require_map_target(drawn_to, [examined.path])
    require_numbers_target(numbers_to, [examined.path])
    more = {"view": dict(kept.view), "stage": kept.stage, "unit": kept.unit.value}
    # The answer may be recalled; the map is of the network that is open now.
    more |= {"device": examined.device, "precision": examined.precision.value}
    described = manifest(kept.numbers, examined.contract, examined.model_hash, examined.classification, more)
    png = _drawn(kept, picture)
    with replacing(drawn_to) as file:
        file.write(png)
    write_grid(numbers_to, kept.numbers.contributions, described)


def _drawn(kept: KeptMap, picture: PreparedPicture) -> bytes:
    """The picture with the map and its legend; of one that is very long, the middle that was read."""
    seen, read = kept.examined.classification.crop, picture.crop
    crop = CropGeometry(seen.left - read.left, seen.top - read.top, seen.right - read.left, seen.bottom - read.top)
    size = (round(read.right - read.left), round(read.bottom - read.top))
    made, facts = kept.numbers.contributions, kept.examined.classification.facts
    is_whole = read.covers(facts.width, facts.height)
    caption = caption_of(
        made,
        kept.names if is_whole else f"{kept.names}; drawn: the middle of the picture",
        kept.examined.contract.title,
        kept.numbers.method,
        stage=kept.stage,
        fixed_scale=kept.examined.scale,
    )
    drawn = picture_with_map(picture.input, made, crop, size, caption, style=kept.style, outline=kept.outline)
    return as_png(drawn)
