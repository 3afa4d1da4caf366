"""The service of a window: it works on the queue when there is a model, and answers what is asked in between."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PIL import Image

from inference.classify.classifier import Classifier
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
from inference.classify.work_queue import Job
from inference.errors import ModelLoadError, SessionSaveError
from inference.results import Classification, Failure
from tests.fakes import FakeNetwork
from tests.inference.classify.desk import Desk


def test_jobs_that_came_before_the_model_are_answered_when_it_is_open(desk: Desk) -> None:
    desk.add(range(10))
    desk.open()
    desk.wait_for_ends()
    kinds = [type(event) for event in desk.events]
    assert kinds[:2] == [ModelOpened, RunStarted]
    assert sorted(desk.answered()) == list(range(10))
    assert desk.all(RunEnded)[0].end is RunEnd.FINISHED


def test_jobs_that_come_later_start_a_run_by_themselves(desk: Desk) -> None:
    desk.open()
    desk.wait_until(lambda: bool(desk.all(ModelOpened)))
    desk.add(range(3))
    desk.wait_for_ends(1)
    desk.add(range(3, 6))
    desk.wait_for_ends(2)
    assert sorted(desk.answered()) == list(range(6))


def test_stop_keeps_results_and_run_goes_on_with_the_rest(desk: Desk) -> None:
    desk.network.gate.clear()
    desk.open()
    desk.add(range(40))
    desk.wait_until(lambda: bool(desk.all(RunStarted)))
    assert desk.network.running.wait(10)
    desk.service.stop()
    desk.wait_for_ends(1)
    assert desk.all(RunEnded)[0].end is RunEnd.STOPPED
    assert len(desk.answered()) + len(desk.service.queue) == 40
    desk.network.gate.set()
    desk.service.run()
    desk.wait_for_ends(2)
    assert sorted(desk.answered()) == list(range(40))


def test_an_inspection_overtakes_the_queue_and_the_latest_wins(desk: Desk) -> None:
    desk.open(batch_size=1)
    desk.wait_until(lambda: bool(desk.all(ModelOpened)))
    desk.network.gate.clear()
    desk.add(range(60))
    assert desk.network.running.wait(10)
    desk.service.inspect(50, str(desk.folder / "50.png"))
    desk.service.inspect(51, str(desk.folder / "51.png"))
    desk.network.gate.set()
    desk.wait_for_ends()
    [inspected] = desk.all(Inspected)
    assert inspected.key == 51
    assert inspected.inspection is not None
    assert isinstance(inspected.outcome, Classification)
    assert desk.events.index(inspected) < desk.events.index(desk.all(Answers)[-1])
    assert sorted(desk.answered()) == list(range(60))


def test_a_model_that_cannot_be_opened_leaves_the_one_before(desk: Desk) -> None:
    def fail() -> Classifier:
        raise ModelLoadError("x.onnx", "it is damaged.")

    desk.open()
    desk.service.open_model("x", fail)
    desk.wait_until(lambda: bool(desk.all(ModelFailed)))
    assert not desk.network.closed
    desk.add(range(2))
    desk.wait_for_ends()
    assert sorted(desk.answered()) == [0, 1]


def test_another_model_takes_over_a_run_and_the_first_is_closed(desk: Desk) -> None:
    first, second = desk.network, FakeNetwork()
    first.gate.clear()
    desk.open()
    desk.add(range(40))
    assert first.running.wait(10)
    desk.service.open_model("second", lambda: Classifier(second, batch_size=4))
    first.gate.set()
    desk.wait_until(lambda: len(desk.answered()) == 40)
    assert first.closed
    assert sum(second.batches) > 0
    assert sorted(desk.answered()) == list(range(40))


def test_pausing_before_a_run_holds_it(desk: Desk) -> None:
    desk.service.pause()
    desk.open()
    desk.add(range(8))
    desk.wait_until(lambda: bool(desk.all(RunStarted)))
    assert desk.answered() == []
    desk.service.resume()
    desk.wait_for_ends()
    assert sorted(desk.answered()) == list(range(8))


def test_a_network_that_breaks_ends_the_run_with_its_error(desk: Desk) -> None:
    desk.network.fails = True
    desk.open()
    desk.add(range(8))
    desk.wait_for_ends()
    ended = desk.all(RunEnded)[0]
    assert ended.end is RunEnd.FAILED
    assert ended.error is not None
    desk.network.fails = False
    desk.service.run()
    desk.wait_for_ends(2)
    assert sorted(desk.answered()) == list(range(8))


def test_closing_during_a_run_frees_the_network(desk: Desk) -> None:
    desk.network.gate.clear()
    desk.open()
    desk.add(range(20))
    assert desk.network.running.wait(10)
    desk.service.close()
    assert desk.network.closed


def test_a_pause_belongs_to_its_run(desk: Desk) -> None:
    desk.open()
    desk.wait_until(lambda: bool(desk.all(ModelOpened)))
    desk.add(range(3))
    desk.wait_for_ends(1)
    desk.service.pause()
    desk.add(range(3, 6))
    desk.wait_until(lambda: len(desk.all(RunStarted)) == 2)
    assert desk.all(RunStarted)[1].is_paused
    desk.service.stop()
    desk.wait_for_ends(2)
    desk.service.run()
    desk.wait_for_ends(3)
    assert not desk.all(RunStarted)[2].is_paused
    assert sorted(desk.answered()) == list(range(6))


def test_opening_a_model_during_a_run_ends_it_and_says_so(desk: Desk) -> None:
    desk.network.gate.clear()
    desk.open()
    desk.add(range(20))
    assert desk.network.running.wait(10)
    desk.service.stop()
    desk.service.open_model("second", lambda: Classifier(FakeNetwork(), batch_size=4))
    desk.network.gate.set()
    desk.wait_until(lambda: [event.name for event in desk.all(ModelOpened)] == ["fake", "second"])
    assert [event.end for event in desk.all(RunEnded)] == [RunEnd.STOPPED]
    assert len(desk.answered()) + len(desk.service.queue) == 20


def test_a_picture_that_cannot_be_inspected_is_told(desk: Desk) -> None:
    desk.open()
    desk.service.inspect(7, str(desk.folder / "gone.png"))
    desk.wait_until(lambda: bool(desk.all(Inspected)))
    assert isinstance(desk.all(Inspected)[0].outcome, Failure)


def test_memory_that_runs_out_is_told_once(desk: Desk) -> None:
    desk.network.memory = 2
    desk.open(batch_size=4)
    desk.add(range(12))
    desk.wait_for_ends()
    assert [event.batch_size for event in desk.all(BatchShrunk)] == [2]
    assert sorted(desk.answered()) == list(range(12))


def test_an_error_that_nobody_expected_is_told_and_the_service_lives_on(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> Classifier:
        raise ZeroDivisionError

    desk.service.open_model("x", fail)
    desk.wait_until(lambda: bool(desk.all(ModelFailed)))
    assert "ZeroDivisionError" in str(desk.all(ModelFailed)[0].error)
    desk.open()
    desk.add(range(3))
    desk.wait_for_ends()
    assert sorted(desk.answered()) == [0, 1, 2]
    caplog.clear()


class Keeper:
    """Writes answers down in a list, or fails as a full disk does."""

    def __init__(self) -> None:
        self.kept: list[Answered] = []
        self.disk_is_full = False
        self.attempts = 0

    def __call__(self, answered: Sequence[Answered]) -> None:
        self.attempts += 1
        if self.disk_is_full:
            raise SessionSaveError("x.cardinal", "The disk is full.", is_disk_full=True)
        self.kept += answered


def test_answers_are_kept_with_their_embeddings_before_they_are_told(desk: Desk) -> None:
    keeper = Keeper()
    kept_when_told: list[bool] = []
    take = desk.service._deliver

    def deliver(event: ServiceEvent) -> None:
        if isinstance(event, Answers):
            kept = {one.key for one in keeper.kept}
            kept_when_told.append(all(one.key in kept for one in event.answered))
        take(event)

    desk.service._deliver = deliver
    desk.service.set_keeper(keeper)
    desk.open()
    desk.add(range(12))
    desk.wait_for_ends()
    assert kept_when_told
    assert all(kept_when_told)
    assert sorted(one.key for one in keeper.kept) == list(range(12))
    for one in keeper.kept:
        assert one.embedding is not None
        assert one.embedding.tolist() == [float(one.key)] * 3
        assert one.embedding.base is None


def test_without_a_keeper_nothing_is_embedded(desk: Desk) -> None:
    desk.open()
    desk.add(range(3))
    desk.wait_for_ends()
    assert all(one.embedding is None for event in desk.all(Answers) for one in event.answered)


def test_what_cannot_be_kept_is_not_told_and_is_done_when_it_can_be_kept_again(desk: Desk) -> None:
    keeper = Keeper()
    keeper.disk_is_full = True
    desk.service.set_keeper(keeper)
    desk.open()
    desk.add(range(40))
    desk.wait_for_ends()
    ended = desk.all(RunEnded)[0]
    assert ended.end is RunEnd.FAILED
    assert isinstance(ended.error, SessionSaveError)
    assert desk.answered() == []
    assert len(desk.service.queue) == 40
    assert desk.service.is_stopped
    assert keeper.attempts == 1
    keeper.disk_is_full = False
    desk.service.run()
    desk.wait_for_ends(2)
    assert desk.all(RunEnded)[1].end is RunEnd.FINISHED
    assert sorted(desk.answered()) == list(range(40))
    assert len({one.key for one in keeper.kept}) == 40
    # What was answered and could not be kept is first again.
    assert sorted(desk.answered()[:4]) == [0, 1, 2, 3]


def test_a_keeper_that_breaks_unexpectedly_ends_the_run_and_not_the_service(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(_answered: Sequence[Answered]) -> None:
        raise ZeroDivisionError

    desk.service.set_keeper(break_down)
    desk.open()
    desk.add(range(3))
    desk.wait_for_ends()
    assert "ZeroDivisionError" in str(desk.all(RunEnded)[0].error)
    desk.service.set_keeper(None)
    desk.service.run()
    desk.wait_for_ends(2)
    assert sorted(desk.answered()) == [0, 1, 2]
    caplog.clear()


def test_another_keeper_gets_nothing_of_the_time_before(desk: Desk) -> None:
    first, second = Keeper(), Keeper()
    desk.service.set_keeper(first)
    desk.open(batch_size=1)
    desk.network.gate.clear()
    desk.add(range(40))
    assert desk.network.running.wait(10)
    # Another session: what was asked for before is wanted by nobody, also what is on its way.
    desk.service.queue.clear()
    desk.service.set_keeper(second)
    desk.service.add([Job(key, str(desk.folder / f"{key}.png")) for key in range(50, 60)])
    desk.network.gate.set()
    desk.wait_until(lambda: set(desk.answered()) >= set(range(50, 60)))
    assert {one.key for one in second.kept} == set(range(50, 60))
    assert not desk.service.remaining
    assert {one.key for one in first.kept} == set(desk.answered()) - set(range(50, 60))


def test_when_another_model_comes_and_answers_cannot_be_kept_the_run_has_failed(desk: Desk) -> None:
    keeper = Keeper()
    desk.service.set_keeper(keeper)
    desk.open(batch_size=1)
    desk.wait_until(lambda: bool(desk.all(ModelOpened)))
    # Answers are held back for a tenth of a second, so some wait when the other model is asked for.
    keeper.disk_is_full = True
    desk.add(range(30))
    desk.service.open_model("second", lambda: Classifier(FakeNetwork(), batch_size=4))
    desk.wait_for_ends()
    assert desk.all(RunEnded)[0].end is RunEnd.FAILED
    desk.wait_until(lambda: len(desk.all(ModelOpened)) == 2)
    assert desk.answered() == []
    assert len(desk.service.queue) == 30


def test_a_wish_that_comes_while_another_picture_is_inspected_is_not_lost(desk: Desk) -> None:
    desk.open()
    desk.wait_until(lambda: bool(desk.all(ModelOpened)))
    desk.network.gate.clear()
    desk.service.inspect(1, str(desk.folder / "1.png"))
    assert desk.network.running.wait(10)
    desk.service.inspect(2, str(desk.folder / "2.png"))
    desk.network.gate.set()
    desk.wait_until(lambda: any(one.key == 2 for one in desk.all(Inspected)))


def test_a_wish_for_the_same_picture_again_while_it_is_inspected_is_not_lost(desk: Desk) -> None:
    """Its file may have changed since it was read."""
    desk.open()
    desk.wait_until(lambda: bool(desk.all(ModelOpened)))
    desk.network.gate.clear()
    desk.service.inspect(1, str(desk.folder / "1.png"))
    assert desk.network.running.wait(10)
    Image.new("RGB", (9, 9), "red").save(desk.folder / "1.png")
    desk.service.inspect(1, str(desk.folder / "1.png"))
    desk.network.gate.set()
    desk.wait_until(lambda: len(desk.all(Inspected)) == 2)
    widths = [one.outcome.facts.width for one in desk.all(Inspected) if isinstance(one.outcome, Classification)]
    assert widths == [8, 9]


def test_what_was_inspected_is_kept_and_shown_also_where_it_cannot_be_kept(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = Keeper()
    desk.service.set_keeper(keeper)
    desk.open()
    desk.service.inspect(9, str(desk.folder / "9.png"))
    desk.wait_until(lambda: len(desk.all(Inspected)) == 1)
    assert [one.key for one in keeper.kept] == [9]
    assert keeper.kept[0].embedding is not None
    keeper.disk_is_full = True
    desk.service.inspect(10, str(desk.folder / "10.png"))
    desk.wait_until(lambda: len(desk.all(Inspected)) == 2)
    assert isinstance(desk.all(Inspected)[1].outcome, Classification)
    assert "shown and not kept" in caplog.text
    caplog.clear()


def test_a_failure_of_the_device_while_inspecting_is_not_kept_and_one_of_the_picture_is(desk: Desk) -> None:
    keeper = Keeper()
    desk.service.set_keeper(keeper)
    desk.open()
    desk.network.fails = True
    desk.service.inspect(9, str(desk.folder / "9.png"))
    desk.wait_until(lambda: len(desk.all(Inspected)) == 1)
    assert isinstance(desk.all(Inspected)[0].outcome, Failure)
    desk.service.inspect(7, str(desk.folder / "gone.png"))
    desk.wait_until(lambda: len(desk.all(Inspected)) == 2)
    assert [one.key for one in keeper.kept] == [7]
