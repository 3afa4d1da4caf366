"""Find out on the person's card which variant of a model is fastest, and remember it."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.arrays import InputBatch
from inference.cancel import CancelToken
from inference.engine.batch_size import MOST_PICTURES, find_batch_size
from inference.engine.card.blame import is_momentary, may_pass
from inference.engine.card.choice import ENDED, CardChoice, CardChoices, Tried
from inference.engine.card.opening import Model, close_variant, open_variant
from inference.engine.card.trial import Answer, Run, Turns, answers_to, by_turns, compare, trial_pictures
from inference.engine.card.variant import KERNEL_STEPS, PLAIN, TRANSFER_STEPS, Variant, with_step
from inference.engine.devices import Device
from inference.engine.runtime import OnnxSession
from inference.engine.self_check import answer_problems, checked_outputs, noise_picture
from inference.errors import InferenceError, ModelLoadError
from inference.models.contract import INPUT_NAME, MapKind, ModelContract, OutputName
from inference.models.contract_reading import read_contract

logger = logging.getLogger(__name__)

TRIAL_PICTURES = 256
"""Of these one may get another first class (99.5 %)."""

BUILT_BATCH = 32
"""What TensorRT is asked to build for."""

_FIRST_MOST = 64
"""The plain session's batch has to be good enough to compare with; searching further costs seconds."""


def learn_card(
    model: Model,
    choices: CardChoices,
    *,
    pictures: int = TRIAL_PICTURES,
    steps: tuple[tuple[Variant, ...], tuple[Variant, ...]] | None = None,
    cancel: CancelToken | None = None,
    now: Callable[[], float] = time.perf_counter,
) -> CardChoice:
    """Try the variants one after the other, each added to the best so far, and remember what came of it.

    Keeps the card busy for some seconds, minutes where TensorRT builds. An error in a variant costs that variant. Where
    it cannot be gone on with, the plain session is remembered, with what was tried and the error. Where a variant ends
    the process, the best one before it counts: `asking.have_card_learned` runs all this in a child. What may not fail
    another day (`may_pass`), and an end of the process, which may have come from outside, is remembered with its date,
    so that the trial is made again.

    Args:
        model: what is opened, and where.
        choices: where it is remembered.
        pictures: on which the answers are compared.
        steps: what is added to compute faster, then what is added to move pictures faster; None takes the device's.
        cancel: ends the trial; what is remembered by then has to be forgotten by whoever cancels.
        now: seconds.

    Raises:
        InferenceError: the plain session does not run; where it did at first, what was tried by then is remembered.
        ModelContractError: the model carries no usable contract.
        Cancelled: if `cancel` was used.
    """
    kernels, transfers = steps or (KERNEL_STEPS.get(model.device, ()), TRANSFER_STEPS.get(model.device, ()))

    def remember(choice: CardChoice) -> None:
        choices.remember(model.model_hash, model.device, choice)

    trial = _Trial.begin(model, pictures, cancel or CancelToken(), now)
    try:
        for step in kernels:
            trial.climb(step, remember)
        remember(trial.interrupted())
        trial.fit_batch()
        for step in transfers:
            trial.climb(step, remember)
        remember(trial.interrupted())
        choice = trial.choice()
    except InferenceError as error:
        # No step is to blame for it, whatever was remembered beforehand.
        trial.note(error)
        choice = trial.doubted(error.reason)
        if trial.best == PLAIN:
            remember(choice)
            raise
    finally:
        trial.end()
    remember(choice)
    logger.info("%s runs %s on %s: %s", model.path.name, choice.variant, model.device, choice.tried)
    return choice


@dataclass(slots=True)
class _Trial:
    """The best variant so far, open unless opening it again failed, and what the plain session answered.

    Attributes:
        failed_at: as `CardChoice.failed_at`.
    """

    model: Model
    contract: ModelContract
    pictures: InputBatch
    wanted: dict[str, NDArray[Any]]
    cancel: CancelToken
    now: Callable[[], float]
    best: Variant
    session: OnnxSession
    batch: int
    plain_batch: int
    tried: list[Tried] = field(default_factory=list)
    is_open: bool = True
    failed_at: float | None = None

    @classmethod
    def begin(cls, model: Model, count: int, cancel: CancelToken, now: Callable[[], float]) -> _Trial:
        session = open_variant(model, PLAIN, 1, cancel=cancel)
        try:
            contract = read_contract(session.metadata, str(model.path))
            pictures = trial_pictures(count, model.side)
        except BaseException:
            _close(session)
            raise
        trial = cls(model, contract, pictures, {}, cancel, now, PLAIN, session, 1, 1)
        try:
            trial.fit_batch(_FIRST_MOST)
            trial.plain_batch = trial.batch
            trial.wanted = answers_to(trial.run_of(trial.session), pictures, trial.batch)
        except BaseException:
            trial.end()
            raise
        return trial

    def end(self) -> None:
        if self.is_open:
            self.is_open = False
            _close(self.session)

    def climb(self, step: Variant, remember: Callable[[CardChoice], None]) -> None:
        """Try one step more, and stay there if it answers alike and is faster."""
        candidate = with_step(self.best, step)
        if candidate == self.best:
            return
        fatal = Tried(str(candidate), objection=ENDED)
        remember(CardChoice(self.best, self.batch, tried=(*self.tried, fatal), failed_at=time.time()))
        try:
            opened = open_variant(self.model, candidate, self.batch, cancel=self.cancel)
        except InferenceError as error:
            self.note(error)
            self.tried.append(Tried(str(candidate), objection=error.reason))
            return
        try:
            found = self._tried(candidate, opened)
        except (InferenceError, ModelLoadError) as error:
            self.note(error)
            found = Tried(str(candidate), objection=error.reason)
        except BaseException:
            _close(opened)
            raise
        self.tried.append(found)
        _close(opened if found.objection else self.session)
        if not found.objection:
            self.best, self.session = candidate, opened

    def fit_batch(self, most: int = MOST_PICTURES) -> None:
        """Search the batch size that suits the best variant so far.

        Raises:
            InferenceError: the plain session does not run, or the best variant could not be opened again.
        """
        if self.model.device is Device.TENSORRT:
            # Each other size would be built for, which takes minutes.
            self.batch = BUILT_BATCH
            return
        run = self.run_of(self.session)
        try:
            self.batch = find_batch_size(lambda size: _ignore(run(self._batch_of(size))), most=most, now=self.now)
        except InferenceError as error:
            if self.best == PLAIN:
                raise
            self.note(error)
            # It runs the batch that it was compared with.
            logger.info("no other batch was found for %s: %s", self.best, error)
        # A session keeps the memory of the largest batch that it was tried with; the next variant may not fit beside.
        self.end()
        self.session = open_variant(self.model, self.best, self.batch, cancel=self.cancel)
        self.is_open = True

    def choice(self) -> CardChoice:
        """The best variant, if it beats the plain session itself, and not only each step the one before."""
        if self.best == PLAIN:
            return CardChoice(PLAIN, self.batch, tried=tuple(self.tried), failed_at=self.failed_at)
        try:
            turns = self._beside_plain()
        except InferenceError as error:
            self.note(error)
            return self.doubted(error.reason)
        if turns.is_second_faster:
            return CardChoice(self.best, self.batch, turns.times_as_fast, tuple(self.tried), self.failed_at)
        return self.doubted("it is not faster than the plain way", turns.times_as_fast)

    def _beside_plain(self) -> Turns:
        plain = open_variant(self.model, PLAIN, self.batch, cancel=self.cancel)
        try:
            images = self._batch_of(self.batch)
            return by_turns(self.run_of(plain), self.run_of(self.session), images, now=self.now)
        finally:
            _close(plain)

    def doubted(self, objection: str, times_as_fast: float | None = None) -> CardChoice:
        """The plain session, since there is something to be said against the best variant so far."""
        doubt = Tried(str(self.best), times_as_fast, objection=objection)
        return CardChoice(PLAIN, self.plain_batch, tried=(*self.tried, doubt), failed_at=self.failed_at)

    def interrupted(self) -> CardChoice:
        """What counts if the process is ended now: the plain session, until the trial is made again."""
        return replace(self.doubted(ENDED), failed_at=time.time())

    def note(self, error: InferenceError | ModelLoadError) -> None:
        """Keep the date of an error that may pass.

        A capture that something disturbed is none here: no other thread of this process uses the card.
        """
        if may_pass(error) and not is_momentary(error):
            self.failed_at = time.time()

    def run_of(self, session: OnnxSession) -> Run:
        """Ask a session as a classifier that keeps embeddings does."""
        names = [OutputName.LOGITS, OutputName.TOP_CLASSES]
        if self.contract.maps is not MapKind.NONE:
            names += [OutputName.EVIDENCE, OutputName.EMBEDDING]

        def run(images: InputBatch) -> Answer:
            return session.run(names, {INPUT_NAME: images}, self.cancel)

        return run

    def _batch_of(self, size: int) -> InputBatch:
        # A view where it can be one: what is timed must not be a copy of all pictures.
        if size <= len(self.pictures):
            return self.pictures[:size]
        return np.resize(self.pictures, (size, *self.pictures.shape[1:]))

    def _tried(self, candidate: Variant, opened: OnnxSession) -> Tried:
        name, run = str(candidate), self.run_of(opened)
        own_check = opened.run(checked_outputs(self.contract), {INPUT_NAME: noise_picture(self.contract)}, self.cancel)
        problems = answer_problems(self.contract, own_check, candidate.precision)
        if problems:
            return Tried(name, objection=problems[0].rstrip("."))
        agreement = compare(run, self.pictures, self.wanted, self.batch)
        objection = agreement.objection(candidate.precision)
        if objection:
            return Tried(name, difference=_number(agreement.difference), objection=objection)
        turns = by_turns(self.run_of(self.session), run, self._batch_of(self.batch), now=self.now)
        objection = "" if turns.is_second_faster else "it is not faster"
        return Tried(name, turns.times_as_fast, agreement.difference, objection)


def _close(session: OnnxSession) -> None:
    """Give the card's memory back at once: an error's traceback may hold buffers until the next collection.

    Only here: this runs in a child process, while in a window's threads nothing may be collected (decision 0005).
    """
    close_variant(session)
    gc.collect()


def _ignore(_answer: Answer) -> None:
    """For a search that only takes the time."""


def _number(value: float) -> float | None:
    """A number that JSON knows."""
    return value if np.isfinite(value) else None
