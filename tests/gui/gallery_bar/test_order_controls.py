"""Order, groups and size are chosen, and told only when the person chose."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gui.gallery.arrangement import GroupKey, SortKey
from gui.gallery_bar.order_controls import (
    LEAST_TILE_PX,
    MOST_TILE_PX,
    GroupChoice,
    SortChoice,
    TileSizeSlider,
    captioned,
)
from gui.theme import TARGET_PX


def test_orders(qtbot: QtBot) -> None:
    orders = SortChoice()
    qtbot.addWidget(orders)
    told = QSignalSpy(orders.sort_wanted)
    orders.set_order(SortKey.SCORE, descending=False)
    assert (orders.currentText(), told.count()) == ("Score, lowest first", 0)
    QTest.keyClick(orders, Qt.Key.Key_Down)
    assert told.at(0) == [SortKey.SCORE, True]


def test_groups(qtbot: QtBot) -> None:
    groups = GroupChoice()
    qtbot.addWidget(groups)
    told = QSignalSpy(groups.group_wanted)
    groups.set_group(GroupKey.SUGGESTION)
    assert (groups.currentText(), told.count()) == ("Suggestion", 0)
    QTest.keyClick(groups, Qt.Key.Key_Home)
    assert told.at(0) == [GroupKey.NONE]


def test_sizes_and_names(qtbot: QtBot) -> None:
    slider = TileSizeSlider()
    both = captioned("Size", slider)
    qtbot.addWidget(both)
    assert (slider.minimum(), slider.maximum()) == (LEAST_TILE_PX, MOST_TILE_PX) == (96, 320)
    assert slider.minimumHeight() >= TARGET_PX
    label = both.findChild(QLabel)
    assert isinstance(label, QLabel)
    assert label.buddy() is slider
