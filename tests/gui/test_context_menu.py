"""The context menu offers actions that exist, and opens where it was asked for."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gui.actions import create_actions
from gui.context_menu import ORDER, ContextMenu


def test_it_opens_with_the_menu_bars_own_actions(qtbot: QtBot) -> None:
    window, gallery, viewer = QWidget(), QWidget(), QWidget()
    for widget in (window, gallery, viewer):
        qtbot.addWidget(widget)
    actions = create_actions(window, gallery=gallery, viewer=viewer)
    menu = ContextMenu(actions, [gallery, viewer])
    viewer.show()
    viewer.customContextMenuRequested.emit(QPoint(3, 3))
    shown = QApplication.activePopupWidget()
    assert shown is not None
    offered = [action for action in shown.actions() if not action.isSeparator()]
    assert offered == [actions[one] for one in ORDER if one is not None]
    shown.close()
    del menu
