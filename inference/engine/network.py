"""Hold one model open on one device, checked against its contract, and run batches of pictures through it."""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inference.arrays import ClassIndices, Embedding, EvidenceMaps, HeadBias, HeadWeight, InputBatch, Logits
from inference.cancel import Cancelled, CancelToken
from inference.engine import machine
from inference.engine.devices import AUTO, Device, Precision, Refusal, devices_to_try
from inference.engine.self_check import answer_problems, checked_outputs, graph_problems, noise_picture
from inference.engine.session import SessionOptions
from inference.errors import DeviceError, InferenceError, ModelContractError, ModelLoadError
from inference.models.checksum import require_unchanged, sha256_of
from inference.models.contract import INPUT_NAME, ModelContract, OutputName
from inference.models.contract_reading import read_contract
from inference.pictures.regular_file import NotRegularError, open_regular

if TYPE_CHECKING:
    from inference.engine.card.choice import CardChoices
    from inference.engine.choice import EngineChoices
    from inference.engine.session import Session

logger = logging.getLogger(__name__)

CHECK_TIMEOUT_S = 60.0
"""A model that takes longer for one test picture is refused; it may never end."""

BUILDING_TIMEOUT_S = 1200.0
"""The same where the first run builds an engine (TensorRT), which takes minutes."""

_INPUT_RANK = 4
_CARDS = {Device.CUDA, Device.TENSORRT}


@dataclass(frozen=True, slots=True)
class Head:
    """The linear layer after the pooling.

    Attributes:
        weight: (C, K) float32.
        bias: (C,) float32.
    """

    weight: HeadWeight
    bias: HeadBias


@dataclass(frozen=True, slots=True)
class NetworkOutputs:
    """What a network says of a batch.

    Attributes:
        logits: (N, C) float32; NaN and infinity are passed on as they came.
        top_classes: (N, T) int64, T = min(5, C), best first.
        evidence: (N, T, h, w) float32, the maps of the top classes in logits; None where not asked for or not there.
        embedding: (N, K) float32, likewise.
        features: (N, K, h, w) float32, likewise.
    """

    logits: Logits
    top_classes: ClassIndices
    evidence: EvidenceMaps | None
    embedding: Embedding | None
    features: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True)
class CheckedSession:
    """A session whose graph and answer agree with the contract that it carries."""

    session: Session
    contract: ModelContract
    head: Head | None


class Network:
    """A model that is open on a device. Made by `Network.open`; one thread at a time may use it.

    Attributes:
        contract: the model's.
        device: the device that really runs it.
        precision: what that device computed with in the last run; it changes where a card's fast way fails.
        refusals: every device that was tried before and cannot be used, or is slower.
        head: the linear layer, None where the model's maps are not exact.
        model_hash: SHA-256 of the model file, in hexadecimal.
    """

    def __init__(self, checked: CheckedSession, *, refusals: tuple[Refusal, ...], model_hash: str) -> None:
        self.contract = checked.contract
        self.device: Device = checked.session.device
        self.precision: Precision = checked.session.precision
        self.refusals = refusals
        self.head = checked.head
        self.model_hash = model_hash
        self._session: Session | None = checked.session
        self._in_use = threading.Lock()

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        device: Device | str = AUTO,
        threads: int | None = None,
        choices: EngineChoices | None = None,
        cards: CardChoices | None = None,
        spinning: bool = False,
        sharing: bool = False,
    ) -> Network:
        """Open a model file on a device, check it and run it once. Runs on any thread; takes from 0.1 s to seconds.

        Args:
            path: the `.onnx` file, with its contract inside.
            device: a `Device` or its name, or `AUTO`: the card if it works, else the faster engine of the processor.
            threads: how many threads compute on the processor; None takes its physical cores.
            choices: which engine of the processor was measured to be faster, for `AUTO`.
            cards: which way was found to be fastest on a card.
            spinning: let waiting threads burn their cores; only where nothing else needs them.
            sharing: share the pictures of a batch out among threads (`SessionOptions.sharing`).

        Raises:
            ModelLoadError: if the file is missing, damaged, changed since it was added, or not an ONNX model.
            ModelContractError: if it has no contract, or the graph or its answer contradicts the contract.
            DeviceError: if a device was asked for by name and cannot be used, or there is none of that name.
            InferenceError: if the processor cannot run the model (memory), or not within a minute.
        """
        file = str(path)
        model_hash = hash_model(file)
        require_unchanged(Path(file), model_hash)
        choice = choices.remembered(model_hash) if choices is not None and device == AUTO else None
        wanted = devices_to_try(device, faster=choice.device if choice else None)
        refusals: list[Refusal] = []
        if choice is not None and choice.device is Device.CPU:
            refusals.append(choice.refusal())
        options = SessionOptions(threads or machine.physical_cores(), spinning, sharing)
        for candidate in wanted:
            session = _open(file, model_hash, candidate, options, cards)
            checked = session if isinstance(session, Refusal) else _check(session, file, last=candidate is wanted[-1])
            if isinstance(checked, Refusal):
                refusals.append(checked)
                continue
            logger.info("opened %s on %s (%s)", checked.contract.name, candidate, checked.session.precision)
            return cls(checked, refusals=tuple(refusals), model_hash=model_hash)
        refusal = refusals[-1]
        raise DeviceError(refusal.device.value, refusal.reason, refusal.remedy)

    def run(
        self,
        images: InputBatch,
        *,
        evidence: bool = True,
        embedding: bool = False,
        features: bool = False,
        cancel: CancelToken | None = None,
    ) -> NetworkOutputs:
        """Run a batch of prepared pictures.

        Args:
            images: (N, H, W, 3) uint8, N at least 1. Any H and W that the model can take.
            evidence: also return the maps of the top classes, where the model has them.
            embedding: also return the pooled features.
            features: also return the last feature map (large).
            cancel: stops a run after the layer that is being computed; OpenVINO's own runtime goes on for a moment
                before (0.3 s at most), and its plug-in to the end.

        Raises:
            Cancelled: if `cancel` was used.
            InferenceError: if it cannot be run; `out_of_memory` says whether a smaller batch may work.
            ValueError: if `images` is not such a batch.
            RuntimeError: if another thread is using this network.
        """
        if images.dtype != np.uint8 or images.ndim != _INPUT_RANK or images.shape[-1] != 3 or not images.size:  # noqa: PLR2004 - red, green, blue
            raise ValueError(f"images must be uint8 (N, H, W, 3), not {images.dtype} {images.shape}")
        asked = {OutputName.EVIDENCE: evidence, OutputName.EMBEDDING: embedding, OutputName.FEATURES: features}
        names = [OutputName.LOGITS, OutputName.TOP_CLASSES, *(name for name, wanted in asked.items() if wanted)]
        if not self._in_use.acquire(blocking=False):
            raise RuntimeError("another thread is using this network")
        try:
            if self._session is None:
                raise InferenceError("it was closed.")
            there = self._session.outputs
            wanted = [name for name in names if name in there]
            arrays = self._session.run(wanted, {INPUT_NAME: images}, cancel)
            self.precision = self._session.precision
        finally:
            self._in_use.release()
        return _as_outputs(arrays)

    def close(self) -> None:
        """Free the model's memory, after the run that is under way. Closing twice does nothing."""
        with self._in_use:
            self._session = None


def hash_model(path: str) -> str:
    """SHA-256 of a model file, which must be a regular file that is not empty.

    Raises:
        ModelLoadError: if it is not, or cannot be read.
    """
    try:
        path.encode()
    except UnicodeEncodeError as error:
        raise ModelLoadError(path, "its path has characters that are not text; rename it.") from error
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                raise ModelLoadError(path, "the file is empty (0 bytes).")
            return sha256_of(file)
    except NotRegularError as error:
        raise ModelLoadError(path, f"{str(error)[:1].lower()}{str(error)[1:]}") from error
    except FileNotFoundError as error:
        raise ModelLoadError(path, "the file does not exist.") from error
    except PermissionError as error:
        raise ModelLoadError(path, "you do not have permission to read it.") from error
    except (OSError, ValueError) as error:
        raise ModelLoadError(path, f"it cannot be read ({error}).") from error


def _open(
    file: str, model_hash: str, device: Device, options: SessionOptions, cards: CardChoices | None
) -> Session | Refusal:
    """Open a file on a device: on a card in the way that was found to be fastest on this computer's, where one was."""
    # ONNX Runtime takes 0.3 s to import, and everything that only names a `Network` imports this file.
    from inference.engine.runtime import open_session  # noqa: PLC0415

    proven = None
    if cards is not None and device in _CARDS:
        from inference.engine.card.proven import open_proven  # noqa: PLC0415

        try:
            proven = open_proven(Path(file), model_hash, device, cards, threads=options.threads)
        except InferenceError as error:
            return Refusal(device, error.reason.rstrip("."), "Use cpu.", is_here=True)
    return open_session(file, device, options) if proven is None else proven


def _check(session: Session, path: str, *, last: bool) -> CheckedSession | Refusal:
    """Check an opened model with one run on a test picture, or say why its device cannot run it.

    Args:
        session: the opened model.
        path: its file.
        last: no other device will be tried, so what contradicts the contract is the model's fault.

    Raises:
        ModelContractError: if the contract is missing or something contradicts it.
        InferenceError: if even the processor cannot run the model.
    """
    try:
        return _checked(session, path)
    except InferenceError as error:
        if session.device is Device.CPU:
            raise
        return Refusal(session.device, error.reason.rstrip("."), "Use cpu.", is_here=True)
    except ModelContractError as error:
        if last:
            raise
        reason = f"the model fails its check there ({error.problems[0].rstrip('.')})"
        return Refusal(session.device, reason, "Use cpu.", is_here=True)


def _checked(session: Session, path: str) -> CheckedSession:
    contract = read_contract(session.metadata, path)
    problems = graph_problems(contract, session.input, session.outputs)
    if problems:
        raise ModelContractError(path, problems)
    deadline = CancelToken()
    limit_s = BUILDING_TIMEOUT_S if session.device is Device.TENSORRT else CHECK_TIMEOUT_S
    alarm = threading.Timer(limit_s, deadline.cancel)
    alarm.daemon = True
    alarm.start()
    try:
        answer = session.run(checked_outputs(contract), {INPUT_NAME: noise_picture(contract)}, deadline)
    except Cancelled as error:
        raise InferenceError(f"a test picture took longer than {limit_s:g} seconds.") from error
    finally:
        alarm.cancel()
    problems = answer_problems(contract, answer, session.precision)
    if problems:
        raise ModelContractError(path, problems)
    return CheckedSession(session, contract, _head(answer))


def _head(answer: dict[str, NDArray[Any]]) -> Head | None:
    if OutputName.HEAD_WEIGHT not in answer:
        return None
    return Head(answer[OutputName.HEAD_WEIGHT], answer[OutputName.HEAD_BIAS])


def _as_outputs(arrays: dict[str, NDArray[Any]]) -> NetworkOutputs:
    return NetworkOutputs(
        logits=arrays[OutputName.LOGITS],
        top_classes=arrays[OutputName.TOP_CLASSES],
        evidence=arrays.get(OutputName.EVIDENCE),
        embedding=arrays.get(OutputName.EMBEDDING),
        features=arrays.get(OutputName.FEATURES),
    )
