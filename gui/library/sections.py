"""Name the sections of the library, and say what a click on one of their rows makes of a filter."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from gui.gallery.arrangement import ImageFilter
from gui.words import tr
from inference.sessions.states import ImageState

FacetKey = str | int
"""What a row stands for: a folder's path, an `ImageState`, or the code of a name."""


class Section(StrEnum):
    """The sections, in their order; the values are the names of the filter's conditions."""

    SOURCES = "folders"
    STATE = "states"
    LABELS = "labels"
    SUGGESTIONS = "suggestions"


LONG_SECTIONS = frozenset({Section.LABELS, Section.SUGGESTIONS})
"""May have a thousand rows: the most frequent come first, and a search shortens them."""


def section_title(section: Section) -> str:
    """The section's heading."""
    titles = {
        Section.SOURCES: tr("Sources"),
        Section.STATE: tr("State"),
        Section.LABELS: tr("Labels"),
        Section.SUGGESTIONS: tr("Suggestions"),
    }
    return titles[section]


def keys_of(images: ImageFilter, section: Section) -> frozenset[FacetKey]:
    """The rows of a section that a filter asks for."""
    match section:
        case Section.SOURCES:
            return frozenset(images.folders)
        case Section.STATE:
            return frozenset(images.states)
        case Section.LABELS:
            return frozenset(images.labels)
        case Section.SUGGESTIONS:
            return frozenset(images.suggestions)


def with_keys(images: ImageFilter, section: Section, keys: frozenset[FacetKey]) -> ImageFilter:
    """The same filter with other rows of one section."""
    match section:
        case Section.SOURCES:
            return replace(images, folders=frozenset(map(str, keys)))
        case Section.STATE:
            return replace(images, states=frozenset(ImageState(int(key)) for key in keys))
        case Section.LABELS:
            return replace(images, labels=frozenset(map(int, keys)))
        case Section.SUGGESTIONS:
            return replace(images, suggestions=frozenset(map(int, keys)))


def without_keys(images: ImageFilter) -> ImageFilter:
    """The same filter without any condition of the library; score and text stay, they have controls of their own."""
    return ImageFilter(score_from=images.score_from, score_to=images.score_to, text=images.text)


def after_click(images: ImageFilter, section: Section, key: FacetKey) -> ImageFilter:
    """The filter after a click: exactly this row, or, if it was the only one of its section, none of this section.

    Rows of other sections go too: a row's number says how many images it has in all, and so many are then shown.
    """
    if keys_of(images, section) == {key}:
        return with_keys(images, section, frozenset())
    return only(images, section, key)


def only(images: ImageFilter, section: Section, key: FacetKey) -> ImageFilter:
    """The filter that asks for exactly this row."""
    return with_keys(without_keys(images), section, frozenset({key}))


def toggled(images: ImageFilter, section: Section, key: FacetKey) -> ImageFilter:
    """The filter with this row added to it, or taken out: any row of a section is enough, every section must hold."""
    return with_keys(images, section, keys_of(images, section) ^ {key})
