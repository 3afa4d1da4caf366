"""Take labels out and in: dialogs on the screen, the work in a lane of its own, one message in the end."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from gui import export_notices, label_notices
from gui.decision_writer import DecisionWriter
from gui.gallery.image_table import ImageTable
from gui.main_window import MainWindow
from gui.messages import describe, unexpected
from gui.plain_text import file_name
from gui.session_desk import SessionDesk
from gui.tasks import Lane, Task, TaskRunner
from gui.user_message import MessageAction, UserMessage
from gui.words import counted, tr
from inference.cancel import CancelToken
from inference.errors import CardinalError, OutputWriteError
from inference.sessions.marks import decision_of
from inference.sessions.states import ImageState
from inference.sessions.suffix import sidecar_list

if TYPE_CHECKING:
    from gui.exporting.export_dialog import ExportDialog
    from gui.exporting.export_settings import ExportSettings
    from gui.exporting.export_work import ExportDone
    from gui.exporting.import_dialog import ImportDialog
    from gui.exporting.import_work import FoundLabels
    from gui.exporting.label_match import ImportSettings
    from inference.sessions.session import Session

_REMEMBERED = "export"
_DECIDED = (ImageState.ACCEPTED, ImageState.CORRECTED, ImageState.UNSURE, ImageState.REJECTED)


class ExportDesk(QObject):
    """One export or import at a time is prepared; what runs can be stopped by leaving the program.

    Signals:
        message_raised(message: UserMessage): what came of it.
        review_requested(): the person wants to review before exporting.
        changed(): there is something to export again or to revert, or no longer.
    """

    message_raised = Signal(object)
    review_requested = Signal()
    changed = Signal()

    def __init__(
        self, window: MainWindow, runner: TaskRunner, desk: SessionDesk, table: ImageTable, writer: DecisionWriter
    ) -> None:
        super().__init__()
        self._writer = writer
        self._has_sidecars = False
        self._window = window
        self._runner = runner
        self._desk = desk
        self._table = table
        self._labels: frozenset[str] | None = None
        self._found: FoundLabels | None = None
        self._asking: Task | None = None
        self._writing: tuple[Task, str] | None = None
        self._dialog: ExportDialog | ImportDialog | None = None
        desk.left.connect(self._on_left)
        desk.loaded.connect(self._look_for_sidecars)

    @property
    def has_exported(self) -> bool:
        """Whether "again" knows what to do."""
        return self._desk.remembered(_REMEMBERED) is not None

    @property
    def has_sidecars(self) -> bool:
        """Whether there is something to revert."""
        return self._has_sidecars

    @Slot()
    def export_labels(self, labels: frozenset[str] | None = None) -> None:
        """Ask what is to be exported, how and where.

        Args:
            labels: only images with one of these; None for all.
        """
        from gui.exporting.export_dialog import ExportDialog  # noqa: PLC0415 - with its first use
        from gui.exporting.export_settings import ExportSettings  # noqa: PLC0415 - likewise

        self._labels = labels
        dialog = ExportDialog(self._window)
        dialog.preview_wanted.connect(partial(self._preview, dialog))
        dialog.plan_wanted.connect(partial(self._plan, dialog))
        dialog.export_requested.connect(self._export)
        dialog.review_requested.connect(self.review_requested)
        dialog.start(ExportSettings.from_json(self._desk.remembered(_REMEMBERED)))
        self._open(dialog)

    @Slot()
    def export_again(self) -> None:
        """Export with the settings of last time."""
        from gui.exporting.export_settings import ExportSettings  # noqa: PLC0415 - with its first use

        self._labels = None
        self._export(ExportSettings.from_json(self._desk.remembered(_REMEMBERED)))

    @Slot()
    def revert_sidecars(self) -> None:
        """Take our keywords back from every sidecar that this session wrote."""

        def work(session: Session, cancel: CancelToken) -> int:
            from gui.exporting.export_work import sidecar_journal  # noqa: PLC0415 - in the worker
            from inference.exports.sidecars import revert_sidecars  # noqa: PLC0415 - likewise

            return revert_sidecars(sidecar_journal(session), cancel).taken_back

        task = self._task(work)
        if task is not None:
            task.succeeded.connect(self._on_reverted)
            task.failed.connect(self._on_failed)
            self._runner.start(task)

    @Slot()
    def import_labels(self, path: str = "") -> None:
        """Import a file of labels; asks which where none is given."""
        if not path:
            path, _ = QFileDialog.getOpenFileName(
                self._window, tr("Import labels"), "", tr("Labels (*.csv *.tsv *.json *.jsonl *.txt);;All files (*)")
            )
        if path:
            self._open_import(path)

    @Slot()
    def import_folders(self) -> None:
        """Take the names of folders as labels."""
        folder = QFileDialog.getExistingDirectory(self._window, tr("Folder that holds a folder for each label"))
        if folder:
            self._open_import(folder)

    def _open_import(self, path: str) -> None:
        from gui.exporting.import_dialog import ImportDialog  # noqa: PLC0415 - with its first use

        dialog = ImportDialog(self._window)
        dialog.match_wanted.connect(partial(self._match, dialog))
        dialog.import_requested.connect(self._import)
        dialog.start(os.path.abspath(path))  # noqa: PTH100 - text as given
        self._open(dialog)

    def _open(self, dialog: ExportDialog | ImportDialog) -> None:
        self._dialog = dialog
        dialog.finished.connect(self._on_dialog_closed)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _task(self, work: Any) -> Task | None:  # noqa: ANN401 - work(session, cancel) with any result
        session = self._desk.session
        if session is None:
            return None
        return self._runner.create(lambda _tell, cancel: work(session, cancel), Lane.EXPORTS)

    @Slot(int)
    def _on_dialog_closed(self) -> None:
        """Nobody waits for an answer any more."""
        self._dialog = None
        self._ask(None)

    def _ask(self, task: Task | None) -> None:
        """Start what a dialog waits for; an older question is given up."""
        if self._asking is not None:
            self._asking.cancel()
        self._asking = task
        if task is not None:
            self._runner.start(task)

    def _preview(self, dialog: ExportDialog, settings: ExportSettings) -> None:
        labels = self._labels

        def work(session: Session, cancel: CancelToken) -> object:
            from gui.exporting.export_work import make_preview  # noqa: PLC0415 - in the worker

            return make_preview(session, settings, labels, cancel)

        task = self._task(work)
        if task is not None:
            task.succeeded.connect(dialog.show_preview)
            task.failed.connect(partial(self._on_unanswered, dialog))
        self._ask(task)

    def _plan(self, dialog: ExportDialog, settings: ExportSettings) -> None:
        labels = self._labels

        def work(session: Session, cancel: CancelToken) -> object:
            from gui.exporting.export_work import make_plan  # noqa: PLC0415 - in the worker

            return make_plan(session, settings, labels, cancel)

        task = self._task(work)
        if task is not None:
            task.succeeded.connect(dialog.show_plan)
            task.failed.connect(partial(self._on_unanswered, dialog))
        self._ask(task)

    @Slot(object)
    def _export(self, settings: ExportSettings) -> None:
        labels = self._labels
        self._desk.remember(_REMEMBERED, settings.to_json())
        self.changed.emit()
        session = self._desk.session
        if session is None:
            return

        def work(tell: Any, cancel: CancelToken) -> object:  # noqa: ANN401 - a callable
            from gui.exporting.export_work import export  # noqa: PLC0415 - in the worker

            # What waits for a full disk would be missing from the export, and nobody would see that.
            self._writer.flush()
            return export(session, settings, labels, cancel, tell)

        task = self._runner.create(work, Lane.EXPORTS)
        task.progressed.connect(self._on_progress)
        task.succeeded.connect(self._on_exported)
        task.failed.connect(self._on_failed)
        task.finished.connect(self._on_finished)
        self._writing = (task, settings.target)
        self._runner.start(task)

    @Slot()
    def _on_left(self) -> None:
        """The session goes: what is not exported yet cannot be read any more, and no dialog is about the next one."""
        self._has_sidecars = False
        self._found = None
        if self._dialog is not None:
            self._dialog.reject()
        if self._writing is not None:
            task, target = self._writing
            task.cancel()
            self._on_failed(OutputWriteError(target, tr("the session was left before everything was exported.")))

    @Slot()
    def _on_finished(self) -> None:
        if self._writing is not None and self.sender() is self._writing[0]:
            self._writing = None

    def _match(self, dialog: ImportDialog, settings: ImportSettings) -> None:
        labelled = frozenset(key for state in _DECIDED for key in self._table.keys_in(state))

        def work(session: Session, cancel: CancelToken) -> object:
            from gui.exporting.import_work import find_labels  # noqa: PLC0415 - in the worker

            return find_labels(session, settings, labelled, cancel)

        task = self._task(work)
        if task is not None:
            task.succeeded.connect(partial(self._on_matched, dialog))
            task.failed.connect(partial(self._on_unanswered, dialog))
        self._ask(task)

    def _on_unanswered(self, dialog: ExportDialog | ImportDialog, error: object) -> None:
        """Say in the dialog why it gets no answer."""
        dialog.show_problem(_told(error))

    def _on_matched(self, dialog: ImportDialog, found: FoundLabels) -> None:
        self._found = found
        dialog.show_match(found.match)

    @Slot(object)
    def _import(self, settings: ImportSettings) -> None:
        found, self._found = self._found, None
        if found is None:
            return
        if not self._desk.is_writable:
            self.message_raised.emit(label_notices.not_labelled())
            return
        labels = found.labels
        if not settings.replace:
            labels = tuple(one for one in labels if not self._is_decided(one[0]))
        step = self._desk.labelling.import_labels(labels, file_name(settings.path))
        count = 0 if step is None else len(step)
        details = "\n".join(found.unmatched[:1000])
        self.message_raised.emit(export_notices.imported(count, len(found.unmatched), details))

    def _is_decided(self, key: int) -> bool:
        place = self._table.place_of(key)
        return place is not None and decision_of(self._table.mark(place)) is not None

    @Slot(object)
    def _look_for_sidecars(self) -> None:
        """The list beside the session tells, whoever wrote the sidecars: this window or the command."""
        session = self._desk.session
        self._has_sidecars = session is not None and sidecar_list(session.path).exists()
        self.changed.emit()

    @Slot(object)
    def _on_progress(self, done: int) -> None:
        self._window.statusBar().showMessage(counted(done, "Exporting... %n image", "Exporting... %n images"))

    @Slot(object)
    def _on_exported(self, done: ExportDone) -> None:
        self._window.statusBar().clearMessage()
        if done.target:
            self.message_raised.emit(export_notices.exported(done.count, done.target))
        else:
            self.message_raised.emit(export_notices.sidecars_written(done.count))
        if done.not_understood:
            self.message_raised.emit(export_notices.sidecars_not_understood(done.not_understood, done.details))
        if done.not_written:
            self.message_raised.emit(export_notices.sidecars_not_written(done.not_written, done.details))
        self._look_for_sidecars()

    @Slot(object)
    def _on_reverted(self, count: int) -> None:
        self.message_raised.emit(export_notices.sidecars_reverted(count))
        self._look_for_sidecars()

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        self._window.statusBar().clearMessage()
        self.message_raised.emit(_told(error))


def _told(error: object) -> UserMessage:
    if isinstance(error, OutputWriteError):
        return replace(describe(error), actions=(MessageAction.EXPORT,))
    return describe(error) if isinstance(error, CardinalError) else unexpected(tr("exporting"), repr(error))
