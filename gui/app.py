"""Start the window's program and run it to its end."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from gui import notices
from gui.exception_hook import ExceptionHook
from gui.icons import app_icon
from gui.log_file import close_log, open_log
from gui.main_thread_gc import MainThreadGc
from gui.program import Program, Wishes
from gui.settings import SettingsStore
from gui.single_instance import Claim, SingleInstance
from gui.trace import Trace
from inference.errors import OutputWriteError
from inference.profile import Profile

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
    """The program with its settings, not started: tests build it without running it."""
    loaded = SettingsStore(profile).load()
    program = Program(application, profile, loaded.settings, wishes, Trace.from_environment())
    if loaded.set_aside is not None:
        program.window.messages.show_message(notices.settings_reset(str(loaded.set_aside)))
    return program


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
        program = build(application, profile, Wishes(model, device))
        hook.failed.connect(program.show_message)
        instance.paths_received.connect(program.open_paths)
        program.closed.connect(application.quit)
        _close_on_signals(program, application)
        collector = MainThreadGc()
        collector.start()
        program.start()
        if paths:
            program.open_paths(paths)
        code = application.exec()
        program.close()
        collector.stop()
        instance.release()
        hook.uninstall()
    return code


def _close_on_signals(program: Program, application: QApplication) -> None:
    """Let Ctrl-C and a polite kill close the window as a person would.

    Python runs signal handlers between its own instructions, which the event loop gives it by this timer. That may be
    in the middle of painting, so the window is closed by the event loop, not by the handler.
    """
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, lambda *_: QTimer.singleShot(0, program.window.close))
    timer = QTimer(application)
    timer.start(_SIGNAL_POLL_MS)
    timer.timeout.connect(lambda: None)
