"""Test gui/icons.py: each icon has its file, its shape and the colour that was asked for."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtWidgets import QApplication

from gui import icons
from gui.icons import IconName, app_icon, icon, shape
from gui.theme import DARK, palette_of
from inference.profile import PROJECT_ROOT


def _opaque(image: QImage) -> list[QColor]:
    colors = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return [color for color in colors if color.alpha() > 250]


@pytest.mark.parametrize("name", IconName)
def test_every_icon_is_one_color_and_not_empty(qapp: QApplication, name: IconName) -> None:
    drawn = _opaque(shape(name, QColor("#12ab34"), 40).toImage())
    assert len(drawn) > 20
    assert all(
        abs(color.red() - 0x12) <= 2 and abs(color.green() - 0xAB) <= 2 and abs(color.blue() - 0x34) <= 2
        for color in drawn
    )


def test_every_file_is_an_icon_and_the_other_way_round() -> None:
    files = {Path(file).stem for file in (PROJECT_ROOT / "assets" / "icons").glob("*.svg")}
    assert files == {name.value for name in IconName} | {"cardinal"}


def test_icons_take_the_text_color_and_fade_when_disabled(qapp: QApplication) -> None:
    made = icon(IconName.STOP, palette_of(DARK))
    normal = made.pixmap(20, 20, QIcon.Mode.Normal).toImage()
    disabled = made.pixmap(20, 20, QIcon.Mode.Disabled).toImage()
    assert normal.pixelColor(normal.rect().center()) == QColor(DARK.text)
    assert 80 < disabled.pixelColor(disabled.rect().center()).alpha() < 125


def test_state_shapes_differ_without_color(qapp: QApplication) -> None:
    names = [name for name in IconName if name.value.startswith("state-")]
    assert len(names) == 7
    images = [shape(name, QColor(Qt.GlobalColor.black), 24).toImage() for name in names]
    for one in range(7):
        for other in range(one):
            different = sum(
                abs(images[one].pixelColor(x, y).alpha() - images[other].pixelColor(x, y).alpha()) > 100
                for x in range(24)
                for y in range(24)
            )
            assert different > 30


def test_the_bird_has_all_sizes_and_colors(qapp: QApplication) -> None:
    bird = app_icon()
    assert {size.width() for size in bird.availableSizes()} == {16, 24, 32, 48, 64, 128, 256}
    red = [color for color in _opaque(bird.pixmap(64, 64).toImage()) if color.red() > 180 and color.green() < 100]
    assert len(red) > 300


def test_an_icon_is_drawn_once_in_each_color_and_nobody_can_change_it(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = icon(IconName.STOP, palette_of(DARK)).pixmap(20, 20).toImage()
    monkeypatch.setattr(icons, "_rendered", None)
    spoilt = shape(IconName.STOP, QColor(DARK.text), 20)
    spoilt.fill(Qt.GlobalColor.red)
    assert icon(IconName.STOP, palette_of(DARK)).pixmap(20, 20).toImage() == first
    with pytest.raises(TypeError):
        shape(IconName.STOP, QColor("#010203"), 20)
