"""Save the map on screen for other programs, where a person asks for it."""

from __future__ import annotations

import importlib
import itertools
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from gui import notices
from gui.attention.examination import ExaminationBench
from gui.attention.examined import Examined
from gui.attention.examiner import Examiner
from gui.map_on_page import DrawnMap
from gui.messages import describe, unexpected
from gui.plain_text import name_of
from gui.tasks import Lane, TaskRunner
from gui.user_message import Level, Place, UserMessage
from gui.viewer.viewer_page import ViewerPage
from gui.viewing import Viewing
from gui.words import tr
from inference.cancel import Cancelled
from inference.errors import CardinalError, ImageProblem, ImageReadError

if TYPE_CHECKING:
    from gui.attention.keep_work import KeptMap
    from inference.classify.preprocess import PreparedPicture


logger = logging.getLogger(__name__)

_LAST_S = 2.0
"""So long a window that closes waits for the pictures of maps that are being saved."""


@dataclass(frozen=True, slots=True)
class _Saving:
    """One map on its way to its files."""

    chosen: str
    kept: KeptMap


class KeepDesk(QObject):
    """Reads the picture again, draws the map into it, and writes picture, numbers and manifest side by side.

    Attributes:
        first_folder: where the dialog begins.
        look: another look that is on screen, with its map and how it looked; None for the usual one.
        is_painted: whether the map on screen is of a picture that is painted over.

    Signals:
        message_raised(message: UserMessage): what came of it.
    """

    message_raised = Signal(object)

    def __init__(self, page: ViewerPage, viewing: Viewing, examiner: Examiner, runner: TaskRunner) -> None:
        super().__init__()
        self._page = page
        self._viewing = viewing
        self._examiner = examiner
        self._runner = runner
        self._numbers = itertools.count(1)
        self._under_way: dict[str, _Saving] = {}
        self.first_folder: Callable[[], str] = str
        self.look: Callable[[], tuple[Examined, DrawnMap, Mapping[str, Any]] | None] = _none
        self.is_painted: Callable[[], bool] = bool
        examiner.answered.connect(self._on_read)
        examiner.failed.connect(self._on_unreadable)
        examiner.open_changed.connect(self._on_open_changed)

    @Slot()
    def save(self) -> None:
        """Ask where to, and save the map on screen there."""
        kept = self._map_on_screen()
        if kept is None:
            return
        name = f"{Path(kept.examined.path).stem} map.png"
        chosen, _ = QFileDialog.getSaveFileName(
            self._page.window(),
            tr("Save the map as picture, numbers and description"),
            str(Path(self.first_folder()) / name),
            tr("PNG picture, with NPY and JSON beside it (*.png)"),
        )
        if chosen:
            self.save_to(chosen, kept)

    def save_to(self, chosen: str, kept: KeptMap) -> None:
        """Save a map; a message follows, whatever comes on screen meanwhile.

        Args:
            chosen: name of the picture; the other two files have the same but for the suffix.
            kept: the map.
        """
        kind = f"keep-{next(self._numbers)}"
        self._under_way[kind] = _Saving(chosen, kept)
        self._read(kind)

    @Slot()
    def finish(self) -> None:
        """Write now what is on its way to its files: the window goes, and no answer of the engine comes any more."""
        deadline = time.monotonic() + _LAST_S
        for kind in list(self._under_way):
            saving, work = self._under_way.pop(kind), _work()
            examined = saving.kept.examined
            try:
                picture = self._examiner.read_now(
                    examined.path, work.reading_order(examined), max(0.0, deadline - time.monotonic())
                )
                if not picture.facts.is_of_file(examined.classification.facts):
                    raise ImageReadError(examined.path, ImageProblem.CHANGED)
                work.write(saving.chosen, saving.kept, picture)
            except (CardinalError, Cancelled, CancelledError, TimeoutError) as error:
                logger.warning("a map was not saved: %s", error)

    def _map_on_screen(self) -> KeptMap | None:
        look, view = self.look(), {}
        examined, drawn = self._viewing.examined, self._viewing.drawn_map
        if look is not None:
            examined, drawn, view = look[0], look[1], {"view": look[2]}
        if self.is_painted():
            self._refuse(tr("The numbers of a painted picture are not saved. The picture can be saved as it is shown."))
            return None
        if examined is None or drawn is None or drawn.inspection is not examined.inspection:
            self._refuse(tr("There are no exact numbers of this map to save. The picture can be saved as it is shown."))
            return None
        panel = self._page.inspector.map_panel
        try:
            kept: KeptMap = _work().map_of(examined, drawn, panel.mode, outline=panel.has_outline, **view)
        except CardinalError as error:
            self._tell_failed(error)
            return None
        return kept

    def _refuse(self, text: str) -> None:
        self.message_raised.emit(UserMessage("E-421", Place.TOAST, Level.WARNING, text))

    def _read(self, kind: str) -> None:
        examined = self._under_way[kind].kept.examined
        order = _work().reading_order(examined)
        facts = examined.classification.facts
        self._examiner.ask(kind, examined.key, _pass_on, path=examined.path, view=order, facts=facts)

    @Slot(str, int, object)
    def _on_read(self, kind: str, _key: int, picture: PreparedPicture) -> None:
        saving = self._under_way.pop(kind, None)
        if saving is None:
            return
        work = _work()
        task = self._runner.create(
            lambda _progress, _cancel: work.write(saving.chosen, saving.kept, picture), Lane.FILES
        )
        task.succeeded.connect(partial(self._on_saved, saving.chosen))
        task.failed.connect(self._tell_failed)
        self._runner.start(task)

    @Slot(str, int, object)
    def _on_unreadable(self, kind: str, _key: int, error: CardinalError) -> None:
        if self._under_way.pop(kind, None) is not None:
            self._tell_failed(error)

    @Slot(str, bool)
    def _on_open_changed(self, kind: str, is_open: bool) -> None:
        # Questions about a picture are given up when it leaves the screen; what a person saves is wanted all the same.
        if not is_open and kind in self._under_way:
            self._read(kind)

    def _on_saved(self, chosen: str, _result: object) -> None:
        picture, numbers, description = (str(path) for path in _work().targets_of(chosen))
        text = tr("Saved {picture}, {numbers} and {description}.").format(
            picture=name_of(picture), numbers=name_of(numbers), description=name_of(description)
        )
        self.message_raised.emit(replace(notices.view_saved(picture), text=text))

    @Slot(object)
    def _tell_failed(self, error: object) -> None:
        message = describe(error) if isinstance(error, CardinalError) else unexpected(tr("saving"), repr(error))
        # "Try again" would mean another kind of saving: this one begins with its menu entry.
        self.message_raised.emit(replace(message, actions=()))


def _pass_on(bench: ExaminationBench) -> object:
    """Nothing is asked of the network: the picture alone was wanted."""
    return bench.picture


def _none() -> None:
    """No other look than the usual one."""


def _work() -> Any:  # noqa: ANN401 - a module
    """It imports numpy and Pillow: at the first use."""
    return importlib.import_module("gui.attention.keep_work")
