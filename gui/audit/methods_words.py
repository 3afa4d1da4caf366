"""Say what a comparison of methods costs, how far it is, and how its table is to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gui.plain_text import for_sentence, name_of
from gui.time_left import time_left_text
from gui.viewer.map_choice import method_name
from gui.viewer.number_texts import decimal_text, percent_text
from gui.words import counted, number, tr
from inference.attention.methods import Method

if TYPE_CHECKING:
    from inference.attention.figures import MethodFigures

_AREA_DECIMALS = 3
_FIRST_FAILURES = 3


class Ending(StrEnum):
    """Where a comparison stands."""

    UNDER_WAY = "under-way"
    DONE = "done"
    STOPPED = "stopped"
    OTHER_MODEL = "other-model"
    """Another model was opened; two models' figures are nothing to be averaged."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a comparison is.

    Attributes:
        model: as people read it.
        wanted: how many images were drawn.
        drawn_from: how many there were to draw from.
        compared: how many count.
        failures: (path, reason) of those that are left out.
        ending: where it stands.
        seconds_left: estimated, or None before the first image is over.
    """

    model: str
    wanted: int
    drawn_from: int
    compared: int
    failures: tuple[tuple[str, str], ...]
    ending: Ending
    seconds_left: float | None = None


def headings() -> tuple[str, ...]:
    """Of the table's columns."""
    return (
        tr("Method"), tr("Drop"), tr("Increase"), tr("Deletion"), tr("Insertion"), tr("Runs an image"),
    )  # fmt: skip


def row_texts(one: MethodFigures) -> tuple[str, ...]:
    """A method's row, a text for each heading."""
    areas = _area_text(one.deletion_area), _area_text(one.insertion_area)
    shares = percent_text(one.average_drop), percent_text(one.average_increase)
    return (method_name(one.method), *shares, *areas, number(round(one.runs / one.pictures)))


def cost_words(method: Method, channels: int) -> str:
    """What a method that runs the network costs; `channels` is 0 where no model with maps is open."""
    name = method_name(method)
    if method is Method.OCCLUSION:
        return tr("{method}: one more run of the network for each cell of the map").format(method=name)
    if not channels:
        return tr("{method}: one more run of the network for each channel of the feature map").format(method=name)
    text = counted(
        channels,
        "{method}: %n more run of the network for each image",
        "{method}: %n more runs of the network for each image",
    )
    return text.format(method=name)


def reading_words() -> str:
    """What is better in which direction, and of what the figures are."""
    return tr(
        "Average drop and increase of the first class's probability where only what the map points at is left"
        " (Chattopadhay et al. 2018), and mean areas under the deletion and insertion curves (Petsiuk et al. 2018),"
        " with hidden cells blurred."
        " Less is better for drop and deletion, more for increase and insertion. It holds for this model on these"
        " images, not for the methods as such."
    )


def standing_words(standing: Standing) -> str:
    """How many images count, why it ended, and which are left out."""
    parts = [_count_words(standing)]
    match standing.ending:
        case Ending.UNDER_WAY if standing.seconds_left is not None:
            parts.append(f"{_sentence(time_left_text(standing.seconds_left))}.")
        case Ending.STOPPED if standing.compared:
            parts.append(tr("Stopped: the table is of the images so far."))
        case Ending.STOPPED:
            parts.append(tr("Stopped before the first image was over."))
        case Ending.OTHER_MODEL:
            parts.append(tr("Another model was opened, so the comparison ended: two models' figures do not mix."))
    if standing.failures:
        parts.append(_failure_words(standing.failures))
    return " ".join(parts)


def curve_words(one: MethodFigures) -> str:
    """What the chart shows of a method; its areas are those of the table."""
    words = tr("{method}, mean curves: deletion (dashed) falls early and insertion rises early where a map is good.")
    areas = tr("Areas {deletion} and {insertion}.").format(
        deletion=_area_text(one.deletion_area), insertion=_area_text(one.insertion_area)
    )
    return f"{words.format(method=method_name(one.method))} {areas}"


def refusal_words(*, has_model: bool, has_maps: bool, images: int) -> str:
    """Why nothing can be compared; empty where it can."""
    if not has_model:
        return tr("No model is open yet.")
    if not has_maps:
        return tr("This model has no exact maps, so there are no methods to compare.")
    return "" if images else tr("There are no images to compare the methods on.")


def _area_text(area: float | None) -> str:
    return "" if area is None else decimal_text(area, _AREA_DECIMALS)


def _count_words(standing: Standing) -> str:
    text = counted(
        standing.wanted,
        "{done} of %n image compared, drawn from {all}, as {model} sees it.",
        "{done} of %n images compared, drawn from {all}, as {model} sees them.",
    )
    model = for_sentence(standing.model)
    return text.format(done=number(standing.compared), all=number(standing.drawn_from), model=model)


def _failure_words(failures: Sequence[tuple[str, str]]) -> str:
    head = counted(len(failures), "%n image is left out:", "%n images are left out:")
    first = "; ".join(
        tr("{name}: {reason}").format(name=name_of(path), reason=for_sentence(reason.rstrip(".")))
        for path, reason in failures[:_FIRST_FAILURES]
    )
    more = len(failures) - _FIRST_FAILURES
    end = counted(more, "; and %n more.", "; and %n more.") if more > 0 else "."
    return f"{head} {first}{end}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
