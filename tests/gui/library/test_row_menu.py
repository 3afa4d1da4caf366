"""Each section offers the verbs that its rows can take."""

import pytest
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.library.row_menu import RowMenu, RowVerb, verb_text, verbs_of
from gui.library.sections import Section


def test_every_verb_has_its_own_words() -> None:
    assert len({verb_text(verb) for verb in RowVerb}) == len(RowVerb)


@pytest.mark.parametrize("section", Section)
def test_a_row_is_added_or_taken_out(section: Section) -> None:
    assert RowVerb.ADD in verbs_of(section, is_active=False, level=0)
    assert RowVerb.TAKE_OUT in verbs_of(section, is_active=True, level=0)
    assert RowVerb.ADD not in verbs_of(section, is_active=True, level=0)


def test_a_folder_below_a_source_cannot_be_removed_by_itself() -> None:
    assert RowVerb.REMOVE_SOURCE in verbs_of(Section.SOURCES, is_active=False, level=0)
    below = verbs_of(Section.SOURCES, is_active=False, level=1)
    assert RowVerb.REVEAL in below
    assert not {RowVerb.REMOVE_SOURCE, RowVerb.RESCAN} & set(below)


def test_choosing_tells_verb_and_row(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    menu = RowMenu(Section.LABELS, 7, parent, is_active=False, level=0)
    told = QSignalSpy(menu.verb_chosen)
    next(action for action in menu.actions() if action.text() == "Merge into...").trigger()
    assert told.at(0) == [RowVerb.MERGE, Section.LABELS, 7]
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert texts == [
        "Show only these",
        "Add to the filter",
        "Rename...",
        "Merge into...",
        "Set key...",
        "Export only these...",
        "Remove label from all...",
    ]
