"""Open the variant that was proved on this card, and go back to the plain session where it fails all the same."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from inference.cancel import CancelToken
from inference.engine.card.blame import Lasting, lasting_of
from inference.engine.card.choice import CardChoices
from inference.engine.card.opening import Model, close_variant, open_variant
from inference.engine.card.variant import PLAIN
from inference.engine.devices import Device, Precision, Refusal
from inference.engine.probe import find_refusal
from inference.engine.runtime import OnnxSession, open_session
from inference.engine.self_check import answer_problems, checked_outputs, noise_picture
from inference.engine.session import Session, SessionOptions
from inference.errors import InferenceError, ModelContractError, ModelLoadError
from inference.models.contract import INPUT_NAME
from inference.models.contract_reading import read_contract

logger = logging.getLogger(__name__)


class ProvenSession:
    """A variant that was proved here, and after its first failure the plain session; a `Session`."""

    def __init__(self, opened: OnnxSession, model: Model, choices: CardChoices) -> None:
        self._variant: OnnxSession | None = opened
        self._session: Session = opened
        self._model = model
        self._choices = choices

    @property
    def device(self) -> Device:
        """As `Session.device`."""
        return self._session.device

    @property
    def precision(self) -> Precision:
        """As `Session.precision`, of the run before: it changes when the variant fails."""
        return self._session.precision

    @property
    def metadata(self) -> Mapping[str, str]:
        """As `Session.metadata`."""
        return self._session.metadata

    @property
    def input(self) -> tuple[str, str, tuple[object, ...]] | None:
        """As `Session.input`."""
        return self._session.input

    @property
    def outputs(self) -> Mapping[str, tuple[object, ...]]:
        """As `Session.outputs`."""
        return self._session.outputs

    def run(
        self, names: Sequence[str], feeds: Mapping[str, NDArray[Any]], cancel: CancelToken | None
    ) -> dict[str, NDArray[Any]]:
        """As `Session.run`; where the variant fails, the plain session answers, this time and from then on."""
        try:
            return self._session.run(names, feeds, cancel)
        except InferenceError as error:
            # Fewer pictures may fit; the caller tries that first.
            is_halved = error.out_of_memory and len(feeds[INPUT_NAME]) > 1
            if is_halved or self._variant is None:
                raise
            # Not the error itself, whose traceback holds the variant's buffers.
            reason, lasting = error.reason.rstrip("."), lasting_of(error)
        self.go_back(reason, lasting)
        return self._session.run(names, feeds, cancel)

    def go_back(self, reason: str, lasting: Lasting = Lasting.FOR_GOOD) -> None:
        """Use the plain session from now on, here and at later openings.

        Args:
            reason: what is wrong with the variant, a phrase.
            lasting: for how long that is believed.

        Raises:
            InferenceError: the plain session cannot be opened, either.
        """
        if self._variant is None:
            return
        logger.warning("the fast way on %s failed, going on with the plain one: %s", self.device, reason)
        _note(self._choices, self._model.model_hash, self._model.device, reason, lasting)
        close_variant(self._variant)
        self._variant = None
        self._session = _open_plain(self._model)


def open_proven(
    path: Path, model_hash: str, device: Device, choices: CardChoices, *, threads: int | None = None
) -> Session | None:
    """A session that runs a model as it was found to be fastest here; None where that is what `open_session` opens.

    Opens nothing where nothing was tried yet, but on TensorRT: there the plain session keeps what it builds. What
    cannot be opened, or fails its check, is not tried again; for a day, where that was not the variant's fault.

    Args:
        path: the model file.
        model_hash: SHA-256 of it.
        device: that runs it.
        choices: what was found.
        threads: that compute on the processor; None takes its physical cores.

    Raises:
        InferenceError: the variant fails its check, and then the plain session cannot be opened or run; or on TensorRT
            the plain one cannot be opened.
    """
    choice = choices.remembered(model_hash, device)
    is_plain = choice is None or choice.variant == PLAIN or choice.is_resting
    # What keeps the device from being used, `open_session` says with what would change it.
    if is_plain and (device is not Device.TENSORRT or find_refusal(device) is not None):
        return None
    try:
        model = Model.of(path, model_hash, device, choices.folder, threads)
    except (ModelLoadError, ModelContractError):
        # `open_session` says what is wrong with the file.
        return None
    if choice is None or is_plain:
        return _open_plain(model)
    try:
        opened = open_variant(model, choice.variant, choice.batch)
        contract = read_contract(opened.metadata, str(path))
    except (InferenceError, ModelLoadError, ModelContractError) as error:
        logger.info("%s cannot be opened as before (%s): %s", path.name, choice.variant, error)
        _note(choices, model_hash, device, str(error), lasting_of(error))
        return None
    if choice.resting_since is not None:
        choices.resume(model_hash, device)
    session = ProvenSession(opened, model, choices)
    answer = session.run(checked_outputs(contract), {INPUT_NAME: noise_picture(contract)}, None)
    problems = answer_problems(contract, answer, session.precision)
    if problems:
        session.go_back(problems[0].rstrip("."))
    return session


def _note(choices: CardChoices, model_hash: str, device: Device, reason: str, lasting: Lasting) -> None:
    """Remember that a variant failed, for as long as that is believed."""
    if lasting is Lasting.FOR_GOOD:
        choices.give_up(model_hash, device, reason)
    elif lasting is Lasting.A_DAY:
        choices.rest(model_hash, device)


def _open_plain(model: Model) -> Session:
    """The session without any variant; on TensorRT with a folder for what it builds, which `open_session` has not."""
    if model.device is Device.TENSORRT:
        return open_variant(model, PLAIN, 1)
    try:
        plain = open_session(str(model.path), model.device, SessionOptions(model.threads))
    except ModelLoadError as error:
        raise InferenceError(error.reason) from error
    if isinstance(plain, Refusal):
        raise InferenceError(f"{plain.reason}.")
    return plain
