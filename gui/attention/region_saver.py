"""Ask where a region is to be saved, and write it there for other programs."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from gui import notices
from gui.attention.examined import Examined
from gui.messages import describe, unexpected
from gui.plain_text import for_sentence
from gui.tasks import Lane, TaskRunner
from gui.words import tr
from inference.errors import CardinalError
from inference.models.class_names import distinct_name

if TYPE_CHECKING:
    from inference.attention.masking import CellMask
    from inference.attention.region import Box

FORMS = (("Mask as a picture", ".png"), ("Mask as numbers", ".npy"), ("COCO data set", ".json"), ("YOLO row", ".txt"))
"""What the dialog offers: in words, and the suffix."""


class RegionSaver(QObject):
    """Writes off the GUI thread; never over anything that is there.

    Attributes:
        first_folder: where the dialog begins.

    Signals:
        message_raised(message: UserMessage): what came of it.
    """

    message_raised = Signal(object)

    def __init__(self, runner: TaskRunner) -> None:
        super().__init__()
        self._runner = runner
        self.first_folder: Callable[[], str] = str

    def save(self, window: QWidget, examined: Examined, region: Box | CellMask, subject: int) -> None:
        """Ask for a name, and write the region of a class there; the dialog names the class."""
        name = f"{Path(examined.path).stem} region.png"
        forms = [f"{tr(text)} (*{suffix})" for text, suffix in FORMS]
        chosen, form = QFileDialog.getSaveFileName(
            window,
            tr("Save the region as {name}").format(name=for_sentence(distinct_name(examined.contract.labels, subject))),
            str(Path(self.first_folder()) / name),
            ";;".join(forms),
            forms[0],
            # Nothing is written over, so nobody is asked whether it may be.
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if chosen:
            self.save_to(with_suffix(chosen, form), examined, region, subject)

    def save_to(self, target: str, examined: Examined, region: Box | CellMask, subject: int) -> None:
        """Write it; a message follows."""
        work = importlib.import_module("gui.attention.region_work")
        task = self._runner.create(lambda _progress, _cancel: work.save(target, examined, region, subject), Lane.FILES)
        task.succeeded.connect(partial(self._tell_saved, target))
        task.failed.connect(self._tell_failed)
        self._runner.start(task)

    def _tell_saved(self, target: str, _result: object) -> None:
        self.message_raised.emit(notices.view_saved(target))

    @Slot(object)
    def _tell_failed(self, error: object) -> None:
        message = describe(error) if isinstance(error, CardinalError) else unexpected(tr("saving"), repr(error))
        # "Try again" would mean another kind of saving.
        self.message_raised.emit(replace(message, actions=()))


def with_suffix(chosen: str, form: str) -> str:
    """The name with the form's suffix, unless the person typed another known one than the default name has."""
    wanted = next((suffix for _, suffix in FORMS if form.endswith(f"(*{suffix})")), FORMS[0][1])
    path = Path(chosen)
    known = {suffix for _, suffix in FORMS}
    if path.suffix.lower() not in known:
        return chosen + wanted
    is_given = path.suffix.lower() == FORMS[0][1] and wanted != FORMS[0][1]
    return chosen[: -len(path.suffix)] + wanted if is_given else chosen
