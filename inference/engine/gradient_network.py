"""Hold a model's gradient graph open on the processor: one run gives activations and gradients of every stage."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inference.arrays import Features, Logits, RgbImage
from inference.cancel import CancelToken
from inference.engine import machine
from inference.engine.devices import Device, Refusal
from inference.engine.network import hash_model
from inference.engine.session import SessionOptions
from inference.errors import InferenceError, ModelLoadError
from inference.models.contract import INPUT_NAME, OutputName
from inference.models.gradient_facts import (
    DIRECTION_NAME,
    FACTS_KEY,
    GradientFacts,
    Part,
    activations_name,
    gradients_name,
)
from inference.models.gradient_file import forget_gradient_file, require_gradient_file
from inference.models.progress import OnProgress
from inference.profile import Profile

if TYPE_CHECKING:
    from inference.engine.session import Session

Direction: TypeAlias = NDArray[np.float32]
"""(C,) float32: gradients are of the sum of logits with these factors; 1 at one class, or 1 and -1 at two."""

Weights: TypeAlias = Mapping[str, NDArray[np.float32]]
"""Learned tensors by name."""

_IMAGE_RANK = 3


@dataclass(frozen=True, slots=True)
class StageMaps:
    """What a stage gave for a picture, and what each number of it means to the classes that were asked for.

    Attributes:
        activations: (K, h, w) float32.
        gradients: (K, h, w) float32, of the direction's sum of logits with respect to `activations`.
    """

    activations: Features
    gradients: Features


@dataclass(frozen=True, slots=True)
class GradientRun:
    """One run.

    Attributes:
        logits: (C,) float32.
        stages: by number.
    """

    logits: Logits
    stages: Mapping[int, StageMaps]


class GradientNetwork:
    """A model's gradients, open on the processor. Made by `GradientNetwork.open`; one thread at a time may use it.

    Attributes:
        facts: the stages and learned tensors.
        path: of the graph file.
    """

    def __init__(self, session: Session, facts: GradientFacts, path: Path, options: SessionOptions) -> None:
        self.facts = facts
        self.path = path
        self._session: Session | None = session
        self._options = options
        self._in_use = threading.Lock()

    @classmethod
    def open(
        cls,
        model: str | Path,
        profile: Profile,
        *,
        model_hash: str | None = None,
        threads: int | None = None,
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> GradientNetwork:
        """Open the gradients of a model; on first use of a model they are written, which takes a second or a few.

        Args:
            model: the model's `.onnx` file.
            profile: whose cache holds what was written.
            model_hash: SHA-256 that the file must have, that of the network that is open; None takes it as it is.
            threads: that compute; None takes the processor's physical cores.
            on_progress: told what is being done.
            cancel: ends the writing.

        Raises:
            NoGradientsError: the model is no network of residual stages with an exact head.
            ModelLoadError: it cannot be read, or was changed since.
            OutputWriteError: the cache cannot be written into.
            ChildTaskError: the process that writes them died.
            Cancelled: if `cancel` was used.
        """
        found = hash_model(str(model))
        if model_hash is not None and found != model_hash:
            raise ModelLoadError(str(model), "it was changed since it was opened.")
        options = SessionOptions(threads or machine.physical_cores())
        path = require_gradient_file(Path(model), found, profile, on_progress=on_progress, cancel=cancel)
        try:
            return cls._opened(path, options, {})
        except ModelLoadError:
            # A cache may be damaged; what it holds can be made again.
            forget_gradient_file(found, profile)
            path = require_gradient_file(Path(model), found, profile, on_progress=on_progress, cancel=cancel)
            return cls._opened(path, options, {})

    @property
    def stages(self) -> tuple[int, ...]:
        """Numbers of the stages, first to last."""
        return tuple(stage.number for stage in self.facts.stages)

    @property
    def parts(self) -> tuple[Part, ...]:
        """What can be given other weights together, from the head back to the first layer."""
        return self.facts.parts

    def with_weights(self, weights: Weights) -> GradientNetwork:
        """The same network with other numbers in some learned tensors; takes as long as opening it.

        Raises:
            ModelLoadError: the file is gone or damaged, or a tensor has another shape.
        """
        return self._opened(self.path, self._options, weights)

    def run(self, image: RgbImage, direction: Direction, *, cancel: CancelToken | None = None) -> GradientRun:
        """Run forwards and backwards once.

        Args:
            image: (H, W, 3) uint8, the network's input.
            direction: (C,) float32.
            cancel: stops after the layer that is being computed.

        Raises:
            Cancelled: if `cancel` was used.
            InferenceError: it cannot be run, or gives no valid numbers.
            ValueError: an argument has another shape or type.
            RuntimeError: another thread is using this network.
        """
        if image.dtype != np.uint8 or image.ndim != _IMAGE_RANK or image.shape[-1] != 3:  # noqa: PLR2004 - red, green, blue
            raise ValueError(f"the image must be uint8 (H, W, 3), not {image.dtype} {image.shape}")
        if direction.dtype != np.float32 or direction.shape != (self.facts.classes,):
            raise ValueError(f"the direction must be float32 ({self.facts.classes},), not {direction.dtype}")
        names = [OutputName.LOGITS.value]
        names += [name(stage) for stage in self.stages for name in (activations_name, gradients_name)]
        if not self._in_use.acquire(blocking=False):
            raise RuntimeError("another thread is using this network")
        try:
            if self._session is None:
                raise InferenceError("it was closed.")
            feeds: dict[str, np.ndarray] = {INPUT_NAME: image[None], DIRECTION_NAME: direction[None]}
            arrays = self._session.run(names, feeds, cancel)
        finally:
            self._in_use.release()
        if not all(np.isfinite(array).all() for array in arrays.values()):
            raise InferenceError("it gave no valid numbers.")
        made = {
            stage: StageMaps(arrays[activations_name(stage)][0], arrays[gradients_name(stage)][0])
            for stage in self.stages
        }
        return GradientRun(arrays[OutputName.LOGITS][0], MappingProxyType(made))

    def close(self) -> None:
        """Free the memory, after the run that is under way. Closing twice does nothing."""
        with self._in_use:
            self._session = None

    @classmethod
    def _opened(cls, path: Path, options: SessionOptions, weights: Weights) -> GradientNetwork:
        from inference.engine.runtime import open_session  # noqa: PLC0415 - see `Network.open`

        session = open_session(str(path), Device.CPU, options, weights=weights)
        if isinstance(session, Refusal):
            raise ModelLoadError(str(path), f"{session.reason}.")
        try:
            facts = GradientFacts.from_json(session.metadata[FACTS_KEY])
        except (KeyError, ValueError) as error:
            raise ModelLoadError(str(path), "it does not say what it computes.") from error
        return cls(session, facts, path, options)
