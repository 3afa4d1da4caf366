"""Each picture is asked about once; what others give up is asked again; what nobody wants is not told."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from gui.attention.examiner import Examiner
from gui.compare.kept_answers import KeptAnswers
from gui.compare.picture_reader import PictureReader
from inference.classify.preprocess import PrepareOrder
from inference.errors import ImageProblem, ImageReadError
from tests.fakes import fake_contract
from tests.gui.compare.answering import FakeLink, answer_of, pixels_of


class Bench:
    """A reader, what it asked, what it told."""

    def __init__(self) -> None:
        self.link = FakeLink()
        self.examiner = Examiner(self.link.as_link)
        self.kept = KeptAnswers(self.link.as_link)
        self.reader = PictureReader(self.examiner, self.kept)
        self.answered = QSignalSpy(self.reader.answered)
        self.pixels = QSignalSpy(self.reader.pixels_read)
        self.inputs = QSignalSpy(self.reader.input_read)
        self.failed = QSignalSpy(self.reader.failed)
        self.orders = self.link.room.orders


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    del qtbot
    made = Bench()
    made.link.open_model()
    return made


def test_the_answer_comes_before_the_pixels_and_is_kept(bench: Bench) -> None:
    assert bench.reader.read(1, "/p/a.png") is None
    [question] = bench.orders
    assert (question.path, question.view) == ("/p/a.png", PrepareOrder(fake_contract().preprocessing))
    told = answer_of(size=(4000, 3000))
    bench.link.end(question, told)
    assert bench.answered.at(0) == [1, told]
    assert bench.kept.find(1, "/p/a.png") is told
    reading = bench.orders[1]
    assert reading.view is not None
    assert (reading.view.preprocessing.resize, reading.view.whole) == (1200, True)
    pixels = pixels_of()
    bench.link.end(reading, pixels)
    assert bench.pixels.at(0) == [1, pixels]
    assert bench.reader.read(1, "/p/a.png") is told, "no more questions about what is known"
    assert len(bench.orders) == 3


def test_what_others_give_up_is_asked_again(bench: Bench) -> None:
    bench.reader.read(1, "/p/a.png")
    bench.reader.read(2, "/p/b.png")
    bench.examiner.cancel_all()
    assert [order.path for order in bench.orders[2:]] in (["/p/a.png", "/p/b.png"], ["/p/b.png", "/p/a.png"])
    assert all(order.cancel.is_set() for order in bench.orders[:2])
    for order in bench.orders[2:]:
        bench.link.end(order, answer_of(order.path or ""))
    assert bench.answered.count() == 2


def test_nothing_is_told_after_stop(bench: Bench) -> None:
    bench.reader.read(1, "/p/a.png")
    bench.reader.read_input(1, "/p/a.png", PrepareOrder(fake_contract().preprocessing))
    bench.reader.stop()
    assert all(order.cancel.is_set() for order in bench.orders)
    for order in list(bench.orders):
        bench.link.end(order, answer_of())
    assert len(bench.orders) == 2
    assert bench.answered.count() == bench.inputs.count() == 0


def test_failures_and_inputs_are_told_with_their_key(bench: Bench) -> None:
    bench.reader.read(7, "/p/a.png")
    error = ImageReadError("/p/a.png", ImageProblem.NOT_AN_IMAGE)
    bench.link.end(bench.orders[0], None, error)
    assert bench.failed.at(0) == [7, error]
    bench.reader.read_input(8, "/p/b.png", PrepareOrder(fake_contract().preprocessing))
    bench.link.end(bench.orders[1], "prepared")
    assert bench.inputs.at(0) == [8, "prepared"]
    assert len(bench.orders) == 2


def test_nothing_is_asked_without_a_model(qtbot: QtBot) -> None:
    del qtbot
    bench = Bench()
    assert bench.reader.read(1, "/p/a.png") is None
    assert bench.orders == []
