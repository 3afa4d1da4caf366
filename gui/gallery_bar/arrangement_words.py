"""Say orders and groups in words, as a person chooses them."""

from __future__ import annotations

from gui.gallery.arrangement import GroupKey, SortKey
from gui.words import tr


def sort_text(key: SortKey, *, descending: bool) -> str:
    """An order in words."""
    texts = {
        SortKey.ADDED: (tr("As added"), tr("Last added first")),
        SortKey.NAME: (tr("Name, A to Z"), tr("Name, Z to A")),
        SortKey.SCORE: (tr("Score, lowest first"), tr("Score, highest first")),
        SortKey.MARGIN: (tr("Certainty, least first"), tr("Certainty, most first")),
        SortKey.DATE: (tr("Date, oldest first"), tr("Date, newest first")),
    }
    return texts[key][int(descending)]


def group_text(key: GroupKey) -> str:
    """A way of grouping in words."""
    texts = {
        GroupKey.NONE: tr("None"),
        GroupKey.SUGGESTION: tr("Suggestion"),
        GroupKey.LABEL: tr("Label"),
        GroupKey.STATE: tr("State"),
    }
    return texts[key]
