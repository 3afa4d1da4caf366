"""Say what an audit found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.plain_text import for_sentence
from gui.viewer.number_texts import percent_text
from gui.words import counted, number, tr

if TYPE_CHECKING:
    from gui.audit.audit_work import AuditFound, ClassLine

_PLACES = {
    "top left": "top left", "top": "top", "top right": "top right", "centre left": "left", "centre": "centre",
    "centre right": "right", "bottom left": "bottom left", "bottom": "bottom", "bottom right": "bottom right",
}  # fmt: skip


def summary_words(found: AuditFound) -> str:
    """How many images count, and how the list is to be read."""
    images = counted(found.counted, "%n image counts", "%n images count")
    passed_over = ""
    if found.passed_over:
        text = tr("{count} do not (no answer, no stored map, or nothing that speaks for the class)")
        passed_over = "; " + text.format(count=number(found.passed_over))
    even = tr("Evenly spread evidence would have {even} on the border.").format(even=percent_text(found.border_if_even))
    return f"{images}{passed_over}. {even}"


def nothing_words(found: AuditFound) -> str:
    """Why there is nothing to look at."""
    if not found.passed_over:
        return tr("The gallery shows no images, so there is nothing to audit.")
    return tr("None of these images has a stored map yet. Classify them with a model that has maps, then audit again.")


def class_words(line: ClassLine, found: AuditFound) -> str:
    """What the mean map of a class says."""
    name = for_sentence(line.name)
    text = tr("{name}: {border} of the evidence lies on the border ({even} if it were spread evenly)")
    words = text.format(name=name, border=percent_text(line.border), even=percent_text(found.border_if_even))
    if line.outside is not None:
        words += tr(", {outside} outside the box").format(outside=percent_text(line.outside))
    place = tr(_PLACES.get(line.place, ""))
    return f"{words}; {tr('most of it: {place}').format(place=place)}." if place else f"{words}."


def ground_words(line: ClassLine, pictures: int | None) -> str:
    """What lies below the map; `pictures` is None while it is being made."""
    if pictures is None:
        return ""
    if not pictures:
        return tr("No small pictures of these images are kept, so the map lies on a plain ground.")
    if pictures >= line.pictures:
        return counted(pictures, "Below the map: the image itself.", "Below the map: the mean of the %n images.")
    return counted(pictures, "Below the map: one of the images.", "Below the map: the mean of %n of the images.")
