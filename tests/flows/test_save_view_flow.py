"""The picture with its map and legend is really written where a person wants it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from gui.action_table import ActionId
from gui.main_window import View
from gui.viewer.suggestions_model import NO_CLASS
from inference.attention.picture import MARK_BYTES, is_map_png
from inference.models.catalog import BUILT_IN_NAME
from tests.flows.conftest import Bench

SIZE = (320, 240)


@pytest.fixture
def bench(make_bench: Callable[..., Bench], tmp_path: Path) -> Bench:
    """One grey picture in the viewer, with its feature map."""
    folder = tmp_path / "one"
    folder.mkdir()
    Image.effect_noise(SIZE, 80).convert("RGB").save(folder / "a.png")
    made = make_bench(model=BUILT_IN_NAME)
    made.drop([str(folder)])
    made.until_done(1)
    made.program.window.grid.set_current_row(0)
    made.program.window.show_view(View.VIEWER)
    made.until(lambda: made.program.viewing.examined is not None)
    return made


def test_the_picture_with_its_map_is_saved(bench: Bench, tmp_path: Path) -> None:
    folder, program = tmp_path / "one", bench.program
    # A moment later than its map comes the picture itself, instead of its thumbnail.
    bench.until(lambda: program.window.page.snapshot(original_size=True).width() >= SIZE[0])
    target = tmp_path / "saved.png"
    said: list[str] = []
    program.message_actions.message_raised.connect(lambda message: said.append(message.text))
    program.message_actions.save_view(str(target), program.window.page.snapshot(original_size=True))
    bench.until(lambda: bool(said))
    assert "saved.png" in said[0]
    assert is_map_png(target.read_bytes()[:MARK_BYTES])
    with Image.open(target) as saved, Image.open(folder / "a.png") as original:
        assert saved.width >= original.width
        assert saved.height > original.height
        shown = np.asarray(saved.convert("RGB"), np.int16)
        plain = np.asarray(original.convert("RGB"), np.int16)
    # The map colours a grey picture.
    assert np.ptp(plain, axis=2).max() == 0
    assert np.ptp(shown[: plain.shape[0]], axis=2).max() > 20


def test_what_cannot_be_written_is_told(bench: Bench, tmp_path: Path) -> None:
    program = bench.program
    said: list[str] = []
    program.message_actions.message_raised.connect(lambda message: said.append(message.id))
    target = str(tmp_path / "nowhere" / "saved.png")
    program.message_actions.save_view(target, program.window.page.snapshot(original_size=True))
    bench.until(lambda: bool(said))
    assert said == ["E-409"]
    assert not list(tmp_path.glob("*.png"))


def test_what_is_saved_is_what_was_on_screen_before_the_dialog(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = bench.program
    page = program.window.page
    bench.until(lambda: page.snapshot(original_size=True).width() >= 320)
    page.hover_class((page.class_shown + 1) % 200)
    seen = page.snapshot(original_size=True)
    saved: list[QImage] = []

    def choose(*_arguments: object, **_options: object) -> tuple[str, str]:
        # The dialog takes the focus, and the list of classes goes back to the chosen one.
        page.hover_class(NO_CLASS)
        return str(tmp_path / "saved.png"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    program.action_runner.save_view_requested.connect(lambda _path, image: saved.append(image))
    program.actions[ActionId.SAVE_VIEW].trigger()
    assert saved == [seen]
    assert seen != page.snapshot(original_size=True)
