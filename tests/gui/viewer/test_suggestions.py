"""The suggestions add up to 100 %, speak, and follow pointer and keys."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QAccessible, QColor, QContextMenuEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.viewer.number_texts import percent_text
from gui.viewer.suggestions_model import NO_CLASS, SuggestionRole, SuggestionsModel
from gui.viewer.suggestions_view import SuggestionsView
from gui.viewer.viewer_colors import viewer_colors
from inference.results import Prediction
from tests.gui.viewer.pictures import some_predictions

PREDICTIONS = some_predictions()
FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[SuggestionsView]:
    """A list of five suggestions of a model with 1,000 classes, above a button that can take the focus away."""
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    suggestions = SuggestionsView()
    column.addWidget(suggestions)
    column.addWidget(QPushButton("elsewhere"))
    suggestions.show_predictions(PREDICTIONS, class_count=1000)
    window.resize(320, 420)
    window.show()
    qtbot.waitExposed(window)
    yield suggestions
    window.close()


def elsewhere(view: SuggestionsView) -> QPushButton:
    """The button below the list."""
    button = view.window().findChild(QPushButton)
    assert isinstance(button, QPushButton)
    return button


def told_by(view: SuggestionsView) -> tuple[list[int], list[int]]:
    """Lists that fill with the classes that are hovered and chosen."""
    hovered: list[int] = []
    chosen: list[int] = []
    view.suggestion_hovered.connect(hovered.append)
    view.suggestion_chosen.connect(chosen.append)
    return hovered, chosen


def middle_of(view: SuggestionsView, row: int) -> QPoint:
    """A point in the middle of a row."""
    return view.visualRect(view.model().index(row, 0)).center()


def value(model: SuggestionsModel, row: int, role: int) -> str | int | float | bool | None:
    """What a row answers."""
    return model.data(model.index(row), role)


def test_the_model_keeps_qts_rules(qapp: object) -> None:
    assert qapp is not None
    model = SuggestionsModel()
    tester = QAbstractItemModelTester(model, FATAL)
    model.show_predictions(PREDICTIONS, class_count=1000)
    model.set_chosen(287)
    model.set_chosen(77)
    model.show_predictions(PREDICTIONS[:1], class_count=1)
    model.show_predictions((), class_count=1000)
    assert model.rowCount() == 0
    del tester


@given(logits=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12), extra=st.integers(1, 995))
def test_all_rows_add_up_to_one(logits: list[float], extra: int) -> None:
    total = sum(logits) * 1.25 or 1.0
    shares = sorted((logit / total for logit in logits), reverse=True)
    model = SuggestionsModel()
    model.show_predictions(
        tuple(Prediction(index, str(index), share, 0.0) for index, share in enumerate(shares)),
        class_count=len(shares) + extra,
    )
    values = [value(model, row, SuggestionRole.PROBABILITY) for row in range(model.rowCount())]
    assert sum(float(share or 0) for share in values) == pytest.approx(1.0)
    assert len(values) == len(shares) + 1


def test_the_rest_is_counted(qapp: object) -> None:
    assert qapp is not None
    model = SuggestionsModel()
    model.show_predictions(PREDICTIONS, class_count=1000)
    assert value(model, 5, Qt.ItemDataRole.DisplayRole) == "other 995"
    assert value(model, 5, SuggestionRole.CLASS_INDEX) == NO_CLASS
    assert value(model, 5, SuggestionRole.PERCENT) == "3.4\xa0%"
    model.show_predictions(PREDICTIONS, class_count=5)
    assert model.rowCount() == 5


def test_rows_speak(qapp: object) -> None:
    assert qapp is not None
    model = SuggestionsModel()
    model.show_predictions(PREDICTIONS, class_count=1000)
    spoken = [str(value(model, row, Qt.ItemDataRole.AccessibleTextRole)) for row in range(6)]
    assert spoken[0] == "tabby, 71.3\xa0%, key 1, map shown"
    assert spoken[4] == "window screen, <0.1\xa0%, key 5"
    assert "not calibrated" in str(value(model, 0, Qt.ItemDataRole.ToolTipRole))
    model.set_chosen(283)
    assert "map shown" in str(value(model, 1, Qt.ItemDataRole.AccessibleTextRole))
    assert "map shown" not in str(value(model, 0, Qt.ItemDataRole.AccessibleTextRole))


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (1e-9, "<0.1 %"),
        (0.00099, "<0.1 %"),
        (0.001, "0.1 %"),
        (0.0349, "3.5 %"),
        (0.713, "71.3 %"),
        (0.99949, "99.9 %"),
        (0.9995, ">99.9 %"),
        (1 - 1e-12, ">99.9 %"),
        (1.0, "100 %"),
        (1.0000001, "100 %"),
        (float("nan"), "\N{EN DASH}"),
    ],
)
def test_percent_never_lies_at_the_ends(share: float, text: str) -> None:
    assert percent_text(share).replace("\xa0", " ") == text


@given(share=st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_neither_none_nor_all_unless_it_is(share: float) -> None:
    assert percent_text(share).replace("\xa0", " ") not in {"0 %", "0.0 %", "100 %", "100.0 %"}


def test_hovering_tells_and_leaving_returns(view: SuggestionsView) -> None:
    hovered, chosen = told_by(view)
    QTest.mouseMove(view.viewport(), middle_of(view, 1))
    QTest.mouseMove(view.viewport(), middle_of(view, 1) + QPoint(3, 0))
    QTest.mouseMove(view.viewport(), middle_of(view, 3))
    assert hovered == [283, 287]
    QTest.mouseMove(view.viewport(), middle_of(view, 5))
    assert hovered == [283, 287, NO_CLASS]
    QTest.mouseMove(view.viewport(), middle_of(view, 0))
    QTest.mouseMove(elsewhere(view), QPoint(5, 5))
    assert hovered[-2:] == [282, NO_CLASS]
    assert not chosen


def test_arrow_keys_tell_and_leaving_returns(view: SuggestionsView, qtbot: QtBot) -> None:
    view.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(view.hasFocus)
    hovered, chosen = told_by(view)
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert hovered == [283, 285]
    elsewhere(view).setFocus()
    assert hovered == [283, 285, NO_CLASS]
    assert not chosen
    view.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert chosen == [283]
    assert view.chosen == 283


def test_a_click_chooses_but_not_the_others(view: SuggestionsView) -> None:
    _, chosen = told_by(view)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(view, 2))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(view, 5))
    assert chosen == [285]
    assert view.chosen == 285


def test_keys_of_the_page_are_left_to_it(view: SuggestionsView) -> None:
    keys: list[int] = []

    class Listener(QWidget):
        def keyPressEvent(self, event: object) -> None:
            keys.append(event.key())  # type: ignore[attr-defined]  # a QKeyEvent

    listener = Listener()
    view.setParent(listener)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_P, Qt.Key.Key_6):
        QTest.keyClick(view, key)
    assert keys == [Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_P, Qt.Key.Key_6]
    view.setParent(None)
    listener.deleteLater()


def test_the_bar_repeats_the_number(view: SuggestionsView) -> None:
    view.clearFocus()
    image = view.grab().toImage()
    accent = viewer_colors().accent

    def filled(row: int, color: QColor | None) -> int:
        rect = view.visualRect(view.model().index(row, 0))
        lines = [
            sum(image.pixelColor(x, y) == color for x in range(rect.left() + 20, rect.right()))
            for y in range(rect.top(), rect.bottom())
        ]
        return max(lines)

    width = view.visualRect(view.model().index(0, 0)).width()
    assert 0.5 * width < filled(0, accent) < 0.75 * width
    assert filled(1, accent) == 0
    view.set_chosen(283)
    image = view.grab().toImage()
    assert filled(0, accent) == 0
    assert 0.08 * width < filled(1, accent) < 0.2 * width


def test_screen_readers_get_a_list(view: SuggestionsView) -> None:
    interface = QAccessible.queryAccessibleInterface(view)
    assert interface is not None
    assert interface.role() == QAccessible.Role.List
    assert interface.childCount() == 6
    assert view.accessibleName()


def test_other_predictions_forget_the_pointer(view: SuggestionsView) -> None:
    hovered, _ = told_by(view)
    QTest.mouseMove(view.viewport(), middle_of(view, 1))
    view.show_predictions(PREDICTIONS[::-1], class_count=1000)
    assert view.chosen == 904
    QTest.mouseMove(view.viewport(), middle_of(view, 1) + QPoint(2, 0))
    assert hovered == [283, 287]
    view.show_predictions(PREDICTIONS[::-1], class_count=1000)
    QTest.mouseMove(view.viewport(), middle_of(view, 1))
    assert hovered == [283, 287, 287]
    assert view.model().data(QModelIndex()) is None


def test_ctrl_click_asks_for_a_comparison_and_chooses_nothing(view: SuggestionsView) -> None:
    _, chosen = told_by(view)
    rivals: list[int] = []
    view.rival_requested.connect(rivals.append)
    control, left = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton
    QTest.mouseClick(view.viewport(), left, control, middle_of(view, 2))
    QTest.mouseClick(view.viewport(), left, control, middle_of(view, 0))
    QTest.mouseClick(view.viewport(), left, control, middle_of(view, 5))
    assert (rivals, chosen) == ([285], []), "neither the chosen class nor the row of the others"
    # A press with Ctrl that is let go without it is no click on the row that was pressed before.
    QTest.mouseClick(view.viewport(), left, Qt.KeyboardModifier.NoModifier, middle_of(view, 3))
    QTest.mousePress(view.viewport(), left, control, middle_of(view, 3))
    QTest.mouseRelease(view.viewport(), left, Qt.KeyboardModifier.NoModifier, middle_of(view, 3))
    assert chosen == [287]


def test_the_pointer_on_the_rival_shows_the_comparison_not_the_rival(view: SuggestionsView) -> None:
    QTest.mouseMove(view.viewport(), middle_of(view, 4))
    QTest.mouseMove(view.viewport(), middle_of(view, 3))
    hovered, _ = told_by(view)
    control, left = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton
    QTest.mouseMove(view.viewport(), middle_of(view, 1))
    QTest.mouseMove(view.viewport(), middle_of(view, 2))
    QTest.mouseClick(view.viewport(), left, control, middle_of(view, 2))
    QTest.mouseMove(view.viewport(), middle_of(view, 2) + QPoint(4, 0))
    assert hovered == [283, 285, NO_CLASS]
    QTest.mouseMove(view.viewport(), middle_of(view, 1))
    QTest.mouseMove(view.viewport(), middle_of(view, 2))
    assert hovered == [283, 285, NO_CLASS, 283, 285]


def test_the_context_menu_asks_why_not_and_compares(view: SuggestionsView, qtbot: QtBot) -> None:
    why_not: list[int] = []
    rivals: list[int] = []
    view.why_not_requested.connect(why_not.append)
    view.rival_requested.connect(rivals.append)

    def menu_at(row: int) -> QMenu:
        where = middle_of(view, row)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, view.viewport().mapToGlobal(where))
        QApplication.sendEvent(view.viewport(), event)
        opened = [menu for menu in view.findChildren(QMenu) if menu.isVisible()]
        assert len(opened) == 1
        return opened[0]

    menu = menu_at(2)
    assert [action.isEnabled() for action in menu.actions()] == [True, True]
    menu.actions()[0].trigger()
    menu.actions()[1].trigger()
    menu.close()
    assert (why_not, rivals) == ([285], [285])
    first = menu_at(0)
    assert [action.isEnabled() for action in first.actions()] == [False, False]
    first.close()
    qtbot.waitUntil(lambda: not view.findChildren(QMenu))
    # The row of the others has no menu.
    where = middle_of(view, 5)
    QApplication.sendEvent(view.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, where))
    assert not view.findChildren(QMenu)


def test_the_menu_key_asks_about_the_row_with_the_focus(view: SuggestionsView) -> None:
    why_not: list[int] = []
    view.why_not_requested.connect(why_not.append)
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Down)
    QApplication.sendEvent(view.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint()))
    (menu,) = view.findChildren(QMenu)
    menu.actions()[0].trigger()
    menu.close()
    assert why_not == [283]


def test_two_suggestions_of_one_name_carry_their_numbers() -> None:
    model = SuggestionsModel()
    names = (("crane", 134), ("heron", 131), ("crane", 517))
    model.show_predictions(tuple(Prediction(index, name, 0.2, 1.0) for name, index in names), class_count=3)
    assert [model.index(row).data() for row in range(3)] == ["crane (134)", "heron", "crane (517)"]


def test_a_name_that_another_class_of_the_model_has_carries_its_number_alone_too() -> None:
    model = SuggestionsModel()
    model.set_shared_names(frozenset({"crane"}))
    model.show_predictions((Prediction(134, "crane", 0.9, 4.0), Prediction(131, "heron", 0.1, 1.0)), class_count=1000)
    assert [model.index(row).data() for row in range(2)] == ["crane (134)", "heron"]
