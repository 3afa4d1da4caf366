"""Test gui/theme_keeper.py and system_scheme.py: the program wears what was chosen."""

import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtDBus import QDBusVariant
from PySide6.QtGui import QColor
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QRadioButton, QSlider, QWidget
from pytestqt.qtbot import QtBot

from gui.system_scheme import portal_scheme, scheme_of
from gui.theme import DARK, LIGHT, ThemeChoice, contrast
from gui.theme_keeper import ThemeKeeper


@pytest.fixture
def keeper(qapp: QApplication) -> Iterator[ThemeKeeper]:
    palette = qapp.palette()
    keeper = ThemeKeeper(qapp)
    yield keeper
    qapp.setPalette(palette)
    keeper.deleteLater()


def test_choices_change_the_palette_and_are_told_once(qtbot: QtBot, qapp: QApplication, keeper: ThemeKeeper) -> None:
    keeper.start(ThemeChoice.LIGHT)
    told = QSignalSpy(keeper.theme_changed)
    keeper.set_choice(ThemeChoice.DARK)
    assert keeper.theme is DARK
    assert qapp.palette().window().color() == QColor(DARK.window)
    keeper.set_choice(ThemeChoice.DARK)
    assert told.count() == 1
    keeper.set_choice(ThemeChoice.LIGHT)
    assert qapp.palette().window().color() == QColor(LIGHT.window)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems draw controls themselves")
@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
@pytest.mark.parametrize("kind", [QRadioButton, QCheckBox, QLineEdit, QSlider])
def test_the_outlines_of_controls_are_seen(
    qtbot: QtBot, keeper: ThemeKeeper, choice: ThemeChoice, kind: type[QWidget]
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    control = kind(window)
    control.resize(100, 24)
    if isinstance(control, QSlider):
        control.setOrientation(Qt.Orientation.Horizontal)
    window.resize(120, 40)
    control.move(10, 8)
    keeper.start(ThemeChoice.DARK if choice is ThemeChoice.LIGHT else ThemeChoice.LIGHT)
    window.show()
    keeper.set_choice(choice)
    QApplication.processEvents()  # widgets learn of a palette by a posted event
    shot = window.grab().toImage()
    assert shot.pixelColor(2, 2) == QColor(keeper.theme.window), "the window itself keeps its colour"
    seen = [contrast(shot.pixelColor(x, 20), keeper.theme.window) for x in range(10, 28)]
    assert max(seen) >= 3


def test_the_portal_speaks_where_qt_does_not_know(qtbot: QtBot, qapp: QApplication, keeper: ThemeKeeper) -> None:
    keeper.start(ThemeChoice.SYSTEM)
    if qapp.styleHints().colorScheme() != Qt.ColorScheme.Unknown:
        pytest.skip("this platform knows its colour scheme")
    assert keeper.theme is LIGHT
    keeper.set_portal_scheme(Qt.ColorScheme.Dark)
    assert keeper.theme is DARK
    keeper.set_choice(ThemeChoice.LIGHT)
    assert keeper.theme is LIGHT


@pytest.mark.parametrize(
    ("value", "scheme"),
    [
        (0, Qt.ColorScheme.Unknown),
        (1, Qt.ColorScheme.Dark),
        (2, Qt.ColorScheme.Light),
        (7, Qt.ColorScheme.Unknown),
        ("dark", Qt.ColorScheme.Unknown),
        (None, Qt.ColorScheme.Unknown),
    ],
)
def test_the_portals_numbers(value: object, scheme: Qt.ColorScheme) -> None:
    assert scheme_of(value) == scheme
    assert scheme_of(QDBusVariant(QDBusVariant(value))) == scheme


def test_without_a_desktop_nothing_is_known(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    assert portal_scheme() in {Qt.ColorScheme.Unknown, Qt.ColorScheme.Dark, Qt.ColorScheme.Light}
