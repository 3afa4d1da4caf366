"""Hold what one start asks for, besides the settings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wishes:
    """What one start asks for, besides the settings, which it does not change; None where it asks for nothing.

    Attributes:
        model: name or file.
        device: "auto" or a device's name.
        batch_size: pictures in one run.
    """

    model: str | None = None
    device: str | None = None
    batch_size: int | None = None
