"""Actions about labels and sessions are there exactly when they make sense; what is refused is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMetaMethod, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from gui.action_table import ActionId
from gui.exporting.export_settings import ExportForm, ExportSettings
from gui.exporting.import_dialog import ImportDialog
from gui.gallery.image_state import ImageState
from gui.library.sections import Section
from gui.main_window import View
from gui.program import Program
from inference.errors import SessionSaveError
from inference.sessions.records import FoundFile
from inference.sessions.suffix import sidecar_list
from tests.gui.gallery.images import suggested
from tests.inference.sessions.making import new_session

_A = ActionId


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A session with two images that nobody has looked at."""
    made = new_session(tmp_path, 2)
    made.close()
    return made.path


def open_session(program: Program, qtbot: QtBot, path: Path, *, read_only: bool = False) -> None:
    program.desk.open(str(path), read_only=read_only)
    qtbot.waitUntil(lambda: program.desk.is_loaded, timeout=10_000)
    program.action_runner.update()


def view(program: Program) -> View:
    return program.window.view


def enabled(program: Program, *actions: ActionId) -> list[bool]:
    return [program.actions[action].isEnabled() for action in actions]


def test_without_a_session_nothing_can_be_labelled_or_exported(program: Program) -> None:
    program.action_runner.update()
    actions = (_A.UNDO, _A.REDO, _A.EXPORT_LABELS, _A.LABEL_ABOVE, _A.SESSION_RENAME, _A.VIEW_REVIEW)
    assert enabled(program, *actions) == [False] * 6


def test_undo_and_redo_follow_the_journal_and_say_what_they_do(program: Program, session: Path, qtbot: QtBot) -> None:
    open_session(program, qtbot, session)
    assert enabled(program, _A.UNDO, _A.REDO, _A.EXPORT_LABELS) == [False, False, True]
    keys = list(program.images.shown_keys())
    program.desk.labelling.choose(keys, "R&B")
    assert enabled(program, _A.UNDO, _A.REDO) == [True, False]
    assert program.actions[_A.UNDO].text() == "&Undo label 2 images as R&&B"
    program.desk.labelling.undo()
    assert enabled(program, _A.UNDO, _A.REDO) == [False, True]
    assert program.actions[_A.UNDO].text() == "&Undo"
    assert program.actions[_A.REDO].text() == "&Redo label 2 images as R&&B"


def test_accepting_in_bulk_needs_suggestions(program: Program, session: Path, qtbot: QtBot) -> None:
    open_session(program, qtbot, session)
    assert enabled(program, _A.LABEL_ABOVE) == [False]
    program.images.table.apply_answers([suggested(key, "jay") for key in program.images.shown_keys()])
    program.action_runner.update()
    assert enabled(program, _A.LABEL_ABOVE) == [True]
    program.desk.labelling.accept(list(program.images.shown_keys()))
    assert enabled(program, _A.LABEL_ABOVE) == [False]


def test_a_read_only_session_refuses_with_a_sentence(program: Program, session: Path, qtbot: QtBot) -> None:
    open_session(program, qtbot, session, read_only=True)
    program.window.show_view(View.GALLERY)
    program.window.grid.set_current_row(0)
    assert "(read-only)" in program.window.windowTitle()
    before = program.window.messages.history
    program.labels.start_review()
    program.labels.deciding.reject()
    said = [message.id for message in program.window.messages.history[len(before) :]]
    assert said == ["E-420", "E-420"]
    assert view(program) is View.GALLERY
    assert program.images.count(ImageState.REJECTED) == 0


def test_another_session_begins_with_the_suggestions(program: Program, session: Path, qtbot: QtBot) -> None:
    open_session(program, qtbot, session)
    bar = program.window.page.inspector.verticalScrollBar()
    bar.setRange(0, 500)
    bar.setValue(400)
    program.labels.sessions.begin_new()
    assert bar.value() == 0


def test_the_same_place_is_shown_again(program: Program, session: Path, qtbot: QtBot) -> None:
    open_session(program, qtbot, session)
    program.window.grid.set_current_row(1)
    program.labels.sessions.begin_new()
    assert view(program) is View.START
    open_session(program, qtbot, session)
    assert view(program) is View.GALLERY
    assert program.window.grid.current_row() == 1


def test_whatever_the_library_asks_for_is_answered(program: Program) -> None:
    library = program.window.library
    meta = library.metaObject()
    own = [meta.method(number) for number in range(meta.methodOffset(), meta.methodCount())]
    asked = [method for method in own if method.methodType() == QMetaMethod.MethodType.Signal]
    assert len(asked) > 10
    assert [str(signal.methodSignature()) for signal in asked if not library.isSignalConnected(signal)] == []


def choose(program: Program, folder: str, text: str) -> None:
    """An entry in the context menu of a source."""
    menu = program.window.library.menu_of(Section.SOURCES, folder)
    next(action for action in menu.actions() if action.text() == text).trigger()


def test_a_source_leaves_the_session_and_comes_back(program: Program, tmp_path: Path, qtbot: QtBot) -> None:
    made = new_session(tmp_path)
    made.register([FoundFile(path) for path in ("/a/1.jpg", "/a/b/2.jpg", "/ab/3.jpg")])
    made.close()
    open_session(program, qtbot, made.path)
    program.desk.labelling.choose([int(program.images.key_at(2))], "jay")
    choose(program, "/a", "Remove from session")
    assert [program.images.path_at(row) for row in range(len(program.images))] == ["/ab/3.jpg"]
    assert program.window.messages.history[-1].id == "T-04"
    program.desk.labelling.undo()
    assert len(program.images) == 3
    assert program.images.label_at(2) == "jay", "only the removal was taken back"
    choose(program, "/c", "Remove from session")
    assert len(program.images) == 3
    assert "no images" in program.window.statusBar().currentMessage()


def test_nothing_leaves_a_read_only_session(program: Program, session: Path, qtbot: QtBot) -> None:
    open_session(program, qtbot, session, read_only=True)
    choose(program, "/pictures", "Remove from session")
    assert len(program.images) == 2
    assert program.window.messages.history[-1].id == "E-420"


def test_folders_are_shown_in_the_file_manager(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refuse(url: QUrl) -> bool:
        asked.append(url.toLocalFile())
        return False

    monkeypatch.setattr(QDesktopServices, "openUrl", refuse)
    choose(program, "/home/holiday", "Show in file manager")
    assert asked == ["/home/holiday"]
    assert "E-608" in [message.id for message in program.window.messages.history]


def test_closing_waits_for_decisions_that_cannot_be_written(
    program: Program,
    session: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    open_session(program, qtbot, session)

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise SessionSaveError(str(session), "No space is left.", is_disk_full=True)

    assert program.desk.session is not None
    monkeypatch.setattr(type(program.desk.session), "carry_out", refuse)
    program.desk.labelling.choose([int(program.images.key_at(0))], "jay")
    program.window.show()
    assert not program.window.close(), "first the person is told"
    said = program.window.messages.history[-1]
    assert said.id == "E-401"
    assert "Close the window again" in said.text
    assert program.window.close()
    caplog.clear()  # the log says what was lost


def test_a_full_disk_is_told_once_until_there_is_room(
    program: Program, session: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_session(program, qtbot, session)
    opened = program.desk.session
    assert opened is not None
    carry_out = type(opened).carry_out

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise SessionSaveError(str(session), "No space is left.", is_disk_full=True)

    def told() -> int:
        return sum(message.id == "E-401" for message in program.window.messages.history)

    for times in (1, 2):
        monkeypatch.setattr(type(opened), "carry_out", refuse)
        for label in ("jay", "magpie", "rook"):
            program.desk.labelling.choose([int(program.images.key_at(0))], f"{label} {times}")
            qtbot.wait(30)
        qtbot.waitUntil(lambda times=times: told() == times)  # type: ignore[misc]
        monkeypatch.setattr(type(opened), "carry_out", carry_out)
        program.writer.write()
        qtbot.waitUntil(lambda: program.writer.unsaved == 0)
    assert told() == 2


def test_an_import_that_replaces_nothing_keeps_what_was_rejected(
    program: Program, session: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    open_session(program, qtbot, session)
    first, second = (program.images.table.key(place) for place in (0, 1))
    program.desk.labelling.reject([first])
    truth = tmp_path / "truth.csv"
    names = [Path(program.images.table.path(place)).name for place in (0, 1)]
    truth.write_text("file,label\n" + "".join(f"{name},jay\n" for name in names), "utf-8")
    program.labels.exports.import_labels(str(truth))
    [dialog] = program.window.findChildren(ImportDialog)
    [take] = [one for one in dialog.findChildren(QPushButton) if one.isDefault()]
    qtbot.waitUntil(take.isEnabled)
    take.click()
    assert [program.images.table.state(place) for place in (0, 1)] == [ImageState.REJECTED, ImageState.CORRECTED]
    assert program.images.table.label(program.images.table.places_of([second])[0]) == "jay"


def test_sidecars_can_be_reverted_whoever_wrote_them(program: Program, session: Path, qtbot: QtBot) -> None:
    open_session(program, qtbot, session)
    assert enabled(program, _A.REVERT_SIDECARS) == [False]
    program.labels.sessions.begin_new()
    sidecar_list(session).write_text("", "utf-8")
    open_session(program, qtbot, session)
    assert enabled(program, _A.REVERT_SIDECARS) == [True]
    program.labels.sessions.begin_new()
    assert not program.labels.exports.has_sidecars


def test_nothing_is_exported_while_decisions_cannot_be_written(
    program: Program, session: Path, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_session(program, qtbot, session)
    opened, target = program.desk.session, tmp_path / "labels.csv"
    assert opened is not None

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise SessionSaveError(str(session), "No space is left.", is_disk_full=True)

    with monkeypatch.context() as full:
        full.setattr(type(opened), "carry_out", refuse)
        program.desk.labelling.choose([program.images.table.key(0)], "jay")
        program.desk.remember("export", ExportSettings(form=ExportForm.CSV, target=str(target)).to_json())
        program.labels.exports.export_again()
        qtbot.waitUntil(lambda: any(one.id == "E-401" for one in program.window.messages.history))
        qtbot.wait(100)
        assert not target.exists()
    program.labels.exports.export_again()
    qtbot.waitUntil(target.exists)
    assert "jay" in target.read_text("utf-8")


def test_digits_decide_in_the_list_of_suggestions_too(program: Program, session: Path, qtbot: QtBot) -> None:
    open_session(program, qtbot, session)
    pressed: list[object] = []
    program.labels.keys.pressed.connect(pressed.append)
    QTest.keyClick(program.window.page.inspector.suggestions, Qt.Key.Key_2)
    assert len(pressed) == 1


def test_folders_that_are_out_of_reach_are_named_once(program: Program, tmp_path: Path, qtbot: QtBot) -> None:
    made = new_session(tmp_path, 2)
    made.add_source(str(tmp_path / "unplugged"))
    made.close()
    open_session(program, qtbot, made.path)
    for _ in range(2):
        program.labels.sessions.rescan()
        qtbot.waitUntil(lambda: any(one.id == "E-110" for one in program.window.messages.history))
    last = [one for one in program.window.messages.history if one.id == "E-110"][-1]
    assert "unplugged" in last.text
    assert len(program.images) == 2
