"""Test gui/main_window.py: keys go where the focus is, refused drags look refused, the layout is kept."""

from functools import partial

import pytest
from PySide6.QtCore import QMimeData, QPoint, QSize, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QGuiApplication
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QPushButton, QRadioButton, QSlider, QSplitter, QWidget
from pytestqt.qtbot import QtBot

from gui.action_table import ActionId, Condition
from gui.actions import Actions, create_actions, update_enabled
from gui.gallery.image_model import ImageModel
from gui.main_window import MainWindow, View
from gui.start.drop_overlay import DropOverlay
from gui.viewer.map_mode import MapMode
from gui.window_memory import restore_geometry, restore_layout, window_state
from tests.gui.gallery.images import model_of
from tests.gui.shown import show_active
from tests.gui.viewer.pictures import plain_image, some_predictions


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    """The window with ten images, on its start page."""
    images = model_of(10)
    window = MainWindow(images)
    qtbot.addWidget(window)
    show_active(qtbot, window)
    return window


@pytest.fixture
def actions(window: MainWindow) -> Actions:
    """All actions, enabled."""
    page = window.page
    actions = create_actions(window, gallery=window.grid, viewer=page, picture=page.picture, filmstrip=window.filmstrip)
    update_enabled(actions, ~Condition.NOTHING)
    return actions


@pytest.fixture
def viewer(window: MainWindow) -> MainWindow:
    """The window in the viewer, with a classified picture."""
    window.show_view(View.VIEWER)
    window.grid.set_current_row(0)
    window.page.show_file("/p/0.jpg")
    window.page.picture.show_picture(plain_image(400, 300), original_size=QSize(400, 300))
    window.page.show_predictions(some_predictions(), class_count=1000)
    return window


def _press(widget: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key as a person presses it: shortcuts are asked first, then the widget with the focus."""
    widget.setFocus()
    assert QApplication.focusWidget() is widget
    QTest.keyClick(widget, key, modifiers)


def _fired(actions: Actions) -> dict[ActionId, QSignalSpy]:
    return {name: QSignalSpy(action.triggered) for name, action in actions.items()}


def _names(spies: dict[ActionId, QSignalSpy]) -> list[ActionId]:
    return [name for name, spy in spies.items() if spy.count()]


def test_the_inspectors_controls_keep_their_keys(viewer: MainWindow, actions: Actions) -> None:
    spies = _fired(actions)
    inspector = viewer.page.inspector
    slider = inspector.findChild(QSlider)
    assert isinstance(slider, QSlider)
    values = [slider.value()]
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_End):
        _press(slider, key)
        values.append(slider.value())
    assert values == [60, 65, 60, 0, 100]
    off = next(found for found in inspector.findChildren(QRadioButton) if found.text() == "Off")
    _press(off, Qt.Key.Key_Space)
    assert off.isChecked()
    _press(off, Qt.Key.Key_Left)
    assert not off.isChecked()
    inspector.suggestions.setFocus()
    QTest.keyClick(inspector.suggestions, Qt.Key.Key_Down)
    QTest.keyClick(inspector.suggestions, Qt.Key.Key_Space)
    assert inspector.suggestions.chosen == some_predictions()[1].index
    viewer.page.show_not_classified()
    ask = next(found for found in inspector.findChildren(QPushButton) if found.text() == "Classify now")
    asked = QSignalSpy(viewer.page.classify_requested)
    _press(ask, Qt.Key.Key_Space)
    assert asked.count() == 1
    assert _names(spies) == []


def test_the_gallery_keeps_its_place_while_other_pages_are_shown(qtbot: QtBot) -> None:
    window = MainWindow(model_of(5_000))
    qtbot.addWidget(window)
    window.resize(1300, 800)
    with qtbot.waitExposed(window):
        window.show()
    window.show_view(View.GALLERY)
    QApplication.processEvents()
    grid = window.grid
    grid.scroll_row_to(grid.columns() * 400, 30)
    place = (grid.columns(), grid.anchor())
    for other in (View.COMPARE, View.REVIEW, View.CLASSES, View.VIEWER, View.COMPARE):
        window.show_view(other)
        QApplication.processEvents()
        window.show_view(View.GALLERY)
        QApplication.processEvents()
        assert (grid.columns(), grid.anchor()) == place


@pytest.mark.parametrize(
    ("key", "action"),
    [
        (Qt.Key.Key_Right, ActionId.NEXT),
        (Qt.Key.Key_Space, ActionId.NEXT),
        (Qt.Key.Key_Left, ActionId.PREVIOUS),
        (Qt.Key.Key_Backspace, ActionId.PREVIOUS),
        (Qt.Key.Key_Home, ActionId.FIRST),
        (Qt.Key.Key_End, ActionId.LAST),
    ],
)
def test_picture_and_filmstrip_turn_pages(viewer: MainWindow, actions: Actions, key: Qt.Key, action: ActionId) -> None:
    spies = _fired(actions)
    for place in (viewer.page.picture, viewer.filmstrip):
        _press(place, key)
    assert _names(spies) == [action]
    assert spies[action].count() == 2


def test_letters_act_in_the_whole_viewer_but_are_text_in_the_search(viewer: MainWindow, actions: Actions) -> None:
    search = viewer.page.inspector.class_search
    spies = _fired(actions)
    search.setFocus()
    QTest.keyClicks(search, "hgefz[]?o1")
    assert (search.text(), _names(spies)) == ("hgefz[]?o1", [])
    QTest.keyClick(search, Qt.Key.Key_Backspace)
    QTest.keyClick(search, Qt.Key.Key_Left)
    assert (search.text(), search.cursorPosition(), _names(spies)) == ("hgefz[]?o", 8, [])
    slider = viewer.page.inspector.findChild(QSlider)
    assert isinstance(slider, QSlider)
    for place in (slider, viewer.filmstrip, viewer.page.inspector.suggestions):
        before = spies[ActionId.MAP_TOGGLE].count()
        _press(place, Qt.Key.Key_H)
        assert spies[ActionId.MAP_TOGGLE].count() == before + 1


def test_paste_works_everywhere_and_stays_text_in_the_search(window: MainWindow, actions: Actions) -> None:
    QGuiApplication.clipboard().setText("cat")
    told = QSignalSpy(actions[ActionId.PASTE].triggered)
    for place in (window.start_page.focusProxy(), window.grid, window.page.picture, window.filmstrip):
        assert place is not None
        window.show_view(View.START if place is window.start_page.focusProxy() else View.VIEWER)
        window.show_view(View.GALLERY if place is window.grid else window.view)
        before = told.count()
        _press(place, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        assert told.count() == before + 1, place
    window.show_view(View.VIEWER)
    count, search = told.count(), window.page.inspector.class_search
    _press(search, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert (search.text(), told.count()) == ("cat", count)


@pytest.mark.parametrize("link", ["https://example.com/cat.jpg", ""])
def test_a_refused_drag_shows_no_overlay_and_says_why(window: MainWindow, link: str) -> None:
    mime = QMimeData()
    if link:
        mime.setUrls([QUrl(link)])
    overlay = window.findChild(DropOverlay)
    assert isinstance(overlay, DropOverlay)
    event = _enter(window, mime)
    assert not event.isAccepted()
    assert overlay.isHidden()
    assert ("web link" if link else "Nothing here") in window.statusBar().currentMessage()


def test_an_accepted_drag_shows_the_overlay(window: MainWindow) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/p/a.jpg")])
    overlay = window.findChild(DropOverlay)
    assert isinstance(overlay, DropOverlay)
    assert _enter(window, mime).isAccepted()
    assert overlay.isVisible()


def _enter(window: MainWindow, mime: QMimeData) -> QDragEnterEvent:
    offered, plain = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(QPoint(50, 50), offered, mime, Qt.MouseButton.LeftButton, plain)
    event.accept()  # as Qt sends it: a target must refuse
    QApplication.sendEvent(window, event)
    return event


def test_what_shift_does_to_a_drop_is_said_while_it_hovers(window: MainWindow) -> None:
    window.set_session("holiday")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/p/a.jpg")])
    assert _enter(window, mime).isAccepted()
    overlay = window.findChild(DropOverlay)
    assert isinstance(overlay, DropOverlay)
    said = [overlay.text]
    for modifier in (Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier):
        copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
        QApplication.sendEvent(window, QDragMoveEvent(QPoint(60, 60), copy, mime, left, modifier))
        said.append(overlay.text)
    assert said == ["Add 1 item", "Start a new session with 1 item", "Add 1 item"]


def test_full_screen_is_told_whoever_asks_for_it(window: MainWindow) -> None:
    told: list[bool] = []
    window.full_screen_changed.connect(told.append)
    for ask in (partial(window.set_full_screen, full=True), window.showNormal, window.showMaximized, window.showNormal):
        ask()
        QApplication.processEvents()  # the platform answers, and late
    assert told == [True, False]


def test_the_inspectors_width_is_kept_for_the_next_start(viewer: MainWindow, qtbot: QtBot) -> None:
    splitter = viewer.page.findChild(QSplitter)
    assert isinstance(splitter, QSplitter)
    splitter.setSizes([700, 500])
    wanted = splitter.sizes()[1]
    other = MainWindow(ImageModel())
    qtbot.addWidget(other)
    state = window_state(viewer)
    restore_geometry(other, state)
    restore_layout(other, state)
    other.show()
    other.show_view(View.VIEWER)
    again = other.page.findChild(QSplitter)
    assert isinstance(again, QSplitter)
    assert again.sizes()[1] == wanted


def test_what_a_pointer_must_hit_is_large_enough(viewer: MainWindow) -> None:
    QApplication.processEvents()
    radios = viewer.page.inspector.findChildren(QRadioButton)
    assert len(radios) == len(MapMode)
    for target in (*radios, viewer.model_line, viewer.page.inspector.class_search):
        assert target.height() >= 24, target
