"""Ask another installed model about one picture, beside the open one, which stays as it is."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from gui.compare.picture_reader import PictureReader
from gui.tasks import Lane, Task, TaskRunner
from inference.cancel import CancelToken
from inference.errors import CardinalError, InferenceError
from inference.models.catalog import ModelFile, list_models
from inference.profile import Profile

if TYPE_CHECKING:
    from inference.classify.preprocess import PreparedPicture


class SecondModel(QObject):
    """Reads the picture as the model wants it, opens the model, asks, and closes it: none stays in the memory.

    Signals:
        answered(answer: PictureAnswer): what it says.
        failed(error: CardinalError): why it says nothing.
    """

    answered = Signal(object)
    failed = Signal(object)

    def __init__(self, reader: PictureReader, runner: TaskRunner, profile: Profile) -> None:
        super().__init__()
        self._reader = reader
        self._runner = runner
        self._profile = profile
        self._model: ModelFile | None = None
        self._path = ""
        self._device = ""
        self._task: Task | None = None
        reader.input_read.connect(self._on_input)

    def others(self, open_name: str) -> list[ModelFile]:
        """The installed models but the open one."""
        return [model for model in list_models(self._profile).models if model.name != open_name]

    def ask(self, model: ModelFile, key: int, path: str, device: str) -> None:
        """Ask a model about a picture; `answered` or `failed` follows, unless `stop` or another question comes first.

        Args:
            model: an installed one.
            key: of the image.
            path: of the image.
            device: the name of the one on which it shall run.
        """
        self.stop()
        self._model, self._path, self._device = model, path, device
        self._reader.read_input(key, path, _work().answering_order(model.contract))

    def stop(self) -> None:
        """Its answer is not wanted any more; a model on its way is closed as soon as it is open."""
        self._model = None
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    @Slot(int, object)
    def _on_input(self, _key: int, picture: PreparedPicture) -> None:
        if self._model is None:
            return
        self._task = task = self._runner.create(self._question(self._model.name, picture), Lane.MODELS)
        task.succeeded.connect(self._on_answered)
        task.failed.connect(self._on_failed)
        self._runner.start(task)

    def _question(self, name: str, picture: PreparedPicture) -> Callable[[Callable[[object], None], CancelToken], Any]:
        device, profile, path, second_answer = self._device, self._profile, self._path, _work().second_answer

        def ask(_on_progress: Callable[[object], None], cancel: CancelToken) -> object:
            return second_answer(name, device, profile, path, picture, cancel)

        return ask

    @Slot(object)
    def _on_answered(self, answer: object) -> None:
        if self.sender() is self._task:
            self._task = None
            self.answered.emit(answer)

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        if self.sender() is self._task:
            self._task = None
            known = error if isinstance(error, CardinalError) else InferenceError(f"something went wrong ({error!r}).")
            self.failed.emit(known)


def _work() -> Any:  # noqa: ANN401 - a module
    """The module imports numpy and Pillow: at the first use."""
    return importlib.import_module("gui.compare.compare_work")
