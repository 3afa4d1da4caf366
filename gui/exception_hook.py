"""Catch what nobody caught: write it to the log and say it once."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

from gui.messages import unexpected
from gui.words import tr

_log = logging.getLogger(__name__)
_qt_log = logging.getLogger("qt")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class ExceptionHook(QObject):
    """Stands behind `sys.excepthook`, `threading.excepthook` and Qt's messages while it is installed.

    An exception in a slot does not stop the program; without this hook it would only be printed.

    Signals:
        failed(message: UserMessage): something unexpected happened (E-601). The same fault (its type at its place) is
            told once, however often it happens, and logged each time.
    """

    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._told: set[tuple[str, str, int]] = set()
        self._lock = threading.Lock()

    def install(self) -> None:
        """Take the places of the hooks there are."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        qInstallMessageHandler(self._on_qt_message)

    def uninstall(self) -> None:
        """Put Python's and Qt's own hooks back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Runs on: any thread. The signal takes the message to the GUI thread."""
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            sys.__excepthook__(kind, error, trace)
            return
        _log.error("unexpected exception", exc_info=(kind, error, trace))
        place = traceback.extract_tb(trace)[-1] if trace is not None else None
        key = (kind.__name__, place.filename if place else "", place.lineno or 0 if place else 0)
        with self._lock:
            known = key in self._told
            self._told.add(key)
        if not known:
            details = "".join(traceback.format_exception(kind, error, trace))
            self.failed.emit(unexpected(tr("Cardinal"), details))

    def _on_thread_exception(self, arguments: threading.ExceptHookArgs) -> None:
        error = arguments.exc_value or arguments.exc_type()
        self._on_exception(arguments.exc_type, error, arguments.exc_traceback)

    def _on_qt_message(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        """Runs on: any thread."""
        category = context.category if isinstance(context.category, str) else "default"
        _qt_log.log(_LEVELS.get(kind, logging.WARNING), "%s: %s", category, text)
