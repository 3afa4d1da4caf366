"""Name installed models so that two with one title can be told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gui.words import tr
from inference.texts import visible

if TYPE_CHECKING:
    from inference.models.catalog import ModelFile


def titles_apart(models: Sequence[ModelFile]) -> dict[str, str]:
    """What each model is called in a list, by its name: its title, and the name too where the title is not its alone.

    Args:
        models: all that are installed, whether the list holds them or not.

    Returns:
        Texts without characters that hide or mislead.
    """
    shown = {model.name: visible(model.contract.title) for model in models}
    holders = Counter(shown.values())
    return {
        name: title if holders[title] == 1 else tr("{title}: {name}").format(title=title, name=visible(name))
        for name, title in shown.items()
    }
