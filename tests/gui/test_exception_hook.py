"""Test gui/exception_hook.py and log_file.py: nothing fails in silence, and nothing fills the disk."""

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QThread, Slot, qWarning
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from gui.exception_hook import ExceptionHook
from gui.log_file import close_log, log_path, log_tail, open_log
from gui.user_message import MessageAction, UserMessage
from inference.errors import OutputWriteError
from inference.profile import Profile


@pytest.fixture
def hook(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> Iterator[ExceptionHook]:
    hooks = sys.excepthook, threading.excepthook
    hook = ExceptionHook()
    sys.excepthook = hook._on_exception  # Qt's messages stay with the test runner
    threading.excepthook = hook._on_thread_exception  # likewise
    yield hook
    sys.excepthook, threading.excepthook = hooks
    caplog.clear()


def _fail(text: str) -> None:
    raise ZeroDivisionError(text)


def _tell(hook: ExceptionHook, text: str) -> None:
    try:
        _fail(text)
    except ZeroDivisionError as error:
        sys.excepthook(type(error), error, error.__traceback__)


def test_the_same_fault_is_told_once_and_logged_each_time(
    hook: ExceptionHook, caplog: pytest.LogCaptureFixture
) -> None:
    told = QSignalSpy(hook.failed)
    for number in range(50):
        _tell(hook, f"try {number}")
    assert told.count() == 1
    message = told.at(0)[0]
    assert isinstance(message, UserMessage)
    assert message.id == "E-601"
    assert MessageAction.COPY_REPORT in message.actions
    assert "ZeroDivisionError: try 0" in message.details
    assert sum("unexpected exception" in record.message for record in caplog.records) == 50
    caplog.clear()


def test_a_worker_thread_is_heard_on_the_gui_thread(
    qtbot: QtBot, hook: ExceptionHook, caplog: pytest.LogCaptureFixture
) -> None:
    heard_on: list[QThread] = []

    class _Listener(ExceptionHook):
        """Any QObject of the GUI thread would do."""

        @Slot(object)
        def listen(self, _message: object) -> None:
            heard_on.append(QThread.currentThread())

    listener = _Listener()
    hook.failed.connect(listener.listen)
    thread = threading.Thread(target=_fail, args=("in a thread",))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(heard_on) == 1)
    assert heard_on[0] is listener.thread()
    caplog.clear()


def test_an_interrupt_is_not_a_fault(hook: ExceptionHook, capsys: pytest.CaptureFixture[str]) -> None:
    told = QSignalSpy(hook.failed)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert told.count() == 0
    assert "KeyboardInterrupt" in capsys.readouterr().err


def test_installing_takes_all_places_and_gives_them_back(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    hooks = sys.excepthook, threading.excepthook
    hook = ExceptionHook()
    hook.install()
    try:
        assert sys.excepthook == hook._on_exception  # the place is what is tested
        qWarning("from Qt")
    finally:
        hook.uninstall()
        sys.excepthook, threading.excepthook = hooks
    assert any(record.name == "qt" and "from Qt" in record.message for record in caplog.records)
    caplog.clear()


def test_the_log_is_written_turned_over_and_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    profile = Profile.below(tmp_path)
    assert log_tail(profile) == ""
    handler = open_log(profile)
    try:
        log = logging.getLogger("gui.somewhere")
        log.info("a name \udcff that is not UTF-8")
        for _ in range(2_000):
            log.info("%s", "x" * 8_000)
    finally:
        close_log(handler)
    files = list(log_path(profile).parent.iterdir())
    assert len(files) == 5
    assert sum(file.stat().st_size for file in files) <= 5 * 2 * 1024 * 1024
    assert len(log_tail(profile)) <= 64 * 1024
    assert log_tail(profile).endswith("x\n")
    logging.getLogger("gui.somewhere").info("after the end")
    assert "after the end" not in log_tail(profile)
    caplog.clear()


def test_a_log_that_cannot_be_written_is_an_error_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(OutputWriteError, match="could not be written"):
        open_log(Profile.below(tmp_path))
