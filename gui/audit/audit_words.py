"""Say what an audit found, and why images do not count."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from gui.plain_text import for_sentence
from gui.viewer.number_texts import decimal_text, decimals_for, percent_text
from gui.words import counted, tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gui.audit.audit_work import AuditFound, ClassLine

_PLACES = {
    "top left": "top left", "top": "top", "top right": "top right", "centre left": "left", "centre": "centre",
    "centre right": "right", "bottom left": "bottom left", "bottom": "bottom", "bottom right": "bottom right",
}  # fmt: skip


class Missing(StrEnum):
    """Why an image does not count."""

    WAITING = "waiting"
    """It has no answer of this model yet."""
    FAILED = "failed"
    """It could not be classified."""
    WITHOUT_MAP = "without-map"
    """It has an answer; a map of it is not kept, or its model has none."""
    WITHOUT_SUPPORT = "without-support"
    """No part of it speaks for its class."""
    INVALID = "invalid"
    """Its map has values that are no numbers."""


def summary_words(found: AuditFound, *, is_of_before: bool = False) -> str:
    """How many images count, and how the list is to be read.

    Args:
        found: by the audit.
        is_of_before: another model was opened since.
    """
    text = counted(found.counted, "%n image counts, as {model} sees it", "%n images count, as {model} sees them")
    images = text.format(model=for_sentence(found.model))
    if found.missing:
        text = tr("{images}; of the others: {reasons}")
        images = text.format(images=images, reasons=_reasons(found.missing))
    even = tr("Evenly spread evidence would have {even} on the border.").format(even=percent_text(found.border_if_even))
    if is_of_before:
        even = tr("{even} Another model is open now: audit again to see what that one attends to.").format(even=even)
    return f"{images}. {even}"


def map_words(found: AuditFound) -> str:
    """What the colours of the mean maps mean."""
    text = tr("Orange speaks for the class, blue against it; full colour, for every class alike: {scale} logits.")
    return text.format(scale=decimal_text(found.scale, decimals_for(found.scale)))


def nothing_words(found: AuditFound) -> str:
    """Why there is nothing to look at."""
    if not found.missing:
        return tr("The gallery shows no images, so there is nothing to audit.")
    words = tr("None of these images counts: {reasons}.").format(reasons=_reasons(found.missing))
    if found.missing.keys() & {Missing.WAITING, Missing.WITHOUT_MAP}:
        words += " " + tr("Classify them with a model that has maps, then audit again.")
    return words


def class_words(line: ClassLine, found: AuditFound) -> str:
    """What the mean map of a class says."""
    name = for_sentence(line.title)
    text = tr("{name}: {border} of the evidence lies on the border ({even} if it were spread evenly)")
    words = text.format(name=name, border=percent_text(line.border), even=percent_text(found.border_if_even))
    if line.outside is not None:
        words += tr(", {outside} outside the box").format(outside=percent_text(line.outside))
    place = tr(_PLACES.get(line.place, ""))
    words = f"{words}; {tr('most of it: {place}').format(place=place)}." if place else f"{words}."
    if line.has_namesake:
        namesake = tr("Another class has this name too: the gallery, which filters by name, shows the images of both.")
        words = f"{words} {namesake}"
    return words


def ground_words(line: ClassLine, pictures: int | None) -> str:
    """What lies below the map; `pictures` is None while it is being made."""
    if pictures is None:
        return ""
    if not pictures:
        return tr("No small pictures of these images are kept, so the map lies on a plain ground.")
    if pictures >= line.pictures:
        return counted(pictures, "Below the map: the image itself.", "Below the map: the mean of the %n images.")
    return counted(pictures, "Below the map: one of the images.", "Below the map: the mean of %n of the images.")


def _reasons(missing: Mapping[Missing, int]) -> str:
    return ", ".join(_reason(why, missing[why]) for why in Missing if why in missing)


def _reason(why: Missing, count: int) -> str:
    match why:
        case Missing.WAITING:
            return counted(count, "%n is not classified yet", "%n are not classified yet")
        case Missing.FAILED:
            return counted(count, "%n could not be classified", "%n could not be classified")
        case Missing.WITHOUT_MAP:
            return counted(count, "%n has no stored map", "%n have no stored map")
        case Missing.WITHOUT_SUPPORT:
            return counted(count, "in %n nothing speaks for its class", "in %n nothing speaks for their class")
        case Missing.INVALID:
            return counted(count, "the map of %n has no valid numbers", "the maps of %n have no valid numbers")
