"""One question of a kind is open; a newer one replaces it; only open questions are answered."""

from __future__ import annotations

from typing import cast

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from gui.attention.examination import ExaminationBench, ExaminationOrder
from gui.attention.examiner import Examiner
from gui.engine_events import ExaminationEnded, ExaminationProgressed
from gui.engine_link import EngineLink
from inference.errors import InferenceError
from tests.gui.compare.answering import FakeRoom


class FakeLink(QObject):
    """A link to it."""

    event_arrived = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.room: FakeRoom | None = FakeRoom()


class Bench:
    """An examiner, and all that it told."""

    def __init__(self) -> None:
        self.link = FakeLink()
        self.examiner = Examiner(cast("EngineLink", self.link))
        self.told: list[tuple[object, ...]] = []
        self.examiner.answered.connect(lambda *told: self.told.append(("answered", *told)))
        self.examiner.failed.connect(lambda *told: self.told.append(("failed", *told)))
        self.examiner.progressed.connect(lambda *told: self.told.append(("progressed", *told)))
        self.examiner.open_changed.connect(lambda *told: self.told.append(("open", *told)))

    @property
    def orders(self) -> list[ExaminationOrder]:
        assert self.link.room is not None
        return self.link.room.orders


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    del qtbot
    return Bench()


def _work(_bench: ExaminationBench) -> None:
    """Nothing: no room carries it out here."""


def test_an_answer_comes_back_to_its_kind_and_image(bench: Bench) -> None:
    assert bench.examiner.ask("check", 5, _work)
    [order] = bench.orders
    bench.link.event_arrived.emit(ExaminationProgressed(order.ticket, 1, 2))
    bench.link.event_arrived.emit(ExaminationEnded(order.ticket, "done"))
    bench.link.event_arrived.emit(ExaminationEnded(order.ticket, "again"))
    assert bench.told == [
        ("open", "check", True),
        ("progressed", "check", 1, 2),
        ("answered", "check", 5, "done"),
        ("open", "check", False),
    ]


def test_another_model_does_not_wait_for_many_runs(bench: Bench) -> None:
    bench.examiner.ask("score-cam", 5, _work, is_long=True)
    bench.examiner.ask("brush", 5, _work)
    long, short = bench.orders
    assert (long.is_long, short.is_long) == (True, False)
    bench.examiner.cancel_long()
    assert long.cancel.is_set()
    assert not short.cancel.is_set()
    assert [bench.examiner.is_open(kind) for kind in ("score-cam", "brush")] == [False, True]


def test_the_latest_of_a_kind_counts_and_other_kinds_go_on(bench: Bench) -> None:
    for kind in ("brush", "brush", "check"):
        bench.examiner.ask(kind, 1, _work)
    first, second, other = bench.orders
    assert [order.cancel.is_set() for order in (first, second, other)] == [True, False, False]
    bench.told.clear()
    bench.link.event_arrived.emit(ExaminationEnded(first.ticket, "old"))
    assert bench.told == []
    assert bench.examiner.is_open("brush")
    bench.examiner.cancel_all()
    assert [order.cancel.is_set() for order in (second, other)] == [True, True]
    assert not bench.examiner.is_open("brush")


def test_errors_come_back_too(bench: Bench) -> None:
    bench.examiner.ask("check", 5, _work)
    error = InferenceError("no.")
    bench.link.event_arrived.emit(ExaminationEnded(bench.orders[0].ticket, None, error))
    assert ("failed", "check", 5, error) in bench.told


def test_without_an_engine_nothing_is_asked(bench: Bench) -> None:
    bench.link.room = None
    assert not bench.examiner.ask("check", 5, _work)
    assert not bench.examiner.is_open("check")
