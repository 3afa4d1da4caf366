"""In the window, too, the map is warm on the bright patch: every EXIF orientation, 1:4 to 4:1, crop and whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from gui.main_window import View
from gui.viewer.map_mode import MapMode
from gui.viewer.picture_view import PictureView
from inference.models.contract import Preprocessing
from tests.flows.conftest import Bench
from tests.inference.attention.patches import ORIENTATIONS, SIZES, centre_of, patched, reach
from tests.make_bright import BRIGHT, BRIGHT_RESIZE, BRIGHT_SIDE, CELL_PX

PLACE = (0.7, 0.2)
_PREPROCESSING = Preprocessing(resize=BRIGHT_RESIZE, crop=BRIGHT_SIDE)


def _cell(size: tuple[int, int]) -> float:
    """A cell's side in upright original pixels."""
    return min(size) / BRIGHT_RESIZE * CELL_PX


def _warmest(picture: PictureView) -> tuple[float, float]:
    """Where the picture on screen is warmest, in upright original pixels; the photo itself is grey."""
    seen, placement = picture.grab().toImage().convertToFormat(QImage.Format.Format_RGB32), picture.placement
    assert placement is not None
    pixels = np.frombuffer(seen.constBits(), np.uint8).reshape(seen.height(), -1, 4)[:, : seen.width()].astype(int)
    warmth = pixels[..., 2] - pixels[..., 0]
    assert warmth.max() > 40
    rows, columns = np.nonzero(warmth >= warmth.max() - 2)
    ratio = seen.devicePixelRatio()
    return placement.to_picture((columns.mean() + 0.5) / ratio, (rows.mean() + 0.5) / ratio)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_warm_place_on_screen_is_the_patch(
    make_bench: Callable[..., Bench], tmp_path: Path, size: tuple[int, int]
) -> None:
    centre = centre_of(size, PLACE, _PREPROCESSING)
    paths = [patched(tmp_path, size, centre, orientation) for orientation in ORIENTATIONS]
    bench = make_bench(model=str(BRIGHT))
    program = bench.program
    bench.drop(paths)
    bench.until_done(len(paths))
    program.window.show_view(View.VIEWER)
    program.viewing.set_mode(MapMode.EVIDENCE)
    picture = program.window.page.picture
    picture.set_overlay_opacity(1.0)
    for row in range(len(paths)):
        key = program.images.key_at(row)
        program.viewing.show_key(key)
        bench.until(lambda key=key: getattr(program.viewing.examined, "key", None) == key)  # type: ignore[misc]
        bench.until(lambda: picture.placement is not None)
        program.window.page.hover_class(0)
        for zoomed in (False, True):
            if zoomed:
                picture.zoom_in()
            x, y = _warmest(picture)
            assert abs(x - centre[0]) <= reach(size, _cell(size)), (row, zoomed)
            assert abs(y - centre[1]) <= reach(size, _cell(size)), (row, zoomed)


@pytest.mark.parametrize("factor", [1, 2])
@pytest.mark.parametrize("size", [(100, 400), (400, 100)], ids=["1:4", "4:1"])
def test_a_look_at_the_whole_picture_lines_up_beyond_the_crop(
    make_bench: Callable[..., Bench], tmp_path: Path, size: tuple[int, int], factor: int
) -> None:
    centre = centre_of(size, (0.9, 0.85), _PREPROCESSING, whole=True)
    bench = make_bench(model=str(BRIGHT))
    program, finer = bench.program, bench.program.attention.finer
    bench.drop([patched(tmp_path, size, centre, 5)])
    bench.until_done(1)
    program.window.show_view(View.VIEWER)
    program.viewing.set_mode(MapMode.EVIDENCE)
    bench.until(lambda: program.viewing.examined is not None)
    finer.panel.look_requested.emit(factor, True)
    bench.until(lambda: finer.examined is not None)
    assert finer.examined is not None
    features, crop = finer.examined.inspection.features, finer.examined.classification.crop
    assert features is not None
    program.window.page.picture.set_overlay_opacity(1.0)
    program.window.page.hover_class(0)
    x, y = _warmest(program.window.page.picture)
    assert abs(x - centre[0]) <= reach(size, (crop.right - crop.left) / features.shape[2])
    assert abs(y - centre[1]) <= reach(size, (crop.bottom - crop.top) / features.shape[1])
