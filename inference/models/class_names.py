"""Name a class so that nobody takes it for another one of the same name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from inference.models.contract import Label


def distinct_name(labels: Sequence[Label], index: int) -> str:
    """The name of a class, as the model has it; with its number where another class has the same name.

    ImageNet has two cranes and two maillots.

    Args:
        labels: of the model, in class order.
        index: of the class.
    """
    name = labels[index].name
    return f"{name} ({index})" if name in shared_names(labels) else name


def shared_names(labels: Sequence[Label]) -> frozenset[str]:
    """The names that several classes of one model have; the labels are told apart by identity and kept.

    Args:
        labels: of the model, in class order.
    """
    global _known  # noqa: PLW0603 - a cache of one, replaced as a whole: other threads see the old or the new one
    known = _known
    if known.labels is not labels:
        known = _known = _Known(labels)
    return known.shared


class _Known:
    """The shared names of one model; counted once, since all classes are listed in one frame."""

    def __init__(self, labels: Sequence[Label]) -> None:
        self.labels = labels
        self.shared = frozenset(name for name, count in Counter(label.name for label in labels).items() if count > 1)


_known = _Known(())
