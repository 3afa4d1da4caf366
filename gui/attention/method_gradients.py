"""Hold the gradients of the open model: opened in a worker thread when somebody asks, kept while the model is open."""

from __future__ import annotations

import importlib
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from gui.engine_link import EngineLink
from gui.messages import describe, unexpected
from gui.tasks import Lane, Task, TaskRunner
from gui.words import tr
from inference.classify.events import ModelOpened
from inference.errors import CardinalError
from inference.models.gradient_file import NoGradientsError
from inference.models.progress import Progress
from inference.profile import Profile

if TYPE_CHECKING:
    from inference.engine.gradient_network import GradientNetwork


class MethodGradients(QObject):
    """Opens the model's second file; its first use writes that file in a child process.

    Signals:
        changed(): it is being opened now, was opened, or cannot be.
    """

    changed = Signal()

    def __init__(self, link: EngineLink, runner: TaskRunner, profile: Profile) -> None:
        super().__init__()
        self._runner = runner
        self._profile = profile
        self._name = ""
        self._model_hash = ""
        self._network: GradientNetwork | None = None
        self._task: Task | None = None
        self._refusal = ""
        self._can_try_again = False
        self._may_write = False
        self._step = ""
        link.event_arrived.connect(self._on_event)

    @property
    def network(self) -> GradientNetwork | None:
        """The gradients, for the thread that owns the network; None while they are not open."""
        return self._network

    @property
    def earlier_stages(self) -> tuple[int, ...]:
        """Numbers of the stages before the last one, that with the finest cells last; none while they are not known."""
        return () if self._network is None else tuple(reversed(self._network.stages[:-1]))

    @property
    def is_opening(self) -> bool:
        """Whether they will be there in a moment."""
        return self._task is not None

    @property
    def words(self) -> str:
        """What is being done, or why there are no gradients; empty while they are open, or nobody asked."""
        if self._task is not None:
            return self._step or tr("Opening this model's gradients\N{HORIZONTAL ELLIPSIS}")
        return self._refusal

    def want(self, *, may_write: bool = True) -> None:
        """Open them, where that was not done; after an error it is tried again, after a refusal not.

        Args:
            may_write: also where the second file is not there yet; otherwise that tells nothing and can be asked again.
        """
        self._may_write = may_write
        if self._network is not None or self._task is not None or not self._name:
            return
        if self._refusal and not self._can_try_again:
            return
        work = importlib.import_module("gui.attention.method_work")
        opening = partial(work.open_gradients, self._name, self._model_hash, self._profile, may_write=may_write)
        task = self._task = self._runner.create(opening, Lane.MODELS)
        self._step = self._refusal = ""
        task.progressed.connect(self._on_progressed)
        # One that is cancelled, since another model was opened, tells neither.
        task.succeeded.connect(self._on_opened)
        task.failed.connect(self._on_failed)
        self._runner.start(task)
        self.changed.emit()

    @Slot(object)
    def _on_event(self, event: object) -> None:
        if not isinstance(event, ModelOpened):
            return
        name, model_hash = event.name, event.classifier.network.model_hash
        if model_hash != self._model_hash:
            self._forget()
            self._model_hash = model_hash
        self._name = name

    def _forget(self) -> None:
        """Another model is open."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self._network is not None:
            self._close(self._network)
        self._network, self._refusal = None, ""
        self.changed.emit()

    def _close(self, network: GradientNetwork) -> None:
        """A run may be under way, and closing waits for its end."""
        self._runner.start(self._runner.create(lambda _progress, _cancel: network.close(), Lane.MODELS))

    @Slot(object)
    def _on_progressed(self, progress: Progress) -> None:
        del progress
        self._step = tr(
            "Writing down how this model computes its gradients, once. This takes a few seconds\N{HORIZONTAL ELLIPSIS}"
        )
        self.changed.emit()

    @Slot(object)
    def _on_opened(self, found: GradientNetwork | NoGradientsError | None) -> None:
        if found is None and self._may_write:
            # Somebody has asked for them since they were only looked for.
            self._task = None
            self.want()
            return
        if isinstance(found, NoGradientsError):
            self._end(str(found), can_try_again=False)
        else:
            self._network = found
            self._end("", can_try_again=False)

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        message = describe(error) if isinstance(error, CardinalError) else unexpected(tr("gradients"), repr(error))
        self._end(message.text, can_try_again=True)

    def _end(self, refusal: str, *, can_try_again: bool) -> None:
        self._task = None
        self._refusal, self._can_try_again = refusal, can_try_again
        self.changed.emit()
