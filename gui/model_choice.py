"""Carry out what a person wants of models: open one, add one from a file, fetch an official one."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from gui import notices
from gui.engine_link import EngineLink
from gui.messages import describe, unexpected
from gui.tasks import Lane, Task, TaskRunner, Work
from gui.user_message import MessageAction
from gui.words import tr
from inference.classify.events import ModelFailed, ModelOpened
from inference.engine.devices import AUTO, Device
from inference.errors import CardinalError, DownloadError, ModelNotFoundError
from inference.models.catalog import Catalog, ModelFile, default_model_name, list_models
from inference.models.official import OfficialWeights
from inference.models.progress import Progress
from inference.profile import Profile

if TYPE_CHECKING:
    from inference.classify.classifier import Classifier

logger = logging.getLogger(__name__)


class ModelChoice(QObject):
    """Knows which model is open and which is being opened.

    Signals:
        loading(title: str): a model is being opened.
        opened(classifier: Classifier): it is ready; its network says where it runs.
        failed(name: str): it could not be opened; the one before, if any, is still in use.
        installing(progress: Progress | None): a model is being made or downloaded; None when that is over.
        installed_after_all(subject: str): what an earlier message of this subject said could not be added is there now.
        message_raised(message: UserMessage): something about models must be said.
    """

    loading = Signal(str)
    opened = Signal(object)
    failed = Signal(str)
    installing = Signal(object)
    installed_after_all = Signal(str)
    message_raised = Signal(object)

    def __init__(self, link: EngineLink, runner: TaskRunner, profile: Profile) -> None:
        super().__init__()
        self._link = link
        self._runner = runner
        self._profile = profile
        self._device: str = AUTO
        self._top_count = 5
        self._batch_size: int | None = None
        self._name = self._wanted = self._runs_on = ""
        self._was_chosen = False
        # Additions and downloads that are under way, and those that failed and can be tried again, by what they add.
        self._installs: dict[Task, tuple[str, Work]] = {}
        self._failed: dict[str, Work] = {}

    @property
    def name(self) -> str:
        """The name or file of the open model, as it was chosen; empty while there is none."""
        return self._name

    @property
    def runs_on(self) -> str:
        """Where the open model runs and how exactly, "cuda, float16" for example; empty while there is none."""
        return self._runs_on

    @property
    def was_chosen(self) -> bool:
        """Whether a model was chosen by name since the program started, so that the next start opens it again."""
        return self._was_chosen

    @property
    def is_installing(self) -> bool:
        """Whether a model is being made or downloaded."""
        return bool(self._installs)

    def configure(self, *, device: str, top_count: int, batch_size: int | None = None) -> None:
        """Say how models are opened from now on."""
        self._device, self._top_count, self._batch_size = device, top_count, batch_size

    def installed(self) -> Catalog:
        """What can be chosen."""
        return list_models(self._profile)

    def open(self, name: str) -> None:
        """Open a model by name or file; an empty name means the default one."""
        room = self._link.room
        if room is None:
            return
        self._wanted = wanted = name or default_model_name(self._profile)
        self.loading.emit(self._title(wanted))
        room.open_model(wanted, self._device, batch_size=self._batch_size, top_count=self._top_count)

    def use_processor(self) -> None:
        """Open the model that was wanted last on the processor, as all others until the program ends."""
        self._device = Device.CPU.value
        self.open(self._wanted)

    def choose(self, name: str) -> None:
        """Open the model that the person chose, now and at the next start."""
        self._was_chosen = True
        self.open(name)

    def on_event(self, event: ModelOpened | ModelFailed) -> None:
        """Take what the service says of a model."""
        if isinstance(event, ModelFailed):
            self.failed.emit(event.name)
            is_missing = isinstance(event.error, ModelNotFoundError)
            if self._name and is_missing:
                self.message_raised.emit(notices.model_not_opened(event.name, self._title(self._name)))
            else:
                self.message_raised.emit(describe(event.error))
            return
        self._name = event.name
        classifier: Classifier = event.classifier
        network = classifier.network
        self._runs_on = f"{network.device.value}, {network.precision.value}"
        self.opened.emit(classifier)
        self._learn_engine(network.device)
        if network.contract.preprocessing.assumed:
            self.message_raised.emit(notices.preprocessing_assumed(network.contract.title))
        for refusal in network.refusals:
            if refusal.is_here:
                message = notices.device_refused(refusal.device.value, refusal.reason, refusal.remedy)
                self.message_raised.emit(message)

    def add(self, path: str) -> None:
        """Adopt a stranger's `.onnx`, in a child process."""
        room = self._link.room
        if room is not None:
            self._install(path, partial(room.install_file, Path(path)))

    def get(self, weights: OfficialWeights) -> None:
        """Download torchvision's weights and convert them, in a child process."""
        room = self._link.room
        if room is not None:
            self._install(weights.name, partial(room.install_official, weights))

    def cancel_installing(self) -> None:
        """Give up; what was downloaded is kept for the next try."""
        for task in self._installs:
            task.cancel()

    def try_again(self, subject: str) -> None:
        """Repeat, once, the addition or download that failed with a message of this subject."""
        work = self._failed.pop(subject, None)
        is_under_way = any(subject == one for one, _ in self._installs.values())
        if work is not None and not is_under_way:
            self._install(subject, work)

    def _install(self, subject: str, work: Work) -> None:
        task = self._runner.create(work, Lane.MODELS)
        self._installs[task] = subject, work
        task.progressed.connect(self._on_progress)
        task.succeeded.connect(self._on_installed)
        task.failed.connect(self._on_not_installed)
        task.finished.connect(self._on_finished)
        self.installing.emit(Progress(tr("Waiting"), 0, None))
        self._runner.start(task)

    def _learn_engine(self, device: Device) -> None:
        """Find out in the background what is fastest on the processor or on the card; the next start uses it."""
        room = self._link.room
        if room is None:
            return
        if device in {Device.CUDA, Device.TENSORRT}:
            work: Work = partial(room.learn_card, self._name, device)
        elif self._device == AUTO and device is Device.CPU:
            work = partial(room.learn_engine, self._name)
        else:
            return
        task = self._runner.create(work, Lane.ENGINES)
        task.failed.connect(self._on_not_learned)
        self._runner.start(task)

    @Slot(object)
    def _on_not_learned(self, error: object) -> None:
        logger.info("the engines were not compared: %s", error)

    def _title(self, name: str) -> str:
        titles = {model.name: model.contract.title for model in self.installed().models}
        return titles.get(name, Path(name).name)

    @Slot(object)
    def _on_progress(self, progress: object) -> None:
        self.installing.emit(progress)

    @Slot(object)
    def _on_installed(self, model: ModelFile) -> None:
        subject, _ = self._installs[self._sending_task()]
        if self._failed.pop(subject, None) is not None:
            # To try it again would make a second copy.
            self.installed_after_all.emit(subject)
        self.message_raised.emit(notices.model_ready(model.name))

    @Slot(object)
    def _on_not_installed(self, error: object) -> None:
        subject, work = self._installs[self._sending_task()]
        if isinstance(error, CardinalError):
            # The address says less to a person than the model's name does.
            message = describe(error, subject if isinstance(error, DownloadError) else "")
        else:
            message = unexpected(tr("the models"), repr(error))
        if MessageAction.TRY_AGAIN in message.actions:
            self._failed[subject] = work
            message = replace(message, subject=subject)
        self.message_raised.emit(message)

    @Slot()
    def _on_finished(self) -> None:
        self._installs.pop(self._sending_task(), None)
        if not self._installs:
            self.installing.emit(None)

    def _sending_task(self) -> Task:
        task = self.sender()
        if not isinstance(task, Task):
            raise TypeError("only a task may be connected with this")
        return task
