"""Name a class so that nobody takes it for another one of the same name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inference.models.contract import Label


def distinct_name(labels: Sequence[Label], index: int) -> str:
    """The name of a class, as the model has it; with its number where another class has the same name.

    ImageNet has two cranes and two maillots.

    Args:
        labels: of the model, in class order.
        index: of the class.
    """
    name = labels[index].name
    is_shared = any(label.name == name for other, label in enumerate(labels) if other != index)
    return f"{name} ({index})" if is_shared else name
