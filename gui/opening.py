"""Load and build the program behind a window that is on screen already, in steps between which it can be painted."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from gui.exception_hook import ExceptionHook
from gui.front import Front
from gui.single_instance import SingleInstance
from gui.wishes import Wishes
from inference.profile import Profile

if TYPE_CHECKING:
    from gui.program import Program

_PORTIONS = (
    "gui.gallery_page", "gui.viewer.viewer_page", "gui.library.library_dock", "gui.review.review_panel",
    "gui.review.class_page", "gui.action_table", "gui.compare.compare_page", "gui.controller", "gui.label_side",
    "gui.attention.attention_side", "gui.program",
)  # fmt: skip
"""Modules that bring others; each takes a few frames, so that no step keeps the window from being painted for long."""


class Opening(QObject):
    """Begins when the window has been painted. Clicks and keys wait until the program is there to answer them.

    Attributes:
        program: None until it is built.
        error: what kept it from being built; the event loop then ends with code 1.
    """

    def __init__(
        self,
        front: Front,
        application: QApplication,
        instance: SingleInstance,
        hook: ExceptionHook,
        profile: Profile,
        wishes: Wishes,
        paths: Sequence[str],
    ) -> None:
        super().__init__()
        self.program: Program | None = None
        self.error: BaseException | None = None
        self._front = front
        self._application = application
        self._instance = instance
        self._hook = hook
        self._profile = profile
        self._wishes = wishes
        self._paths = list(paths)
        instance.paths_received.connect(front.keep_handed_over)
        self._has_begun = False
        front.window.painted.connect(self._on_painted)
        front.window.close_requested.connect(self._on_close_requested)

    @Slot()
    def _on_close_requested(self) -> None:
        # A window that is closed before its first painting never gets a program whose end would be that of the loop.
        if not self._has_begun:
            self._application.quit()

    @Slot()
    def _on_painted(self) -> None:
        # After the painting that this is told in.
        QTimer.singleShot(0, self._build)

    @Slot()
    def _build(self) -> None:
        self._has_begun = True
        try:
            for name in _PORTIONS:
                importlib.import_module(name)
                self._application.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
            if self._front.is_closed:
                self._application.quit()
            else:
                self._start()
        except BaseException as error:  # noqa: BLE001 - a window without a program would never end by itself
            self.error = error
            self._application.exit(1)

    def _start(self) -> None:
        from gui.program import Program  # noqa: PLC0415 - with the last portion

        front = self._front
        self.program = program = Program(front, self._profile, self._wishes)
        self._hook.failed.connect(program.show_message)
        program.closed.connect(self._application.quit)
        self._instance.paths_received.disconnect(front.keep_handed_over)
        self._instance.paths_received.connect(program.open_paths)
        program.start()
        if self._paths:
            program.open_paths(self._paths)
        for handed_over in front.take_handed_over():
            program.open_paths(list(handed_over.paths), handed_over.model)
