"""Let gradient files that a child process made in one test be found by later ones, whose profiles are new."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from inference.cancel import CancelToken
from inference.models import gradient_file
from inference.models.progress import OnProgress

_made: dict[str, Path] = {}
"""Copies of what was really made during these tests, by the name of its folder: the model's hash and the version."""


def make_each_gradient_file_once(monkeypatch: pytest.MonkeyPatch, factory: pytest.TempPathFactory) -> None:
    """As if the maker were quick the second time; what cannot be made is tried, and refused, each time."""
    really_make = gradient_file._make

    def make(model: Path, folder: Path, on_progress: OnProgress | None, cancel: CancelToken | None) -> None:
        if folder.name in _made:
            shutil.copytree(_made[folder.name], folder, dirs_exist_ok=True)
            return
        really_make(model, folder, on_progress, cancel)
        _made[folder.name] = Path(shutil.copytree(folder, factory.mktemp("gradients") / folder.name))

    monkeypatch.setattr(gradient_file, "_make", make)
