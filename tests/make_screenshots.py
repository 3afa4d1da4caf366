"""Take the README's pictures of the real window, run on the sample pictures (run it as a module, with a display)."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSize

from gui.action_table import ActionId
from gui.app import build, create_application
from gui.gallery.image_state import ImageState
from gui.main_window import View
from gui.program import Program, Wishes
from inference.profile import Profile

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "screenshots"
SIZE = QSize(1240, 780)


def _wait(holds: Callable[[], bool], limit_s: float = 60) -> None:
    end = time.monotonic() + limit_s
    while not holds() and time.monotonic() < end:
        QCoreApplication.processEvents()
        time.sleep(0.005)


def _settle(seconds: float = 0.6) -> None:
    _wait(lambda: False, seconds)


def _shoot(program: Program, name: str) -> None:
    _settle()
    program.window.grab().save(str(TARGET / f"{name}.png"))


def _open(program: Program, paths: list[Path], count: int) -> None:
    program.open_paths([str(path) for path in paths])
    _wait(lambda: len(program.images) == count and program.images.count(ImageState.QUEUED) == 0)


def main() -> int:
    """Start page, viewer in both palettes and as heat, gallery with failures."""
    TARGET.mkdir(parents=True, exist_ok=True)
    application = create_application([])
    samples = ROOT / "assets" / "samples"
    with tempfile.TemporaryDirectory() as folder:
        program = build(application, Profile.below(Path(folder) / "profile"), Wishes(None, "cpu"))
        program.start()
        program.window.resize(SIZE)
        program.actions[ActionId.THEME_LIGHT].trigger()
        _wait(lambda: bool(program.models.name))
        _shoot(program, "start-light")
        _open(program, [samples], 3)
        program.window.grid.set_current_row(1)
        _wait(lambda: program.viewing.has_inspection)
        _shoot(program, "viewer-light")
        program.actions[ActionId.MAP_MODE].trigger()
        _shoot(program, "viewer-heat")
        program.actions[ActionId.MAP_MODE].trigger()
        program.actions[ActionId.THEME_DARK].trigger()
        program.window.grid.set_current_row(0)
        _wait(lambda: program.viewing.has_inspection)
        _shoot(program, "viewer-dark")
        more = Path(folder) / "pictures"
        more.mkdir()
        for number, sample in enumerate(sorted(samples.glob("*.[pj][np]g"))):
            shutil.copy(sample, more / f"copy {number}{sample.suffix}")
        (more / "empty.jpg").touch()
        (more / "notes.jpg").write_text("not a picture")
        _open(program, [more], 8)
        program.window.show_view(View.GALLERY)
        _shoot(program, "gallery-dark")
        program.actions[ActionId.KEYS].trigger()
        _shoot(program, "keys-dark")
        program.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
