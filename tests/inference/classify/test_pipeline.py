"""The pipeline: one outcome for each job whatever happens, stop that keeps results, pause, bounded memory."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PIL import Image

from inference.classify import pipeline as pipeline_module
from inference.classify.classifier import Classifier
from inference.classify.events import Answered
from inference.classify.opening import open_classifier
from inference.classify.pipeline import Pipeline
from inference.classify.work_queue import IteratorSource, Job, WorkQueue
from inference.errors import InferenceError
from inference.pictures.decode_pool import DecodePool
from inference.pictures.decode_starts import DecodersError
from inference.pictures.task_queue import TaskQueue
from inference.profile import Profile
from inference.results import Classification, Failure
from tests.fakes import FakeNetwork, InlinePool, keys_of

MOST_ROUNDS = 10_000
T = TypeVar("T")
A = TypeVar("A")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """200 single-colour pictures whose colour is their number; every tenth is no picture."""
    for number in range(200):
        path = tmp_path / f"{number}.png"
        if number % 10 == 3:
            path.write_text("this is no picture")
        else:
            Image.new("RGB", (16, 12), (number, number, number)).save(path)
    return tmp_path


@pytest.fixture(scope="module")
def pool() -> Iterator[DecodePool]:
    with DecodePool.open(workers=2) as pool:
        yield pool


def _jobs(folder: Path, numbers: range) -> list[Job]:
    return [Job(number, str(folder / f"{number}.png")) for number in numbers]


def _queue(jobs: list[Job]) -> WorkQueue:
    queue = WorkQueue()
    queue.add(jobs)
    return queue


def _finish(pipeline: Pipeline) -> list[Answered]:
    answered: list[Answered] = []
    for _ in range(MOST_ROUNDS):
        if pipeline.is_finished:
            return answered
        answered += pipeline.next_answers(0.1)
    raise AssertionError("the pipeline does not end")


def _run_on(pipeline: Pipeline, answered: list[Answered]) -> None:
    """Answer until an error ends the run; what came before it is in `answered`."""
    for _ in range(MOST_ROUNDS):
        answered += pipeline.next_answers(0.1)


def _check(answered: list[Answered], numbers: range) -> None:
    assert sorted(keys_of(answered)) == list(numbers)
    for one in answered:
        if one.key % 10 == 3:
            assert isinstance(one.outcome, Failure)
        else:
            assert isinstance(one.outcome, Classification)
            value = {prediction.index: prediction.logit for prediction in one.outcome.predictions}.get(0, 0.0)
            assert value == pytest.approx(one.key, abs=0.5)


def test_every_job_has_exactly_one_outcome_and_none_is_mixed_up(folder: Path, pool: DecodePool) -> None:
    pipeline = Pipeline(Classifier(FakeNetwork(), batch_size=8), pool, _queue(_jobs(folder, range(200))))
    pipeline.start()
    _check(_finish(pipeline), range(200))


def test_a_batch_that_has_shrunk_can_be_filled_when_it_grows_again(folder: Path, pool: DecodePool) -> None:
    classifier = Classifier(FakeNetwork(), batch_size=64)
    classifier.batch_size = 2
    pipeline = Pipeline(classifier, pool, _queue(_jobs(folder, range(200))))
    pipeline.start()
    for _ in range(MOST_ROUNDS):
        # Nothing is answered yet: these wait, or are being decoded.
        if pipeline.remaining >= classifier.full_batch_size:
            break
        time.sleep(0.001)
    assert pipeline.remaining >= classifier.full_batch_size
    classifier.batch_size = 64
    _check(_finish(pipeline), range(200))


def test_every_answer_brings_its_own_embedding_when_they_are_ordered(folder: Path, pool: DecodePool) -> None:
    queue = _queue(_jobs(folder, range(30)))
    pipeline = Pipeline(Classifier(FakeNetwork(), batch_size=8), pool, queue, embed=True)
    pipeline.start()
    for one in _finish(pipeline):
        if isinstance(one.outcome, Failure):
            assert one.embedding is None
        else:
            assert one.embedding is not None
            assert one.embedding.tolist() == pytest.approx([one.key] * 3, abs=0.5)


def test_a_scan_that_is_still_running_is_a_source(folder: Path, pool: DecodePool) -> None:
    paths = (str(folder / f"{number}.png") for number in range(30))
    pipeline = Pipeline(Classifier(FakeNetwork(), batch_size=4), pool, IteratorSource(paths))
    pipeline.start()
    _check(_finish(pipeline), range(30))


def test_a_source_that_breaks_is_raised_after_the_answers_to_what_it_gave(folder: Path, pool: DecodePool) -> None:
    def paths() -> Iterator[str]:
        yield str(folder / "1.png")
        yield str(folder / "3.png")
        raise ZeroDivisionError

    pipeline = Pipeline(Classifier(FakeNetwork(), batch_size=4), pool, IteratorSource(paths()))
    pipeline.start()
    answered: list[Answered] = []
    with pytest.raises(ZeroDivisionError):
        _run_on(pipeline, answered)
    assert sorted(keys_of(answered)) == [0, 1]
    assert pipeline.is_finished


def test_a_picture_that_is_asked_for_again_while_on_its_way_is_answered_twice(folder: Path) -> None:
    pool, queue = InlinePool(held=True), _queue(_jobs(folder, range(2)))
    pipeline = Pipeline(Classifier(FakeNetwork(), batch_size=8), pool, queue)
    queue.expect_more()
    pipeline.start()
    pipeline.next_answers(0.2)
    queue.add(_jobs(folder, range(1)))
    queue.expect_no_more()
    pipeline.next_answers(0.2)
    pool.release()
    assert sorted(keys_of(_finish(pipeline))) == [0, 0, 1]


def test_no_picture_leaves_a_reference_cycle(folder: Path, pool: DecodePool) -> None:
    pipeline = Pipeline(Classifier(FakeNetwork(), batch_size=8), pool, _queue(_jobs(folder, range(100))))
    gc.collect()  # and from here on nobody collects: see `tests.conftest`
    pipeline.start()
    _finish(pipeline)
    found = gc.collect()
    assert found < 100


def test_nothing_to_do_ends_at_once(pool: DecodePool) -> None:
    pipeline = Pipeline(Classifier(FakeNetwork(), batch_size=4), pool, WorkQueue())
    pipeline.start()
    assert _finish(pipeline) == []


def test_full_batches_are_run_where_there_is_enough_to_do(folder: Path) -> None:
    network = FakeNetwork()
    jobs = [job for job in _jobs(folder, range(40)) if job.key % 10 != 3]
    pipeline = Pipeline(Classifier(network, batch_size=8), InlinePool(), _queue(jobs))
    pipeline.start()
    _finish(pipeline)
    assert sum(network.batches) == 36
    assert max(network.batches) == 8


def test_stop_keeps_what_was_answered_and_puts_the_rest_back(folder: Path, pool: DecodePool) -> None:
    network = FakeNetwork()
    queue = _queue(_jobs(folder, range(200)))
    pipeline = Pipeline(Classifier(network, batch_size=4), pool, queue)
    pipeline.start()
    answered: list[Answered] = []
    while len(answered) < 20:
        answered += pipeline.next_answers(1)
    network.gate.clear()
    network.running.clear()

    def stop_while_running() -> None:
        network.running.wait(10)
        pipeline.stop()

    stopper = threading.Thread(target=stop_while_running)
    stopper.start()
    answered += _finish(pipeline)
    stopper.join()
    assert len(queue) == 200 - len(answered)

    network.gate.set()
    again = Pipeline(Classifier(network, batch_size=4), pool, queue)
    again.start()
    _check(answered + _finish(again), range(200))


def test_a_network_that_fails_ends_the_run_and_loses_no_job(folder: Path, pool: DecodePool) -> None:
    network = FakeNetwork()
    network.fails = True
    queue = _queue(_jobs(folder, range(40)))
    pipeline = Pipeline(Classifier(network, batch_size=4), pool, queue)
    pipeline.start()
    answered: list[Answered] = []
    with pytest.raises(InferenceError, match="broken"):
        _run_on(pipeline, answered)
    assert pipeline.is_finished
    assert len(queue) + len(answered) == 40
    network.fails = False
    again = Pipeline(Classifier(network, batch_size=4), pool, queue)
    again.start()
    _check(answered + _finish(again), range(40))


def test_want_of_decoders_ends_the_run_and_is_no_pictures_failure(folder: Path) -> None:
    class Poor(InlinePool):
        """Has no decoder after some pictures."""

        def submit(self, function: Callable[[str, A], T], path: str, argument: A, *, urgent: bool = False) -> Future[T]:
            if len(self.submitted) >= 8:
                future: Future[T] = Future()
                future.set_exception(DecodersError("it rains"))
                return future
            return super().submit(function, path, argument, urgent=urgent)

    network = FakeNetwork()
    queue = _queue(_jobs(folder, range(40)))
    pipeline = Pipeline(Classifier(network, batch_size=4), Poor(), queue)
    pipeline.start()
    answered: list[Answered] = []
    with pytest.raises(DecodersError, match="it rains"):
        _run_on(pipeline, answered)
    pipeline.stop()
    assert answered
    assert pipeline.next_answers(0) == ()
    assert pipeline.is_finished
    assert len(queue) + len(answered) == 40
    again = Pipeline(Classifier(network, batch_size=4), InlinePool(), queue)
    again.start()
    _check(answered + _finish(again), range(40))


def test_a_thread_that_cannot_be_started_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = _queue(_jobs(folder, range(4)))
    pipeline = Pipeline(Classifier(FakeNetwork(), batch_size=4), InlinePool(), queue)

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    pipeline.start()
    assert not pipeline.is_finished
    with pytest.raises(DecodersError, match="no more threads"):
        pipeline.next_answers(1)
    pipeline.stop()
    assert pipeline.next_answers(0) == ()
    assert pipeline.is_finished
    assert len(queue) == 4


def test_pause_takes_nothing_new_and_resume_goes_on(folder: Path) -> None:
    pool = InlinePool(held=True)
    queue = _queue(_jobs(folder, range(100)))
    pipeline = Pipeline(Classifier(FakeNetwork(), batch_size=4), pool, queue)
    pipeline.pause()
    pipeline.start()
    assert pipeline.next_answers(0.3) == ()
    assert pool.submitted == []
    assert not pipeline.is_finished
    pipeline.resume()
    answered: list[Answered] = []
    while not pipeline.is_finished:
        pool.release()
        answered += pipeline.next_answers(0.05)
    _check(answered, range(100))


def test_what_waits_in_the_pool_is_bounded(folder: Path) -> None:
    pool = InlinePool(held=True)
    pipeline = Pipeline(Classifier(FakeNetwork(), batch_size=8), pool, _queue(_jobs(folder, range(200))))
    pipeline.start()
    assert pipeline.next_answers(0.5) == ()
    assert len(pool.submitted) == 2 * 2
    pipeline.stop()
    _finish(pipeline)


def test_what_is_decoded_ahead_of_the_network_is_bounded(folder: Path) -> None:
    pool, network = InlinePool(), FakeNetwork()
    network.gate.clear()
    pipeline = Pipeline(Classifier(network, batch_size=8), pool, _queue(_jobs(folder, range(200))))
    pipeline.start()
    answering = threading.Thread(target=_finish, args=(pipeline,))
    answering.start()
    assert network.running.wait(10)
    answering.join(0.5)
    assert len(pool.submitted) <= 2 * 2 + 2 * 8 + 1
    pipeline.stop()
    answering.join()


@pytest.mark.parametrize(
    ("workers", "batch", "each"),
    [(2, 8, 2), (8, 8, 2), (32, 8, 2), (1, 4, 2), (7, 32, 4), (15, 64, 8), (32, 64, 8), (32, 256, 8)],
)
def test_beside_two_batches_each_worker_has_its_share(workers: int, batch: int, each: int) -> None:
    assert pipeline_module.most_on_the_way(workers, batch) == 2 * batch + workers * each


def test_many_workers_can_take_small_pictures_of_a_card_in_handfuls(folder: Path) -> None:
    """Both batches that a card has do not count: their pictures are decoded."""
    pool, batch = InlinePool(workers=32, held=True), 64
    pool.room = 32 * 2 * 16
    jobs = [Job(number, str(folder / "0.png")) for number in range(1000)]
    pipeline = Pipeline(Classifier(FakeNetwork(), batch_size=batch), pool, _queue(jobs))
    pipeline.start()
    most = pipeline_module.most_on_the_way(32, batch)
    deadline = time.monotonic() + 20
    while len(pool.submitted) < most and time.monotonic() < deadline:
        time.sleep(0.005)
    waiting: TaskQueue[str] = TaskQueue(takers=32)
    for path in pool.submitted[2 * batch :]:
        waiting.put(path)
    handfuls = [len(waiting.take(lambda _path: 16, lambda _one, _other: True)) for _ in range(32)]
    pipeline.stop()
    _finish(pipeline)
    assert handfuls[0] == 8
    assert sum(handfuls) / len(handfuls) > 4


def test_the_watched_picture_brings_its_feature_map_and_the_others_do_not(folder: Path, pool: DecodePool) -> None:
    pipeline = Pipeline(Classifier(FakeNetwork(), batch_size=4), pool, _queue(_jobs(folder, range(12))), thumbnail_px=8)
    pipeline.watch(7)
    pipeline.start()
    answered = _finish(pipeline)
    assert [one.key for one in answered if one.inspection is not None] == [7]
    assert all((one.thumbnail is not None) == isinstance(one.outcome, Classification) for one in answered)


def test_the_thread_of_the_network_can_be_called_away(folder: Path) -> None:
    pool = InlinePool(held=True)
    pipeline = Pipeline(
        Classifier(FakeNetwork(), batch_size=4),
        pool,
        _queue(_jobs(folder, range(4))),
    )
    pipeline.start()
    threading.Timer(0.05, pipeline.wake).start()
    assert pipeline.next_answers(60) == ()
    pipeline.stop()
    _finish(pipeline)


def test_a_batch_of_the_built_in_network_equals_its_pictures_one_by_one(pool: DecodePool, shared_data: Path) -> None:
    paths = sorted(map(str, (shared_data / "photos").glob("*.jpg")))[:24]
    logits = {}
    for batch_size in (1, 8):
        classifier = open_classifier(None, "cpu", Profile.below(Path("nowhere")), batch_size=batch_size, top_count=200)
        queue = _queue([Job(key, path) for key, path in enumerate(paths)])
        pipeline = Pipeline(classifier, pool, queue)
        pipeline.start()
        rows = {}
        for one in _finish(pipeline):
            if isinstance(one.outcome, Classification):
                rows[one.key] = [p.logit for p in sorted(one.outcome.predictions, key=lambda p: p.index)]
        logits[batch_size] = np.array([rows[key] for key in sorted(rows)])
        classifier.network.close()
    assert logits[1].shape == logits[8].shape == (24, 200)
    assert np.abs(logits[1] - logits[8]).max() <= 1e-4


class Odd(InlinePool):
    """Cannot send the answer of one picture."""

    def submit(self, function: Callable[[str, A], T], path: str, argument: A, *, urgent: bool = False) -> Future[T]:
        if path.endswith("/5.png"):
            future: Future[T] = Future()
            future.set_exception(RuntimeError("the answer cannot be sent"))
            return future
        return super().submit(function, path, argument, urgent=urgent)


def _with_an_error_to_tell(queue: WorkQueue) -> Pipeline:
    """A run that has told one answer, and was to tell an unexpected error next."""
    pipeline = Pipeline(Classifier(FakeNetwork(), batch_size=4), Odd(), queue)
    pipeline.start()
    pipeline._fed.wait(20)
    answered = pipeline.next_answers(20)
    assert [one.key for one in answered] == [3]
    assert isinstance(answered[0].outcome, Failure)
    return pipeline


def test_an_answer_is_told_before_an_error_that_nobody_expected(folder: Path) -> None:
    queue = _queue(_jobs(folder, range(3, 6)))
    pipeline = _with_an_error_to_tell(queue)
    with pytest.raises(RuntimeError, match="cannot be sent"):
        pipeline.next_answers(20)
    pipeline.stop()
    assert pipeline.next_answers(0) == ()
    queue.finish([3])
    assert len(queue) == 2


def test_who_stops_hears_of_no_error_that_came_before(folder: Path) -> None:
    queue = _queue(_jobs(folder, range(3, 6)))
    pipeline = _with_an_error_to_tell(queue)
    pipeline.stop()
    assert pipeline.next_answers(0) == ()
    queue.finish([3])
    assert len(queue) == 2


def test_stop_wakes_the_thread_that_waits_for_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline_module, "_POLL_S", 600.0)
    pool = InlinePool(held=True)
    pool.room = 1000
    pipeline = Pipeline(Classifier(FakeNetwork(), batch_size=4), pool, _queue(_jobs(folder, range(100))))
    pipeline.start()
    most = pipeline_module.most_on_the_way(pool.workers, 4)
    deadline = time.monotonic() + 20
    while len(pool.submitted) < most and time.monotonic() < deadline:
        time.sleep(0.005)
    pipeline.stop()
    pipeline._feeder.join(20)
    assert not pipeline._feeder.is_alive()
    assert len(pool.submitted) == most
