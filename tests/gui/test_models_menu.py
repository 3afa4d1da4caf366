"""The menu offers every model under a name of its own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from gui.model_choice import ModelChoice
from gui.model_line import ModelLine
from gui.models_menu import ModelsMenu
from tests.gui.test_model_titles import model


def test_two_models_of_one_title_are_told_apart(qtbot: QtBot) -> None:
    anchor = ModelLine()
    qtbot.addWidget(anchor)
    found = SimpleNamespace(models=[model("a", "Birds & co"), model("b", "Birds & co"), model("c", "Cats")], broken=())
    choice = SimpleNamespace(installed=lambda: found, name="b", is_installing=False)
    menu = ModelsMenu(anchor, cast("ModelChoice", choice), QAction("Add...", anchor))
    menu.menu.aboutToShow.emit()
    offered = [(action.text(), action.isChecked()) for action in menu.menu.actions()[:3]]
    assert offered == [("Birds && co: a", False), ("Birds && co: b", True), ("Cats", False)]
