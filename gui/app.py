"""Start the window's program and run it to its end."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from gui import notices
from gui.exception_hook import ExceptionHook
from gui.front import Front
from gui.icons import app_icon
from gui.log_file import close_log, open_log
from gui.main_thread_gc import MainThreadGc
from gui.main_window import MainWindow
from gui.opening import Opening
from gui.single_instance import Claim, SingleInstance
from gui.wishes import Wishes
from inference.errors import OutputWriteError
from inference.profile import Profile

if TYPE_CHECKING:
    from gui.program import Program

SWITCH_INTERVAL_S = 0.001
"""How long a thread may hold the interpreter: shorter than Python's usual 5 ms, for the GUI thread's sake."""

_SIGNAL_POLL_MS = 200


def create_application(argv: Sequence[str]) -> QApplication:
    """The QApplication, named so that the desktop knows it."""
    application = QApplication([*argv])
    application.setApplicationName("Cardinal")
    application.setApplicationDisplayName("Cardinal")
    application.setDesktopFileName("cardinal")
    application.setWindowIcon(app_icon())
    application.setQuitOnLastWindowClosed(False)
    return application


def build(application: QApplication, profile: Profile, wishes: Wishes) -> Program:
    """The whole program with its settings, not started: tests build it without running it."""
    from gui.program import Program  # noqa: PLC0415 - `run` shows the window first

    return Program(Front(application, profile), profile, wishes)


def run(paths: list[str], *, profile_folder: str | None, model: str | None, device: str | None) -> int:
    """Open the window with `paths` dropped on it; the exit code when it was closed."""
    profile = Profile.default() if profile_folder is None else Profile.below(Path(profile_folder).absolute())
    application = create_application(sys.argv[:1])
    instance = SingleInstance(profile)
    if instance.claim(paths, model) is Claim.HANDED_OVER:
        sys.stderr.write(f"{notices.already_running().text}\n")
        return 0
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    hook = ExceptionHook()
    hook.install()
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OutputWriteError):
            # Without a place for a log the program still works.
            stack.callback(close_log, open_log(profile))
        front = Front(application, profile)
        opening = Opening(front, application, instance, hook, profile, Wishes(model, device), paths)
        _close_on_signals(front.window, application)
        collector = MainThreadGc()
        collector.start()
        front.show()
        code = application.exec()
        if opening.program is not None:
            opening.program.close()
        collector.stop()
        instance.release()
        hook.uninstall()
    if opening.error is not None:
        raise opening.error
    return code


def _close_on_signals(window: MainWindow, application: QApplication) -> None:
    """Let Ctrl-C and a polite kill close the window as a person would.

    Python runs signal handlers between its own instructions, which the event loop gives it by this timer. That may be
    in the middle of painting, so the window is closed by the event loop, not by the handler.
    """
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, lambda *_: QTimer.singleShot(0, window.close))
    timer = QTimer(application)
    timer.start(_SIGNAL_POLL_MS)
    timer.timeout.connect(lambda: None)
