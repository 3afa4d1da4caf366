"""What undo and redo changed is in view and selected."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui import changed_again
from gui.gallery import selection_runs
from gui.gallery.arrangement import Arrangement, ImageFilter
from gui.gallery.image_state import ImageState
from gui.main_window import View
from tests.gui.label_bench import LabelBench


@pytest.fixture
def bench(qtbot: QtBot) -> LabelBench:
    return LabelBench(qtbot, ("jay",) * 12)


def _selected(bench: LabelBench) -> list[int]:
    return list(bench.window.grid.selected_keys())


def test_all_that_an_undo_changed_is_selected(bench: LabelBench) -> None:
    bench.labelling.reject([3, 4, 5, 9, 7])
    bench.window.grid.set_current_row(0)
    bench.labelling.undo()
    assert _selected(bench) == [3, 4, 5, 7, 9]
    assert bench.window.grid.current_row() == 3
    bench.press(Qt.Key.Key_S)
    assert [key for key in range(12) if bench.state(key) is ImageState.UNSURE] == [3, 4, 5, 7, 9]
    bench.labelling.undo()
    bench.window.grid.set_current_row(0)
    bench.labelling.redo()
    assert _selected(bench) == [3, 4, 5, 7, 9]


def test_images_that_come_back_on_the_list_are_selected(bench: LabelBench) -> None:
    bench.labelling.remove([1, 2, 8])
    bench.labelling.undo()
    assert _selected(bench) == [1, 2, 8]


def test_more_than_are_brought_back_are_selected_as_far_as_they_are_shown(
    bench: LabelBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changed_again, "_MOST_BROUGHT_BACK", 2)
    bench.labelling.set_unsure([0, 1])
    bench.images.set_arrangement(Arrangement(ImageFilter(states=frozenset({ImageState.UNSURE, ImageState.REJECTED}))))
    bench.labelling.reject([0, 1, 2])
    bench.images.arrange_now()
    bench.labelling.undo()
    assert _selected(bench) == [0, 1]
    assert not bench.window.gallery.bar.is_also_shown


def test_what_stands_in_too_many_places_is_not_selected_at_all(
    bench: LabelBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the next key would be about one image, while the message speaks of all."""
    monkeypatch.setattr(changed_again, "MOST_RUNS", 2)
    monkeypatch.setattr(selection_runs, "MOST_RUNS", 2)
    window = bench.window
    for move in (bench.labelling.undo, bench.labelling.redo):
        bench.labelling.reject([3, 5, 7])
        window.grid.set_current_row(0)
        bench.labelling.undo()
        if move is bench.labelling.redo:
            window.grid.set_current_row(0)
            move()
        states = bench.states()
        assert _selected(bench) == []
        assert list(bench.deciding.targets()) == []
        assert bench.messages[-1].text.endswith("so none is selected.")
        bench.press(Qt.Key.Key_S)
        assert bench.states() == states
        bench.press(Qt.Key.Key_Right)
        assert _selected(bench) == [0], "the keys begin with what is on screen"
    bench.labelling.reject([1, 2, 4])
    bench.labelling.undo()
    assert _selected(bench) == [1, 2, 4], "two places can be"
    assert bench.messages[-1].text == "Undone: reject 3 images."


def test_in_the_viewer_a_key_is_about_the_picture_on_screen(bench: LabelBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changed_again, "MOST_RUNS", 2)
    monkeypatch.setattr(selection_runs, "MOST_RUNS", 2)
    bench.labelling.reject([3, 5, 7])
    bench.window.show_view(View.VIEWER)
    bench.labelling.undo()
    assert bench.window.grid.current_row() == 3
    assert bench.messages[-1].text.endswith("so none is selected.")
    assert _selected(bench) == [], "back in the gallery, the first would stand for all of them"
