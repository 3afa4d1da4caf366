"""Let a stranger's model that passed its trial in one test pass at once in later ones, whose profiles are new."""

from __future__ import annotations

import pytest

from inference.models import strangers
from inference.profile import Profile

_passed: dict[str, None] = {}
"""SHA-256 of files that a child process really opened and ran during these tests."""


def try_each_model_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if profiles had one memory of tried models; what failed is tried, and refused, each time."""
    remembered, remember = strangers._remembered, strangers._remember

    def remembered_here(profile: Profile) -> list[str]:
        return [*remembered(profile), *_passed]

    def remember_everywhere(digests: list[str], profile: Profile) -> None:
        _passed[digests[-1]] = None
        remember(digests, profile)

    monkeypatch.setattr(strangers, "_remembered", remembered_here)
    monkeypatch.setattr(strangers, "_remember", remember_everywhere)
