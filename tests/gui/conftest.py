"""Build what several tests of the window's parts need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.app import build
from gui.program import Program
from gui.wishes import Wishes
from inference.profile import Profile


@pytest.fixture
def program(qtbot: QtBot, tmp_path: Path) -> Iterator[Program]:
    """A program whose engine has not started: the window was never painted."""
    made = build(cast("QApplication", QApplication.instance()), Profile.below(tmp_path / "profile"), Wishes())
    yield made
    made.close()
    made.window.deleteLater()
