"""Name the ways in which a map is shown, and what is said about it."""

from enum import StrEnum


class MapMode(StrEnum):
    """How the map is drawn over the picture."""

    EVIDENCE = "evidence"
    """Signed: orange speaks for the class, blue against it, clear says nothing."""
    HEAT = "heat"
    """The positive part only, in the inferno colours."""
    SPOTLIGHT = "spotlight"
    """The photo loses its colours and most of its light where nothing speaks for the class."""
    OUTLINE = "outline"
    """Lines around the strongest evidence for the class."""
    OFF = "off"

    @property
    def has_strength(self) -> bool:
        """Whether the map lies over the photo more or less strongly."""
        return self not in {MapMode.OUTLINE, MapMode.OFF}


class MapRemark(StrEnum):
    """What must be said in words about the map on screen."""

    NONE = "none"
    FLAT = "flat"
    """No area stands out, so no map is drawn at full strength."""
    SAME = "same"
    """Every cell has one value: the features are the same everywhere."""
    SAME_AGAINST = "same-against"
    """Likewise, and the value speaks against the class."""
    NOTHING = "nothing"
    """Every cell is 0: none speaks for the class, none against it."""
    NOTHING_FOR = "nothing-for"
    """Every cell is 0 in a map that leaves out what speaks against the class."""
    AGAINST = "against"
    """The cells together lower the class's score."""
    INVALID = "invalid"
    """Some cell has no number."""
    BEST_CLASSES_ONLY = "best-classes-only"
    """The model gives maps of its best classes, and this is none of them."""
