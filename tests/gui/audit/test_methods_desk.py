"""A comparison goes its way: image by image, stopped, of another model, with an image that nobody can read."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QFileDialog, QSpinBox, QTableView
from pytestqt.qtbot import QtBot

from gui.attention.examination import ExaminationOrder, carry_out
from gui.audit.methods_desk import MethodsDesk
from gui.audit.methods_panel import MethodsPanel
from gui.audit.methods_work import draw
from gui.engine_events import ExaminationProgressed
from gui.engine_link import EngineLink
from gui.gallery.image_table import ImageTable
from gui.session_holder import SessionHolder
from gui.tasks import TaskRunner
from inference.attention.figures import MethodFigures, compare_methods
from inference.attention.making import InspectedPicture
from inference.attention.methods import Method
from inference.attention.runs import CopyRunner, SeenPicture
from inference.classify.classifier import Classifier
from inference.classify.events import ModelOpened
from inference.classify.preprocess import PrepareOrder, prepare_picture
from tests.fakes import CHANNELS, FakeNetwork, InlinePool
from tests.gui.audit.audited import WAIT_MS, Holder

_COUNT = 6
_BROKEN = 3


class Link(QObject):
    """A link to an engine room that keeps orders until they are wanted."""

    event_arrived = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.orders: list[ExaminationOrder] = []
        self.network = FakeNetwork()
        self.room: Link | None = self

    def examine(self, order: ExaminationOrder) -> None:
        self.orders.append(order)

    def open(self, network: FakeNetwork) -> None:
        """Another model, or the same again."""
        self.network = network
        self.event_arrived.emit(ModelOpened("fake", Classifier(network, batch_size=1)))

    def carry_out_next(self) -> None:
        """Answer the oldest order, as the network's thread does."""
        order = self.orders.pop(0)
        assert order.path is not None
        assert order.view is not None
        reading = InlinePool().submit(prepare_picture, order.path, order.view)
        carry_out(order, Classifier(self.network, batch_size=1), reading, self.event_arrived.emit)


class Table:
    """Images whose key is their place, but for one that was removed."""

    def __init__(self, folder: Path) -> None:
        self.paths = [str(folder / f"{key}.png") for key in range(_COUNT + 2)]

    def place_of(self, key: int) -> int | None:
        return None if key == _COUNT else key

    def path(self, place: int) -> str:
        return self.paths[place]


class Bench:
    """The desk with its panel, a fake engine room and pictures on the disk."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        for key in range(_COUNT):
            shade = np.full((12, 12, 3), 40 + 30 * key, np.uint8)
            shade[: key + 2, :5] = 200
            Image.fromarray(shade).save(folder / f"{key}.png")
        (folder / f"{_BROKEN}.png").write_text("not a picture")
        self.qtbot = qtbot
        self.link = Link()
        self.table = Table(folder)
        self.runner = TaskRunner()
        self.panel = MethodsPanel()
        qtbot.addWidget(self.panel)
        holder = cast("SessionHolder", Holder(None))
        table, link = cast("ImageTable", self.table), cast("EngineLink", self.link)
        self.desk = MethodsDesk(table, holder, link, self.runner)
        self.desk.attach(self.panel)
        self.ended: list[bool] = []
        self.desk.ended.connect(lambda: self.ended.append(True))

    def start(self) -> None:
        """On every image that an audit is about."""
        self.link.open(self.link.network)
        self.desk.set_images(range(_COUNT + 1))
        self.panel.asking.asked.emit()

    def finish(self) -> None:
        """Answer what is asked, to the end."""
        while self.link.orders:
            self.link.carry_out_next()

    def expected(self, keys: list[int], methods: tuple[Method, ...]) -> tuple[MethodFigures, ...]:
        """What the core says of some images."""
        network = FakeNetwork()
        order = PrepareOrder(network.contract.preprocessing)
        images = [prepare_picture(self.table.paths[key], order).input for key in keys]
        outputs = [network.run(image[None], features=True) for image in images]
        pictures = [
            InspectedPicture(SeenPicture(image, one.logits[0]), one.features[0])
            for image, one in zip(images, outputs, strict=True)
            if one.features is not None
        ]
        assert network.head is not None
        return compare_methods(CopyRunner(network), pictures, network.head, methods, with_curves=True)


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    """Five pictures, one file that is none, and an image that was removed since the audit."""
    made = Bench(qtbot, tmp_path)
    yield made
    made.runner.shutdown()


def _untimed(figures: tuple[MethodFigures, ...]) -> list[MethodFigures]:
    return [replace(one, seconds=0.0) for one in figures]


def test_the_table_is_what_the_core_says_and_an_unreadable_image_is_told(bench: Bench) -> None:
    for box in bench.panel.findChildren(QCheckBox):
        box.setChecked(True)
    bench.start()
    assert len(bench.link.orders) == 1
    assert not bench.panel.asking.can_ask
    bench.finish()
    assert bench.ended == [True]
    readable = [key for key in range(_COUNT) if key != _BROKEN]
    assert _untimed(bench.desk.figures) == _untimed(bench.expected(readable, tuple(Method)))
    words = bench.panel.words()
    assert words.startswith("5 of 6 images compared, drawn from 7, as Fake sees them. 1 image is left out: 3.png: ")
    assert "left. " not in words
    assert bench.panel.asking.can_ask
    rows = bench.panel.findChildren(QTableView)[0].model()
    assert rows.rowCount() == len(Method)
    # 2 x 2 cells: 1 + 2 * 5 runs, and those that make the map.
    runs = {rows.index(row, 0).data(): rows.index(row, 5).data() for row in range(rows.rowCount())}
    assert (runs["Evidence"], runs["Score-CAM"], runs["Occlusion"]) == ("11", str(11 + CHANNELS), "15")


def test_after_the_first_image_the_rest_is_estimated_and_its_runs_are_shown(bench: Bench) -> None:
    bench.start()
    ticket = bench.link.orders[0].ticket
    bench.link.event_arrived.emit(ExaminationProgressed(ticket, 7, 77))
    assert "left." not in bench.panel.words()
    bench.link.carry_out_next()
    assert "1 of 6 images compared" in bench.panel.words()
    assert "few seconds left." in bench.panel.words()
    assert "Evidence, mean curves" in bench.panel.words()


def test_stop_keeps_what_is_done(bench: Bench) -> None:
    bench.start()
    bench.link.carry_out_next()
    bench.link.carry_out_next()
    bench.panel.asking.stop_requested.emit()
    assert bench.ended == [True]
    bench.finish()
    methods = bench.panel.methods
    assert _untimed(bench.desk.figures) == _untimed(bench.expected([0, 1], methods))
    assert "2 of 6 images compared" in bench.panel.words()
    assert "Stopped: the table is of the images so far." in bench.panel.words()
    bench.desk.stop()
    bench.desk.set_images([1])
    assert bench.desk.figures != ()
    assert bench.ended == [True]
    bench.panel.asking.asked.emit()
    assert bench.desk.figures == ()
    bench.finish()
    assert "1 of 1 image compared" in bench.panel.words()


def test_another_model_ends_it_and_the_same_again_does_not(bench: Bench) -> None:
    bench.start()
    bench.link.carry_out_next()
    bench.link.open(FakeNetwork())
    assert bench.ended == []
    other = FakeNetwork()
    other.model_hash = "1" * 64
    bench.link.open(other)
    assert bench.ended == [True]
    assert "Another model was opened, so the comparison ended" in bench.panel.words()
    assert bench.desk.figures[0].pictures == 1
    bench.finish()
    assert bench.desk.figures[0].pictures == 1


def test_a_model_that_is_wanted_does_not_wait_for_it(bench: Bench) -> None:
    bench.desk.end_for_another_model()
    assert bench.ended == []
    bench.start()
    bench.desk.end_for_another_model()
    assert bench.ended == [True]
    assert "Another model was opened, so the comparison ended" in bench.panel.words()


def test_a_question_that_meets_another_model_ends_it_too(bench: Bench) -> None:
    bench.start()
    other = FakeNetwork()
    other.model_hash = "1" * 64
    # The network's thread has it before the window knows.
    bench.link.network = other
    bench.link.carry_out_next()
    assert "Another model was opened, so the comparison ended" in bench.panel.words()
    assert bench.desk.figures == ()
    assert bench.link.orders == []


def test_why_it_cannot_begin(bench: Bench) -> None:
    assert "No model is open yet." in bench.panel.words()
    without = FakeNetwork()
    without.head = None
    bench.link.open(without)
    assert "no exact maps" in bench.panel.words()
    bench.desk.start()
    bench.link.open(FakeNetwork())
    assert "There are no images" in bench.panel.words()
    bench.desk.start()
    assert bench.link.orders == []
    assert f"{CHANNELS} more runs" in bench.panel.findChildren(QCheckBox)[0].text()
    bench.link.room = None
    bench.start()
    assert "Stopped before the first image was over." in bench.panel.words()


def test_fewer_images_are_drawn_always_in_the_same_way(bench: Bench) -> None:
    bench.panel.findChildren(QSpinBox)[0].setValue(2)
    drawn = []
    for _ in range(2):
        bench.start()
        paths = []
        while bench.link.orders:
            paths.append(str(bench.link.orders[0].path))
            bench.link.carry_out_next()
        drawn.append(paths)
    assert drawn[0] == drawn[1]
    # The one that was removed since is drawn perhaps, and not asked about.
    wanted = draw(range(_COUNT + 1), 2)
    assert drawn[0] == [bench.table.paths[key] for key in wanted if key != _COUNT]
    assert wanted != [0, 1]


def test_the_table_is_copied_and_saved(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "methods.csv"
    bench.panel.copy_requested.emit()
    bench.desk.save_to(str(target))
    assert not target.exists()
    bench.start()
    bench.finish()
    bench.panel.copy_requested.emit()
    assert "The table was copied." in bench.panel.words()
    assert QGuiApplication.clipboard().text().splitlines()[0].startswith("method\tpictures\taverage_drop")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_named: ("", ""))
    bench.panel.save_requested.emit()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_named: (str(target), ""))
    bench.panel.save_requested.emit()
    bench.qtbot.waitUntil(lambda: "The table was written." in bench.panel.words(), timeout=WAIT_MS)
    rows = list(csv.DictReader(target.read_text().splitlines()))
    assert [row["method"] for row in rows] == [method.value for method in bench.panel.methods]
    assert {(row["model"], row["seed"], row["drawn_from"]) for row in rows} == {("Fake", "0", "7")}
    bench.desk.save_to(bench.table.paths[0])
    bench.qtbot.waitUntil(lambda: "picture" in bench.panel.words().splitlines()[-1], timeout=WAIT_MS)


def test_another_session_clears_it(bench: Bench) -> None:
    bench.start()
    bench.link.carry_out_next()
    bench.desk.clear()
    bench.finish()
    assert bench.desk.figures == ()
    assert "images compared" not in bench.panel.words()
    assert "There are no images" in bench.panel.words()
