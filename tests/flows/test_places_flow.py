"""Where one was and what one saw stays: over pages that come and go, and over the end of the program."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication

from gui.main_window import View
from tests.conftest import PROJECT_ROOT
from tests.flows.conftest import Bench

SAMPLE = sorted((PROJECT_ROOT / "assets" / "samples").glob("*.jp*g"))[0]


def test_the_library_stays_away_from_the_start_page(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(20):
        shutil.copy(SAMPLE, folder / f"{number}.jpg")
    profile = tmp_path / "profile"
    first = make_bench(profile=profile)
    first.drop([str(folder)])
    first.until(lambda: first.program.window.view is View.GALLERY)
    QApplication.processEvents()
    assert first.program.window.library_dock.isVisible()
    first.program.window.close()
    again = make_bench(profile=profile)
    window = again.program.window
    again.until(lambda: window.was_painted)
    assert window.view is View.START
    assert not window.library_dock.isVisible()
    assert window.library_dock.is_wished
    window.show_view(View.GALLERY)
    assert window.library_dock.isVisible()
