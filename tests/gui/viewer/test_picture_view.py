"""The picture, its map and its frame are painted where they belong, at every zoom."""

import os
import subprocess
import sys
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QNativeGestureEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.viewer.picture_view import PictureView
from gui.viewer.viewer_colors import viewer_colors
from inference.results import CropGeometry
from tests.conftest import PROJECT_ROOT
from tests.gui.viewer.pictures import PaintCounter, grey_view, opaque_overlay, plain_image, quartered_image, turn_wheel

BOX = CropGeometry(100, 50, 300, 250)
GREY = QColor("#646464")
ORANGE = QColor("#e69f00")
SURROUND = viewer_colors().surround
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def view(qtbot: QtBot) -> PictureView:
    """A view of 500 x 400 logical pixels that shows a grey picture of 400 x 300."""
    widget = grey_view(qtbot)
    widget.set_overlay_opacity(1.0)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def color_at(image: QImage, view: PictureView, x: float, y: float) -> QColor:
    """The colour on screen where the original point (x, y) lies."""
    placement = view.placement
    assert placement is not None
    view_x, view_y = placement.to_view(x, y)
    ratio = image.devicePixelRatio()
    return image.pixelColor(int(view_x * ratio), int(view_y * ratio))


def is_near(one: QColor, other: QColor, tolerance: int = 3) -> bool:
    """Whether no channel differs by more."""
    pairs = zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)  # type: ignore[index]
    return all(abs(a - b) <= tolerance for a, b in pairs)


def shown(view: PictureView) -> QImage:
    """What is on screen."""
    return view.grab().toImage()


def zoomed_and_panned(view: PictureView) -> None:
    view.zoom_at(3.3, QPointF(131, 81))
    view.pan(31, 17)


@pytest.mark.parametrize("arrange", [PictureView.zoom_to_fit, PictureView.zoom_to_actual, zoomed_and_panned])
def test_the_overlay_falls_exactly_on_its_box(view: PictureView, arrange: object) -> None:
    assert callable(arrange)
    view.show_overlay(opaque_overlay(), BOX)
    arrange(view)
    image = shown(view)
    # Two device pixels on either side of each edge of the box, as far as they are on screen.
    off = 2 / view.zoom
    points = {
        (BOX.left + off, 60.0): ORANGE,
        (BOX.left - off, 60.0): GREY,
        (BOX.right - off, 240.0): ORANGE,
        (BOX.right + off, 240.0): GREY,
        (110.0, BOX.top + off): ORANGE,
        (110.0, BOX.top - off): GREY,
        (290.0, BOX.bottom - off): ORANGE,
        (290.0, BOX.bottom + off): GREY,
    }
    placement = view.placement
    assert placement is not None
    seen = {
        at: color for at, color in points.items() if view.rect().contains(QPointF(*placement.to_view(*at)).toPoint())
    }
    assert len(seen) >= 4
    for (x, y), color in seen.items():
        assert is_near(color_at(image, view, x, y), color), (x, y)


def test_a_fitted_picture_lies_in_neutral_grey(view: PictureView) -> None:
    image = shown(view)
    assert image.pixelColor(2, 2) == SURROUND
    assert image.pixelColor(497, 200) == SURROUND
    assert is_near(color_at(image, view, 1, 1), GREY)
    assert is_near(color_at(image, view, 398, 298), GREY)


def test_a_small_image_is_stretched_over_the_original(view: PictureView) -> None:
    view.show_picture(quartered_image(40, 30), original_size=QSize(4000, 3000))
    image = shown(view)
    assert is_near(color_at(image, view, 1000, 700), QColor("red"))
    assert is_near(color_at(image, view, 3000, 700), QColor("lime"))
    assert is_near(color_at(image, view, 1000, 2300), QColor("blue"))
    assert is_near(color_at(image, view, 3000, 2300), QColor("white"))


def test_opacity_blends(view: PictureView) -> None:
    view.show_overlay(opaque_overlay("#ffffff"), BOX)
    view.set_overlay_opacity(0.5)
    assert is_near(color_at(shown(view), view, 200, 150), QColor(177, 177, 177))


def test_the_frame_is_drawn_and_the_outside_dimmed(view: PictureView) -> None:
    view.set_crop_frame(BOX)
    image = shown(view)
    inside, outside = color_at(image, view, 200, 150), color_at(image, view, 30, 150)
    assert is_near(inside, GREY)
    assert outside.lightness() < GREY.lightness() - 30
    edge = [color_at(image, view, BOX.left + step / view.zoom, 150).lightness() for step in range(-2, 3)]
    assert max(edge) > 190
    assert "network" in view.statusTip()

    view.set_crop_frame(None)
    assert is_near(color_at(shown(view), view, 30, 150), GREY)
    assert view.statusTip() == ""


def test_the_plain_picture_is_held(view: PictureView) -> None:
    view.show_overlay(opaque_overlay(), BOX)
    view.set_crop_frame(BOX)
    view.hold_plain(True)
    image = shown(view)
    assert is_near(color_at(image, view, 200, 150), GREY)
    assert is_near(color_at(image, view, 30, 150), GREY)
    view.hold_plain(False)
    assert is_near(color_at(shown(view), view, 200, 150), ORANGE)


def test_a_hundred_percent_is_one_pixel_on_one_pixel(view: PictureView) -> None:
    stripes = plain_image(1000, 800, "black")
    for x in range(0, 1000, 2):
        for y in range(390, 400):
            stripes.setPixelColor(x, y, QColor("white"))
    view.show_picture(stripes, original_size=QSize(1000, 800))
    view.zoom_to_actual()
    assert view.zoom == 1.0
    placement = view.placement
    assert placement is not None
    image = shown(view)
    row = int(placement.to_view(0, 395)[1])
    lightness = [image.pixelColor(x, row).lightness() for x in range(100, 160)]
    assert set(lightness) == {0, 255}
    assert all(one != other for one, other in pairwise(lightness))


def test_cells_show_only_when_magnified(view: PictureView) -> None:
    view.show_overlay(opaque_overlay("#000000"), CropGeometry(0, 0, 400, 300))
    view.set_cells(2, 2)
    view.zoom_at(1.9, QPointF(250, 200))
    assert is_near(color_at(shown(view), view, 200, 100), QColor("black"), 0)
    view.zoom_at(2.5, QPointF(250, 200))
    image = shown(view)
    near_line = [color_at(image, view, 200 + step / view.zoom, 100).lightness() for step in range(-1, 3)]
    assert max(near_line) > 40
    assert color_at(image, view, 180, 100).lightness() == 0


def test_wheel_zoom_keeps_the_point_under_the_pointer(view: PictureView) -> None:
    view.zoom_at(4.0, QPointF(250, 200))
    at = QPointF(180, 260)
    before = view.placement
    assert before is not None
    for turn in (120, 120, -120, 45):
        turn_wheel(view, at, turn, modifiers=CONTROL)
        after = view.placement
        assert after is not None
        tolerance = 1.5 / view.zoom
        assert after.to_picture(180, 260) == pytest.approx(before.to_picture(180, 260), abs=tolerance)
    assert view.zoom == pytest.approx(4.0 * 1.25 ** (1 + 45 / 120))


def test_zooming_out_ends_at_the_whole_picture(view: PictureView, qtbot: QtBot) -> None:
    view.show_picture(plain_image(900, 600), original_size=QSize(900, 600))
    whole = view.zoom
    view.zoom_to_actual()
    assert not view.is_fitted
    with qtbot.waitSignal(view.zoom_changed):
        view.zoom_out()
    for _ in range(20):
        view.zoom_out()
    assert view.is_fitted
    assert view.zoom == whole
    for _ in range(60):
        view.zoom_in()
    assert view.zoom == 32.0
    shown(view)


def test_double_click_switches(view: PictureView) -> None:
    view.show_picture(plain_image(900, 600), original_size=QSize(900, 600))
    placement = view.placement
    assert placement is not None
    point = placement.to_picture(150, 150)
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(150, 150))
    assert view.zoom == 1.0
    after = view.placement
    assert after is not None
    assert after.to_picture(150, 150) == pytest.approx(point, abs=1.5)
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(150, 150))
    assert view.is_fitted


def test_dragging_pans_only_when_zoomed(view: PictureView) -> None:
    def drag(dx: int) -> None:
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(250, 200))
        at = QPointF(250 + dx, 200)
        event = QMouseEvent(
            QMouseEvent.Type.MouseMove,
            at,
            view.mapToGlobal(at),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(view, event)
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at.toPoint())

    fitted = view.placement
    drag(40)
    assert view.placement == fitted
    view.zoom_at(3.0, QPointF(250, 200))
    before = view.placement
    assert before is not None
    drag(40)
    after = view.placement
    assert after is not None
    assert after.left - before.left == pytest.approx(40, abs=1)


def test_keys_zoom_and_pan(view: PictureView) -> None:
    start = view.zoom
    QTest.keyClicks(view, "+")
    assert view.zoom == pytest.approx(start * 1.25)
    QTest.keyClicks(view, "-")
    assert view.zoom == pytest.approx(start)
    view.zoom_at(3.0, QPointF(250, 200))
    before = view.placement
    QTest.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    after = view.placement
    assert before is not None
    assert after is not None
    assert after.left > before.left


def test_a_pinch_zooms(view: PictureView) -> None:
    device = QPointingDevice.primaryPointingDevice()
    at = QPointF(200, 200)
    start = view.zoom
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, device, 2, at, at, view.mapToGlobal(at), 0.2, QPointF()
    )
    QApplication.sendEvent(view, event)
    assert view.zoom == pytest.approx(start * 1.2)


def test_the_wheel_turns_pages(view: PictureView) -> None:
    told: list[str] = []
    view.next_requested.connect(lambda: told.append("next"))
    view.previous_requested.connect(lambda: told.append("previous"))
    at = QPointF(200, 200)
    turn_wheel(view, at, -120)
    turn_wheel(view, at, 120)
    turn_wheel(view, at, -60)
    assert told == ["next", "previous"]
    turn_wheel(view, at, -60)
    assert told == ["next", "previous", "next"]
    turn_wheel(view, at, -90)
    turn_wheel(view, at, 60)  # the other way: the rest of the turn is forgotten
    turn_wheel(view, at, -60)
    assert len(told) == 3
    turn_wheel(view, at, -600, phase=Qt.ScrollPhase.ScrollMomentum)
    assert len(told) == 3


def test_two_fingers_pan_a_zoomed_picture(view: PictureView) -> None:
    told: list[str] = []
    view.next_requested.connect(lambda: told.append("next"))
    view.zoom_at(3.0, QPointF(250, 200))
    before = view.placement
    turn_wheel(view, QPointF(200, 200), -50, phase=Qt.ScrollPhase.ScrollUpdate)
    after = view.placement
    assert before is not None
    assert after is not None
    assert after.top - before.top == pytest.approx(-50, abs=1)
    assert not told


def test_a_placeholder_of_unknown_size_has_no_zoom_to_tell_until_its_size_is_known(view: PictureView) -> None:
    told: list[float] = []
    view.zoom_changed.connect(told.append)
    view.show_placeholder(plain_image(40, 30, "#202020"), original_size=None)
    assert view.zoom == 0
    assert told == [0]
    assert not view.has_known_size
    view.show_placeholder(plain_image(40, 30, "#202020"), original_size=QSize(4000, 3000))
    assert view.has_known_size
    assert told == [0, pytest.approx(view.zoom)]
    assert 0 < view.zoom < 1
    view.show_placeholder(plain_image(40, 30, "#202020"), original_size=None)
    view.show_picture(plain_image(40, 30, "#202020"), original_size=QSize(40, 30))
    assert view.has_known_size
    assert view.zoom > 1


def test_a_placeholder_of_unknown_size_is_not_zoomed(view: PictureView) -> None:
    view.show_placeholder(plain_image(40, 30, "#202020"), original_size=None)
    fitted = view.placement
    for zoom in (view.zoom_in, view.zoom_out, view.zoom_to_actual, view.toggle_zoom):
        zoom()
        assert view.placement == fitted
        assert view.is_fitted


def test_the_sharp_picture_takes_the_placeholders_place(view: PictureView) -> None:
    size = QSize(4000, 3000)
    view.show_placeholder(plain_image(40, 30, "#202020"), original_size=size)
    view.show_overlay(opaque_overlay(), CropGeometry(0, 0, 1000, 3000))
    view.set_crop_frame(CropGeometry(0, 0, 1000, 3000))
    view.zoom_at(0.5, QPointF(250, 200))
    before = view.placement
    view.show_picture(plain_image(2000, 1500, "#a0a0a0"), original_size=size)
    assert view.placement == before
    view.zoom_to_fit()
    image = shown(view)
    assert is_near(color_at(image, view, 500, 1500), ORANGE)
    assert color_at(image, view, 2000, 1500).lightness() > 60

    view.show_picture(plain_image(20, 15, "#a0a0a0"), original_size=size)
    assert view.is_fitted
    assert is_near(color_at(shown(view), view, 500, 1500), QColor("#a0a0a0"))


def test_detail_is_requested_once_when_the_image_is_too_small(view: PictureView) -> None:
    told: list[bool] = []
    view.detail_requested.connect(lambda: told.append(True))
    view.show_picture(plain_image(1000, 750), original_size=QSize(4000, 3000))
    assert not told
    view.zoom_at(0.3, QPointF(250, 200))
    view.zoom_at(0.6, QPointF(250, 200))
    assert told == [True]
    zoomed = view.placement
    view.show_picture(plain_image(4000, 3000), original_size=QSize(4000, 3000), keep_view=True)
    assert view.placement == zoomed
    view.zoom_at(1.5, QPointF(250, 200))
    assert told == [True]


def test_no_detail_is_requested_of_a_picture_that_has_no_more(view: PictureView) -> None:
    told: list[bool] = []
    view.detail_requested.connect(lambda: told.append(True))
    size = QSize(20_000, 600)
    view.show_picture(plain_image(2000, 60), original_size=size)
    view.zoom_to_actual()
    assert told == [True]
    for _ in range(3):
        view.show_picture(plain_image(12_000, 360), original_size=size, keep_view=True, is_full=True)
        view.zoom_to_fit()
        view.zoom_at(2.0, QPointF(250, 200))
    assert told == [True]
    view.show_picture(plain_image(1000, 750), original_size=QSize(4000, 3000))
    view.zoom_to_actual()
    assert told == [True, True], "another picture may have more"


def test_an_empty_message_blanks_the_canvas(view: PictureView) -> None:
    view.show_overlay(opaque_overlay(), BOX)
    view.set_crop_frame(BOX)
    view.show_message("")
    image = shown(view)
    colors = {image.pixelColor(x, y).name() for x in range(0, 500, 5) for y in range(0, 400, 5)}
    assert colors == {SURROUND.name()}
    view.show_placeholder(plain_image(40, 30), original_size=QSize(400, 300))
    assert is_near(color_at(shown(view), view, 200, 150), GREY), "nothing of the map before is left"


def test_a_message_stands_in_for_the_picture(view: PictureView) -> None:
    view.show_message("The file ends too early.")
    assert view.zoom == 0.0
    image = shown(view)
    middle = image.copy(QRect(100, 150, 300, 100))
    assert any(middle.pixelColor(x, y) != SURROUND for x in range(0, 300, 2) for y in range(0, 100, 2))
    assert view.accessibleDescription() == "The file ends too early."
    assert view.snapshot().isNull()
    view.zoom_in()
    view.toggle_zoom()
    view.pan(5, 5)
    view.resize(300, 300)
    assert view.placement is None


def test_resizing_keeps_the_fit_or_the_middle(view: PictureView) -> None:
    view.resize(800, 700)
    assert view.placement is not None
    assert view.placement.shown_width == pytest.approx(800 - 24)
    view.zoom_at(6.0, QPointF(400, 350))
    middle = view.placement.to_picture(400, 350)
    view.resize(600, 500)
    assert view.zoom == 6.0
    assert view.placement.to_picture(300, 250) == pytest.approx(middle, abs=0.5)


def test_a_new_map_is_painted_once_and_only_where_it_lies(view: PictureView) -> None:
    QApplication.processEvents()
    counter = PaintCounter(view)
    for color in ("#e69f00", "#0072b2", "#ffffff"):
        view.show_overlay(opaque_overlay(color), BOX)
    for strength in range(40):
        view.set_overlay_opacity(strength / 50)
    QApplication.processEvents()
    assert len(counter.rects) == 1
    placement = view.placement
    assert placement is not None
    left, top = placement.to_view(BOX.left, BOX.top)
    right, bottom = placement.to_view(BOX.right, BOX.bottom)
    assert QRect(int(left) - 2, int(top) - 2, int(right - left) + 5, int(bottom - top) + 5).contains(counter.rects[0])

    view.set_overlay_opacity(39 / 50)
    view.set_crop_frame(None)
    view.set_cells(0, 0)
    view.hold_plain(False)
    view.zoom_to_fit()
    QApplication.processEvents()
    assert len(counter.rects) == 1


def test_a_snapshot_holds_picture_map_and_frame(view: PictureView) -> None:
    view.show_picture(plain_image(40, 30), original_size=QSize(400, 300))
    view.show_overlay(opaque_overlay(), BOX)
    view.set_crop_frame(BOX)
    original = view.snapshot(original_size=True)
    assert original.size() == QSize(400, 300)
    assert is_near(original.pixelColor(200, 150), ORANGE)
    assert original.pixelColor(50, 150).lightness() < GREY.lightness() - 30

    seen = view.snapshot()
    placement = view.placement
    assert placement is not None
    assert abs(seen.width() - placement.shown_width) <= 1
    assert is_near(seen.pixelColor(seen.width() // 2, seen.height() // 2), ORANGE)
    assert seen.pixelColor(2, seen.height() // 2) != SURROUND

    view.zoom_at(4.0, QPointF(250, 200))
    assert view.snapshot().size() == QSize(500, 400)


def test_a_picture_too_large_to_be_painted_is_saved_whole_and_smaller(view: PictureView) -> None:
    view.show_picture(plain_image(600, 400), original_size=QSize(6000, 4000))
    box = CropGeometry(1000, 0, 5000, 4000)
    view.show_overlay(opaque_overlay(), box)
    view.set_crop_frame(box)
    view.zoom_at(4.0, QPointF(250, 200))
    saved = view.snapshot(original_size=True)
    assert saved.size() == QSize(3000, 2000)
    assert is_near(saved.pixelColor(1500, 1000), ORANGE)
    assert is_near(saved.pixelColor(510, 1000), ORANGE)
    assert saved.pixelColor(490, 1000).lightness() < GREY.lightness() - 30


def test_extreme_shapes_and_zooms_are_painted(view: PictureView) -> None:
    view.show_picture(plain_image(2000, 1, "#ffffff"), original_size=QSize(60_000, 3))
    view.show_overlay(opaque_overlay(), CropGeometry(30_000, 0, 30_003, 3))
    shown(view)
    view.zoom_at(32.0, QPointF(250, 200))
    image = shown(view)
    assert is_near(color_at(image, view, 30_001.5, 1.5), ORANGE)
    assert is_near(color_at(image, view, 29_999, 1.5), QColor("white"))
    view.show_picture(plain_image(1, 1), original_size=QSize(1, 1))
    assert is_near(color_at(shown(view), view, 0.5, 0.5), GREY)


def test_device_pixel_ratio_two() -> None:
    code = """
import sys
from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from gui.viewer.picture_view import PictureView
from inference.results import CropGeometry
from tests.gui.viewer.pictures import opaque_overlay, plain_image
app = QApplication([])
view = PictureView()
view.resize(300, 200)
image = plain_image(1000, 800, "black")
for y in range(390, 410):
    for x in range(0, 1000, 2):
        image.setPixelColor(x, y, QColor("white"))
view.show_picture(image, original_size=QSize(1000, 800))
view.show_overlay(opaque_overlay(), CropGeometry(500, 0, 1000, 800))
view.set_overlay_opacity(1.0)
view.show()
view.zoom_to_actual()
shown = view.grab().toImage()
placement = view.placement
x, y = (round(2 * value) for value in placement.to_view(500, 400))
row = [shown.pixelColor(place, y).lightness() for place in range(x - 20, x)]
assert shown.devicePixelRatio() == 2.0, shown.devicePixelRatio()
assert view.zoom == 1.0 and placement.scale == 0.5, placement
assert row == [255, 0] * 10 or row == [0, 255] * 10, row
assert shown.pixelColor(x + 1, y) == QColor("#e69f00"), shown.pixelColor(x + 1, y).name()
assert shown.pixelColor(x - 1, y) != QColor("#e69f00")
assert view.snapshot().size() == QSize(600, 400), view.snapshot().size()
"""
    environment = {**os.environ, "QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
