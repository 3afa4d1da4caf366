"""Test gui/gallery/filmstrip.py: one line, the current image near its middle."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QWheelEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gui.gallery.filmstrip import Filmstrip
from gui.gallery.image_state import ImageState
from gui.icons import IconName, shape
from gui.theme import theme_of
from tests.gui.gallery.images import decide, model_of, suggested


def _strip(qtbot: QtBot, count: int) -> Filmstrip:
    strip = Filmstrip(model_of(count))
    qtbot.addWidget(strip)
    strip.resize(700, strip.sizeHint().height())
    with qtbot.waitExposed(strip):
        strip.show()
    return strip


def test_it_is_one_line_and_shows_few_rows(qtbot: QtBot) -> None:
    strip = _strip(qtbot, 100_000)
    first, last = strip.visible_rows()
    assert first == 0
    assert last < 10
    assert strip.verticalScrollBar().maximum() == 0
    assert strip.visualRect(strip.images.index(0)).top() == strip.visualRect(strip.images.index(1)).top()


def test_the_current_image_is_near_the_middle_and_told(qtbot: QtBot) -> None:
    strip = _strip(qtbot, 1_000)
    told = QSignalSpy(strip.current_changed)
    strip.set_current_row(500)
    centre = strip.visualRect(strip.images.index(500)).center().x()
    assert abs(centre - strip.viewport().width() // 2) <= 1
    assert told.at(0) == [500]
    QTest.keyClick(strip, Qt.Key.Key_Right)
    assert strip.current_row() == 501
    target = strip.visualRect(strip.images.index(499)).center()
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, target)
    assert strip.current_row() == 499


def test_the_wheel_moves_along(qtbot: QtBot) -> None:
    strip = _strip(qtbot, 1_000)
    point = QPointF(50, 30)
    turn = QWheelEvent(
        point,
        strip.mapToGlobal(point),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,  # not inverted
    )
    QApplication.sendEvent(strip.viewport(), turn)
    assert strip.visible_rows()[0] == 2
    assert turn.isAccepted()


def test_the_current_one_has_a_ring_and_queued_ones_a_badge(qtbot: QtBot) -> None:
    strip = _strip(qtbot, 10)
    grey = QImage(160, 120, QImage.Format.Format_RGB32)
    grey.fill(QColor("#808080"))
    for row in range(10):
        strip.images.table.set_thumbnail(row, grey)
    strip.set_current_row(1)
    shot = strip.grab().toImage()
    theme = theme_of(strip.palette())
    ring = strip.visualRect(strip.images.index(1))
    other = strip.visualRect(strip.images.index(0))
    assert shot.pixelColor(ring.left() + 1, ring.center().y()) in (QColor(theme.accent), QColor(theme.secondary_text))
    assert shot.pixelColor(other.left() + 1, other.center().y()) == strip.palette().base().color()
    assert shot.pixelColor(other.left() + 10, other.bottom() - 9) != QColor("#808080")


def test_decisions_have_their_shape(qtbot: QtBot) -> None:
    strip = _strip(qtbot, 7)
    table = strip.images.table
    table.apply_answers([suggested(key) for key in range(1, 7)])
    for key, state in enumerate(list(ImageState)[3:], 2):
        decide(table, [key], state)
    shot = strip.viewport().grab().toImage()
    badges = []
    for row in range(7):
        cell = strip.visualRect(strip.images.index(row))
        badges.append(shot.copy(cell.left() + 8, cell.bottom() - 24, 16, 16))
    assert len({bytes(badge.convertToFormat(QImage.Format.Format_Grayscale8).constBits()) for badge in badges}) == 6
    tick = shape(IconName.STATE_ACCEPTED, QColor(theme_of(strip.palette()).good), 12).toImage()
    assert badges[2].pixelColor(4, 8) == tick.pixelColor(2, 6)


@pytest.mark.parametrize("key", [Qt.Key.Key_3, Qt.Key.Key_O, Qt.Key.Key_BracketLeft])
def test_keys_that_do_not_move_reach_the_page(qtbot: QtBot, key: Qt.Key) -> None:
    keys: list[int] = []

    class _Page(QWidget):
        """What lies around the strip."""

        def keyPressEvent(self, event: QKeyEvent) -> None:
            keys.append(event.key())

    page = _Page()
    qtbot.addWidget(page)
    strip = _strip(qtbot, 10)
    strip.setParent(page)
    strip.set_current_row(0)
    QTest.keyClick(strip, key)
    QTest.keyClick(strip, Qt.Key.Key_Right)
    assert keys == [key]
    assert strip.current_row() == 1, "the keys that move still do"
