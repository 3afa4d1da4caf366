"""Carry out the actions of the table, and say which of them make sense now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from gui import clipboard, notices
from gui.action_table import ActionId, Condition
from gui.actions import Actions, update_enabled
from gui.controller import Controller
from gui.file_manager import show_folder
from gui.gallery.image_model import ImageModel
from gui.gallery.image_state import ImageState
from gui.gallery.image_table import ImageTable
from gui.intake import Intake
from gui.job_bar import JobState
from gui.keyboard_sheet import KeyboardSheet
from gui.main_window import MainWindow, View
from gui.model_choice import ModelChoice
from gui.running import Running
from gui.viewer.map_mode import MapMode
from gui.viewing import Viewing
from gui.words import tr

_TILE_STEP = 1.25
_TILE_SIZES = (96, 320)
_MAP_MODES = (MapMode.EVIDENCE, MapMode.HEAT, MapMode.SPOTLIGHT, MapMode.OUTLINE)


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
        save_view_requested(path: str, image: QImage): the picture with its map is to be written there.
        review_step_requested(steps: int): the next image of the review, or the one before.
        back_requested(): the person leaves a place that others know the way out of.
    """

    message_raised = Signal(object)
    quit_requested = Signal()
    theme_chosen = Signal(str)
    report_requested = Signal()
    about_requested = Signal()
    save_view_requested = Signal(str, object)
    review_step_requested = Signal(int)
    back_requested = Signal()

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
        self._table = images.table
        self._controller = controller
        self._intake = intake
        self._models = models
        self._running = running
        self._viewing = viewing
        self._sheet = KeyboardSheet(window)
        self._last_mode = MapMode.EVIDENCE
        self._conditions: Condition | None = None
        self.tile_px = 160
        self.folder = ""
        self._facts: list[Callable[[], dict[Condition, bool]]] = [self._own_facts]
        self.add_orders(self._orders())
        window.view_changed.connect(self.update)
        viewing.shown_changed.connect(self.update)
        window.full_screen_changed.connect(actions[ActionId.FULLSCREEN].setChecked)
        window.page.reclassify_requested.connect(self._reclassify)
        window.page.reveal_requested.connect(self._reveal)
        images.counts_changed.connect(self.update)
        running.state_changed.connect(self._on_state_changed)
        window.grid.current_changed.connect(self.update)
        window.gallery.bar.tile_size_changed.connect(self.set_tile_width)
        window.library_dock.wish_changed.connect(actions[ActionId.PANEL_LIBRARY].setChecked)
        controller.model_opened.connect(self.update)
        window.page.inspector.map_panel.mode_changed.connect(self._on_mode_changed)

    def _orders(self) -> dict[ActionId, Callable[[], object]]:
        window, page = self._window, self._window.page
        return {
            ActionId.OPEN_IMAGES: self.open_images,
            ActionId.OPEN_FOLDER: self.open_folder,
            ActionId.SAVE_VIEW: self._save_view,
            ActionId.QUIT: self.quit_requested.emit,
            ActionId.PASTE: lambda: clipboard.paste(self._intake),
            ActionId.COPY_LABEL: lambda: self._copy(clipboard.copy_label),
            ActionId.COPY_PATH: lambda: self._copy(clipboard.copy_path),
            ActionId.SELECT_ALL: window.grid.selectAll,
            ActionId.SELECT_NONE: lambda: window.grid.set_current_row(window.grid.current_row()),
            ActionId.SELECT_INVERT: self._invert_selection,
            ActionId.FIND: self._find,
            ActionId.NEXT_TODO: lambda: self._go_to_todo(1),
            ActionId.PREVIOUS_TODO: lambda: self._go_to_todo(-1),
            ActionId.PANEL_LIBRARY: self._toggle_library,
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
            ActionId.FIRST: lambda: self._go_to_row(0),
            ActionId.LAST: lambda: self._go_to_row(len(self._images) - 1),
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

    def add_orders(
        self,
        orders: Mapping[ActionId, Callable[[], object]],
        facts: Callable[[], dict[Condition, bool]] | None = None,
    ) -> None:
        """Let others carry out some of the actions.

        Args:
            orders: what they do.
            facts: what holds now, for the conditions that only they know.
        """
        for action_id, order in orders.items():
            # Not the order itself: `triggered` tells whether the action is checked.
            self._actions[action_id].triggered.connect(lambda _checked=False, order=order: order())
        if facts is not None:
            self._facts.append(facts)

    @Slot()
    def update(self) -> None:
        """Enable what makes sense now."""
        conditions = Condition.NOTHING
        for facts in self._facts:
            for condition, holds in facts().items():
                if holds:
                    conditions |= condition
        # Asked after whatever happens; most of it changes nothing here.
        if conditions != self._conditions:
            self._conditions = conditions
            update_enabled(self._actions, conditions)

    def _own_facts(self) -> dict[Condition, bool]:
        place = self._place()
        return {
            Condition.IMAGES: len(self._table) > 0,
            Condition.CURRENT: place is not None,
            Condition.SUGGESTION: place is not None and bool(self._table.suggestion(place)),
            Condition.MAP: self._viewing.classification is not None and self._window.shows_picture,
            Condition.INSPECTOR: self._viewing.classification is not None and self._window.view is View.VIEWER,
            Condition.VIEWER: self._window.shows_picture,
            Condition.MODEL: bool(self._models.name),
            Condition.QUEUED: self._table.count_answered(ImageState.QUEUED) > 0,
            Condition.IDLE: not self._running.is_under_way,
            Condition.JOB: self._running.is_under_way,
        }

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
        if self._window.view is View.REVIEW:
            self.review_step_requested.emit(rows)
            return
        row = self._window.grid.current_row() + rows
        if 0 <= row < len(self._images):
            self._window.grid.set_current_row(row)

    def _go_to_row(self, row: int) -> None:
        if self._window.view is not View.REVIEW:
            self._window.grid.set_current_row(row)

    def _open(self, paths: list[str]) -> None:
        if paths:
            first = Path(paths[0])
            self.folder = str(first if first.is_dir() else first.parent)
            self._intake.open_paths(paths)

    def _copy(self, copy: Callable[[ImageTable, int], bool]) -> None:
        place = self._place()
        if place is not None and copy(self._table, place):
            self.message_raised.emit(notices.copied())

    def _invert_selection(self) -> None:
        if not self._window.grid.invert_selection():
            self.message_raised.emit(notices.not_inverted())

    def _key(self) -> int | None:
        """The image that is meant where one is: the one on screen, or the current tile."""
        if self._window.shows_picture:
            return self._viewing.key
        row = self._window.grid.current_row()
        return self._images.key_at(row) if row >= 0 else None

    def _place(self) -> int | None:
        key = self._key()
        return None if key is None else self._table.place_of(key)

    def remove_chosen(self) -> None:
        """Take the selected images, or the one on screen, off the list."""
        self.remove(self._chosen_keys())

    def remove(self, keys: Sequence[int]) -> None:
        """Take these images off the list."""
        if not keys:
            return
        self._controller.remove(keys)
        if not len(self._images.table):
            self._window.show_view(View.START)

    def _back(self) -> None:
        if self._window.isFullScreen():
            self._window.set_full_screen(full=False)
        elif self._window.shows_picture and not self._window.page.picture.is_fitted:
            self._window.page.picture.zoom_to_fit()
        elif self._window.view is View.VIEWER:
            self._window.show_view(View.GALLERY)
        else:
            self.back_requested.emit()

    def _toggle_full_screen(self) -> None:
        self._window.set_full_screen(full=not self._window.isFullScreen())

    def _zoom(self, *, larger: bool) -> None:
        picture = self._window.page.picture
        if self._window.shows_picture:
            (picture.zoom_in if larger else picture.zoom_out)()
        elif self._window.view is View.GALLERY:
            factor = _TILE_STEP if larger else 1 / _TILE_STEP
            self.set_tile_width(round(min(_TILE_SIZES[1], max(_TILE_SIZES[0], self.tile_px * factor))))

    @Slot(int)
    def set_tile_width(self, width_px: int) -> None:
        """Show the gallery's tiles this wide."""
        self.tile_px = width_px
        self._window.gallery.bar.set_tile_size(width_px)
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
        keys = self._chosen_keys()
        if not keys:
            return
        if self._window.view is not View.GALLERY:
            self._controller.reclassify(keys)
            return
        # What is on screen comes first in the list: of a long one, the preference would be over before it is written.
        seen = self._images.keys_between(*self._window.grid.visible_rows())
        chosen, first = set(keys), set(seen)
        self._controller.reclassify(
            [*(key for key in seen if key in chosen), *(key for key in keys if key not in first)]
        )
        self._controller.prefer(seen)

    def _chosen_keys(self) -> Sequence[int]:
        """What an action is about: the selection in the gallery, the one image on screen elsewhere."""
        if self._window.view is View.GALLERY and (selected := self._window.grid.selected_keys()):
            return selected
        key = self._key()
        return [] if key is None else [key]

    def _reveal(self) -> None:
        place = self._place()
        if place is not None:
            self.reveal_folder(str(Path(self._table.path(place)).absolute().parent))

    @Slot(object)
    def reveal_folder(self, folder: str) -> None:
        """Show a folder in the file manager, or say that there is none."""
        message = show_folder(folder)
        if message is not None:
            self.message_raised.emit(message)

    def _find(self) -> None:
        self._window.show_view(View.GALLERY)
        self._window.gallery.bar.focus_text()

    def _go_to_todo(self, step: int) -> None:
        """To the next image, or the one before, about which nobody has decided."""
        row = self._images.next_unreviewed(self._window.grid.current_row(), step)
        if row is not None:
            self._window.grid.set_current_row(row)

    def _toggle_library(self) -> None:
        dock = self._window.library_dock
        dock.set_wish(is_wished=not dock.is_wished)

    def _add_model(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self._window, tr("Add model"), self.folder, tr("ONNX models (*.onnx);;All files (*)")
        )
        if path:
            self._models.add(path)

    def _save_view(self) -> None:
        place = self._place()
        if place is None:
            return
        name = f"{Path(self._table.path(place)).stem} map.png"
        # Before the dialog, which takes the focus: the class under the pointer or the arrow keys would be left.
        image = self._window.page.snapshot(original_size=True)
        path, _ = QFileDialog.getSaveFileName(
            self._window, tr("Save this picture with map"), str(Path(self.folder) / name), tr("PNG pictures (*.png)")
        )
        if path:
            self.save_view_requested.emit(path, image)

    def _show_keys(self) -> None:
        self._sheet.show_actions(self._actions)

    @Slot(object)
    def _on_state_changed(self, state: JobState) -> None:
        self._actions[ActionId.PAUSE].setChecked(state is JobState.PAUSED)
        self.update()
