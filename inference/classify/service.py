"""Serve a window: one thread that owns the network, runs the queue, and answers what is asked in between."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import CancelledError, Future
from typing import TypeAlias

from inference.cancel import Cancelled
from inference.classify.classifier import Answer, Classifier, RunsNetwork
from inference.classify.errands import Errands, Pace
from inference.classify.events import (
    Answered,
    Answers,
    BatchShrunk,
    Inspected,
    ModelFailed,
    ModelOpened,
    RunEnd,
    RunEnded,
    RunStarted,
    ServiceEvent,
)
from inference.classify.pipeline import Pipeline, RunsDecoders
from inference.classify.preprocess import PreparedPicture, PrepareOrder, prepare_picture
from inference.classify.work_queue import Job, WorkQueue
from inference.engine.priority import yield_to_the_window
from inference.errors import CardinalError, ImageReadError, InferenceError
from inference.results import Failure

logger = logging.getLogger(__name__)

TICK_S = 0.1
"""Answers are delivered at most this often, all in one event (DESIGN.md 6)."""


Opener: TypeAlias = Callable[[], Classifier]

Examination: TypeAlias = Callable[[Classifier | None], None]
"""Uses the network in the service's thread, between two batches; None where no model is open. Never raises."""

Keeper: TypeAlias = Callable[[Sequence[Answered]], None]
"""Writes answers down, in the service's thread; raises a `CardinalError` when it could not."""


class ClassifyService:
    """Keeps a queue of pictures and works on it whenever there is a model and something to do.

    Every method may be called from any thread and returns at once. `deliver` is called from the service's thread.
    """

    def __init__(self, pool: RunsDecoders, deliver: Callable[[ServiceEvent], None], *, thumbnail_px: int = 0) -> None:
        self.queue = WorkQueue()
        self._pool = pool
        self._deliver = deliver
        self._thumbnail_px = thumbnail_px
        self._errands = Errands()
        self._wanted = True
        self._watched: int | None = None
        self._inspection = threading.Lock()
        self._inspecting: tuple[int, int] | None = None
        self._wishes = itertools.count()
        self._keeper: Keeper | None = None
        self._classifier: Classifier | None = None
        self._pipeline: Pipeline | None = None
        self._paused = False
        self._told_batch_size = 0
        self._buffer: list[Answered] = []
        self._delivered_at = 0.0
        self._thread = threading.Thread(target=self._serve, name="network", daemon=True)

    @property
    def is_stopped(self) -> bool:
        """Whether somebody stopped the run; the queue then waits for `run` or `add`."""
        return not self._wanted

    @property
    def is_working(self) -> bool:
        """Whether a run over the queue is under way (or paused)."""
        return self._pipeline is not None

    @property
    def remaining(self) -> int:
        """How many pictures are still to be answered."""
        pipeline = self._pipeline
        return len(self.queue) + (0 if pipeline is None else pipeline.remaining)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def open_model(self, name: str, opener: Opener) -> None:
        """Open another model; a run under way goes on with it. The old one stays when the new one cannot be opened."""
        self._post(lambda: self._open(name, opener))

    def set_keeper(self, keeper: Keeper | None) -> None:
        """Have answers written down before they are told, with the pictures' embeddings; None: no longer.

        A run under way ends, its answers so far are given to the keeper before, and another run goes on. When a keeper
        cannot write, its answers are jobs again, the run ends as FAILED with its error, and `run` or `add` tries again.
        """
        self._post(lambda: self._set_keeper(keeper))

    def add(self, jobs: Iterable[Job]) -> None:
        """Append pictures to the queue and work on them."""
        self.queue.add(jobs)
        self.run()

    def run(self) -> None:
        """Work on the queue (again, after `stop`)."""
        self._wanted = True
        self._post(lambda: None, Pace.LONG)

    def pause(self) -> None:
        """Take nothing new until `resume`."""
        self._paused = True
        pipeline = self._pipeline
        if pipeline is not None:
            pipeline.pause()

    def resume(self) -> None:
        """Go on after `pause`."""
        self._paused = False
        pipeline = self._pipeline
        if pipeline is not None:
            pipeline.resume()

    def stop(self) -> None:
        """End the run; what was not answered stays in the queue."""
        self._wanted = False
        self._paused = False
        pipeline = self._pipeline
        if pipeline is not None:
            pipeline.stop()

    def watch(self, key: int | None) -> None:
        """Keep the feature map of this picture when its turn comes."""
        self._watched = key
        pipeline = self._pipeline
        if pipeline is not None:
            pipeline.watch(key)

    def inspect(self, key: int, path: str) -> None:
        """Make the feature map of one picture before anything else; an earlier wish is forgotten (latest wins)."""
        # The number tells a wish from an earlier one for the same picture, whose file may have changed since.
        wish = (next(self._wishes), key)
        with self._inspection:
            self._inspecting = wish
        self._post(lambda: self._decode_for_inspection(wish, path), Pace.QUICK)

    def examine(self, examination: Examination, *, is_long: bool = False) -> None:
        """Lend the network out, for questions that need runs of their own; a run over the queue waits meanwhile.

        Args:
            examination: the question.
            is_long: it makes many runs, and calls `give_way` between them.
        """
        self._post(lambda: examination(self._classifier), Pace.LONG if is_long else Pace.QUICK)

    def give_way(self) -> None:
        """Answer what was asked meanwhile and takes few runs, and let a run over the queue do what it is ready for.

        Runs on: the service's thread, in a long examination.
        """
        while (work := self._errands.take_quick()) is not None:
            work()
        # Nothing is answered for another model or session than the one that is wanted by now.
        if not self._errands.is_change_wanted and (self._pipeline is not None or self._begin_run()):
            self._step(0.0)

    def close(self) -> None:
        """Stop, free the device, and end the thread."""
        self.stop()
        self._errands.close()
        self._wake()
        if self._thread.is_alive():
            self._thread.join()

    def _post(self, work: Callable[[], None], pace: Pace = Pace.ORDERED) -> None:
        self._errands.add(work, pace)
        self._wake()

    def _wake(self) -> None:
        pipeline = self._pipeline
        if pipeline is not None:
            pipeline.wake()

    def _serve(self) -> None:
        yield_to_the_window()
        while not self._errands.is_closed:
            while (work := self._errands.take()) is not None:
                work()
            if self._pipeline is not None or self._begin_run():
                self._step()
            else:
                self._errands.wait()
        if self._pipeline is not None:
            self._end_pipeline(self._pipeline)
        if self._classifier is not None:
            self._classifier.network.close()

    def _begin_run(self) -> bool:
        """Start a run when one is wanted, possible and not empty; whether one is under way."""
        if not self._wanted or self._errands.is_closed or self._classifier is None or self.queue.is_exhausted():
            return False
        pipeline = Pipeline(
            self._classifier,
            self._pool,
            self.queue,
            thumbnail_px=self._thumbnail_px,
            embed=self._keeper is not None,
        )
        pipeline.watch(self._watched)
        if self._paused:
            pipeline.pause()
        self._pipeline = pipeline
        if not self._wanted:
            # `stop` came between the question above and the assignment, and found no pipeline.
            pipeline.stop()
        self._deliver(RunStarted(self._paused))
        pipeline.start()
        return True

    def _step(self, longest_s: float = TICK_S) -> None:
        """Take the run a batch further, where one is ready within this time."""
        pipeline = self._pipeline
        if pipeline is None:
            return
        error: CardinalError | None = None
        try:
            wait_s = TICK_S if not self._buffer else max(0.0, self._delivered_at + TICK_S - time.monotonic())
            self._buffer += pipeline.next_answers(min(wait_s, longest_s))
        except Exception as failure:  # noqa: BLE001 - the thread's boundary: it must outlive every error
            error = _told(failure)
            self._break_off(pipeline)
        if error is not None or pipeline.is_finished or time.monotonic() >= self._delivered_at + TICK_S:
            unkept = self._flush(pipeline)
            error = error or unkept
        self._tell_batch_size()
        if error is not None or pipeline.is_finished:
            # A pause belongs to its run; the next one begins at once.
            self._paused = False
            # Not by what is wanted now: another run may be wanted already.
            self._finish(pipeline, RunEnd.STOPPED if pipeline.was_stopped else RunEnd.FINISHED, error)

    def _break_off(self, pipeline: Pipeline) -> None:
        """End a run that failed; what was not answered is in the queue again, and waits for `run`."""
        self._wanted = False
        pipeline.stop()
        pipeline.next_answers(0)

    def _finish(self, pipeline: Pipeline, end: RunEnd, error: CardinalError | None) -> None:
        self._pipeline = None
        self._deliver(RunEnded(end if error is None else RunEnd.FAILED, error, pipeline.picture_ms))

    def _tell_batch_size(self) -> None:
        size = 0 if self._classifier is None else self._classifier.smallest_batch_size
        if 0 < size < self._told_batch_size:
            self._deliver(BatchShrunk(size))
        self._told_batch_size = size

    def _flush(self, pipeline: Pipeline) -> CardinalError | None:
        """Have the answers written down and tell them; where that fails they are jobs again, and the run is over."""
        if not self._buffer:
            return None
        answered, self._buffer = tuple(self._buffer), []
        error = self._keep(answered)
        if error is None:
            self.queue.finish(one.key for one in answered)
            self._deliver(Answers(answered))
        else:
            # First what comes later in the queue, then these before it.
            self._break_off(pipeline)
            self.queue.put_back(Job(one.key, one.outcome.path) for one in answered)
        self._delivered_at = time.monotonic()
        return error

    def _keep(self, answered: Sequence[Answered]) -> CardinalError | None:
        """Have answers written down, if somebody does that; why it could not be done."""
        if self._keeper is None:
            return None
        try:
            self._keeper(answered)
        except Exception as failure:  # noqa: BLE001 - as in `_step`
            return _told(failure)
        return None

    def _set_keeper(self, keeper: Keeper | None) -> None:
        if self._pipeline is not None:
            self._end_pipeline(self._pipeline)
        self._keeper = keeper

    def _end_pipeline(self, pipeline: Pipeline) -> None:
        """End the run for the sake of another model or of closing; what was not answered is in the queue again."""
        pipeline.stop()
        while not pipeline.is_finished:
            self._buffer += pipeline.next_answers(0)
        self._finish(pipeline, RunEnd.STOPPED, self._flush(pipeline))

    def _open(self, name: str, opener: Opener) -> None:
        if self._pipeline is not None:
            self._end_pipeline(self._pipeline)
        try:
            classifier = opener()
        except Exception as error:  # noqa: BLE001 - as in `_step`
            self._deliver(ModelFailed(name, _told(error)))
            return
        if self._classifier is not None:
            self._classifier.network.close()
        self._classifier, self._told_batch_size = classifier, classifier.smallest_batch_size
        self._deliver(ModelOpened(name, classifier))

    def _decode_for_inspection(self, wish: tuple[int, int], path: str) -> None:
        if self._classifier is None or self._inspecting != wish:
            return
        network = self._classifier.network
        order = PrepareOrder(network.contract.preprocessing)
        try:
            future = self._pool.submit(prepare_picture, path, order, urgent=True)
        except RuntimeError:
            # The pool was closed: the window goes, and nobody waits for this picture any more.
            return
        future.add_done_callback(lambda done: self._post(lambda: self._inspect(wish, path, network, done), Pace.QUICK))

    def _inspect(self, wish: tuple[int, int], path: str, network: RunsNetwork, future: Future[PreparedPicture]) -> None:
        if self._classifier is None or self._classifier.network is not network or self._inspecting != wish:
            return
        _, key = wish
        try:
            pictures = [future.result()]
            answer = self._classifier.classify([path], pictures, inspect=True, embed=self._keeper is not None)[0]
        except (CancelledError, Cancelled):
            return
        except Exception as error:  # noqa: BLE001 - as in `_step`
            answer = Answer(Failure(path, _told(error)))
        with self._inspection:
            if self._inspecting == wish:
                # Somebody may have wished for another picture meanwhile, or for this one again, and that wish stays.
                self._inspecting = None
        self._keep_inspected(Answered(key, answer.outcome, embedding=answer.embedding))
        self._deliver(Inspected(key, answer.outcome, answer.inspection))

    def _keep_inspected(self, answered: Answered) -> None:
        """Have an answer written down that somebody looks at, who sees it either way: it can be had again."""
        if isinstance(answered.outcome, Failure) and not isinstance(answered.outcome.error, ImageReadError):
            # It says something of the device at this moment and nothing of the picture.
            return
        error = self._keep([answered])
        if error is not None:
            logger.warning("an answer is shown and not kept: %s", error)


def _told(error: Exception) -> CardinalError:
    """An error that a person can be told of; one that nobody expected goes to the log in full."""
    if isinstance(error, CardinalError):
        return error
    logger.error("unexpected error while computing", exc_info=error)
    return InferenceError(f"something unexpected happened ({type(error).__name__}: {error}).")
