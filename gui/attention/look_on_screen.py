"""Hold a closer look that is on screen in place of the usual one, for the questions that are about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gui.words import tr

if TYPE_CHECKING:
    from gui.attention.examined import Examined
    from gui.map_on_page import DrawnMap


@dataclass(frozen=True, slots=True, eq=False)
class LookOnScreen:
    """Another look at the picture, with its map.

    Attributes:
        examined: the picture as the look sees it.
        drawn: the look's map that is on screen, or None where there is none.
        factor: how many times as large as usual the network's input is.
        whole: the whole picture instead of the centre crop.
    """

    examined: Examined
    drawn: DrawnMap | None
    factor: int
    whole: bool


def view_in_words(factor: int, *, whole: bool, examined: Examined) -> str:
    """How the picture is seen: "whole picture", "3 times the size".

    Args:
        factor: how many times as large as usual the network's input is.
        whole: the whole picture instead of the centre crop.
        examined: the picture as it is seen so; of one that is very long the network takes the middle.
    """
    if whole:
        return tr("whole picture") if is_all_seen(examined) else tr("middle of this very long picture")
    return tr("{factor} times the size").format(factor=factor)


def is_all_seen(examined: Examined) -> bool:
    """Whether the network saw all of the picture."""
    said = examined.classification
    return said.crop.covers(said.facts.width, said.facts.height)
