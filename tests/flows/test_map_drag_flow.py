"""The map leaves the Viewer by Alt and a drag: as a PNG file and as pixels, always a copy, gone with the program."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDrag, QImage
from PySide6.QtTest import QTest

from gui.dropping import local_paths
from gui.main_window import View
from gui.viewer.map_mode import MapMode
from inference.attention.picture import MARK_BYTES, is_map_png
from inference.models.catalog import BUILT_IN_NAME
from tests.flows.conftest import Bench

LEFT, ALT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier
NAME = os.fsdecode(b"a b%20 \xff " + "ä".encode() * 80 + b".png")


class Dragged:
    """What drags carried; each ends at once, dropped nowhere."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.actions: list[Qt.DropAction] = []
        self.paths: list[str] = []
        self.images: list[QImage] = []
        self.formats: list[list[str]] = []

        def run(drag: QDrag, action: Qt.DropAction) -> Qt.DropAction:
            mime: QMimeData = drag.mimeData()
            assert not drag.pixmap().isNull()
            self.actions.append(action)
            self.paths += local_paths(bytes(mime.data("text/uri-list").data()))
            self.images.append(mime.imageData())
            self.formats.append(mime.formats())
            return action

        monkeypatch.setattr(QDrag, "exec", run)


@pytest.fixture
def dragged(monkeypatch: pytest.MonkeyPatch) -> Dragged:
    return Dragged(monkeypatch)


@pytest.fixture
def bench(make_bench: Callable[..., Bench], tmp_path: Path) -> Bench:
    """One picture in the viewer, higher than wide, with its map."""
    folder = tmp_path / "one"
    folder.mkdir()
    Image.effect_noise((120, 300), 80).convert("RGB").save(folder / "a.png")
    (folder / "a.png").rename(folder / NAME)
    made = make_bench(model=BUILT_IN_NAME)
    made.program.open_paths([str(folder)])
    made.until_done(1)
    made.program.window.show_view(View.VIEWER)
    made.until(lambda: made.program.viewing.examined is not None and made.program.window.page.legend.is_shown)
    return made


def drag(bench: Bench, modifier: Qt.KeyboardModifier, distance: int = 60) -> None:
    picture = bench.program.window.page.picture
    start = picture.rect().center()
    QTest.mousePress(picture, LEFT, modifier, start)
    for step in (0.3, 0.7, 1.0):
        QTest.mouseMove(picture, start + QPoint(round(distance * step), 0))
    QTest.mouseRelease(picture, LEFT, modifier, start + QPoint(distance, 0))


def test_a_copy_with_legend_model_and_caution_goes_out(bench: Bench, dragged: Dragged, tmp_path: Path) -> None:
    original = (tmp_path / "one" / NAME).read_bytes()
    drag(bench, ALT)
    assert dragged.actions == [Qt.DropAction.CopyAction]
    assert {"text/uri-list", "application/x-qt-image"} <= set(dragged.formats[0])
    [path] = dragged.paths
    name = os.fsencode(Path(path).name)
    assert name.startswith(b"a b%20 \xff ")
    assert name.endswith(b" map.png")
    assert len(name) < 255
    assert stat.S_IMODE(Path(path).parent.parent.stat().st_mode) == 0o700
    assert is_map_png(Path(path).read_bytes()[:MARK_BYTES])
    image, page = dragged.images[0], bench.program.window.page
    with Image.open(path) as opened:
        assert opened.size == (image.width(), image.height())
    seen = page.picture.snapshot()
    # As wide as the legend's words, since the picture is narrow; below them there is one more part.
    assert image.width() >= page.legend.whole_width()
    assert image == page.snapshot()
    assert image.height() > seen.height() + page.legend.height()
    left = (image.width() - seen.width()) // 2
    assert image.copy(left, 0, seen.width(), seen.height()).pixelColor(9, 9) == seen.pixelColor(9, 9)
    assert (tmp_path / "one" / NAME).read_bytes() == original


def test_each_drag_has_a_file_of_its_own_and_all_go_with_the_program(bench: Bench, dragged: Dragged) -> None:
    drag(bench, ALT)
    drag(bench, ALT)
    first, second = map(Path, dragged.paths)
    assert first != second
    assert first.exists()
    assert second.exists()
    folder = first.parent.parent
    bench.program.attention.dragging.close()
    assert not folder.exists()
    drag(bench, ALT)
    assert Path(dragged.paths[2]).exists()


def test_closing_the_window_removes_the_files(bench: Bench, dragged: Dragged) -> None:
    drag(bench, ALT)
    [path] = dragged.paths
    bench.program.window.close()
    assert not Path(path).parent.parent.exists()


@pytest.mark.parametrize("modifier", [PLAIN, ALT | Qt.KeyboardModifier.ControlModifier])
def test_nothing_leaves_without_alt_alone(bench: Bench, dragged: Dragged, modifier: Qt.KeyboardModifier) -> None:
    drag(bench, modifier)
    assert dragged.actions == []


def test_nothing_leaves_without_a_map_or_a_real_move(bench: Bench, dragged: Dragged) -> None:
    drag(bench, ALT, distance=2)
    bench.program.viewing.set_mode(MapMode.OFF)
    drag(bench, ALT)
    assert dragged.actions == []


def test_where_no_file_can_be_written_the_pixels_go_out(
    bench: Bench, dragged: Dragged, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_options: object) -> str:
        raise OSError("no room")

    monkeypatch.setattr("gui.dragging_map.tempfile.mkdtemp", fail)
    drag(bench, ALT)
    assert dragged.paths == []
    assert not dragged.images[0].isNull()
