"""Carry out what a person wants with sessions: go on, begin anew, rename, restore; and say what came of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QFile, QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QInputDialog

from gui import session_files, session_notices
from gui.action_table import ActionId
from gui.decision_writer import DecisionWriter
from gui.intake import Intake
from gui.main_window import MainWindow, View
from gui.messages import describe, unexpected
from gui.saving_told import SavingTold
from gui.session_desk import SessionDesk
from gui.session_holder import SessionLoaded, SessionShown
from gui.start.session_lines import SessionOnStart
from gui.tasks import Lane, TaskRunner
from gui.user_message import UserMessage
from gui.words import tr
from inference.cancel import CancelToken
from inference.errors import CardinalError, SessionDamagedError, SessionSaveError
from inference.profile import Profile
from inference.sessions.suffix import sidecar_list

_Result = TypeVar("_Result")


class SessionActions(QObject):
    """Stands between the window and the session desk.

    Signals:
        message_raised(message: UserMessage): something about a session must be said.
        changed(): another session is open, or none.
    """

    message_raised = Signal(object)
    changed = Signal()

    def __init__(
        self,
        window: MainWindow,
        desk: SessionDesk,
        writer: DecisionWriter,
        intake: Intake,
        runner: TaskRunner,
        profile: Profile,
    ) -> None:
        super().__init__()
        self._window = window
        self._desk = desk
        self._writer = writer
        self._intake = intake
        self._runner = runner
        self._profile = profile
        self._sessions: list[SessionOnStart] = []
        self._dialog: Any = None
        self._saving = SavingTold(window, writer)
        self._saving.message_raised.connect(self.message_raised)
        intake.session_given.connect(self.open)
        # The folder that was opened has a session that cannot be continued now, or the open one is damaged.
        intake.session_refused.connect(self._on_damage_found)
        window.start_page.session_chosen.connect(self.open)
        window.start_page.all_sessions_requested.connect(self.show_sessions)
        desk.shown.connect(self._on_shown)
        desk.loaded.connect(self._on_loaded)
        desk.left.connect(self._on_left)
        desk.closed.connect(self.list_sessions)
        desk.open_failed.connect(self._on_open_failed)
        desk.damage_found.connect(self._on_damage_found)

    def orders(self) -> dict[ActionId, Callable[[], object]]:
        """What the actions of sessions do."""
        return {
            ActionId.OPEN_RECENT: self.show_sessions,
            ActionId.SESSION_NEW: self.begin_new,
            ActionId.SESSION_RENAME: self.rename,
            ActionId.RESCAN: self.rescan,
        }

    @Slot(object)
    def open(self, path: str, *, read_only: bool = False) -> None:
        """Go on with a session."""
        self._desk.open(path, read_only=read_only)

    @Slot()
    def begin_new(self) -> None:
        """Leave the session; the next images that are opened begin another one."""
        self._desk.leave()
        self._window.show_view(View.START)

    @Slot()
    def rename(self) -> None:
        """Ask for another name of the open session."""
        session = self._desk.session
        if session is None:
            return
        name, is_wanted = QInputDialog.getText(
            self._window, tr("Rename session"), tr("Name of the session:"), text=session.name
        )
        if is_wanted and name and name != session.name:
            path = session.path
            self._desk.leave()
            self._rename(path, name, was_open=True)

    @Slot()
    def rescan(self) -> None:
        """Look through the session's folders again."""
        session = self._desk.session
        if session is not None:
            self._window.messages.withdraw("E-110")
            self._intake.rescan()

    def close(self) -> None:
        """Say nothing any more: the window is gone."""
        self._saving.close()

    @Slot()
    def list_sessions(self) -> None:
        """Read from the disk which sessions there are; start page and dialog show them."""
        profile = self._profile

        def work(_tell: object, _cancel: object) -> list[SessionOnStart]:
            from inference.sessions.folder import list_sessions  # noqa: PLC0415 - in the worker

            return [
                SessionOnStart(
                    str(one.path), one.name, one.images, one.labelled, one.changed_at, one.sources, one.is_damaged
                )
                for one in list_sessions(profile)
            ]

        # Where sessions are closed: somebody who reads one at that moment would keep its log beside it.
        task = self._runner.create(work, Lane.STORE)
        task.succeeded.connect(self._on_listed)
        self._runner.start(task)

    @Slot()
    def show_sessions(self) -> None:
        """Show all sessions, to open, rename or put away one."""
        from gui.start.sessions_dialog import SessionsDialog  # noqa: PLC0415 - with its first use

        if self._dialog is not None:
            self._dialog.raise_()
            return
        dialog = SessionsDialog(self._window)
        dialog.session_chosen.connect(self.open)
        dialog.new_requested.connect(self.begin_new)
        dialog.rename_requested.connect(self._on_rename_wanted)
        dialog.trash_requested.connect(self._on_trash_wanted)
        dialog.finished.connect(self._on_dialog_closed)
        dialog.set_sessions(self._sessions)
        self._dialog = dialog
        dialog.open()
        self.list_sessions()

    @Slot()
    def try_again(self) -> None:
        """Write what could not be written."""
        self._writer.write()

    def restore_copy(self, path: str) -> None:
        """Put the newest copy in the place of a damaged session, and open it."""
        was_open = self._leave_if(path)
        self._do(
            partial(self._closed_first, session_files.restore, Path(path)),
            self._on_restored,
            Path(path),
            was_open=was_open,
        )

    def start_empty(self, path: str) -> None:
        """Set a damaged session aside and begin a new one."""
        was_open = self._leave_if(path)
        self._do(
            partial(self._closed_first, session_files.set_aside, Path(path)),
            self._on_set_aside,
            Path(path),
            was_open=was_open,
        )

    def save_damaged(self, path: str) -> None:
        """Let the person keep a copy of the damaged file."""
        target, _ = QFileDialog.getSaveFileName(self._window, tr("Save damaged file"), Path(path).name)
        if target:
            self._do(lambda _cancel: shutil.copyfile(path, target), self._on_done, Path(path))

    def save_elsewhere(self) -> None:
        """Let the person choose another place for the session that cannot be saved where it is."""
        session = self._desk.session
        if session is None:
            return
        target, _ = QFileDialog.getSaveFileName(
            self._window, tr("Save the session elsewhere"), session.path.name, tr("Sessions (*.cardinal)")
        )
        if target:
            self._desk.freeze(is_frozen=True)
            self._do(lambda _cancel: self._desk.copy_to(Path(target)), self._on_moved, Path(target), lane=Lane.STORE)

    def _do(
        self,
        work: Callable[[CancelToken], object],
        then: Callable[[Any], None],
        path: Path,
        *,
        lane: Lane = Lane.FILES,
        was_open: bool = False,
        told: Callable[[object], UserMessage] | None = None,
    ) -> None:
        """Do something with a session's file off the GUI thread; if it fails, one that was left is opened again."""
        task = self._runner.create(lambda _tell, cancel: work(cancel), lane)
        task.succeeded.connect(then)
        task.failed.connect(partial(self._on_failed, path if was_open else None, told or _told))
        self._runner.start(task)

    def _renamed(self, path: Path, name: str, cancel: CancelToken) -> Path:
        """Runs on: the files lane."""
        from inference.sessions.renaming import rename_session  # noqa: PLC0415 - in the worker

        return self._closed_first(lambda closed: rename_session(closed, name), path, cancel)

    def _closed_first(self, work: Callable[[Path], _Result], path: Path, cancel: CancelToken) -> _Result:
        """Do something with a session's file when it is closed. Runs on: the files lane."""
        self._desk.wait_closed(path, cancel)
        return work(path)

    def _leave_if(self, path: str) -> bool:
        """Leave the session if it is this one; whether it was."""
        session = self._desk.session
        is_open = session is not None and session.path == Path(os.path.realpath(path))
        if is_open:
            self._desk.leave()
        return is_open

    def _rename(self, path: Path, name: str, *, was_open: bool) -> None:
        then = self._on_renamed if was_open else self._on_done
        self._do(partial(self._renamed, path, name), then, path, was_open=was_open, told=_told_of_renaming)

    @Slot(object)
    def _on_renamed(self, path: object) -> None:
        self.open(str(path))
        self.list_sessions()

    @Slot(object)
    def _on_restored(self, restored: tuple[str, Path, int]) -> None:
        path, kept, labelled = restored
        self.open(path)
        self.message_raised.emit(session_notices.copy_restored(labelled, str(kept)))

    @Slot(object)
    def _on_set_aside(self, _kept: object) -> None:
        self.begin_new()
        self.list_sessions()

    @Slot(object)
    def _on_moved(self, path: object) -> None:
        self.open(str(path))

    @Slot(object)
    def _on_done(self, _result: object) -> None:
        self.list_sessions()

    def _on_failed(self, left: Path | None, told: Callable[[object], UserMessage], error: object) -> None:
        self._desk.freeze(is_frozen=False)
        self.message_raised.emit(told(error))
        can_go_on = left is not None and left.exists() and not isinstance(error, SessionDamagedError)
        if can_go_on and self._desk.session is None:
            self.open(str(left))

    @Slot(object)
    def _on_listed(self, sessions: list[SessionOnStart]) -> None:
        self._sessions = sessions
        self._window.start_page.set_sessions(sessions)
        if self._dialog is not None:
            self._dialog.set_sessions(sessions)

    @Slot(str, str)
    def _on_rename_wanted(self, path: str, name: str) -> None:
        self._rename(Path(path), name, was_open=self._leave_if(path))

    @Slot(str)
    def _on_trash_wanted(self, path: str) -> None:
        was_open = self._leave_if(path)
        work = partial(self._closed_first, session_files.made_whole, Path(path))
        self._do(work, self._on_whole, Path(path), was_open=was_open)

    @Slot(object)
    def _on_whole(self, path: Path) -> None:
        """Put a session away, with what lies beside it: a new one of its name must not be restored from its copies."""
        from inference.sessions.backups import backup_folder  # noqa: PLC0415 - with its first use

        if not QFile.moveToTrash(str(path)):
            self.message_raised.emit(session_notices.not_put_away(path.stem))
            return
        for beside in (backup_folder(path), sidecar_list(path)):
            QFile.moveToTrash(str(beside))
        self.list_sessions()

    @Slot(int)
    def _on_dialog_closed(self) -> None:
        dialog, self._dialog = self._dialog, None
        dialog.deleteLater()

    @Slot(object)
    def _on_shown(self, told: SessionShown) -> None:
        session = told.session
        self._window.set_session(session.name, is_read_only=session.is_read_only)
        if told.fallback is not None:
            self.message_raised.emit(session_notices.saved_elsewhere(told.fallback, str(session.path)))
        if session.is_read_only:
            self.message_raised.emit(session_notices.session_read_only(session.read_only_reason))
        self.changed.emit()

    @Slot(object)
    def _on_loaded(self, told: SessionLoaded) -> None:
        session = told.session
        if session.was_interrupted and session.saved_at is not None:
            self.message_raised.emit(session_notices.session_restored(session.saved_at))
        elif told.image_count:
            self.message_raised.emit(
                session_notices.session_continued(session.name, told.image_count, told.labelled_count)
            )
        self.changed.emit()

    @Slot()
    def _on_left(self) -> None:
        self._window.set_session("")
        self._saving.forget()
        for message_id in ("E-404", "E-419", "E-602"):
            self._window.messages.withdraw(message_id)
        self.list_sessions()
        self.changed.emit()

    @Slot(object, object)
    def _on_open_failed(self, path: str, error: CardinalError) -> None:
        if isinstance(error, SessionDamagedError):
            self._tell_damage(error)
        else:
            self.message_raised.emit(describe(error))
        if self._window.view is not View.START:
            self._window.show_view(View.START)
        self.list_sessions()

    @Slot(object)
    def _on_damage_found(self, error: CardinalError) -> None:
        if isinstance(error, SessionDamagedError):
            self._tell_damage(error)
        else:
            self.message_raised.emit(describe(error))

    def _tell_damage(self, error: SessionDamagedError) -> None:
        self._do(
            lambda _cancel: (error, session_files.newest_copy(Path(error.path))), self._on_copy_found, Path(error.path)
        )

    @Slot(object)
    def _on_copy_found(self, found: tuple[SessionDamagedError, Any]) -> None:
        error, copy = found
        message = describe(error) if copy is None else session_notices.damaged_with_copy(error, copy.at, copy.labelled)
        self.message_raised.emit(message)


def _told(error: object) -> UserMessage:
    return describe(error) if isinstance(error, CardinalError) else unexpected(tr("the session"), repr(error))


def _told_of_renaming(error: object) -> UserMessage:
    return session_notices.not_renamed(error.reason) if isinstance(error, SessionSaveError) else _told(error)
