"""Write the map on screen to files: a picture with its legend, the numbers, and a manifest, as `explain` writes them.

Imports numpy and Pillow: it is imported at the first use, after the first paint.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from gui.attention.examined import Examined
from inference.attention.evidence import evidence_map, is_valid, ledger
from inference.attention.making import class_weight
from inference.attention.map_files import USUAL_VIEW, MapNumbers, manifest, write_grid
from inference.attention.methods import Method
from inference.attention.picture import Caption, as_png, picture_with_map
from inference.classify.preprocess import PreparedPicture, PrepareOrder
from inference.commands.targets import require_map_target, require_numbers_target
from inference.engine.devices import Precision
from inference.engine.self_check import TOLERANCES
from inference.errors import ImageProblem, ImageReadError
from inference.files import replacing
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
    """

    examined: Examined
    numbers: MapNumbers
    names: str


def map_of(examined: Examined, subject: int, rival: int | None) -> KeptMap:
    """The signed evidence for a class, or for it rather than another one.

    Raises:
        ImageReadError: the picture has no feature map, or one with values that are no numbers.
    """
    features, logits = examined.inspection.features, examined.inspection.logits
    if features is None:
        raise ImageReadError(examined.path, ImageProblem.NO_VALID_NUMBERS)
    bias, wanted = float(examined.head.bias[subject]), float(logits[subject])
    if rival is not None:
        bias, wanted = bias - float(examined.head.bias[rival]), wanted - float(logits[rival])
    contributions = evidence_map(features, class_weight(examined.head, subject, rival))
    if not is_valid(contributions):
        raise ImageReadError(examined.path, ImageProblem.NO_VALID_NUMBERS)
    total = ledger(contributions, bias)
    numbers = MapNumbers(
        contributions=contributions,
        class_index=subject,
        against_index=rival,
        relative=False,
        method=Method.EVIDENCE,
        supporting=total.supporting,
        opposing=total.opposing,
        bias=total.bias,
        logit=total.logit,
        network_logit=wanted,
        adds_up=total.error(wanted) <= TOLERANCES[Precision(examined.classification.precision)],
    )
    labels = examined.contract.labels
    name = labels[subject].name
    return KeptMap(examined, numbers, name if rival is None else f"{name} rather than {labels[rival].name}")


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
    described = manifest(
        kept.numbers, examined.contract, examined.model_hash, examined.classification, {"view": dict(USUAL_VIEW)}
    )
    png = _drawn(kept, picture)
    with replacing(drawn_to) as file:
        file.write(png)
    write_grid(numbers_to, kept.numbers.contributions, described)


def _drawn(kept: KeptMap, picture: PreparedPicture) -> bytes:
    """The picture with the map and its legend; of one that is very long, the middle that was read."""
    seen, read = kept.examined.classification.crop, picture.crop
    crop = CropGeometry(seen.left - read.left, seen.top - read.top, seen.right - read.left, seen.bottom - read.top)
    size = (round(read.right - read.left), round(read.bottom - read.top))
    caption = Caption(kept.names, kept.examined.scale, kept.examined.contract.title)
    return as_png(picture_with_map(picture.input, kept.numbers.contributions, crop, size, caption))
