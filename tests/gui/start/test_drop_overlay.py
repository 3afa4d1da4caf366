"""Test gui/start/drop_overlay.py: the sentence, the frame, and when it goes away."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, Qt
from PySide6.QtGui import QColor, QDragEnterEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.dropping import Drop, DropKind
from gui.icons import IconName
from gui.start.drop_overlay import DropOverlay, drop_text
from gui.theme import DARK, LIGHT, Theme, palette_of


@pytest.mark.parametrize(
    ("drop", "text"),
    [
        (Drop(DropKind.FILES, 1), "Add 1 item"),
        (Drop(DropKind.FILES, 200), "Add 200 items"),
        (Drop(DropKind.FILES, 200, has_more=True), "Add 200+ items"),
        (Drop(DropKind.MODEL, 1), "Add this model"),
        (Drop(DropKind.MODEL, 2), "Add 2 models"),
        (Drop(DropKind.PICTURE, 1), "Add this picture"),
        (Drop(DropKind.SESSION, 1), "Open this session"),
        (Drop(DropKind.LABELS, 1), "Import labels from this file"),
        (Drop(DropKind.NOTHING), ""),
    ],
)
def test_it_says_what_will_happen(drop: Drop, text: str) -> None:
    assert drop_text(drop) == text


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_frame_scrim_and_size(qtbot: QtBot, theme: Theme) -> None:
    window = QWidget()
    window.setPalette(palette_of(theme))
    qtbot.addWidget(window)
    window.resize(600, 400)
    overlay = DropOverlay(window)
    with qtbot.waitExposed(window):
        window.show()
    overlay.show_drop(Drop(DropKind.FILES, 3))
    shot = window.grab().toImage()
    for x, y in ((1, 200), (598, 200), (300, 1), (300, 398), (3, 3)):
        assert shot.pixelColor(x, y) == QColor(theme.accent)
    assert shot.pixelColor(5, 5) != QColor(theme.accent), "the frame is 4 px wide"
    window.resize(500, 300)
    assert overlay.size() == window.size()


def test_it_goes_with_the_window_and_lets_the_drag_through(qtbot: QtBot) -> None:
    entered: list[str] = []

    class _Target(QWidget):
        """A window that takes drags."""

        def dragEnterEvent(self, event: QDragEnterEvent) -> None:
            entered.append(event.mimeData().text())
            event.acceptProposedAction()

    window = _Target()
    window.setAcceptDrops(True)
    qtbot.addWidget(window)
    window.resize(600, 400)
    overlay = DropOverlay(window)
    window.show()
    overlay.show_drop(Drop(DropKind.FILES, 3))
    assert overlay.isVisible()
    assert window.childAt(300, 200) is None, "what lies over the window does not stand in the way of the drag"
    mime = QMimeData()
    mime.setText("x")
    event = QDragEnterEvent(
        QPoint(300, 200), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QCoreApplication.sendEvent(window, event)
    assert entered == ["x"]
    QCoreApplication.sendEvent(window, QEvent(QEvent.Type.WindowDeactivate))
    assert overlay.isHidden()


def test_shift_is_taught_where_a_session_is_open(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    overlay = DropOverlay(window)
    overlay.show_drop(Drop(DropKind.FILES, 3), can_start_new=True)
    assert overlay.hint == "Shift: start a new session instead"
    assert overlay.accessibleDescription() == overlay.hint
    overlay.show_drop(Drop(DropKind.MODEL, 1), can_start_new=True)
    assert overlay.hint == "", "only files can begin a session"
    overlay.show_drop(Drop(DropKind.FILES, 3))
    assert overlay.hint == ""
    overlay.show_drop(Drop(DropKind.FILES, 3), "Control: something else")
    assert overlay.hint == "Control: something else"


def test_it_says_what_happens_while_shift_is_held(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    overlay = DropOverlay(window)
    overlay.show_drop(Drop(DropKind.FILES, 3), can_start_new=True)
    overlay.set_starts_new(starts_new=True)
    assert (overlay.text, overlay.hint) == ("Start a new session with 3 items", "Without Shift: add to this session")
    assert (overlay.accessibleName(), overlay.accessibleDescription()) == (overlay.text, overlay.hint)
    overlay.set_starts_new(starts_new=False)
    assert (overlay.text, overlay.hint) == ("Add 3 items", "Shift: start a new session instead")
    overlay.show_drop(Drop(DropKind.FILES, 200, has_more=True), can_start_new=True)
    overlay.set_starts_new(starts_new=True)
    assert overlay.text == "Start a new session with 200+ items"
    for drop, can_start_new in ((Drop(DropKind.MODEL, 1), True), (Drop(DropKind.FILES, 3), False)):
        overlay.show_drop(drop, can_start_new=can_start_new)
        overlay.set_starts_new(starts_new=True)
        assert (overlay.text, overlay.hint) == (drop_text(drop), "")


def test_what_is_no_picture_has_its_own_shape(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    overlay = DropOverlay(window)
    shapes = []
    for kind in (DropKind.FILES, DropKind.PICTURE, DropKind.MODEL, DropKind.SESSION, DropKind.LABELS):
        overlay.show_drop(Drop(kind, 1))
        shapes.append(overlay.icon_name)
    assert shapes[0] is shapes[1] is IconName.DROP_IMAGES
    assert len(set(shapes)) == 4
    overlay.resize(400, 300)
    assert not overlay.grab().isNull()
