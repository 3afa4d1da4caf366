"""The service between the runs of something long: what is quick comes first, and a run goes on."""

from __future__ import annotations

import threading
import time

from inference.classify.classifier import Classifier
from inference.classify.events import Inspected, ModelOpened, RunEnd, RunEnded
from tests.fakes import FakeNetwork
from tests.inference.classify.desk import Desk


def test_what_is_quick_comes_between_the_runs_of_a_long_examination(desk: Desk) -> None:
    desk.service.open_model("fake", lambda: Classifier(desk.network, batch_size=2))
    desk.wait_until(lambda: bool(desk.all(ModelOpened)))
    order: list[str] = []
    began, asked, opened = threading.Event(), threading.Event(), threading.Event()

    def long(classifier: Classifier | None) -> None:
        order.append("long begins")
        began.set()
        assert asked.wait(20)
        assert classifier is not None
        desk.service.give_way()
        assert opened.wait(20)
        desk.service.give_way()
        order.append("long ends")

    def quick(classifier: Classifier | None) -> None:
        order.append(f"quick {classifier is not None and classifier.network is desk.network}")

    desk.service.examine(long, is_long=True)
    assert began.wait(20)
    desk.service.examine(lambda _classifier: order.append("another long"), is_long=True)
    desk.service.examine(quick)
    desk.service.inspect(7, str(desk.folder / "7.png"))
    asked.set()
    desk.wait_until(lambda: bool(desk.all(Inspected)))
    other = FakeNetwork()
    desk.service.open_model("other", lambda: Classifier(other, batch_size=2))
    # What came after another model was wanted is about that one.
    desk.service.examine(lambda classifier: order.append(f"later {_network(classifier) is other}"))
    opened.set()
    desk.wait_until(lambda: len(desk.all(ModelOpened)) == 2)
    done = threading.Event()
    desk.service.examine(lambda _classifier: done.set())
    assert done.wait(20)
    assert order == ["long begins", "quick True", "long ends", "another long", "later True"]
    assert [one.key for one in desk.all(Inspected)] == [7]


def test_nothing_comes_in_between_once_the_service_closes(desk: Desk) -> None:
    began, go = threading.Event(), threading.Event()
    asked: list[str] = []

    def long(_classifier: Classifier | None) -> None:
        began.set()
        assert go.wait(20)
        desk.service.give_way()

    desk.service.examine(long, is_long=True)
    assert began.wait(20)
    desk.service.examine(lambda _classifier: asked.append("quick"))
    closing = threading.Thread(target=desk.service.close)
    closing.start()
    while not desk.service._errands.is_closed:
        time.sleep(0.001)
    go.set()
    closing.join(20)
    assert asked == []


def _network(classifier: Classifier | None) -> object:
    return None if classifier is None else classifier.network


def test_a_run_begins_goes_on_and_can_be_stopped_while_something_long_is_examined(desk: Desk) -> None:
    desk.open(batch_size=2)
    desk.wait_until(lambda: bool(desk.all(ModelOpened)))
    began, over = threading.Event(), threading.Event()
    at_end: list[int] = []

    def long(_classifier: Classifier | None) -> None:
        began.set()
        while not over.wait(0.001):
            desk.service.give_way()
        at_end.append(len(desk.all(RunEnded)))

    desk.service.examine(long, is_long=True)
    assert began.wait(20)
    desk.add(range(60))
    desk.wait_until(lambda: len(desk.answered()) >= 4)
    desk.service.stop()
    desk.wait_for_ends()
    over.set()
    done = threading.Event()
    desk.service.examine(lambda _classifier: done.set())
    assert done.wait(20)
    assert at_end == [1]
    assert desk.all(RunEnded)[0].end is RunEnd.STOPPED or len(desk.answered()) == 60


def test_nothing_is_answered_in_between_for_a_session_that_is_left(desk: Desk) -> None:
    desk.open(batch_size=2)
    desk.wait_until(lambda: bool(desk.all(ModelOpened)))
    began, over = threading.Event(), threading.Event()

    def long(_classifier: Classifier | None) -> None:
        began.set()
        while not over.wait(0.001):
            desk.service.give_way()

    desk.service.examine(long, is_long=True)
    assert began.wait(20)
    kept: list[int] = []
    # Another session's answers: whoever writes them down is not there before the examination ends.
    desk.service.set_keeper(lambda answered: kept.extend(one.key for one in answered))
    desk.add(range(8))
    time.sleep(0.1)
    assert desk.answered() == []
    over.set()
    desk.wait_until(lambda: len(desk.answered()) == 8)
    assert sorted(kept) == list(range(8))
