"""Named stand-ins for what is slow, fails or must be watched: small and typed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any, TypeVar

import numpy as np

from inference.arrays import InputBatch
from inference.cancel import Cancelled, CancelToken
from inference.engine.devices import Device, Precision, Refusal
from inference.engine.network import Head, NetworkOutputs
from inference.errors import InferenceError
from inference.models.contract import Label, MapKind, ModelContract, Preprocessing

CLASSES = 6
CHANNELS = 3
T = TypeVar("T")
A = TypeVar("A")


def fake_contract() -> ModelContract:
    """Six classes; pictures of 8 pixels."""
    return ModelContract(
        name="fake",
        title="Fake",
        labels=tuple(Label(f"class {index}") for index in range(CLASSES)),
        preprocessing=Preprocessing(resize=8, crop=8),
        maps=MapKind.EXACT,
    )


class FakeNetwork:
    """A network whose first logit is the mean of the picture, so that answers cannot be mixed up unseen.

    Attributes:
        batches: the sizes of the runs so far.
        memory: a run of more pictures than this fails for want of memory.
        fails: every run fails.
        gate: runs wait until it is set, or until they are cancelled.
    """

    def __init__(self) -> None:
        self.contract = fake_contract()
        self.device = Device.CPU
        self.precision = Precision.FLOAT32
        self.refusals: tuple[Refusal, ...] = ()
        self.head: Head | None = Head(np.eye(CLASSES, CHANNELS, dtype=np.float32), np.zeros(CLASSES, np.float32))
        self.model_hash = "0" * 64
        self.batches: list[int] = []
        self.memory = 1_000
        self.fails = False
        self.gate = threading.Event()
        self.gate.set()
        self.running = threading.Event()
        self.closed = False
        self.bad_value: int | None = None

    def run(
        self,
        images: InputBatch,
        *,
        evidence: bool = True,
        embedding: bool = False,
        features: bool = False,
        cancel: CancelToken | None = None,
    ) -> NetworkOutputs:
        self.batches.append(len(images))
        self.running.set()
        while not self.gate.wait(0.01):
            if cancel is not None and cancel.is_set():
                raise Cancelled
        if self.fails:
            raise InferenceError("it is broken.")
        if len(images) > self.memory:
            raise InferenceError("out of memory.", out_of_memory=True)
        means = images.reshape(len(images), -1).mean(axis=1).astype(np.float32)
        logits = np.zeros((len(images), CLASSES), np.float32)
        logits[:, 0] = means
        if self.bad_value is not None:
            logits[means == self.bad_value] = np.nan
        top = np.argsort(-logits, axis=1, kind="stable")[:, :5]
        maps = np.take_along_axis(logits, top, axis=1)[..., None, None] / 4 * np.ones((2, 2), np.float32)
        return NetworkOutputs(
            logits=logits,
            top_classes=top,
            evidence=maps.astype(np.float32) if evidence else None,
            embedding=np.repeat(means[:, None], CHANNELS, axis=1) if embedding else None,
            features=np.ones((len(images), CHANNELS, 2, 2), np.float32) if features else None,
        )

    def close(self) -> None:
        self.closed = True


class InlinePool:
    """A decode pool that decodes here and now, or holds its answers until `release`."""

    def __init__(self, *, workers: int = 2, held: bool = False) -> None:
        self.workers, self.room = workers, 2 * workers
        self.submitted: list[str] = []
        self._held = held
        self._waiting: list[Callable[[], None]] = []

    def submit(self, function: Callable[[str, A], T], path: str, argument: A, *, urgent: bool = False) -> Future[T]:
        del urgent
        self.submitted.append(path)
        future: Future[T] = Future()

        def answer() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(function(path, argument))
            except Exception as error:  # noqa: BLE001 - as the real pool: every error ends the future
                future.set_exception(error)

        if self._held:
            self._waiting.append(answer)
        else:
            answer()
        return future

    def release(self) -> None:
        """Answer everything that waits."""
        waiting, self._waiting = self._waiting, []
        for answer in waiting:
            answer()

    def close(self) -> None:
        pass


def keys_of(answers: Iterable[Any]) -> list[int]:
    """The keys of some answers, in order."""
    return [answer.key for answer in answers]
