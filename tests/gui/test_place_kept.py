"""A session opens where it was left, at the top the first time, and never pulls a person away who has moved."""

from __future__ import annotations

from typing import cast

import pytest
from pytestqt.qtbot import QtBot

from gui.decision_writer import DecisionWriter
from gui.gallery.arrangement import Arrangement, SortKey
from gui.gallery_page import GalleryPage
from gui.labelling import Labelling
from gui.place_kept import PlaceKept
from gui.session_desk import SessionDesk
from tests.gui.gallery.images import model_of
from tests.gui.label_bench import FakeDesk

BACKWARDS = Arrangement(sort=SortKey.NAME, descending=True)


class Bench:
    """A gallery of a hundred images in a window that shows few of them."""

    def __init__(self, qtbot: QtBot) -> None:
        self.images = model_of(100)
        self.page = GalleryPage(self.images)
        qtbot.addWidget(self.page)
        self.desk = FakeDesk(Labelling(self.images.table, cast("DecisionWriter", None)))
        self.place = PlaceKept(self.page, self.images, cast("SessionDesk", self.desk))
        self.page.resize(700, 500)
        with qtbot.waitExposed(self.page):
            self.page.show()

    @property
    def key(self) -> int:
        return self.images.key_at(self.page.grid.current_row())

    def open(self, *, kept: object = None) -> None:
        self.desk.is_loaded = False
        if kept is not None:
            self.desk.notes["current"] = kept
        self.desk.shown.emit(None)
        self.place.begin()


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def test_a_new_session_begins_at_the_top_also_in_another_order(bench: Bench) -> None:
    bench.open()
    assert (bench.key, bench.page.grid.verticalScrollBar().value()) == (0, 0)
    bench.desk.is_loaded = True
    bench.images.set_arrangement(BACKWARDS)
    assert (bench.key, bench.page.grid.verticalScrollBar().value()) == (99, 0)


def test_the_kept_image_is_current_again_wherever_it_stands(bench: Bench) -> None:
    bench.open(kept=70)
    assert bench.key == 0, "the rest may not have come yet"
    bench.desk.is_loaded = True
    bench.desk.loaded.emit(None)
    assert bench.key == 70
    first, last = bench.page.grid.visible_rows()
    assert first <= bench.page.grid.current_row() <= last
    bench.images.set_arrangement(BACKWARDS)
    assert bench.key == 70


def test_nobody_is_pulled_away(bench: Bench) -> None:
    bench.open(kept=70)
    bench.desk.is_loaded = True
    bench.page.grid.set_current_row(12)
    bench.desk.loaded.emit(None)
    bench.images.set_arrangement(BACKWARDS)
    assert bench.key == 12
    assert bench.desk.notes["current"] == 12


@pytest.mark.parametrize("kept", [7_000, "70", None, [70]])
def test_what_is_not_there_counts_as_nothing(bench: Bench, kept: object) -> None:
    bench.open(kept=kept)
    bench.desk.loaded.emit(None)
    assert bench.key == 0
