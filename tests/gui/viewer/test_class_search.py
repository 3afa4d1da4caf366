"""Typing a few letters finds the class that a person means."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gui.viewer.class_ranking import SearchableNames, folded, ranked_classes
from gui.viewer.class_search import ClassSearch

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

LABELS = (
    "tiger cat",
    "bobcat",
    "cat",
    "catamaran",
    "Crème brûlée",
    "crane",
    "hay",
    "crane",
    "black-footed ferret",
    "<b>",
)
NAMES = SearchableNames.of(LABELS)


def found(query: str) -> list[str]:
    """The names that a query finds, best first."""
    return [NAMES.names[index] for index in ranked_classes(query, NAMES)]


def test_prefix_then_word_then_part() -> None:
    assert found("cat") == ["cat", "catamaran", "tiger cat", "bobcat"]
    assert found("foot") == ["black-footed ferret"]


def test_case_and_accents_do_not_matter() -> None:
    assert found("CREME bru") == ["Crème brûlée"]
    assert found("crème") == ["Crème brûlée"]


def test_words_in_any_order() -> None:
    assert found("cat tig") == ["tiger cat"]


def test_equal_names_can_be_told_apart() -> None:
    assert found("crane") == ["crane (5)", "crane (7)"]


@pytest.mark.parametrize("query", ["", "   ", "-", "zebra", "<>"])
def test_nothing_is_found(query: str) -> None:
    assert found(query) == []


@given(query=st.text(max_size=6), labels=st.lists(st.text(max_size=12), max_size=30), limit=st.integers(1, 5))
def test_what_is_found_holds_the_query_and_prefixes_lead(query: str, labels: list[str], limit: int) -> None:
    names = SearchableNames.of(labels)
    indices = ranked_classes(query, names, limit=limit)
    assert len(indices) <= limit
    assert len(set(indices)) == len(indices)
    wanted = folded(query)
    starts = [names.folded[index].startswith(wanted) for index in indices]
    assert starts == sorted(starts, reverse=True)
    assert all(all(word in names.folded[index] for word in wanted.split()) for index in indices)
    everything = ranked_classes(query, names, limit=100)
    assert set(everything) >= {index for index, name in enumerate(names.folded) if wanted and wanted in name}


@pytest.fixture
def search(qtbot: QtBot) -> ClassSearch:
    """A search over the labels above, on screen."""
    widget = ClassSearch()
    qtbot.addWidget(widget)
    widget.set_classes(LABELS)
    widget.show()
    widget.setFocus()
    qtbot.waitExposed(widget)
    return widget


def test_enter_takes_the_best(search: ClassSearch, qtbot: QtBot) -> None:
    QTest.keyClicks(search, "cat")
    assert search.matches == (2, 3, 0, 1)
    with qtbot.waitSignal(search.class_chosen) as chosen:
        QTest.keyClick(search, Qt.Key.Key_Return)
    assert chosen.args == [2]
    assert search.text() == ""


def test_a_row_of_the_list_is_taken_once(search: ClassSearch) -> None:
    told: list[int] = []
    search.class_chosen.connect(told.append)
    QTest.keyClicks(search, "cat")
    popup = QApplication.activePopupWidget()
    assert popup is not None
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert told == [3]
    assert search.text() == ""
    assert QApplication.activePopupWidget() is None


def test_escape_forgets(search: ClassSearch) -> None:
    told: list[int] = []
    search.class_chosen.connect(told.append)
    QTest.keyClicks(search, "zeb")
    assert QApplication.activePopupWidget() is None
    QTest.keyClick(search, Qt.Key.Key_Return)
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert search.text() == ""
    assert not told


def test_another_model_brings_other_classes(search: ClassSearch) -> None:
    QTest.keyClicks(search, "cat")
    search.set_classes(["dog"])
    assert not search.matches
    QTest.keyClicks(search, "do")
    assert search.matches == (0,)


def test_escape_is_kept_from_the_window_while_there_is_text(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    search = ClassSearch(window)
    out = QAction(window)
    out.setShortcut("Esc")
    window.addAction(out)
    told = QSignalSpy(out.triggered)
    window.show()
    window.activateWindow()
    search.setFocus()
    qtbot.waitUntil(search.hasFocus)
    QTest.keyClicks(search, "zeb")
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert (search.text(), told.count()) == ("", 0)
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert told.count() == 1


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_names_are_folded_as_all_others_are(text: str) -> None:
    # A letter beyond ASCII takes the longer way.
    assert folded(text) == folded(f"{text} \N{GREEK SMALL LETTER ALPHA}")[:-1].rstrip()


def test_names_are_made_ready_when_somebody_types(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[str, ...]] = []
    really_make = SearchableNames.of

    def make(labels: Iterable[str]) -> SearchableNames:
        made.append(tuple(labels))
        return really_make(made[-1])

    monkeypatch.setattr(SearchableNames, "of", make)
    search = ClassSearch()
    qtbot.addWidget(search)
    search.set_classes(iter(LABELS))
    search.set_classes(LABELS[:3])
    assert made == []
    QTest.keyClicks(search, "cat")
    assert made == [LABELS[:3]]
    assert search.matches == (2, 0, 1)
