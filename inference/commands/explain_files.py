"""Write what `explain` found: a picture with its legend, the raw grid with a manifest, a region for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference.arrays import RgbImage
from inference.attention.map_files import MapNumbers, manifest, write_grid
from inference.attention.picture import Style, as_png, caption_of, picture_with_map
from inference.attention.region_saving import checked_region_target
from inference.classify.classifier import RunsNetwork
from inference.commands.explanation import Explanation
from inference.commands.targets import inputs_of, require_map_target, require_numbers_target
from inference.errors import OutputWriteError
from inference.files import replacing
from inference.models.contract import ModelContract
from inference.results import Classification

PICTURE = ".png"
NUMBERS = ".npy"

STRENGTH = 0.6
"""Opacity of maps that are drawn side by side, as of one alone."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a map is drawn over its picture: the colours, and whether lines lie over them."""

    style: Style = Style.EVIDENCE
    outline: bool = False


def checked_output(name: str | None, image: str, model: str | None, *, also_changed: bool = False) -> Path | None:
    """Where the map goes.

    Args:
        name: as a person gave it, or None.
        image: the picture.
        model: the model, where it was named.
        also_changed: the numbers of a changed copy go beside those of the picture (`changed_numbers`).

    Raises:
        OutputWriteError: the name has another suffix than those that are known, or something would be lost there.
    """
    if name is None:
        return None
    output = Path(name)
    require_possible(output)
    inputs = inputs_of([image], model)
    if output.suffix.lower() == PICTURE:
        require_map_target(output, inputs)
    elif output.suffix.lower() == NUMBERS:
        for target in (output, *([changed_numbers(output)] if also_changed else [])):
            require_possible(target, target.with_suffix(".json"))
            require_numbers_target(target, inputs)
    else:
        raise OutputWriteError(str(output), f"the name must end in {PICTURE} or {NUMBERS}.")
    return output


def require_possible(*targets: Path) -> None:
    """Refuse names that no file can have, before anything is asked: too long ones, or in a folder that is not there.

    Raises:
        OutputWriteError: with the system's reason.
    """
    for target in targets:
        try:
            target.parent.stat()
            target.lstat()
        except FileNotFoundError as error:
            if error.filename == str(target):
                continue
            raise OutputWriteError(str(target), "its folder does not exist.") from error
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise OutputWriteError(str(target), f"{reason}.") from error


def changed_numbers(output: Path) -> Path:
    """Where the numbers of a changed copy go: `x-hidden.npy` beside `x.npy`."""
    return output.with_name(f"{output.stem}-hidden{output.suffix}")


def checked_region_output(name: str | None) -> Path | None:
    """Where the region goes; never over anything that is there.

    Raises:
        OutputWriteError: the name has another suffix than those that are known, or is taken.
    """
    if name is None:
        return None
    require_possible(Path(name))
    return checked_region_target(name)


def write_picture(
    output: Path,
    pixels: RgbImage,
    explanation: Explanation,
    contract: ModelContract,
    classification: Classification,
    *,
    scale: float | None,
    drawing: Drawing,
) -> None:
    """The picture with the map.

    Args:
        output: a PNG file.
        pixels: (H, W, 3), the picture at any size.
        explanation: what to draw.
        contract: of the model.
        classification: of the view that was explained.
        scale: the model's fixed scale for a map with so many cells; None where there is none.
        drawing: how.
    """
    caption = caption_of(
        explanation.contributions,
        explanation.subject,
        contract.title,
        explanation.method,
        stage=explanation.stage,
        fixed_scale=scale,
    )
    size = (classification.facts.width, classification.facts.height)
    drawn = picture_with_map(
        pixels,
        explanation.contributions,
        classification.crop,
        size,
        caption,
        style=drawing.style,
        outline=drawing.outline,
    )
    with replacing(output) as file:
        file.write(as_png(drawn))


def write_numbers(
    output: Path,
    explanation: Explanation,
    network: RunsNetwork,
    classification: Classification,
    more: Mapping[str, Any],
) -> None:
    """The grid as NPY and beside it a JSON file that says what it is.

    Args:
        output: an NPY file.
        explanation: what to write.
        network: that was asked.
        classification: of the view that was explained.
        more: what else was found out, by name.
    """
    described = described_map(explanation, network.contract, network.model_hash, classification, more)
    write_grid(output, explanation.contributions, described)


def described_map(
    explanation: Explanation,
    contract: ModelContract,
    model_hash: str,
    classification: Classification,
    more: Mapping[str, Any],
) -> dict[str, Any]:
    """What a manifest says of a map.

    Args:
        explanation: the map.
        contract: of the model.
        model_hash: SHA-256 of its file, in hex.
        classification: of the view that was explained.
        more: what else was found out, by name.
    """
    numbers = MapNumbers(
        contributions=explanation.contributions,
        class_index=explanation.class_index,
        against_index=explanation.against_index,
        relative=explanation.relative,
        method=explanation.method,
        supporting=explanation.supporting,
        opposing=explanation.opposing,
        bias=explanation.bias,
        logit=explanation.logit,
        network_logit=explanation.network_logit,
        adds_up=explanation.adds_up,
    )
    # No number is that of the last stage.
    of_stage = {"stage": explanation.stage, "unit": explanation.unit.value}
    return manifest(numbers, contract, model_hash, classification, of_stage | dict(more))
