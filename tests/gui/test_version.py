"""The version that people read is the project's."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from gui import version
from tests.conftest import PROJECT_ROOT


def test_it_is_the_projects(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())["project"]
    assert version.version() == project["version"] != ""
    monkeypatch.setattr(version, "_PROJECT", tmp_path / "none.toml")
    assert version.version() == "", "About opens without it, too"
