"""Carry out the actions of the table, and say which of them make sense now."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog

from gui import notices
from gui.action_table import ActionId, Condition
from gui.actions import Actions, update_enabled
from gui.controller import Controller
from gui.dropping import decide, uri_list_of
from gui.gallery.image_model import ImageModel
from gui.gallery.image_state import ImageState
from gui.intake import Intake
from gui.job_bar import JobState
from gui.keyboard_sheet import KeyboardSheet
from gui.main_window import MainWindow, View, picture_of
from gui.model_choice import ModelChoice
from gui.running import Running
from gui.viewer.map_mode import MapMode
from gui.viewing import Viewing
from gui.words import tr

_TILE_STEP = 1.25
_TILE_SIZES = (96, 320)
_MAP_MODES = (MapMode.EVIDENCE, MapMode.HEAT)


class ActionRunner(QObject):
    """Connects every action to what does it.

    Attributes:
        folder: where files were chosen last; the next dialog begins there.
        tile_px: width of a gallery tile's picture, in logical pixels.

    Signals:
        message_raised(message: UserMessage): an action has something to say.
        quit_requested(): the person wants to leave.
        theme_chosen(choice: str): "system", "light" or "dark".
        report_requested(): the person wants a report for a bug on the clipboard.
        about_requested(): the person wants to know what this is.
        save_view_requested(path: str): the picture with its map is to be written there.
    """

    message_raised = Signal(object)
    quit_requested = Signal()
    theme_chosen = Signal(str)
    report_requested = Signal()
    about_requested = Signal()
    save_view_requested = Signal(str)

    def __init__(
        self,
        actions: Actions,
        window: MainWindow,
        images: ImageModel,
        controller: Controller,
        intake: Intake,
        models: ModelChoice,
        running: Running,
        viewing: Viewing,
    ) -> None:
        super().__init__()
        self._actions = actions
        self._window = window
        self._images = images
        self._controller = controller
        self._intake = intake
        self._models = models
        self._running = running
        self._viewing = viewing
        self._sheet = KeyboardSheet(window)
        self._last_mode = MapMode.EVIDENCE
        self.tile_px = 160
        self.folder = ""
        for action_id, order in self._orders().items():
            actions[action_id].triggered.connect(order)
        window.view_changed.connect(self.update)
        viewing.shown_changed.connect(self.update)
        window.full_screen_changed.connect(actions[ActionId.FULLSCREEN].setChecked)
        window.page.reclassify_requested.connect(self._reclassify)
        window.page.reveal_requested.connect(self._reveal)
        images.counts_changed.connect(self.update)
        running.state_changed.connect(self._on_state_changed)
        window.grid.current_changed.connect(self.update)
        controller.model_opened.connect(self.update)
        window.page.inspector.map_panel.mode_changed.connect(self._on_mode_changed)

    def _orders(self) -> dict[ActionId, Callable[[], object]]:
        window, page = self._window, self._window.page
        return {
            ActionId.OPEN_IMAGES: self.open_images,
            ActionId.OPEN_FOLDER: self.open_folder,
            ActionId.SAVE_VIEW: self._save_view,
            ActionId.QUIT: self.quit_requested.emit,
            ActionId.PASTE: self._paste,
            ActionId.COPY_LABEL: self._copy_label,
            ActionId.COPY_PATH: self._copy_path,
            ActionId.SELECT_ALL: window.grid.selectAll,
            ActionId.REMOVE: self._remove,
            ActionId.VIEW_GALLERY: lambda: window.show_view(View.GALLERY),
            ActionId.VIEW_VIEWER: lambda: window.show_view(View.VIEWER),
            ActionId.VIEW_BACK: self._back,
            ActionId.FULLSCREEN: self._toggle_full_screen,
            ActionId.ZOOM_FIT: page.picture.zoom_to_fit,
            ActionId.ZOOM_100: page.picture.zoom_to_actual,
            ActionId.ZOOM_TOGGLE: page.picture.toggle_zoom,
            ActionId.ZOOM_IN: lambda: self._zoom(larger=True),
            ActionId.ZOOM_OUT: lambda: self._zoom(larger=False),
            ActionId.MAP_TOGGLE: self._toggle_map,
            ActionId.MAP_MODE: self._next_mode,
            ActionId.MAP_WEAKER: lambda: page.inspector.map_panel.step_strength(-1),
            ActionId.MAP_STRONGER: lambda: page.inspector.map_panel.step_strength(1),
            ActionId.THEME_SYSTEM: lambda: self.theme_chosen.emit("system"),
            ActionId.THEME_LIGHT: lambda: self.theme_chosen.emit("light"),
            ActionId.THEME_DARK: lambda: self.theme_chosen.emit("dark"),
            ActionId.NEXT: lambda: self.step(1),
            ActionId.PREVIOUS: lambda: self.step(-1),
            ActionId.FIRST: lambda: window.grid.set_current_row(0),
            ActionId.LAST: lambda: window.grid.set_current_row(len(self._images) - 1),
            ActionId.RECLASSIFY: self._reclassify,
            ActionId.REVEAL: self._reveal,
            ActionId.MODEL_ADD: self._add_model,
            ActionId.RUN: self._controller.classify_all,
            ActionId.PAUSE: self._running.toggle_pause,
            ActionId.STOP: self._running.stop,
            ActionId.KEYS: self._show_keys,
            ActionId.LOG: self.report_requested.emit,
            ActionId.ABOUT: self.about_requested.emit,
        }

    @Slot()
    def update(self) -> None:
        """Enable what makes sense now."""
        conditions = Condition.NOTHING
        facts = {
            Condition.IMAGES: len(self._images) > 0,
            Condition.CURRENT: self._window.grid.current_row() >= 0,
            Condition.SUGGESTION: self._is_suggested(self._window.grid.current_row()),
            Condition.MAP: self._viewing.classification is not None and self._window.view is View.VIEWER,
            Condition.VIEWER: self._window.view is View.VIEWER,
            Condition.MODEL: bool(self._models.name),
            Condition.QUEUED: self._images.count(ImageState.QUEUED) > 0,
            Condition.IDLE: not self._running.is_under_way,
            Condition.JOB: self._running.is_under_way,
        }
        for condition, holds in facts.items():
            if holds:
                conditions |= condition
        update_enabled(self._actions, conditions)

    @Slot()
    def open_images(self) -> None:
        """File > Open images."""
        paths, _ = QFileDialog.getOpenFileNames(self._window, tr("Open images"), self.folder)
        self._open(paths)

    @Slot()
    def open_folder(self) -> None:
        """File > Open folder."""
        folder = QFileDialog.getExistingDirectory(self._window, tr("Open folder"), self.folder)
        self._open([folder] if folder else [])

    @Slot()
    def step_forward(self) -> None:
        """To the next image."""
        self.step(1)

    @Slot()
    def step_back(self) -> None:
        """To the image before."""
        self.step(-1)

    def step(self, rows: int) -> None:
        """Go this many images forward (or back)."""
        row = self._window.grid.current_row() + rows
        if 0 <= row < len(self._images):
            self._window.grid.set_current_row(row)

    def _open(self, paths: list[str]) -> None:
        if paths:
            first = Path(paths[0])
            self.folder = str(first if first.is_dir() else first.parent)
            self._intake.open_paths(paths)

    def _paste(self) -> None:
        mime = QGuiApplication.clipboard().mimeData()
        self._intake.open_clipboard(mime.text(), decide(mime), uri_list_of(mime), picture_of(mime))

    def _copy_label(self) -> None:
        row = self._window.grid.current_row()
        if self._is_suggested(row):
            QGuiApplication.clipboard().setText(self._images.suggestion_at(row))
            self.message_raised.emit(notices.copied())

    def _is_suggested(self, row: int) -> bool:
        return row >= 0 and self._images.state_at(row) is ImageState.SUGGESTED

    def _copy_path(self) -> None:
        row = self._window.grid.current_row()
        if row >= 0:
            path = os.path.abspath(self._images.path_at(row))  # noqa: PTH100 - Path would normalise the name
            QGuiApplication.clipboard().setText(os.fsencode(path).decode("utf-8", "replace"))
            self.message_raised.emit(notices.copied())

    def _remove(self) -> None:
        rows = self._chosen_rows()
        if not rows:
            return
        self._controller.remove(rows)
        if len(self._images):
            self._window.grid.set_current_row(min(rows[0], len(self._images) - 1))
        else:
            self._window.show_view(View.START)

    def _back(self) -> None:
        if self._window.isFullScreen():
            self._window.set_full_screen(full=False)
        elif self._window.view is View.VIEWER and not self._window.page.picture.is_fitted:
            self._window.page.picture.zoom_to_fit()
        elif self._window.view is View.VIEWER:
            self._window.show_view(View.GALLERY)

    def _toggle_full_screen(self) -> None:
        self._window.set_full_screen(full=not self._window.isFullScreen())

    def _zoom(self, *, larger: bool) -> None:
        picture = self._window.page.picture
        if self._window.view is View.VIEWER:
            (picture.zoom_in if larger else picture.zoom_out)()
        elif self._window.view is View.GALLERY:
            factor = _TILE_STEP if larger else 1 / _TILE_STEP
            self.set_tile_width(round(min(_TILE_SIZES[1], max(_TILE_SIZES[0], self.tile_px * factor))))

    def set_tile_width(self, width_px: int) -> None:
        """Show the gallery's tiles this wide."""
        self.tile_px = width_px
        self._window.grid.set_thumbnail_width(width_px)

    def _set_mode(self, mode: MapMode) -> None:
        self._window.page.inspector.map_panel.set_mode(mode)
        self._viewing.set_mode(mode)
        self._on_mode_changed(mode)

    def _toggle_map(self) -> None:
        current = self._window.page.inspector.map_panel.mode
        self._set_mode(self._last_mode if current is MapMode.OFF else MapMode.OFF)

    def _next_mode(self) -> None:
        current = self._window.page.inspector.map_panel.mode
        position = _MAP_MODES.index(current) if current in _MAP_MODES else -1
        self._set_mode(_MAP_MODES[(position + 1) % len(_MAP_MODES)])

    @Slot(MapMode)
    def _on_mode_changed(self, mode: MapMode) -> None:
        if mode is not MapMode.OFF:
            self._last_mode = mode
        self._actions[ActionId.MAP_TOGGLE].setChecked(mode is not MapMode.OFF)

    def _reclassify(self) -> None:
        rows = self._chosen_rows()
        if rows:
            self._controller.reclassify(rows)

    def _chosen_rows(self) -> list[int]:
        """What an action is about: the selection in the gallery, the one image on screen in the viewer."""
        selected = self._window.grid.selected_rows() if self._window.view is View.GALLERY else []
        return selected or [row for row in [self._window.grid.current_row()] if row >= 0]

    def _reveal(self) -> None:
        row = self._window.grid.current_row()
        if row >= 0:
            folder = Path(self._images.path_at(row)).absolute().parent
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def _add_model(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self._window, tr("Add model"), self.folder, tr("ONNX models (*.onnx);;All files (*)")
        )
        if path:
            self._models.add(path)

    def _save_view(self) -> None:
        row = self._window.grid.current_row()
        if row < 0:
            return
        name = f"{Path(self._images.path_at(row)).stem} map.png"
        path, _ = QFileDialog.getSaveFileName(
            self._window, tr("Save this picture with map"), str(Path(self.folder) / name), tr("PNG pictures (*.png)")
        )
        if path:
            self.save_view_requested.emit(path)

    def _show_keys(self) -> None:
        self._sheet.show_actions(self._actions)

    @Slot(object)
    def _on_state_changed(self, state: JobState) -> None:
        self._actions[ActionId.PAUSE].setChecked(state is JobState.PAUSED)
        self.update()
