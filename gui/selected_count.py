"""Say in the status bar how many images are selected: the next key is about all of them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from gui.gallery.selection_runs import selected_runs
from gui.labels import plain_label
from gui.main_window import MainWindow, View
from gui.words import counted


class SelectedCount(QObject):
    """Shows the number while it is more than one and the gallery is on screen, where decisions are about them."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._window = window
        self._label = plain_label(secondary=True)
        window.statusBar().addWidget(self._label)
        window.grid.selectionModel().selectionChanged.connect(self._show)
        # A new order resets the selection without a word.
        window.grid.images.modelReset.connect(self._show)
        window.view_changed.connect(self._show)
        # A message of the status bar takes its place; Qt hides it then, and nobody may show it before.
        window.statusBar().messageChanged.connect(self._show)
        self._show()

    @property
    def text(self) -> str:
        """What is shown, or nothing."""
        return self._label.text()

    @Slot()
    def _show(self) -> None:
        runs = selected_runs(self._window.grid.selectionModel()) if self._window.view is View.GALLERY else []
        count = sum(last - first + 1 for first, last in runs)
        self._label.setText(counted(count, "%n selected", "%n selected") if count > 1 else "")
        self._label.setVisible(count > 1 and not self._window.statusBar().currentMessage())
