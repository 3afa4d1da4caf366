"""Images that deviate are tiles with their distance; a click or Enter opens one."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from gui.audit.outlier_tiles import OutlierModel, OutlierTiles
from tests.gui.dialog_rules import HOSTILE


class Images:
    """Image 5 has a picture; image 6 has a hostile name and none."""

    def thumbnail(self, key: int) -> QImage | None:
        if key != 5:
            return None
        picture = QImage(16, 8, QImage.Format.Format_RGB32)
        picture.fill(0xFF00FF00)
        return picture

    def score(self, key: int) -> float | None:
        del key
        return None

    def name(self, key: int) -> str:
        return "a.png" if key == 5 else HOSTILE


class LateImages(Images):
    """Has pictures later."""

    has_come = False

    def thumbnail(self, key: int) -> QImage | None:
        del key
        return super().thumbnail(5) if self.has_come else None


@pytest.fixture
def tiles(qtbot: QtBot) -> OutlierTiles:
    """Two tiles, on screen."""
    model = OutlierModel(Images())
    widget = OutlierTiles(model)
    model.setParent(widget)
    qtbot.addWidget(widget)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, widget)
    model.show_outliers([(5, 0.75), (6, 0.1)])
    widget.resize(400, widget.height())
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def test_a_tile_has_a_picture_a_distance_and_words(tiles: OutlierTiles) -> None:
    model = tiles.model()
    first, second = model.index(0, 0), model.index(1, 0)
    assert first.data() == "75.0\N{NO-BREAK SPACE}%"
    icon = first.data(Qt.ItemDataRole.DecorationRole)
    square = icon.pixmap(icon.availableSizes()[0]).toImage()
    assert square.width() == square.height() == 16
    assert [square.pixelColor(8, y).alpha() for y in (0, 8, 15)] == [0, 255, 0]
    assert second.data(Qt.ItemDataRole.DecorationRole) is None
    assert first.data(Qt.ItemDataRole.AccessibleTextRole).startswith("a.png, 75.0")
    for role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
        assert "\u202e" not in second.data(role)
        second.data(role).encode("utf-8")
    assert model.index(2, 0).data() is None
    assert tiles.accessibleName()


def test_tiles_have_their_room_before_their_pictures_come(qtbot: QtBot) -> None:
    images = LateImages()
    model = OutlierModel(images)
    late = OutlierTiles(model)
    model.setParent(late)
    qtbot.addWidget(late)
    model.show_outliers([(5, 0.75), (6, 0.1)])
    late.show()
    qtbot.waitExposed(late)
    rooms = [late.visualRect(model.index(row, 0)) for row in range(2)]
    assert min(rooms[0].width(), rooms[0].height()) >= late.iconSize().width()
    assert not rooms[0].intersects(rooms[1])
    before = late.grab().toImage()
    images.has_come = True
    model.refresh(5)
    model.refresh(6)
    qtbot.waitUntil(lambda: late.grab().toImage() != before)
    assert [late.visualRect(model.index(row, 0)) for row in range(2)] == rooms
    # The words below stand where they stood.
    after = late.grab().toImage()
    words = QRect(rooms[0].left(), rooms[0].top() + late.iconSize().height() + 4, rooms[0].width(), 24)
    assert _part(after, words) == _part(before, words)
    below = _part(after, words)
    assert len({below.pixel(x, y) for x in range(below.width()) for y in range(below.height())}) > 2


def _part(image: QImage, place: QRect) -> QImage:
    ratio = image.devicePixelRatio()
    return image.copy(QRectF(place.left() * ratio, place.top() * ratio, place.width() * ratio, 24 * ratio).toRect())


def test_a_click_and_enter_open_an_image(tiles: OutlierTiles) -> None:
    chosen: list[int] = []
    tiles.image_chosen.connect(chosen.append)
    spot = tiles.visualRect(tiles.model().index(1, 0)).center()
    QTest.mouseClick(tiles.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
    assert chosen == [6]
    QTest.keyClick(tiles, Qt.Key.Key_Left)
    QTest.keyClick(tiles, Qt.Key.Key_Return)
    assert chosen == [6, 5]


def test_a_picture_that_comes_is_painted_and_others_are_left_alone(tiles: OutlierTiles) -> None:
    changed: list[int] = []
    tiles.model().dataChanged.connect(lambda first, _last: changed.append(first.row()))
    model = tiles.model()
    assert isinstance(model, OutlierModel)
    model.refresh(6)
    model.refresh(99)
    assert changed == [1]
