"""Offer the models: those that are installed, the official ones to fetch, and a file to add."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from gui.model_choice import ModelChoice
from gui.model_line import ModelLine
from gui.model_titles import titles_apart
from gui.plain_text import for_menu
from gui.words import tr
from inference.models.official import OFFICIAL, OfficialWeights
from inference.texts import visible


class ModelsMenu(QObject):
    """A menu that is filled when it opens, since models come and go."""

    def __init__(self, anchor: ModelLine, models: ModelChoice, add: QAction) -> None:
        super().__init__()
        self._anchor = anchor
        self._models = models
        self._add = add
        self.menu = QMenu(anchor)
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self._fill)

    @Slot()
    def open_here(self) -> None:
        """Show the menu above the model line, whatever asked for it."""
        height = self.menu.sizeHint().height()
        self.menu.popup(self._anchor.mapToGlobal(QPoint(0, -height)))

    @Slot()
    def _fill(self) -> None:
        self.menu.clear()
        catalog = self._models.installed()
        group, titles = QActionGroup(self.menu), titles_apart(catalog.models)
        for model in catalog.models:
            action = self.menu.addAction(for_menu(titles[model.name]))
            action.setCheckable(True)
            action.setChecked(model.name == self._models.name)
            action.setData(model.name)
            action.setStatusTip(
                tr("{name}: {count} classes").format(name=visible(model.name), count=len(model.contract.labels))
            )
            action.triggered.connect(self._on_chosen)
            group.addAction(action)
        for broken in catalog.broken:
            action = self.menu.addAction(tr("{name}: cannot be used").format(name=for_menu(visible(broken.name))))
            action.setToolTip(visible(str(broken.error)))
            action.setEnabled(False)
        self.menu.addSeparator()
        self._add_official({model.name for model in catalog.models})
        self.menu.addAction(self._add)

    def _add_official(self, installed: set[str]) -> None:
        if self._models.is_installing:
            self.menu.addAction(tr("Cancel the download")).triggered.connect(self._models.cancel_installing)
            return
        official = self.menu.addMenu(tr("Get an official ImageNet model"))
        for weights in OFFICIAL:
            if weights.name not in installed:
                action = official.addAction(_official_text(weights))
                action.setData(weights.name)
                action.triggered.connect(self._on_official)
        official.setEnabled(not official.isEmpty())

    @Slot()
    def _on_chosen(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._models.choose(str(action.data()))

    @Slot()
    def _on_official(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._models.get(next(weights for weights in OFFICIAL if weights.name == action.data()))


def _official_text(weights: OfficialWeights) -> str:
    return tr("{title}  (1,000 classes, {size} MB)").format(title=weights.title, size=weights.size_mb)
