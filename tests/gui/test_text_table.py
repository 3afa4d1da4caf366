"""A table of plain text keeps the rules of Qt's models, and shows hostile names as text."""

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from gui.text_table import TextTable, TextTableView
from tests.gui.dialog_rules import HOSTILE


def test_rows_and_headings(qtbot: QtBot) -> None:
    table = TextTable(("Image", "Becomes"))
    tester = QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    view = TextTableView("Files")
    qtbot.addWidget(view)
    view.set_model(table)
    table.set_rows([("a", "b"), (HOSTILE, "c")])
    assert (table.rowCount(), table.columnCount(), table.rowCount(table.index(0, 0))) == (2, 2, 0)
    assert table.headerData(1, Qt.Orientation.Horizontal) == "Becomes"
    assert table.headerData(1, Qt.Orientation.Vertical) is None
    assert table.index(1, 0).data() == "<b>&\\n\\u202e\\xff.jpg"
    assert "&lt;b&gt;" in str(table.index(1, 0).data(Qt.ItemDataRole.ToolTipRole))
    assert table.data(QModelIndex()) is None
    assert view.accessibleName() == "Files"
    table.set_rows(())
    assert table.rowCount() == 0
    del tester
