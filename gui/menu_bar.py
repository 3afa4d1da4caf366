"""Make the menus of the bar: their titles at once, their entries when the actions are there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMenuBar

from gui.action_words import ActionId, Menu
from gui.words import tr


def add_menus(bar: QMenuBar) -> None:
    """Add the menus, empty, so that the bar has its height from the first paint on."""
    for menu in Menu:
        bar.addMenu(tr(menu.value)).setToolTipsVisible(False)


def fill_menu_bar(bar: QMenuBar, actions: Mapping[ActionId, QAction]) -> None:
    """Put the actions into the menus, in the order of their table."""
    from gui.action_table import ACTIONS  # noqa: PLC0415 - the titles are there before the table

    if not bar.actions():
        add_menus(bar)
    menus = {menu: cast("QMenu", entry.menu()) for menu, entry in zip(Menu, bar.actions(), strict=True)}
    for row in ACTIONS:
        if not row.taught:
            if row.separator:
                menus[row.menu].addSeparator()
            menus[row.menu].addAction(actions[row.id])
