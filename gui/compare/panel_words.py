"""Say what stands around a compared picture: its score for a class, its first suggestion, what is amiss."""

from __future__ import annotations

from gui.plain_text import for_sentence
from gui.viewer.map_mode import MapRemark
from gui.viewer.number_texts import percent_text
from gui.words import tr
from inference.models.contract import MapKind


def score_words(name: str, share: float) -> str:
    """The score (0...1) of a class."""
    return tr("{name}: {share}").format(name=for_sentence(name), share=percent_text(share))


def first_words(name: str, share: float, *, is_shown: bool) -> str:
    """The name and score (0...1) of the picture's own first suggestion, or that it is the class that is compared."""
    if is_shown:
        return tr("This is its first suggestion.")
    return tr("Its first suggestion: {name}, {share}").format(name=for_sentence(name), share=percent_text(share))


def remark_words(remark: MapRemark) -> str:
    """What must be said of a map."""
    return {
        MapRemark.NONE: "",
        MapRemark.FLAT: tr("The evidence is spread evenly; no area stands out."),
        MapRemark.SAME: tr("The features are the same everywhere; no area stands out."),
        MapRemark.SAME_AGAINST: tr("The features are the same everywhere, and the evidence is against this class."),
        MapRemark.NOTHING: tr("No cell speaks for this class or against it."),
        MapRemark.NOTHING_FOR: tr("Nothing speaks for this class; this map leaves out what speaks against it."),
        MapRemark.AGAINST: tr("The evidence is against this class."),
        MapRemark.INVALID: tr("The model gave no valid numbers for this map."),
        MapRemark.BEST_CLASSES_ONLY: tr("This model has maps of its five best classes only."),
    }[remark]


def maps_words(maps: MapKind) -> str:
    """What must be said of all maps of a model."""
    return {
        MapKind.EXACT: "",
        MapKind.APPROXIMATE: tr("Its maps are approximate."),
        MapKind.NONE: tr("This model has no maps."),
    }[maps]


def unknown_words(name: str) -> str:
    """A model does not have the class that is compared."""
    return tr("This model does not know {name}.").format(name=for_sentence(name))
