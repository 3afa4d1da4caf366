"""Order, preference, and never the same picture twice."""

import threading
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from inference.classify.work_queue import IteratorSource, Job, WorkQueue


def _jobs(*keys: int) -> list[Job]:
    return [Job(key, f"{key}.jpg") for key in keys]


def _drain(queue: WorkQueue) -> list[int]:
    taken = []
    while (job := queue.take(0)) is not None:
        taken.append(job.key)
    return taken


def test_pictures_come_in_order_of_arrival_except_the_preferred() -> None:
    queue = WorkQueue()
    queue.add(_jobs(*range(6)))
    queue.prefer([4, 2, 99])
    assert _drain(queue) == [4, 2, 0, 1, 3, 5]
    assert queue.is_exhausted()


def test_what_is_put_back_comes_first_and_once() -> None:
    queue = WorkQueue()
    queue.add(_jobs(0, 1, 2, 3))
    first, second = queue.take(0), queue.take(0)
    assert first is not None
    assert second is not None
    queue.put_back([first, second])
    queue.add(_jobs(1, 3))
    assert _drain(queue) == [0, 1, 2, 3]


def test_what_nobody_wants_any_more_does_not_come_back() -> None:
    queue = WorkQueue()
    queue.add(_jobs(0, 1, 2, 3, 4))
    taken = [queue.take(0) for _ in range(3)]
    queue.discard([1])
    queue.finish([2])
    queue.put_back([job for job in taken if job is not None])
    assert _drain(queue) == [0, 3, 4]
    queue.clear()
    queue.put_back(_jobs(0, 3, 4))
    assert queue.is_exhausted()


def test_a_picture_that_is_out_twice_may_come_back_after_one_answer() -> None:
    queue = WorkQueue()
    queue.add(_jobs(0))
    queue.take(0)
    queue.add(_jobs(0))
    queue.take(0)
    queue.finish([0])
    queue.put_back(_jobs(0))
    assert _drain(queue) == [0]


def test_discarded_pictures_do_not_come() -> None:
    queue = WorkQueue()
    queue.add(_jobs(0, 1, 2))
    queue.discard([1])
    assert len(queue) == 2
    assert _drain(queue) == [0, 2]


def test_a_queue_that_expects_more_waits_and_is_not_exhausted() -> None:
    queue = WorkQueue()
    queue.expect_more()
    assert not queue.is_exhausted()
    threading.Timer(0.05, lambda: queue.add(_jobs(7))).start()
    job = queue.take(10)
    assert job is not None
    assert job.key == 7
    queue.expect_no_more()
    assert queue.is_exhausted()


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("add"), st.integers(0, 20)),
            st.tuples(st.just("prefer"), st.integers(0, 20)),
            st.tuples(st.just("back"), st.integers(0, 20)),
            st.tuples(st.just("finish"), st.integers(0, 20)),
            st.tuples(st.just("discard"), st.integers(0, 20)),
            st.tuples(st.just("take"), st.just(0)),
        ),
        max_size=60,
    )
)
def test_whatever_happens_each_waiting_picture_comes_exactly_once(steps: list[tuple[str, int]]) -> None:
    queue, expected, out = WorkQueue(), set(), Counter[int]()
    for verb, key in steps:
        if verb == "add":
            queue.add(_jobs(key))
            expected.add(key)
        elif verb == "prefer":
            queue.prefer([key])
        elif verb == "back":
            queue.put_back(_jobs(key))
            if out[key]:
                expected.add(key)
                out[key] -= 1
        elif verb == "finish":
            queue.finish([key])
            out[key] = max(0, out[key] - 1)
        elif verb == "discard":
            queue.discard([key])
            expected.discard(key)
            del out[key]
        else:
            job = queue.take(0)
            assert (job is None) == (not expected)
            if job is not None:
                expected.remove(job.key)
                out[job.key] += 1
    taken = _drain(queue)
    assert sorted(taken) == sorted(expected)


def test_an_iterator_is_taken_in_order_and_then_exhausted() -> None:
    source = IteratorSource(iter(["a", "b"]))
    assert [source.take(0), source.take(0)] == [Job(0, "a"), Job(1, "b")]
    assert not source.is_exhausted()
    assert source.take(0) is None
    assert source.is_exhausted()
