"""The palette: typing, choosing by key and pointer, making new labels, and giving the focus back."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListView, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui.labelling_widgets.label_palette import LabelPalette
from tests.gui.dialog_rules import HOSTILE, assert_keeps_the_rules

_CLASSES = ("jay", "magpie", "tabby, tabby cat", "tiger cat", "catamaran")
_SHIFT, _CTRL, _NONE = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.NoModifier,
)
_ENTER = Qt.Key.Key_Return


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """A window with a button that has the focus."""
    widget = QWidget()
    qtbot.addWidget(widget)
    QPushButton("Focus", widget)
    widget.resize(900, 600)
    widget.show()
    widget.activateWindow()
    qtbot.waitExposed(widget)
    widget.findChildren(QPushButton)[0].setFocus()
    return widget


@pytest.fixture
def palette(window: QWidget, qtbot: QtBot) -> LabelPalette:
    """An open palette over the window."""
    panel = LabelPalette(window)
    panel.set_names(("cat flap", HOSTILE), _CLASSES)
    panel.open_palette(1, {"tiger cat": 0.713, "tabby, tabby cat": 0.2})
    qtbot.waitUntil(lambda: _edit(panel).hasFocus())
    return panel


def _edit(panel: LabelPalette) -> QLineEdit:
    return panel.findChildren(QLineEdit)[0]


def _list(panel: LabelPalette) -> QListView:
    return panel.findChildren(QListView)[0]


def _shown(panel: LabelPalette) -> list[str]:
    model = _list(panel).model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def _texts(panel: LabelPalette) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]


def _press(panel: LabelPalette, key: Qt.Key, modifiers: Qt.KeyboardModifier = _NONE) -> None:
    QTest.keyClick(_edit(panel), key, modifiers)


def test_before_typing_own_labels_and_the_likeliest_classes_are_offered(palette: LabelPalette) -> None:
    assert _shown(palette)[0] == "cat flap"
    assert _shown(palette)[2:5] == ["tiger cat", "tabby, tabby cat", "jay"]
    assert not _list(palette).currentIndex().isValid()
    assert_keeps_the_rules(palette)


def test_enter_takes_the_best_and_goes_on(palette: LabelPalette, window: QWidget) -> None:
    told = QSignalSpy(palette.label_chosen)
    QTest.keyClicks(_edit(palette), "MAG")
    _press(palette, _ENTER)
    assert [told.at(0), told.count()] == [["magpie", False], 1]
    assert palette.isHidden()
    assert window.focusWidget() is window.findChildren(QPushButton)[0]


def test_control_enter_stays(palette: LabelPalette) -> None:
    told = QSignalSpy(palette.label_chosen)
    QTest.keyClicks(_edit(palette), "jay")
    _press(palette, _ENTER, _CTRL)
    assert told.at(0) == ["jay", True]


def test_the_list_is_steered_from_the_line_edit(palette: LabelPalette) -> None:
    told = QSignalSpy(palette.label_chosen)
    QTest.keyClicks(_edit(palette), "cat")
    assert _shown(palette) == ["cat flap", "catamaran", "tiger cat", "tabby, tabby cat", "Create label 'cat'"]
    for key, row in (
        (Qt.Key.Key_Down, 1),
        (Qt.Key.Key_PageDown, 4),
        (Qt.Key.Key_Down, 4),
        (Qt.Key.Key_Up, 3),
        (Qt.Key.Key_PageUp, 0),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_Down, 1),
    ):
        _press(palette, key)
        assert _list(palette).currentIndex().row() == row
    _press(palette, _ENTER)
    assert told.at(0) == ["catamaran", False]


def test_an_arrow_takes_a_label_without_typing(palette: LabelPalette) -> None:
    told = QSignalSpy(palette.label_chosen)
    _press(palette, Qt.Key.Key_Down)
    _press(palette, _ENTER)
    assert told.at(0) == ["cat flap", False]


def test_a_row_can_be_clicked_and_hostile_names_come_back_unchanged(palette: LabelPalette) -> None:
    told = QSignalSpy(palette.label_chosen)
    rows = _list(palette)
    assert _shown(palette)[1] == "<b>&\\n\\u202e\\xff.jpg"
    at = rows.visualRect(rows.model().index(1, 0)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, _NONE, at)
    assert told.count() == 1
    assert told.at(0)[1] is False
    row = rows.model().index(1, 0)
    assert "&lt;b&gt;" in str(row.data(Qt.ItemDataRole.ToolTipRole))


@pytest.mark.parametrize("modifiers", [_NONE, _SHIFT], ids=["enter", "shift+enter"])
def test_nothing_typed_is_no_label(palette: LabelPalette, modifiers: Qt.KeyboardModifier) -> None:
    told = QSignalSpy(palette.label_chosen)
    _press(palette, _ENTER, modifiers)
    assert "A label cannot be empty." in _texts(palette)
    QTest.keyClicks(_edit(palette), "  ")
    _press(palette, _ENTER, modifiers)
    assert "A label cannot be empty." in _texts(palette)
    QTest.keyClicks(_edit(palette), "j")
    assert "A label cannot be empty." not in _texts(palette)
    assert told.count() == 0


def test_a_new_label_by_shift_enter_and_by_its_row(palette: LabelPalette) -> None:
    told = QSignalSpy(palette.label_chosen)
    QTest.keyClicks(_edit(palette), "  cat   toy ")
    assert _shown(palette)[-1] == "Create label 'cat toy'"
    _press(palette, _ENTER, _SHIFT)
    palette.open_palette()
    QTest.keyClicks(_edit(palette), "wren")
    assert _shown(palette) == ["Create label 'wren'"]
    _press(palette, _ENTER)
    palette.open_palette()
    QTest.keyClicks(_edit(palette), "owl")
    _press(palette, _ENTER, _SHIFT | _CTRL)
    assert [told.at(row) for row in range(told.count())] == [["cat toy", False], ["wren", False], ["owl", True]]


def test_another_case_or_accent_offers_what_exists_and_insisting_makes_a_new_one(palette: LabelPalette) -> None:
    told = QSignalSpy(palette.label_chosen)
    _edit(palette).setText("Mágpie")  # QTest has no keys beyond ASCII
    assert _shown(palette) == ["magpie"]
    _press(palette, _ENTER, _SHIFT)
    assert told.count() == 0
    assert any("The label magpie exists already." in text for text in _texts(palette))
    assert _list(palette).currentIndex().row() == 0
    _press(palette, _ENTER, _SHIFT)
    assert told.at(0) == ["Mágpie", False]


def test_shift_enter_on_an_existing_label_takes_it(palette: LabelPalette) -> None:
    told = QSignalSpy(palette.label_chosen)
    QTest.keyClicks(_edit(palette), "magpie")
    _press(palette, _ENTER, _SHIFT)
    assert told.at(0) == ["magpie", False]


def test_a_held_enter_labels_nothing(palette: LabelPalette) -> None:
    told = QSignalSpy(palette.label_chosen)
    QTest.keyClicks(_edit(palette), "jay")
    held = QKeyEvent(QKeyEvent.Type.KeyPress, _ENTER, _NONE, "\r", True)
    QApplication.sendEvent(_edit(palette), held)
    assert told.count() == 0
    assert palette.isVisible()


def test_escape_and_a_click_outside_close(palette: LabelPalette, window: QWidget) -> None:
    closed = QSignalSpy(palette.closed)
    told = QSignalSpy(palette.label_chosen)
    _press(palette, Qt.Key.Key_Escape)
    assert (closed.count(), palette.isHidden()) == (1, True)
    assert window.focusWidget() is window.findChildren(QPushButton)[0]
    palette.open_palette()
    QTest.mouseClick(palette, Qt.MouseButton.LeftButton, _NONE, QPoint(4, 4))
    assert (closed.count(), palette.isHidden()) == (2, True)
    palette.open_palette()
    QTest.mouseClick(palette, Qt.MouseButton.LeftButton, _NONE, QPoint(450, 300))
    assert palette.isVisible()
    assert told.count() == 0


def test_its_keys_do_not_reach_the_window(palette: LabelPalette, window: QWidget) -> None:
    spies = []
    for keys in ("Esc", "Return", "Ctrl+Return", "Shift+Return", "Up", "Down", "PgUp", "PgDown", "J"):
        action = QAction(window)
        action.setShortcut(keys)
        window.addAction(action)
        spies.append(QSignalSpy(action.triggered))
    QTest.keyClicks(_edit(palette), "j")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Escape):
        _press(palette, key)
    palette.open_palette()
    _press(palette, _ENTER)
    _press(palette, _ENTER, _CTRL)
    _press(palette, _ENTER, _SHIFT)
    _press(palette, Qt.Key.Key_Tab)
    assert _edit(palette).hasFocus()
    assert [spy.count() for spy in spies] == [0] * len(spies)


def test_titles_scores_and_spoken_rows(palette: LabelPalette) -> None:
    assert "Label this image" in _texts(palette)
    palette.open_palette(12, {"jay": 0.004}.get)
    assert "Label 12 images" in _texts(palette)
    model = _list(palette).model()
    spoken = [str(model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)) for row in range(3)]
    assert spoken[0] == "cat flap, your label"
    assert spoken[2] == "jay, 0 percent"
    palette.open_palette()
    spoken = [str(model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)) for row in range(3)]
    assert spoken[2] == "jay"


def test_other_names_are_searched_at_once_and_the_panel_follows_the_window(
    palette: LabelPalette, window: QWidget
) -> None:
    QTest.keyClicks(_edit(palette), "ow")
    palette.set_names((), ("owl",))
    assert _shown(palette)[0] == "owl"
    window.resize(640, 420)
    assert palette.size() == window.size()
    card = _edit(palette).parentWidget()
    assert card is not None
    assert palette.rect().contains(card.geometry())


def test_it_fits_a_small_window_with_large_letters(window: QWidget, qtbot: QtBot) -> None:
    font = window.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    window.setFont(font)
    panel = LabelPalette(window)
    panel.set_names((), _CLASSES)
    panel.open_palette()
    qtbot.waitUntil(lambda: _edit(panel).hasFocus())
    card = _edit(panel).parentWidget()
    assert card is not None
    assert panel.rect().contains(card.geometry())
    assert _list(panel).height() > 4 * panel.fontMetrics().height()
