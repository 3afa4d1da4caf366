"""Build the parts of the program and connect them: the one place where everything meets."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from gui.action_runner import ActionRunner
from gui.action_table import ActionId
from gui.actions import create_actions, update_icons
from gui.arrivals import Arrivals
from gui.attention.attention_side import AttentionParts, AttentionSide
from gui.attention.examiner import Examiner
from gui.closing import Closing
from gui.context_menu import ContextMenu
from gui.controller import Controller
from gui.decision_writer import DecisionWriter
from gui.dropping import Drop
from gui.engine_link import EngineLink
from gui.front import Front
from gui.gallery.image_model import ImageModel
from gui.gallery.image_state import ImageState
from gui.intake import Intake
from gui.job_bar import JobState
from gui.job_list import JobList
from gui.label_side import LabelSide
from gui.labelling import Labelling
from gui.main_window import View
from gui.menu_bar import fill_menu_bar
from gui.message_actions import MessageActions
from gui.model_choice import ModelChoice
from gui.model_state import ModelState
from gui.models_menu import ModelsMenu
from gui.on_screen import OnScreen
from gui.place_kept import PlaceKept
from gui.recalling import Recalling
from gui.running import Running
from gui.session_desk import SessionDesk
from gui.session_holder import SessionHolder
from gui.settings import Settings
from gui.system_scheme import portal_scheme
from gui.tasks import Lane, TaskRunner
from gui.theme import Theme, ThemeChoice
from gui.user_message import Place, UserMessage
from gui.viewer.map_mode import MapMode
from gui.viewer.viewer_colors import viewer_colors
from gui.viewing import Viewing
from gui.window_memory import restore_layout, window_state
from gui.wishes import Wishes
from gui.words import counted
from gui.zones import Zones
from inference.errors import OutputWriteError, SessionError
from inference.profile import Profile

logger = logging.getLogger(__name__)


class Program(QObject):
    """Everything behind the window. `start` puts it to work; the engine starts after the first paint.

    Signals:
        closed(): the window was closed and nothing computes any more.
    """

    closed = Signal()

    def __init__(self, front: Front, profile: Profile, wishes: Wishes) -> None:
        """Build it upon a window that is or will be on screen."""
        super().__init__()
        self._front = front
        self._settings = front.settings
        self._wishes = wishes
        self._store = front.store
        self._trace = trace = front.trace
        self._closed = False
        self._model_later: str | None = None
        self.runner = TaskRunner()
        self.images = ImageModel()
        table = self.images.table
        self.window = front.window
        self.window.furnish(self.images)
        self.holder = SessionHolder(profile)
        self.writer = DecisionWriter(self.runner, self.holder)
        self.link = EngineLink(self.runner, profile, self.holder)
        self.intake = Intake(self.runner, profile, self.holder)
        self.desk = SessionDesk(
            self.runner, self.holder, self.intake, table, Labelling(table, self.writer), self.writer
        )
        self.models = ModelChoice(self.link, self.runner, profile)
        self.viewing = Viewing(self.window.page, self.images, self.link)
        self.running = Running(self.link, table, self.window.job_bar)
        self.recalling = Recalling(self.runner, self.holder, table)
        jobs = JobList(self.runner, self.link, table)
        self.controller = Controller(
            self.link, table, self.models, self.running, self.viewing, self.desk, jobs, self.recalling
        )
        self.arrivals = Arrivals(self.link, self.images, self.intake, self.models, self.viewing, self.desk, jobs)
        self.labels = LabelSide(
            self.window,
            self.images,
            self.viewing,
            self.desk,
            self.writer,
            self.recalling,
            intake=self.intake,
            runner=self.runner,
            profile=profile,
            trace=trace,
        )
        self.attention = AttentionSide(
            AttentionParts(self.window, self.viewing, Examiner(self.link), self.link, self.runner, self.holder, profile)
        )
        self.models.loading.connect(self.attention.parts.examiner.cancel_long)
        self.models.loading.connect(self.attention.audit.methods.end_for_another_model)
        self.place = PlaceKept(self.window.gallery, self.images, self.desk)
        self.theme_keeper = front.theme_keeper
        self.actions = create_actions(
            self.window,
            gallery=self.window.grid,
            viewer=self.window.page,
            picture=self.window.page.picture,
            filmstrip=self.window.filmstrip,
            class_page=self.window.class_page,
        )
        self.action_runner = ActionRunner(
            self.actions, self.window, self.images, self.controller, self.intake, self.models, self.running,
            self.viewing,
        )  # fmt: skip
        self.message_actions = MessageActions(
            self.window, self.controller, self.models, self.action_runner, self.runner, profile
        )
        self.models_menu = ModelsMenu(self.window.model_line, self.models, self.actions[ActionId.MODEL_ADD])
        self.context_menu = ContextMenu(
            self.actions, [self.window.grid, self.window.filmstrip, self.window.page.picture]
        )
        self.attention.take_actions(self.action_runner)
        self.labels.take_actions(self.actions, self.action_runner, self.controller)
        fill_menu_bar(self.window.menuBar(), self.actions)
        self.zones = Zones(self.window)
        self.closing = Closing(self.writer)
        self.on_screen = OnScreen(self.window, self.images, self.controller, self.viewing, self.place, trace)
        self.model_state = ModelState(self.window, self.models, self.controller, self.viewing, self.labels, trace)
        self._connect()

    def start(self) -> None:
        """Make everything as it was left, and start the engine when the window has been painted."""
        settings = self._settings
        self._front.show()
        self._on_theme_changed(self.theme_keeper.theme)
        self.actions[ActionId(f"theme.{settings.theme.value}")].setChecked(True)
        self.models.configure(
            device=self._wishes.device or settings.device,
            top_count=settings.top_count,
            batch_size=self._wishes.batch_size,
        )
        self.action_runner.folder = settings.last_folders[0] if settings.last_folders else ""
        self.action_runner.set_tile_width(settings.thumbnail_px)
        self.window.page.inspector.map_panel.set_mode(settings.map_mode)
        self.viewing.set_mode(settings.map_mode)
        self.window.page.inspector.map_panel.set_outline(settings.map_outline)
        self.viewing.set_outline(settings.map_outline)
        self.attention.methods.restore(settings.map_choice)
        self.actions[ActionId.MAP_TOGGLE].setChecked(settings.map_mode is not MapMode.OFF)
        self.window.page.set_strength(settings.map_strength)
        self.labels.deciding.advances = settings.advances
        self.actions[ActionId.ADVANCE].setChecked(settings.advances)
        self.window.library_dock.set_wish(is_wished=settings.has_library)
        self.actions[ActionId.PANEL_LIBRARY].setChecked(settings.has_library)
        restore_layout(self.window, self._store.load_window())
        self.window.library_dock.renew()
        self.action_runner.update()
        if self.window.was_painted:
            self._begin()
        else:
            self.window.painted.connect(self._begin)

    @Slot()
    def close(self) -> None:
        """Stop what computes, keep the settings. A second call is harmless."""
        if self._closed:
            return
        self._closed = True
        self.window.hide()
        self.running.close()
        self.labels.browsing.close()
        self.labels.sessions.close()
        self.link.stop()
        self.runner.shutdown()
        self.link.close()
        self._close_session()
        self._save()
        self._trace.note("closed")
        self.closed.emit()

    @Slot(object, object)
    def open_paths(self, paths: list[str], model: str | None = None) -> None:
        """Open what the command line or a second start names, and come to the front.

        Args:
            paths: pictures, folders, models and sessions.
            model: a name or file to go on with until the program ends; None leaves the model as it is.
        """
        if self._closed:
            return
        if model is not None and model != self.models.name:
            self._open_model(model)
        self.intake.open_paths(paths)
        self.window.setWindowState(self.window.windowState() & ~Qt.WindowState.WindowMinimized)
        self.window.raise_()
        self.window.activateWindow()

    def _open_model(self, model: str) -> None:
        if self.link.room is not None:
            self.models.open(model)
        else:
            self._model_later = model

    @Slot(object)
    def _on_engine_started(self) -> None:
        if self._model_later is not None:
            self.models.open(self._model_later)

    def _connect(self) -> None:
        window = self.window
        window.dropped.connect(self._on_dropped)
        window.close_requested.connect(self.close)
        window.may_close = self.closing.may_close
        window.start_page.open_images_requested.connect(self.action_runner.open_images)
        window.start_page.open_folder_requested.connect(self.action_runner.open_folder)
        window.start_page.model_change_requested.connect(self.models_menu.open_here)
        window.model_line.model_change_requested.connect(self.models_menu.open_here)
        self.actions[ActionId.MODEL_PICK].triggered.connect(self.models_menu.open_here)
        window.page.picture.next_requested.connect(self.action_runner.step_forward)
        window.page.picture.previous_requested.connect(self.action_runner.step_back)
        window.page.picture.zoom_changed.connect(window.show_zoom)
        window.messages.action_chosen.connect(self.message_actions.carry_out)
        window.start_page.action_chosen.connect(self.message_actions.carry_out)
        for source in (
            self.controller, self.arrivals, self.labels, self.action_runner, self.message_actions, self.closing,
        ):  # fmt: skip
            source.message_raised.connect(self.show_message)
        self.message_actions.undo_requested.connect(self.desk.labelling.undo)
        self.message_actions.failures_requested.connect(self.labels.show_failures)
        self.message_actions.session_verb_chosen.connect(self.labels.carry_out)
        self.arrivals.images_arrived.connect(self.on_screen.show_arrived)
        self.desk.rows_came.connect(self.on_screen.show_session_rows)
        self.desk.left.connect(self.on_screen.begin_anew)
        for moved in (self.desk.labelling.taken_back, self.desk.labelling.repeated):
            moved.connect(self.on_screen.follow_journal)
        self.link.started.connect(self._on_engine_started)  # after the controller, which opens the model of the start
        self.intake.opened.connect(self.on_screen.begin_anew)
        self.images.counts_changed.connect(self._on_counts_changed)
        self.running.picture_timed.connect(window.model_line.show_run_time)
        self.running.state_changed.connect(self._on_run_state_changed)
        for changed in (window.grid.current_changed, window.page.class_shown_changed):
            changed.connect(self._on_shown_changed)
        self.action_runner.quit_requested.connect(window.close)
        self.message_actions.quit_requested.connect(window.close)
        self.message_actions.models_requested.connect(self.models_menu.open_here)
        self.action_runner.theme_chosen.connect(self._on_theme_chosen)
        self.action_runner.save_view_requested.connect(self.message_actions.save_view)
        self.action_runner.report_requested.connect(self.message_actions.copy_report)
        self.action_runner.about_requested.connect(self.message_actions.show_about)
        self.theme_keeper.theme_changed.connect(self._on_theme_changed)

    @Slot(object)
    def show_message(self, message: UserMessage) -> None:
        """Say something at its place."""
        self._trace.note("message", id=message.id)
        if message.place is Place.STATUS:
            self.window.messages.remember(message)
            self.window.show_status(message.text)
        elif self.window.view is View.START and message.place is not Place.BANNER:
            self.window.messages.remember(message)
            self.window.start_page.show_message(message)
        else:
            self.window.messages.show_message(message)

    @Slot()
    def _begin(self) -> None:
        self.labels.sessions.list_sessions()
        QTimer.singleShot(0, self._start_engine)
        task = self.runner.create(lambda _progress, _cancel: portal_scheme(), Lane.FILES)
        task.succeeded.connect(self.theme_keeper.set_portal_scheme)
        self.runner.start(task)

    @Slot()
    def _start_engine(self) -> None:
        if self._closed:
            return
        self.controller.start(self._wishes.model or self._settings.model)

    @Slot(object, bytes, object, bool)
    def _on_dropped(self, drop: Drop, uri_list: bytes, picture: object, new: bool) -> None:
        self._trace.note("drop", kind=drop.kind.value, count=drop.count)
        self.window.start_page.clear_message()
        if new and self.desk.session is not None:
            self.labels.sessions.begin_new()
        self.intake.open_drop(drop, uri_list, picture, new=new)  # type: ignore[arg-type]  # a signal's object

    @Slot()
    def _on_counts_changed(self) -> None:
        table = self.images.table
        total, failed = len(table), table.count_answered(ImageState.FAILED)
        done = table.count_answered(ImageState.SUGGESTED)
        labelled = table.count(ImageState.ACCEPTED) + table.count(ImageState.CORRECTED)
        parts = [counted(total, "%n image", "%n images"), counted(done, "%n classified", "%n classified")]
        if labelled:
            parts.append(counted(labelled, "%n labelled", "%n labelled"))
        if failed:
            parts.append(counted(failed, "%n could not be read", "%n could not be read"))
        self.window.show_counts("   ".join(parts) if total else "")

    @Slot(object)
    def _on_run_state_changed(self, state: JobState) -> None:
        counts = {one.name.lower(): self.images.count(one) for one in ImageState}
        self.window.gallery.bar.set_arriving(is_arriving=self.running.is_under_way)
        self._trace.note("run", state=state.value, **counts)

    @Slot(int)
    def _on_shown_changed(self, _: int) -> None:
        row = self.window.grid.current_row()
        if row >= 0:
            self._trace.note("shown", path=self.images.path_at(row), class_index=self.window.page.class_shown)

    @Slot(str)
    def _on_theme_chosen(self, choice: str) -> None:
        self.theme_keeper.set_choice(ThemeChoice(choice))
        self.actions[ActionId(f"theme.{choice}")].setChecked(True)

    @Slot(object)
    def _on_theme_changed(self, theme: Theme) -> None:
        self.window.page.set_colors(viewer_colors(theme))
        update_icons(self.actions, self.window.palette())

    def _close_session(self) -> None:
        try:
            self.desk.close()
        except SessionError:
            logger.exception("the last decisions could not be written")

    def _save(self) -> None:
        try:
            self._store.save(self._current_settings())
            self._store.save_window(window_state(self.window))
        except OutputWriteError as error:
            logger.info("the settings were not kept: %s", error)

    def _current_settings(self) -> Settings:
        checked = (one for one in ThemeChoice if self.actions[ActionId(f"theme.{one.value}")].isChecked())
        chosen = next(checked, self._settings.theme)
        panel = self.window.page.inspector.map_panel
        return Settings(
            theme=chosen,
            model=self.models.name if self.models.was_chosen else self._settings.model,
            device=self._settings.device,
            map_mode=panel.mode,
            map_strength=panel.strength,
            map_outline=panel.has_outline,
            map_choice=self.attention.methods.wanted,
            last_folders=(self.action_runner.folder,) if self.action_runner.folder else (),
            top_count=self._settings.top_count,
            thumbnail_px=self.action_runner.tile_px,
            advances=self.labels.deciding.advances,
            has_library=self.window.library_dock.is_wished,
        )
