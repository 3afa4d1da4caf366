"""Stream pictures through the decode pool and the network, one outcome each; the window and the commands share it."""

from __future__ import annotations

import itertools
import math
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

from inference.cancel import Cancelled, CancelToken
from inference.classify.classifier import Classifier
from inference.classify.events import Answered
from inference.classify.preprocess import PreparedPicture, PrepareOrder, prepare_picture
from inference.classify.work_queue import Job, JobSource
from inference.errors import CardinalError, InferenceError
from inference.pictures.decode_room import DecodeRoom
from inference.pictures.decode_starts import DecodersError
from inference.results import Failure

FILL_S = 0.1
"""A batch that is not full is run when its first picture has waited this long (slow decoding: large photographs)."""

T = TypeVar("T")
A = TypeVar("A")

_POLL_S = 0.1
"""How often the feeding thread looks whether it should stop, pause or end."""


class RunsDecoders(Protocol):
    """What the pipeline needs of a decode pool; `inference.pictures.decode_pool.DecodePool` is the real one."""

    @property
    def workers(self) -> int: ...
    @property
    def room(self) -> int: ...

    def submit(self, function: Callable[[str, A], T], path: str, argument: A, *, urgent: bool = False) -> Future[T]: ...


def most_on_the_way(workers: int, batch: int) -> int:
    """How many pictures of one run are being decoded, wait or are in a batch: memory does not grow with a folder.

    One batch runs and one fills. What each worker has besides grows with the batch, from two pictures to eight: only
    what waits can be taken in handfuls, and a card's network may be so fast that with many workers the messages of
    single small pictures would be what it waits for (by arithmetic 9,000 pictures/s instead of 11,800 with 15 workers,
    1 ms for a picture and 22,000/s of a network). A processor's network is not, and what a person looks at next should
    not wait behind more.
    """
    return 2 * batch + workers * max(2, min(batch // 8, 8))


class Pipeline:
    """One run over a source of pictures: `decode pool -> bounded queue -> network`.

    A feeding thread takes jobs and hands them to the decode pool; the thread that calls `next_answers` owns the
    network. Only so many pictures are on their way (`most_on_the_way`) that memory does not grow with the folder.

    Attributes:
        picture_ms: how long the network took for each picture of the last batch; 0 before the first.

    `start` once, then `next_answers` until `is_finished`; `stop` (any thread) ends it early, and everything answered
    so far stays answered. Jobs that were taken and not answered go back to the source.
    """

    def __init__(
        self,
        classifier: Classifier,
        pool: RunsDecoders,
        source: JobSource,
        *,
        thumbnail_px: int = 0,
        embed: bool = False,
    ) -> None:
        self._classifier = classifier
        self._embed = embed
        self._pool = pool
        self._source = source
        self._order = PrepareOrder(classifier.network.contract.preprocessing, thumbnail_px=thumbnail_px)
        self._cancel = CancelToken()
        self._resumed = threading.Event()
        self._resumed.set()
        self._watched: int | None = None
        # By the full one: the batch may have shrunk, and grow while this runs.
        self._room = threading.Semaphore(most_on_the_way(pool.workers, classifier.full_batch_size))
        # Few wait in the pool itself, so that what is asked for first is soon there.
        self._decoding = DecodeRoom(pool)
        self._ready: queue.SimpleQueue[_Decoded | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._tickets = itertools.count()
        self._on_the_way: dict[int, _Decoded] = {}
        self._pending: list[tuple[_Decoded, PreparedPicture]] = []
        self._pending_since: float | None = None
        self.picture_ms = 0.0
        self._has_no_job = False
        self._feed_error: Exception | None = None
        self._receive_error: Exception | None = None
        self._fed = threading.Event()
        self._feeder = threading.Thread(target=self._feed, name="feeder", daemon=True)

    def start(self) -> None:
        """Begin to decode. Where the system allows no more threads, `next_answers` says so."""
        try:
            self._feeder.start()
        except RuntimeError:
            self._feed_error = DecodersError("no more threads can be started")
            self._fed.set()

    def watch(self, key: int | None) -> None:
        """Keep the feature map of this job's picture when its batch runs (the picture on screen)."""
        self._watched = key

    def pause(self) -> None:
        """Take no more jobs until `resume`; what is on its way is still answered."""
        self._resumed.clear()

    def resume(self) -> None:
        """Go on after `pause`."""
        self._resumed.set()

    def stop(self) -> None:
        """End the run: a batch under way is cut short where the device allows it."""
        self._cancel.cancel()
        self._resumed.set()
        # Whoever stops does not want to hear of it; the job goes back to the source.
        self._receive_error = None
        # The feeding thread may wait for room.
        self._room.release()
        self.wake()

    @property
    def was_stopped(self) -> bool:
        """Whether it was ended early, by `stop` or by the network's failure."""
        return self._cancel.is_set()

    def wake(self) -> None:
        """Let `next_answers` return at once, because its thread has something else to do."""
        self._ready.put(None)

    @property
    def is_finished(self) -> bool:
        """Whether no answer will come again."""
        with self._lock:
            return self._fed.is_set() and not self._on_the_way and self._feed_error is None

    @property
    def remaining(self) -> int:
        """How many jobs are on their way."""
        with self._lock:
            return len(self._on_the_way)

    def next_answers(self, timeout_s: float) -> tuple[Answered, ...]:
        """Run the next batch and answer its pictures.

        Returns:
            Nothing when no batch was complete within `timeout_s` seconds, after `wake`, and at the end.

        Raises:
            InferenceError: the network cannot run; the run is over, unanswered jobs are back in the source.
            DecodersError: no picture can be decoded; the run is over, the next call puts unanswered jobs back.
            Exception: what the source raised, after the answers to everything that it gave before; or what nobody
                expected of decoding.
        """
        late, self._receive_error = self._receive_error, None
        if late is not None:
            raise late
        deadline = time.monotonic() + timeout_s
        failed: list[Answered] = []
        while not (self._cancel.is_set() or self._batch_is_due() or self._nothing_is_coming()):
            wait_s = min(deadline, self._fill_deadline()) - time.monotonic()
            try:
                decoded = self._ready.get(timeout=max(0.0, wait_s))
            except queue.Empty:
                break
            if decoded is None:
                return tuple(failed)
            try:
                failure = self._receive(decoded)
            except Exception as unexpected:
                if not failed:
                    raise
                # What was answered before it is told first.
                self._receive_error = unexpected
                return tuple(failed)
            if failure is not None:
                failed.append(failure)
        if self._cancel.is_set():
            self._give_up()
            return tuple(failed)
        if not failed and self._feed_error is not None and self._nothing_is_coming():
            error, self._feed_error = self._feed_error, None
            raise error
        if not failed and (self._batch_is_due() or time.monotonic() >= self._fill_deadline()):
            return self._run_batch()
        # A batch that is due waits for the next call: if the network fails in it, these answers are not lost.
        return tuple(failed)

    def _nothing_is_coming(self) -> bool:
        with self._lock:
            return self._fed.is_set() and not self._on_the_way

    def _batch_is_due(self) -> bool:
        """Whether a batch is full, or nothing else is coming that could fill it."""
        with self._lock:
            waiting = len(self._pending)
            if waiting >= self._classifier.batch_size:
                return True
            return waiting > 0 and self._has_no_job and waiting == len(self._on_the_way)

    def _fill_deadline(self) -> float:
        return math.inf if self._pending_since is None else self._pending_since + FILL_S

    def _receive(self, decoded: _Decoded) -> Answered | None:
        """Add a decoded picture to the batch, or say why there is none."""
        job = decoded.job
        if decoded.future.cancelled():
            return None
        # Asked for, not raised: a traceback would hold this frame, and with it the picture, in a reference cycle.
        error = decoded.future.exception()
        if isinstance(error, DecodersError):
            # It says nothing of the picture, which goes back to the source with the others.
            self._cancel.cancel()
            raise error.with_traceback(None)
        if isinstance(error, CardinalError):
            self._done(decoded)
            return Answered(job.key, Failure(job.path, error.with_traceback(None)))
        if isinstance(error, Cancelled):
            # The pool was closed: there is no answer, and `_give_up` puts the job back.
            return None
        picture = decoded.future.result()
        if self._pending_since is None:
            self._pending_since = time.monotonic()
        self._pending.append((decoded, picture))
        return None

    def _run_batch(self) -> tuple[Answered, ...]:
        batch, self._pending, self._pending_since = self._pending, [], None
        watched = self._watched
        started = time.perf_counter()
        try:
            answers = self._classifier.classify(
                [decoded.job.path for decoded, _ in batch],
                [picture for _, picture in batch],
                inspect=any(decoded.job.key == watched for decoded, _ in batch),
                embed=self._embed,
                cancel=self._cancel,
            )
        except Cancelled:
            self._give_up()
            return ()
        except InferenceError:
            self._cancel.cancel()
            self._give_up()
            raise
        self.picture_ms = (time.perf_counter() - started) * 1e3 / len(batch)
        for decoded, _ in batch:
            self._done(decoded)
        keys = [decoded.job.key for decoded, _ in batch]
        return tuple(
            Answered(
                key,
                answer.outcome,
                picture.thumbnail,
                answer.inspection if key == watched else None,
                answer.embedding,
            )
            for key, (_, picture), answer in zip(keys, batch, answers, strict=True)
        )

    def _done(self, decoded: _Decoded) -> None:
        with self._lock:
            del self._on_the_way[decoded.ticket]
        self._room.release()

    def _give_up(self) -> None:
        """Put what was not answered back; what is being decoded right now is left to finish and is dropped."""
        if self._feeder.ident is not None:
            self._feeder.join()
        self._feed_error = None
        with self._lock:
            unanswered, self._on_the_way = self._on_the_way, {}
        self._pending, self._pending_since = [], None
        for decoded in unanswered.values():
            if not decoded.future.running():
                # Cancelling a running future would kill its worker process.
                decoded.future.cancel()
        self._source.put_back(decoded.job for _, decoded in sorted(unanswered.items()))

    def _feed(self) -> None:
        """Take jobs and hand them to the decode pool while there is room. Runs on: the feeding thread."""
        try:
            while not self._cancel.is_set():
                if not self._resumed.is_set():
                    self._tell_no_job()
                    self._resumed.wait(_POLL_S)
                elif self._room.acquire(timeout=_POLL_S):
                    job = self._take()
                    if job is None:
                        self._room.release()
                        if self._source.is_exhausted():
                            return
                    elif self._cancel.is_set():
                        self._source.put_back([job])
                    else:
                        self._submit(job)
        except Exception as error:  # noqa: BLE001 - a thread's end: `next_answers` raises it where somebody can act
            self._feed_error = error
        finally:
            self._has_no_job = True
            self._fed.set()
            self.wake()

    def _take(self) -> Job | None:
        job = self._source.take(0)
        if job is None:
            self._tell_no_job()
            job = self._source.take(_POLL_S)
        self._has_no_job = job is None
        return job

    def _tell_no_job(self) -> None:
        """Let a batch that is not full be run, because nothing is there that could fill it."""
        if not self._has_no_job:
            self._has_no_job = True
            self.wake()

    def _submit(self, job: Job) -> None:
        while not self._decoding.acquire(timeout=_POLL_S):
            if self._cancel.is_set():
                self._source.put_back([job])
                return
        future = self._pool.submit(prepare_picture, job.path, self._order)
        # A picture that is asked for again while it is on its way has two jobs of one key: each has its own ticket.
        decoded = _Decoded(next(self._tickets), job, future)
        with self._lock:
            self._on_the_way[decoded.ticket] = decoded
        # By its ticket: a callback that held the picture's future would be a reference cycle for each picture.
        future.add_done_callback(partial(self._on_decoded, decoded.ticket))

    def _on_decoded(self, ticket: int, _future: Future[PreparedPicture]) -> None:
        """Runs on: a thread of the pool."""
        self._decoding.release()
        with self._lock:
            decoded = self._on_the_way.get(ticket)
        if decoded is not None:
            self._ready.put(decoded)


@dataclass(frozen=True, slots=True)
class _Decoded:
    """A job and its picture, when it has been decoded."""

    ticket: int
    job: Job
    future: Future[PreparedPicture]
