"""Say how far a long piece of work on models is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is.

    Attributes:
        step: what is being done, in words ("Downloading resnext50_32x4d-v2").
        done: bytes or steps that are done.
        total: of how many; None while nobody knows.
        unit: what is counted: "B" or "step".
    """

    step: str
    done: int
    total: int | None
    unit: str = "step"


OnProgress: TypeAlias = Callable[[Progress], None]
"""Called from the working thread, at most about 20 times a second."""
