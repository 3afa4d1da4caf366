"""The status bar says how many images the next key is about."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from gui.gallery.arrangement import Arrangement, ImageFilter
from gui.gallery.image_state import ImageState
from gui.main_window import View
from gui.selected_count import SelectedCount
from tests.gui.label_bench import LabelBench


def test_several_selected_images_are_counted_where_decisions_are_about_them(qtbot: QtBot) -> None:
    bench = LabelBench(qtbot, ("jay",) * 12)
    count = SelectedCount(bench.window)
    assert count.text == "", "one is the usual case"
    bench.window.grid.selectAll()
    assert count.text == "12 selected"
    bench.window.show_view(View.VIEWER)
    assert count.text == "", "here a key is about the image on screen"
    bench.window.show_view(View.GALLERY)
    assert count.text == "12 selected"
    bench.window.grid.set_current_row(3)
    assert count.text == ""
    bench.window.grid.selectAll()
    bench.images.set_arrangement(Arrangement(ImageFilter(states=frozenset({ImageState.REJECTED}))))
    assert count.text == "", "none is left"


def test_a_message_of_the_status_bar_has_its_place_to_itself(qtbot: QtBot) -> None:
    bench = LabelBench(qtbot, ("jay",) * 12)
    bench.window.show()
    count = SelectedCount(bench.window)
    bench.window.statusBar().showMessage("3 other files were not pictures.")
    bench.window.grid.selectAll()
    assert count.text == "12 selected"
    assert not count._label.isVisible()
    bench.window.statusBar().clearMessage()
    assert count._label.isVisible()
