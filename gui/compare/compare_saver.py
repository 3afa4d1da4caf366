"""Write a comparison to a PNG file: all pictures with their maps and words, and one legend."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from gui import notices
from gui.messages import describe, unexpected
from gui.tasks import Lane, TaskRunner
from gui.viewer.map_mode import MapMode
from gui.words import tr
from inference.errors import CardinalError
from inference.results import CropGeometry

if TYPE_CHECKING:
    from gui.compare.answers import Pixels
    from inference.arrays import EvidenceMap


@dataclass(frozen=True, slots=True, eq=False)
class SavedPanel:
    """One panel as it stands on the page.

    Attributes:
        pixels: the picture.
        crop: what the network saw, in pixels of the original.
        contributions: (h, w) float32 in logits, or None where no map is shown.
        title: above it.
        lines: below it.
    """

    pixels: Pixels
    crop: CropGeometry
    contributions: EvidenceMap | None
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ToSave:
    """What is written, whatever comes on screen meanwhile.

    Attributes:
        panels: from left to right.
        mode: how the maps are drawn.
        scale: s of the scale -s...+s, in logits.
        strength: of the maps, 0...1.
        lines: what holds for all panels.
        originals: files that must stay as they are.
    """

    panels: Sequence[SavedPanel]
    mode: MapMode
    scale: float
    strength: float
    lines: tuple[str, ...]
    originals: Sequence[str]


class CompareSaver(QObject):
    """Asks for a file, and has it written in a lane of its own.

    Attributes:
        first_folder: where the dialog begins.

    Signals:
        message_raised(message: UserMessage): what came of it.
    """

    message_raised = Signal(object)

    def __init__(self, window: QWidget, runner: TaskRunner) -> None:
        super().__init__()
        self._window = window
        self._runner = runner
        self.first_folder: Callable[[], str] = str

    def save(self, content: ToSave) -> None:
        """Ask where to, and save it there."""
        name = Path(content.originals[0]).stem
        chosen, _ = QFileDialog.getSaveFileName(
            self._window,
            tr("Save comparison"),
            str(Path(self.first_folder()) / f"{name} comparison.png"),
            tr("PNG pictures (*.png)"),
        )
        if chosen:
            self.save_to(chosen, content)

    def save_to(self, chosen: str, content: ToSave) -> None:
        """Save it to a file; a message follows."""
        target = target_of(chosen)

        def write(_on_progress: object, _cancel: object) -> None:
            importlib.import_module("gui.compare.compare_files").write(target, content)

        task = self._runner.create(write, Lane.FILES)
        task.succeeded.connect(partial(self._on_saved, str(target)))
        task.failed.connect(self._on_failed)
        self._runner.start(task)

    def _on_saved(self, target: str, _result: object) -> None:
        self.message_raised.emit(notices.view_saved(target))

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        message = describe(error) if isinstance(error, CardinalError) else unexpected(tr("saving"), repr(error))
        # "Try again" would mean another kind of saving.
        self.message_raised.emit(replace(message, actions=()))


def target_of(chosen: str) -> Path:
    """The file for a name that a person chose, with or without its suffix."""
    path = Path(chosen)
    return path if path.suffix.lower() == ".png" else path.with_name(f"{path.name}.png")
