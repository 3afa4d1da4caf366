"""Test the table of actions and what is made of it: every row is complete, and keys fire only where they may."""

from collections import defaultdict

import pytest
from PySide6.QtCore import QEvent, QKeyCombination, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QListWidget,
    QMainWindow,
    QMenu,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gui.action_table import ACTIONS, ActionId, ActionRow, Condition, Key, Menu, Scope
from gui.actions import create_actions, keys_of, update_enabled, update_icons
from gui.menu_bar import fill_menu_bar
from gui.review.label_keys import LabelAction, label_key
from gui.theme import DARK, palette_of
from tests.gui.shown import show_active

_ALL = ~Condition.NOTHING
_KEYS = [(row, key) for row in ACTIONS for key in row.keys if not row.taught and not row.decides]
_DECIDING = [(row, key) for row in ACTIONS for key in row.keys if row.decides]
_EDITORS = (QLineEdit, QComboBox, QSpinBox, QListWidget)

_WITHOUT_ICON = {
    **dict.fromkeys((ActionId.THEME_SYSTEM, ActionId.THEME_LIGHT, ActionId.THEME_DARK), "a dot stands there"),
    ActionId.ADVANCE: "a tick stands there",
    ActionId.EXPORT_AGAIN: "the line above has it",
    ActionId.IMPORT_FOLDERS: "the line above has it",
    ActionId.COPY_PATH: "the line above has it",
    ActionId.ZOOM_100: "no shape says a number",
    ActionId.ZOOM_TOGGLE: "no shape says a number",
    **dict.fromkeys(
        (
            ActionId.MAP_MODE,
            ActionId.MAP_OUTLINE,
            ActionId.MAP_DUEL,
            ActionId.WHAT_IF,
            ActionId.MAP_REGION,
            ActionId.MAP_CLOSER,
            ActionId.MAP_CHECK,
            ActionId.MAP_WEAKER,
            ActionId.MAP_STRONGER,
        ),
        "the map's icon stands above",
    ),
    **dict.fromkeys((ActionId.SELECT_ALL, ActionId.SELECT_NONE, ActionId.SELECT_INVERT), "no common shape"),
    **dict.fromkeys((ActionId.FIRST, ActionId.LAST, ActionId.VIEW_BACK), "arrows stand beside them"),
}
"""The actions of the menus that have none, and why."""


class _Window(QMainWindow):
    """A window with two views and the controls in which people type."""

    def __init__(self) -> None:
        super().__init__()
        self.gallery, self.viewer = QWidget(), QWidget()
        self.editors: dict[type[QWidget], QWidget] = {kind: kind() for kind in _EDITORS}
        self.picture, self.filmstrip, self.control = QWidget(), QWidget(), QWidget()
        self.class_page = QWidget()
        for view in (self.gallery, self.viewer, self.picture, self.filmstrip, self.control, self.class_page):
            view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        inside = QVBoxLayout(self.viewer)
        for widget in (self.picture, self.filmstrip, self.control):
            inside.addWidget(widget)
        centre = QWidget()
        column = QVBoxLayout(centre)
        for widget in (self.gallery, self.viewer, self.class_page, *self.editors.values()):
            column.addWidget(widget)
        self.setCentralWidget(centre)
        self.actions_by_id = create_actions(
            self,
            gallery=self.gallery,
            viewer=self.viewer,
            picture=self.picture,
            filmstrip=self.filmstrip,
            class_page=self.class_page,
        )
        fill_menu_bar(self.menuBar(), self.actions_by_id)
        update_enabled(self.actions_by_id, _ALL)


@pytest.fixture
def window(qtbot: QtBot) -> _Window:
    window = _Window()
    qtbot.addWidget(window)
    show_active(qtbot, window)
    return window


def _combination(sequence: str) -> QKeyCombination:
    combination: QKeyCombination = QKeySequence(sequence)[0]  # type: ignore[index]  # missing in the stubs
    return combination


def _press(widget: QWidget, sequence: str) -> None:
    widget.setFocus()
    combination = _combination(sequence)
    QTest.keyClick(widget, combination.key(), combination.keyboardModifiers())


def test_rows_are_complete_and_in_order() -> None:
    assert [row.id for row in ACTIONS] == list(ActionId)
    menus = list(Menu)
    order = [menus.index(row.menu) for row in ACTIONS]
    assert order == sorted(order)
    for row in ACTIONS:
        assert row.text
        assert row.tip.endswith(".")
        for key in row.keys:
            assert QKeySequence(key.sequence).toString(QKeySequence.SequenceFormat.PortableText) == key.sequence


def test_single_keys_never_have_the_windows_scope_and_reserved_keys_are_free() -> None:
    for row, key in [*_KEYS, *_DECIDING]:
        combination = _combination(key.sequence)
        is_function_key = Qt.Key.Key_F1 <= combination.key() <= Qt.Key.Key_F35
        bare = not combination.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier
        assert not (key.scope is Scope.WINDOW and bare) or is_function_key, row.id
        assert key.sequence not in {"Tab", "Shift+Tab", "F6", "F10"}
        assert not combination.keyboardModifiers() & Qt.KeyboardModifier.AltModifier


def test_no_key_means_two_things_in_one_place() -> None:
    places = {
        Scope.WINDOW: {"window", "gallery", "viewer", "page"},
        Scope.VIEWS: {"gallery", "viewer", "page"},
        Scope.GALLERY: {"gallery"},
        Scope.VIEWER: {"viewer"},
        Scope.PICTURE: {"viewer"},
        Scope.PAGE: {"page"},
    }
    owners: dict[tuple[str, str], set[ActionId]] = defaultdict(set)
    for row in ACTIONS:
        for key in row.keys:
            for place in places[key.scope]:
                owners[key.sequence, place].add(row.id)
    assert {place: ids for place, ids in owners.items() if len(ids) > 1} == {}


@pytest.mark.parametrize(("row", "key"), _KEYS, ids=[f"{row.id}-{key.sequence}" for row, key in _KEYS])
def test_each_key_fires_where_it_should_and_nowhere_else(window: _Window, row: ActionRow, key: Key) -> None:
    action = window.actions_by_id[row.id]
    spy = QSignalSpy(action.triggered)
    others = [QSignalSpy(different.triggered) for name, different in window.actions_by_id.items() if name is not row.id]
    works_in = {
        Scope.WINDOW: (window.gallery, window.viewer, window.control, window.class_page),
        Scope.VIEWS: (window.gallery, window.viewer, window.picture, window.control, window.class_page),
        Scope.GALLERY: (window.gallery,),
        Scope.VIEWER: (window.viewer, window.picture, window.filmstrip, window.control),
        Scope.PICTURE: (window.picture, window.filmstrip),
    }[key.scope]
    for view in works_in:
        before = spy.count()
        _press(view, key.sequence)
        assert spy.count() == before + 1, f"{key.sequence} in {view}"
    fired_elsewhere = {different.count() for different in others}
    assert fired_elsewhere == {0}
    if key.scope is not Scope.WINDOW:
        count = spy.count()
        controls = (window.control, window.gallery) if key.scope is Scope.PICTURE else ()
        for other in (*window.editors.values(), *controls):
            _press(other, key.sequence)
        assert spy.count() == count, "a view's key fired while something else had the focus"


@pytest.mark.parametrize(("row", "key"), _DECIDING, ids=[f"{row.id}-{key.sequence}" for row, key in _DECIDING])
def test_the_keys_of_decisions_are_told_apart_by_what_they_write(window: _Window, row: ActionRow, key: Key) -> None:
    """No shortcut takes them, whatever has the focus; `label_key` knows the same keys as the table."""
    spies = [QSignalSpy(action.triggered) for action in window.actions_by_id.values()]
    for place in (window.picture, window.filmstrip, window.class_page, *window.editors.values()):
        _press(place, key.sequence)
    assert {spy.count() for spy in spies} == {0}
    number = _combination(key.sequence).key()
    is_enter = number in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
    written = "\r" if is_enter else chr(number).lower()
    found = label_key(QKeyEvent(QEvent.Type.KeyPress, number, Qt.KeyboardModifier.NoModifier, written))
    meant = {ActionId.LABEL_CUSTOM: LabelAction.LETTER}.get(row.id) or LabelAction(row.id.removeprefix("label."))
    assert found is not None
    assert found.action is meant
    assert (found.nth, found.letter) == (
        int(key.sequence) if meant is LabelAction.NTH else 0,
        key.sequence if meant is LabelAction.LETTER else "",
    )


def test_every_key_that_decides_is_in_the_table() -> None:
    known = {key.sequence.lower() for _, key in _DECIDING}
    for text in map(chr, range(33, 127)):
        event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key(ord(text.upper())), Qt.KeyboardModifier.NoModifier, text.lower())
        assert (label_key(event) is not None) == (text.lower() in known), text


def test_enter_opens_in_the_gallery_and_decides_on_the_picture() -> None:
    meant = {
        (key.sequence, key.scope): row.id for row in ACTIONS for key in row.keys if key.sequence in {"Return", "Enter"}
    }
    for key in ("Return", "Enter"):
        assert meant.pop((key, Scope.GALLERY)) is ActionId.VIEW_VIEWER
        assert meant.pop((key, Scope.PICTURE)) is ActionId.LABEL_ACCEPT
    assert not meant


def test_the_menu_says_the_first_key_of_a_decision(window: _Window) -> None:
    texts = {row.id: window.actions_by_id[row.id].text() for row in ACTIONS if row.decides and not row.taught}
    assert texts[ActionId.LABEL_ACCEPT] == "&Accept suggestion\tP"
    assert texts[ActionId.LABEL_TYPE] == "&Type a label...\tT"
    assert all(text.count("\t") == 1 for text in texts.values())
    assert all("\t" not in window.actions_by_id[row.id].text() for row in ACTIONS if not row.decides)


def test_letters_reach_the_line_edit(window: _Window) -> None:
    edit = window.editors[QLineEdit]
    for letter in "gefhzo?npsxut./":
        _press(edit, letter)
    QTest.keyClicks(edit, "[1")
    assert isinstance(edit, QLineEdit)
    assert edit.text() == "gefhzo?npsxut./[1"


def test_actions_are_enabled_exactly_when_their_needs_hold(window: _Window) -> None:
    update_enabled(window.actions_by_id, Condition.IMAGES | Condition.CURRENT)
    for row in ACTIONS:
        expected = row.needs in (Condition.IMAGES | Condition.CURRENT)
        assert window.actions_by_id[row.id].isEnabled() == expected, row.id
    spy = QSignalSpy(window.actions_by_id[ActionId.RECLASSIFY].triggered)
    _press(window.viewer, "Ctrl+R")
    assert spy.count() == 0
    update_enabled(window.actions_by_id, Condition.NOTHING)
    spy = QSignalSpy(window.actions_by_id[ActionId.VIEW_GALLERY].triggered)
    _press(window.viewer, "G")
    assert spy.count() == 0
    companions = window.actions_by_id[ActionId.VIEW_GALLERY].findChildren(QAction)
    assert [child.isEnabled() for child in companions] == [False], "its key is free for what has the focus"


def test_menus_hold_every_action_once_with_tip_and_icon(window: _Window) -> None:
    menus = [menu for entry in window.menuBar().actions() if isinstance(menu := entry.menu(), QMenu)]
    listed = [action for menu in menus for action in menu.actions() if isinstance(action, QAction)]
    names = [action.objectName() for action in listed if not action.isSeparator()]
    assert names == [row.id.value for row in ACTIONS if not row.taught]
    for row in ACTIONS:
        action = window.actions_by_id[row.id]
        assert action.statusTip()
        assert action.icon().isNull() == (row.icon is None)
        if not row.taught:
            assert (row.icon is None) == (row.id in _WITHOUT_ICON), row.id
    for menu in menus:
        keys = [action.text().partition("&")[2][:1].lower() for action in menu.actions() if "&" in action.text()]
        assert len(keys) == len(set(keys)), f"an access key stands twice in {menu.title()}"


def test_one_of_a_group_is_on(window: _Window) -> None:
    window.actions_by_id[ActionId.THEME_DARK].trigger()
    window.actions_by_id[ActionId.THEME_LIGHT].trigger()
    assert [window.actions_by_id[row.id].isChecked() for row in ACTIONS if row.group] == [False, True, False]


def test_icons_follow_the_theme(window: _Window) -> None:
    action = window.actions_by_id[ActionId.STOP]
    before = action.icon().cacheKey()
    update_icons(window.actions_by_id, palette_of(DARK))
    assert action.icon().cacheKey() != before


def test_live_keys_are_found(window: _Window) -> None:
    keys = {key.toString() for key in keys_of(window.actions_by_id[ActionId.VIEW_VIEWER])}
    assert keys == {"Ctrl+2", "E", "Space", "Return", "Enter"}
