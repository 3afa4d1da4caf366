"""Tell the true class of a picture from the name of the folder in which it lies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from inference.models.contract import ModelContract

UNKNOWN = -1
"""The class of a picture whose folder is named after none."""


@dataclass(frozen=True, slots=True)
class TrueClasses:
    """The classes of a model by their names and WordNet ids, whatever the case of their letters.

    Attributes:
        by_name: class indices; names that several classes have are left out.
    """

    by_name: Mapping[str, int]

    @classmethod
    def of(cls, contract: ModelContract) -> TrueClasses:
        """Those of a model."""
        names = [(label.name.casefold(), index) for index, label in enumerate(contract.labels)]
        uses = Counter(name for name, _ in names)
        by_name = {name: index for name, index in names if uses[name] == 1}
        ids = {label.wordnet_id.casefold(): index for index, label in enumerate(contract.labels) if label.wordnet_id}
        return cls({**by_name, **ids})

    def of_picture(self, path: str) -> int:
        """The class after which the picture's own folder is named; `UNKNOWN` where it is named after none."""
        return self.by_name.get(PurePath(path).parent.name.casefold(), UNKNOWN)
