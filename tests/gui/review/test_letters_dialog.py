"""A label is found and a letter pressed; a letter in use is never taken in silence."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QTableView, QToolButton
from pytestqt.qtbot import QtBot

from gui.action_table import ACTIONS
from gui.review.letters import FREE_LETTERS, LetterKeys
from gui.review.letters_dialog import LettersDialog, action_of_letter
from gui.review.letters_model import LettersModel
from tests.gui.review.helpers import HOSTILE, click, too_small, unnamed

LABELS = ("magpie", "jay", "kestrel", "wren", "tabby, tabby cat", "wren")


@pytest.fixture
def dialog(qtbot: QtBot) -> Iterator[LettersDialog]:
    """A dialog in which M is magpie's."""
    letters = LetterKeys()
    letters.assign("M", "magpie")
    dialog = LettersDialog(letters, LABELS)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    yield dialog
    dialog.close()


def table(dialog: LettersDialog) -> QTableView:
    """The labels with their letters."""
    found = dialog.findChild(QTableView)
    assert isinstance(found, QTableView)
    return found


def search(dialog: LettersDialog, text: str) -> None:
    """Type into the search and go on to the table."""
    field = dialog.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    field.setFocus()
    field.clear()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def verb(dialog: LettersDialog, text: str) -> QPushButton:
    """A button by its text."""
    return next(found for found in dialog.findChildren(QPushButton) if found.text() == text)


def test_find_a_label_and_press_its_letter(dialog: LettersDialog, qtbot: QtBot) -> None:
    search(dialog, "kes")
    assert dialog.current_label == "kestrel"
    with qtbot.waitSignal(dialog.letters_changed):
        QTest.keyClicks(table(dialog), "k")
    assert list(dialog.letters) == [("K", "kestrel"), ("M", "magpie")]
    assert dialog.told == "K labels kestrel."
    assert table(dialog).model().index(0, 1).data() == "K"


def test_a_letter_in_use_is_given_only_after_swap(dialog: LettersDialog, qtbot: QtBot) -> None:
    search(dialog, "jay")
    QTest.keyClicks(table(dialog), "j")
    with qtbot.assertNotEmitted(dialog.letters_changed):
        QTest.keyClicks(table(dialog), "m")
    assert dialog.told == "The key M is used by magpie."
    assert verb(dialog, "Swap").isVisible()
    with qtbot.waitSignal(dialog.letters_changed):
        click(verb(dialog, "Swap"))
    assert list(dialog.letters) == [("J", "magpie"), ("M", "jay")]
    assert dialog.told == "M labels jay now, and J labels magpie."
    assert not verb(dialog, "Swap").isVisible()


def test_swap_with_a_label_that_has_no_letter_takes_it(dialog: LettersDialog) -> None:
    search(dialog, "wren")
    QTest.keyClicks(table(dialog), "m")
    click(verb(dialog, "Swap"))
    assert list(dialog.letters) == [("M", "wren")]
    assert dialog.told == "M labels wren, no longer magpie."


def test_choose_another_changes_nothing(dialog: LettersDialog, qtbot: QtBot) -> None:
    search(dialog, "wren")
    QTest.keyClicks(table(dialog), "m")
    with qtbot.assertNotEmitted(dialog.letters_changed):
        click(verb(dialog, "Choose another"))
    assert list(dialog.letters) == [("M", "magpie")]
    assert dialog.told == "Press another letter."
    assert table(dialog).hasFocus()


def test_keys_of_actions_cannot_be_given(dialog: LettersDialog, qtbot: QtBot) -> None:
    search(dialog, "wren")
    with qtbot.assertNotEmitted(dialog.letters_changed):
        QTest.keyClicks(table(dialog), "g")
    assert dialog.told.startswith("The key G is used by Gallery. These letters can be given: A B J")
    assert not verb(dialog, "Swap").isVisible()
    dialog.give("ä")
    assert dialog.told.startswith("These letters can be given")


def test_no_free_letter_is_a_key_of_an_action() -> None:
    assert ACTIONS
    assert [letter for letter in FREE_LETTERS if action_of_letter(letter)] == []


def test_a_letter_is_taken_off(dialog: LettersDialog, qtbot: QtBot) -> None:
    search(dialog, "magpie")
    with qtbot.waitSignal(dialog.letters_changed):
        QTest.keyClick(table(dialog), Qt.Key.Key_Delete)
    assert len(dialog.letters) == 0
    assert dialog.told == "M labels nothing now."
    with qtbot.assertNotEmitted(dialog.letters_changed):
        click(verb(dialog, "No key"))


def test_the_letters_are_buttons_too(dialog: LettersDialog) -> None:
    search(dialog, "tabby")
    letter = next(found for found in dialog.findChildren(QToolButton) if found.text() == "Q")
    click(letter)
    assert dialog.letters.label("Q") == "tabby, tabby cat"


def test_without_a_label_there_is_nothing_to_give(dialog: LettersDialog, qtbot: QtBot) -> None:
    search(dialog, "zzz")
    assert dialog.current_label is None
    with qtbot.assertNotEmitted(dialog.letters_changed):
        dialog.give("A")
    assert dialog.told == "Choose a label first."


def test_labels_with_a_letter_come_first_and_repeated_ones_once(dialog: LettersDialog) -> None:
    model = table(dialog).model()
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == list(dict.fromkeys(LABELS))
    dialog.letters.assign("W", "wren")
    search(dialog, "jay")
    search(dialog, "")
    assert [model.index(row, 0).data() for row in range(2)] == ["magpie", "wren"]


def test_the_model_keeps_qts_rules_and_speaks(qtbot: QtBot) -> None:
    del qtbot
    letters = LetterKeys()
    letters.assign("B", "gone label")
    model = LettersModel(letters)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_labels([*LABELS, *HOSTILE])
    assert model.label_at(0) == "gone label"
    assert model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "gone label, key B"
    model.search("wre")
    assert model.label_at(0) == "wren"
    assert model.label_at(1) is None
    for row in range(model.rowCount()):
        assert "\n" not in str(model.index(row, 0).data())
    tester.deleteLater()


def test_everything_is_named_and_easy_to_hit(dialog: LettersDialog) -> None:
    assert unnamed(dialog) == []
    assert too_small(dialog) == []
