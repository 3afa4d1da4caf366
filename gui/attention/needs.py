"""Say why nothing can be asked about the map of the picture on screen."""

from __future__ import annotations

from gui.viewing import Viewing
from gui.words import tr


def needed_words(viewing: Viewing) -> str:
    """What is missing, where `viewing.examined` is None: a classified picture, a model with maps, or its features."""
    if viewing.classification is None or not viewing.has_every_map:
        return tr("Needs a picture that was classified, and a model with exact maps.")
    return tr("The network's feature map of this picture is on its way, or could not be computed.")
