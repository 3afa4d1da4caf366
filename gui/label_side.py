"""Build the parts that have to do with sessions and labels, and connect them with the window and each other."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from gui.action_runner import ActionRunner
from gui.action_table import ActionId, Condition
from gui.actions import Actions
from gui.browsing import Browsing
from gui.controller import Controller
from gui.deciding import Deciding
from gui.decision_keys import DecisionKeys
from gui.decision_writer import DecisionWriter
from gui.dragging_out import DraggingOut
from gui.export_desk import ExportDesk
from gui.gallery.image_model import ImageModel
from gui.gallery.image_state import ImageState
from gui.intake import Intake
from gui.label_admin import LabelAdmin
from gui.labelling import in_words
from gui.main_window import MainWindow, View
from gui.recalling import Recalling
from gui.reviewing import Reviewing
from gui.session_actions import SessionActions
from gui.session_desk import SessionDesk
from gui.tasks import TaskRunner
from gui.trace import Trace
from gui.undo_offers import UndoOffers
from gui.user_message import MessageAction, UserMessage
from gui.viewing import Viewing
from gui.words import tr
from inference.models.contract import ModelContract
from inference.profile import Profile
from inference.sessions.steps import Step


class LabelSide(QObject):
    """Everything between the images on screen and the labels on the disk.

    Attributes:
        browsing: order and filter of the gallery.
        reviewing: the review that is going on.
        deciding: decisions about the images at hand.
        exports: labels out and in.
        sessions: going on, beginning anew, restoring.

    Signals:
        message_raised(message: UserMessage): one of the parts has something to say.
    """

    message_raised = Signal(object)

    def __init__(  # noqa: PLR0913 - the parts of the program that it joins
        self,
        window: MainWindow,
        images: ImageModel,
        viewing: Viewing,
        desk: SessionDesk,
        writer: DecisionWriter,
        recalling: Recalling,
        *,
        intake: Intake,
        runner: TaskRunner,
        profile: Profile,
        trace: Trace,
    ) -> None:
        super().__init__()
        self._window = window
        self._images = images
        self._viewing = viewing
        self._desk = desk
        self._recalling = recalling
        self._trace = trace
        self._actions: Actions = {}
        self._runner: ActionRunner | None = None
        self.keys = DecisionKeys(self)
        self.browsing = Browsing(runner, images, window.gallery, window.library, desk)
        self.reviewing = Reviewing(window, images, desk.labelling, viewing)
        self.deciding = Deciding(window, images, viewing, self.reviewing, desk, recalling, self.keys)
        self.admin = LabelAdmin(window, images, desk, intake, runner)
        self.exports = ExportDesk(window, runner, desk, images.table, writer)
        self.sessions = SessionActions(window, desk, writer, intake, runner, profile)
        self._undo_offers = UndoOffers(desk.labelling, window.messages)
        self._writer = writer
        self._connect(intake)

    def _connect(self, intake: Intake) -> None:
        window = self._window
        self.keys.listen_to(window.grid, enter_opens=True)
        self.keys.listen_to(window.page.inspector.suggestions, enter_opens=True)  # there Enter chooses the map's class
        for widget in (window.page.picture, window.filmstrip):
            self.keys.listen_to(widget)
        for source in (self.reviewing, self.deciding, self.admin, self.exports, self.sessions):
            source.message_raised.connect(self.message_raised)
        intake.labels_given.connect(self.exports.import_labels)
        intake.opened.connect(self.browsing.count_folders_soon)
        self.admin.export_requested.connect(self._on_export_of_label)
        self.admin.label_renamed.connect(self.deciding.rename_letter)
        window.library.set_key_requested.connect(self.deciding.edit_letters)
        window.library.source_rescan_requested.connect(self._on_source_rescan)
        window.library.source_remove_requested.connect(self._on_source_removed)
        self.exports.review_requested.connect(self.start_review)
        for view in (window.grid, window.filmstrip):
            DraggingOut(view, self).message_raised.connect(self.message_raised)
        window.grid.maps_wanted.connect(self._on_maps_wanted)
        self._recalling.maps_recalled.connect(self._on_maps)
        self._viewing.scale_changed.connect(window.grid.forget_maps)
        self._viewing.answer_wanted.connect(self._recalling.recall)
        self._recalling.answer_recalled.connect(self._viewing.on_recalled)
        self._desk.left.connect(window.grid.forget_maps)
        self._desk.left.connect(window.page.inspector.scroll_to_top)
        self._recalling.answers_matched.connect(window.grid.forget_maps)
        self._desk.labelling.decided.connect(self._note)
        self._writer.saved.connect(self._on_saved)

    def take_actions(self, actions: Actions, runner: ActionRunner, controller: Controller) -> None:
        """Carry out the actions that are about sessions and labels."""
        self._actions, self._runner = actions, runner
        orders = {
            **self.deciding.orders(),
            **self.admin.orders(),
            **self.sessions.orders(),
            ActionId.VIEW_REVIEW: self.start_review,
            ActionId.EXPORT_LABELS: self.exports.export_labels,
            ActionId.EXPORT_AGAIN: self.exports.export_again,
            ActionId.REVERT_SIDECARS: self.exports.revert_sidecars,
            ActionId.IMPORT_LABELS: self.exports.import_labels,
            ActionId.IMPORT_FOLDERS: self.exports.import_folders,
            ActionId.REMOVE: self._remove,
            ActionId.MAP_TILES: self._toggle_maps,
            ActionId.ADVANCE: self._toggle_advance,
        }
        runner.add_orders(orders, self._facts)
        runner.review_step_requested.connect(self.reviewing.step)
        runner.back_requested.connect(self._on_back)
        self._window.library.source_reveal_requested.connect(runner.reveal_folder)
        for changed in (self._desk.labelling.journal_changed, self.sessions.changed, self.exports.changed):
            changed.connect(runner.update)
        self._desk.labelling.journal_changed.connect(self._name_steps)
        self._desk.loaded.connect(runner.update)
        self._images.table.marks_changed.connect(runner.update)
        del controller

    @Slot()
    def start_review(self) -> None:
        """Begin to review what is shown."""
        if self.deciding.may_decide():
            self.reviewing.start()

    def set_model(self, contract: ModelContract) -> None:
        """Another model answers: its classes can be typed."""
        self.deciding.set_class_names([label.name for label in contract.labels])

    def carry_out(self, message: UserMessage, action: MessageAction) -> None:
        """Do what a button of a message about sessions or exports said."""
        match action:
            case MessageAction.OPEN_READ_ONLY:
                self.sessions.open(message.subject, read_only=True)
            case MessageAction.RESTORE_COPY:
                self.sessions.restore_copy(message.subject)
            case MessageAction.START_EMPTY:
                self.sessions.start_empty(message.subject)
            case MessageAction.SAVE_DAMAGED:
                self.sessions.save_damaged(message.subject)
            case MessageAction.SAVE_ELSEWHERE:
                self.sessions.save_elsewhere()
            case MessageAction.TRY_AGAIN if message.id == "E-110":
                self.sessions.rescan()
            case MessageAction.TRY_AGAIN:
                self.sessions.try_again()
            case MessageAction.EXPORT:
                self.exports.export_labels()
            case MessageAction.REVERT:
                self.exports.revert_sidecars()
            case MessageAction.REVIEW:
                self.start_review()
            case _:
                self._browse(action)

    def _browse(self, action: MessageAction) -> None:
        if action is MessageAction.CLEAR_FILTERS:
            self.browsing.show_all()
        elif action is MessageAction.SORT_NOW:
            self.browsing.sort_now()

    @Slot()
    def show_failures(self) -> None:
        """Show the images that failed, and only those."""
        self.browsing.show_only([ImageState.FAILED])
        self._window.show_view(View.GALLERY)

    def _facts(self) -> dict[Condition, bool]:
        labelling, table = self._desk.labelling, self._images.table
        return {
            Condition.UNDO: labelling.next_undo is not None,
            Condition.REDO: labelling.next_redo is not None,
            Condition.SESSION: self._desk.session is not None,
            Condition.WRITABLE: self._desk.is_writable,
            Condition.SUGGESTED: table.count(ImageState.SUGGESTED) > 0,
            Condition.LAST_LABEL: bool(labelling.last_label),
            Condition.EXPORTED: self.exports.has_exported,
            Condition.SIDECARS: self.exports.has_sidecars,
        }

    @Slot()
    def _name_steps(self) -> None:
        """Say in the menu what undo and redo are about."""
        labelling = self._desk.labelling
        for action_id, verb, step in (
            (ActionId.UNDO, tr("&Undo"), labelling.next_undo),
            (ActionId.REDO, tr("&Redo"), labelling.next_redo),
        ):
            text = verb if step is None else f"{verb} {in_words(step).replace('&', '&&')}"
            self._actions[action_id].setText(text)

    @Slot()
    def _on_back(self) -> None:
        if self._window.view is View.REVIEW and self.reviewing.back_to_page():
            return
        if self._window.view in {View.REVIEW, View.CLASSES}:
            self.reviewing.stop()
        elif self._window.view is View.GALLERY and len(self._window.grid.selected_keys()) > 1:
            self._window.grid.set_current_row(self._window.grid.current_row())

    def _remove(self) -> None:
        if self._runner is not None and self.deciding.may_decide():
            self._runner.remove_chosen()

    def _toggle_maps(self) -> None:
        shown = not self._window.grid.are_maps_shown
        self._window.grid.set_maps_shown(shown)
        self._actions[ActionId.MAP_TILES].setChecked(shown)

    def _toggle_advance(self) -> None:
        self.deciding.advances = self._actions[ActionId.ADVANCE].isChecked()

    @Slot(list)
    def _on_maps_wanted(self, keys: list[int]) -> None:
        self._recalling.recall_maps(keys, self._viewing.map_scale)

    @Slot(float, object)
    def _on_maps(self, scale: float, maps: list[tuple[int, QImage]]) -> None:
        # Those of a scale that is out of date are asked for again when it is told, or as soon as they are seen.
        if scale == self._viewing.map_scale:
            for key, image in maps:
                self._window.grid.set_map(key, image)

    @Slot(str)
    def _on_export_of_label(self, label: str) -> None:
        self.exports.export_labels(frozenset({label}))

    @Slot(object)
    def _on_source_rescan(self, _folder: str) -> None:
        self.sessions.rescan()

    @Slot(object)
    def _on_source_removed(self, folder: str) -> None:
        """Take the images in a folder and below it off the list, whether they are shown or not."""
        if self._runner is None or not self.deciding.may_decide():
            return
        keys = self._images.table.keys_below(folder)
        if keys:
            self._runner.remove(keys)
        else:
            self._window.show_status(tr("The session has no images of this folder."))

    @Slot(object)
    def _note(self, step: Step) -> None:
        self._trace.note("label", kind=step.kind.value, count=len(step), subject=step.subject)

    @Slot()
    def _on_saved(self) -> None:
        self._trace.note("saved")
