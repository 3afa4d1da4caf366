"""The classes stand in the order they come in, numbers before bars; keys and clicks choose one."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from gui.audit.audit_work import ClassLine
from gui.audit.class_table import AuditColumn, ClassTable, ClassTableModel, ShareDelegate
from gui.theme import DARK, LIGHT, TARGET_PX, Theme, palette_of
from inference.attention.audit import GRID, ClassAudit
from inference.attention.suspicion import most_suspicious_first
from tests.gui.dialog_rules import HOSTILE

_SPOKEN = Qt.ItemDataRole.AccessibleTextRole
_EVEN = 0.4375
_LINES = (
    ClassLine(3, "meadow", 1200, 0.912, None, "top"),
    ClassLine(7, "bird", 40, 0.25, None, "centre"),
    ClassLine(9, HOSTILE, 1, 0.0, None, ""),
)


@pytest.fixture
def table(qtbot: QtBot) -> ClassTable:
    """Three classes, on screen."""
    widget = ClassTable()
    qtbot.addWidget(widget)
    widget.resize(460, 300)
    QAbstractItemModelTester(widget.model(), QAbstractItemModelTester.FailureReportingMode.Fatal, widget)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def _texts(table: ClassTable) -> list[list[str]]:
    model = table.model()
    return [
        [model.index(row, column).data() for column in AuditColumn if not table.isColumnHidden(column)]
        for row in range(model.rowCount())
    ]


def _headings(table: ClassTable) -> list[str]:
    model = table.model()
    return [
        model.headerData(column, Qt.Orientation.Horizontal)
        for column in AuditColumn
        if not table.isColumnHidden(column)
    ]


def test_numbers_stand_in_the_order_of_suspicion(table: ClassTable) -> None:
    table.set_lines(_LINES, _EVEN, has_box=False)
    assert _headings(table) == ["Class, most suspicious first", "Images", "On the border"]
    percent = "\N{NO-BREAK SPACE}%"
    assert _texts(table)[:2] == [["meadow", "1,200", f"91.2{percent}"], ["bird", "40", f"25.0{percent}"]]
    assert "\u202e" not in _texts(table)[2][0]
    assert "\n" not in _texts(table)[2][0]
    assert table.verticalHeader().defaultSectionSize() >= TARGET_PX
    for column in AuditColumn:
        assert table.model().headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)


def test_two_classes_of_one_name_are_told_apart_by_their_numbers(table: ClassTable) -> None:
    cranes = (
        ClassLine(134, "crane", 3, 0.5, None, "top", has_namesake=True),
        ClassLine(517, "crane", 2, 0.25, None, "top", has_namesake=True),
        ClassLine(7, "bird", 1, 0.25, None, "top"),
    )
    table.set_lines(cranes, _EVEN, has_box=False)
    assert [row[0] for row in _texts(table)] == ["crane (134)", "crane (517)", "bird"]
    assert table.model().index(1, 0).data(Qt.ItemDataRole.ToolTipRole) == "crane (517)"
    assert table.current_line is not None
    # The gallery knows the name.
    assert table.current_line.name == "crane"


def test_it_cannot_be_so_narrow_that_its_numbers_lie_outside(table: ClassTable) -> None:
    table.set_lines(_LINES, _EVEN, has_box=False)
    table.resize(table.minimumWidth(), 200)
    last = table.visualRect(table.model().index(0, AuditColumn.BORDER))
    assert last.right() <= table.viewport().width()
    assert table.columnWidth(AuditColumn.NAME) > 60


def test_a_box_adds_a_column_and_another_order_keeps_the_class(table: ClassTable) -> None:
    table.set_lines(_LINES, _EVEN, has_box=False)
    table.choose(1)
    chosen: list[int] = []
    table.class_chosen.connect(chosen.append)
    outside = [ClassLine(one.index, one.name, one.pictures, one.border, 0.5, one.place) for one in _LINES]
    table.set_lines((outside[1], outside[0]), _EVEN, has_box=True)
    assert _headings(table)[-1] == "Outside the box"
    assert table.current_class == 7
    assert table.currentIndex().row() == 0
    assert chosen == [7]
    # The class is not there any more: the first one is current.
    table.set_lines(outside[2:], _EVEN, has_box=True)
    assert chosen == [7, 9]
    table.set_lines((), 0.0, has_box=False)
    assert table.current_class == -1
    assert table.current_line is None
    assert chosen == [7, 9]


def _audit(index: int, border: float, pictures: int) -> ClassAudit:
    zeros, zones = np.zeros(GRID), np.zeros((3, 3))
    return ClassAudit(index, pictures, 0, 0, zeros, zeros, border, _EVEN, None, zones, zones.astype(np.int64))


def test_the_order_is_told_in_words_and_no_column_claims_to_be_sorted(table: ClassTable) -> None:
    """It is that of shares drawn towards the mean: those that are shown do not descend."""
    audits = most_suspicious_first([_audit(1, 0.9, 1), _audit(2, 0.8, 1_000), _audit(3, 0.1, 1_000)])
    lines = [ClassLine(one.class_index, "bird", one.pictures, one.border, None, "top") for one in audits]
    assert [line.border for line in lines] == [0.8, 0.9, 0.1]
    header = table.horizontalHeader()
    for has_box in (False, True, False):
        table.set_lines(lines, _EVEN, has_box=has_box)
        assert _headings(table)[0] == "Class, most suspicious first"
        said = {one: table.model().headerData(one, Qt.Orientation.Horizontal, _SPOKEN) for one in AuditColumn}
        assert set(said.values()) == {None}, "a screen reader takes what is shown"
        assert not header.isSortIndicatorShown()
        spot = QPoint(header.sectionViewportPosition(AuditColumn.NAME) + 20, header.height() // 2)
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
        assert not header.isSortIndicatorShown(), "it is nobody's to choose"


def test_keys_and_clicks_choose_and_ask_for_images(table: ClassTable) -> None:
    chosen: list[int] = []
    asked: list[int] = []
    table.class_chosen.connect(chosen.append)
    table.images_wanted.connect(lambda *_: asked.append(table.current_class))
    QTest.keyClick(table, Qt.Key.Key_Return)
    table.set_lines(_LINES, _EVEN, has_box=False)
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert chosen == [3, 7]
    assert asked == []
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert asked == [7]
    spot = table.visualRect(table.model().index(0, AuditColumn.BORDER)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
    assert chosen == [3, 7, 3]
    assert asked == [7]
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
    assert asked == [7, 3]


def _painted(theme: Theme, share: float, *, selected: bool = False) -> QImage:
    """One cell of 200 x 30 with a share, as the delegate paints it."""
    model = ClassTableModel()
    model.set_lines((ClassLine(1, "x", 3, share, None, ""),))
    table = ClassTable()
    delegate = ShareDelegate()
    delegate.even = {AuditColumn.BORDER: _EVEN}
    image = QImage(QSize(200, 30), QImage.Format.Format_RGB32)
    image.fill(QColor(theme.base))
    option = QStyleOptionViewItem()
    option.widget = table
    option.rect = QRect(0, 0, 200, 30)
    option.palette = palette_of(theme)
    option.fontMetrics = table.fontMetrics()
    option.state = QStyle.StateFlag.State_Enabled
    if selected:
        option.state |= QStyle.StateFlag.State_Selected
    painter = QPainter(image)
    delegate.paint(painter, option, model.index(0, AuditColumn.BORDER))
    painter.end()
    return image


def _is_ink(image: QImage, at: QPoint, ground: QColor) -> bool:
    pixel = image.pixelColor(at)
    apart = (pixel.red() - ground.red(), pixel.green() - ground.green(), pixel.blue() - ground.blue())
    return max(map(abs, apart)) > 100


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_number_comes_first_then_a_bar_as_long_as_the_share(qapp: QApplication, theme: Theme) -> None:
    del qapp
    ground = QColor(theme.base)
    half, full, none = (_painted(theme, share) for share in (0.5, 1.0, 0.0))
    end = max(x for x in range(200) if _is_ink(full, QPoint(x, 13), ground))
    start = next(x for x in range(end, 0, -1) if not _is_ink(full, QPoint(x, 13), ground)) + 1
    assert any(_is_ink(half, QPoint(x, y), ground) for x in range(start - 5) for y in range(30))
    long_half, long_none = (
        sum(_is_ink(image, QPoint(x, 13), ground) for x in range(start, end + 1)) for image in (half, none)
    )
    assert end - start > 60
    assert long_half == pytest.approx((end + 1 - start) / 2, abs=2)
    # Only the mark of an evenly spread map.
    assert 1 <= long_none <= 3


def test_a_selected_share_can_be_read(qapp: QApplication) -> None:
    del qapp
    image = _painted(LIGHT, 1.0, selected=True)
    assert _is_ink(image, QPoint(190, 15), QColor(LIGHT.selection))
