"""Decisions through the window: by key, menu and palette, one step each, taken back and repeated, kept by restarts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDoubleSpinBox, QInputDialog, QLineEdit, QPushButton, QWidget

from gui.action_table import ActionId
from gui.gallery.arrangement import ImageFilter
from gui.gallery.image_state import ImageState
from gui.labelling_widgets.accept_above import AcceptAboveDialog
from gui.main_window import View
from gui.review.letters import LetterKeys
from inference.sessions.marks import NO_NAME
from inference.sessions.steps import StepKind
from tests.flows.conftest import Bench
from tests.flows.making import (
    labels_in,
    labels_shown,
    make_pictures,
    press,
    session_file,
    states_shown,
    until_loaded,
    until_saved,
)

pytestmark = pytest.mark.flow

_OWL = "Owl of my own"
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def _opened(bench: Bench, folder: Path, count: int) -> Bench:
    """A program with a folder of pictures, all answered, in the gallery, the first one current."""
    bench.drop([str(make_pictures(folder, count))])
    bench.until_done(count)
    bench.program.window.show_view(View.GALLERY)
    bench.program.window.grid.set_current_row(0)
    return bench


def _suggestion(bench: Bench, name: str) -> str:
    images = bench.program.images
    return next(images.suggestion_at(row) for row in range(len(images)) if images.name_at(row) == name)


def _is_as_on_the_disk(bench: Bench) -> bool:
    """Whether the session file has the labels that the window shows."""
    session = bench.program.desk.session
    assert session is not None
    until_saved(bench)
    return labels_in(session.path) == labels_shown(bench)


def _type_label(bench: Bench, text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
    """Type a label into the palette that is open."""
    palette = bench.program.window.palette_of_labels
    assert palette.isVisible()
    [edit] = palette.findChildren(QLineEdit)
    edit.setText(text)
    press(edit, key)
    assert not palette.isVisible()


def _dialog(bench: Bench, kind: type[QWidget]) -> QWidget:
    """The open dialog of a kind."""
    bench.until(lambda: any(one.isVisible() for one in bench.program.window.findChildren(kind)))
    return next(one for one in bench.program.window.findChildren(kind) if one.isVisible())


def test_keys_decide_in_gallery_and_viewer(bench: Bench, tmp_path: Path) -> None:
    _opened(bench, tmp_path / "birds", 16)
    window = bench.program.window
    grid, picture = window.grid, window.page.picture
    suggested = {name: _suggestion(bench, name) for name in states_shown(bench)}
    press(grid, "p")
    grid.set_current_row(1)
    press(grid, "x")
    grid.set_current_row(2)
    press(grid, "s")
    press(grid, Qt.Key.Key_Return)
    assert window.view is View.VIEWER, "Enter opens in the gallery"
    grid.set_current_row(3)
    bench.until(lambda: bench.program.viewing.classification is not None)
    third = bench.program.viewing.classification.predictions[2].label  # type: ignore[union-attr]
    press(picture, "3")
    assert grid.current_row() == 4, "the next one is on screen"
    press(picture, Qt.Key.Key_Return)
    press(picture, "t")
    _type_label(bench, _OWL)
    assert grid.current_row() == 6
    press(picture, ".")
    window.show_view(View.GALLERY)
    grid.set_current_row(8)
    press(grid, Qt.Key.Key_Right, SHIFT)
    press(grid, Qt.Key.Key_Right, SHIFT)
    press(grid, "/")
    _type_label(bench, _OWL)
    bench.program.labels.deciding.letters = LetterKeys.from_json({"K": "kite"})
    grid.set_current_row(11)
    press(grid, "k")
    expected = {"000.png": suggested["000.png"], "003.png": third, "004.png": suggested["004.png"], "011.png": "kite"}
    expected |= dict.fromkeys(("005.png", "006.png", "008.png", "009.png", "010.png"), _OWL)
    assert labels_shown(bench) == expected
    assert _is_as_on_the_disk(bench)
    states = states_shown(bench)
    assert states["001.png"] is ImageState.REJECTED
    assert states["002.png"] is ImageState.UNSURE
    assert states["003.png"] is ImageState.CORRECTED
    assert states["004.png"] is ImageState.ACCEPTED


def test_a_review_and_what_was_undone_survive_a_restart(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    bench = _opened(make_bench(), tmp_path / "birds", 14)
    bench.program.labels.deciding.letters = LetterKeys.from_json({"K": "kite"})
    bench.program.labels.deciding._on_letters_edited()
    bench.program.actions[ActionId.VIEW_REVIEW].trigger()
    assert bench.program.window.view is View.REVIEW
    asked = []
    for key in (Qt.Key.Key_Return, "2", "s", ".", "k"):
        asked.append(bench.program.labels.reviewing.current)
        bench.until(lambda: bench.program.viewing.classification is not None)
        press(bench.program.window.page.picture, key)
    assert len({*asked}) == 5, "every decision shows the next image"
    after, labels = states_shown(bench), labels_shown(bench)
    assert len(labels) == 4
    assert _is_as_on_the_disk(bench)
    for _ in range(2):
        bench.program.desk.labelling.undo()
    undone = states_shown(bench)
    bench.program.close()

    again = make_bench()
    again.drop([str(tmp_path / "birds")])
    until_loaded(again, 14)
    assert states_shown(again) == undone
    assert again.program.labels.deciding.letters.label("K") == "kite"
    for _ in range(2):
        again.program.desk.labelling.redo()
    assert (states_shown(again), labels_shown(again)) == (after, labels)
    for _ in range(5):
        again.program.desk.labelling.undo()
    assert labels_shown(again) == {}
    assert _is_as_on_the_disk(again)


def test_each_kind_of_step_is_taken_back_and_repeated_as_one(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _opened(bench, tmp_path / "birds", 14)
    window, labelling = bench.program.window, bench.program.desk.labelling
    seen = [(labels_shown(bench), states_shown(bench))]

    def decided(kind: StepKind, count: int) -> None:
        step = labelling.next_undo
        assert step is not None
        assert (step.kind, len(step)) == (kind, count)
        assert _is_as_on_the_disk(bench)
        seen.append((labels_shown(bench), states_shown(bench)))

    window.grid.selectAll()
    press(window.grid, "p")
    decided(StepKind.ACCEPT, 14)
    window.grid.set_current_row(2)
    press(window.grid, "t")
    _type_label(bench, "wren")
    decided(StepKind.LABEL, 1)
    press(window.grid, "u")
    decided(StepKind.CLEAR, 1)
    press(window.grid, ".")
    decided(StepKind.LABEL, 1)
    code = bench.program.images.table.vocabulary.code
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_options: ("jenny wren", True))
    bench.program.labels.admin.rename(code("wren"))
    decided(StepKind.RENAME, 1)
    target = _suggestion(bench, "000.png")
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_options: (target, True))
    bench.program.labels.admin.rename(code("jenny wren"))
    decided(StepKind.RENAME, 1)
    window.grid.set_current_row(5)
    press(window.grid, Qt.Key.Key_Right, SHIFT)
    press(window.grid, "x")
    decided(StepKind.REJECT, 2)
    press(window.grid, Qt.Key.Key_Delete)
    decided(StepKind.REMOVE, 2)
    assert len(bench.program.images) == 12
    window.grid.set_current_row(0)
    press(window.grid, "s")
    decided(StepKind.UNSURE, 1)
    _decide_on_many(bench, tmp_path / "more", decided)
    assert {step.kind for step in labelling.steps} == {*StepKind}

    for back in range(2, len(seen) + 1):
        press(window.grid, Qt.Key.Key_Z, CONTROL)
        assert (labels_shown(bench), states_shown(bench)) == seen[-back]
        assert _is_as_on_the_disk(bench)
    for step in seen[1:]:
        press(window.grid, Qt.Key.Key_Z, CONTROL | SHIFT)
        assert (labels_shown(bench), states_shown(bench)) == step
    assert _is_as_on_the_disk(bench)


def _decide_on_many(bench: Bench, more: Path, decided: Callable[[StepKind, int], None]) -> None:
    """Import labels, open more images, and accept what is suggested of them."""
    labelling, key_at = bench.program.desk.labelling, bench.program.images.key_at
    labelling.import_labels([(key_at(1), "rook", None), (key_at(2), "", ImageState.REJECTED)], "labels.csv")
    decided(StepKind.IMPORT, 2)
    bench.drop([str(make_pictures(more, 3, first=40))])
    bench.until_done(15)
    bench.until(lambda: labelling.next_undo is not None and labelling.next_undo.kind is StepKind.ADD)
    decided(StepKind.ADD, 3)
    bench.program.labels.admin._on_threshold_chosen(0.0, NO_NAME)
    decided(StepKind.ACCEPT_ABOVE, 3)


def test_undo_brings_the_image_back_on_screen_also_where_a_filter_hides_it(bench: Bench, tmp_path: Path) -> None:
    _opened(bench, tmp_path / "birds", 14)
    window, images = bench.program.window, bench.program.images
    bench.program.labels.browsing.show_only([ImageState.SUGGESTED])
    key = images.key_at(4)
    window.grid.set_current_row(4)
    press(window.grid, "p")
    assert images.row_of(key) is None
    press(window.grid, Qt.Key.Key_Z, CONTROL)
    assert images.row_of(key) == window.grid.current_row() == 4
    press(window.grid, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert images.key_at(window.grid.current_row()) == key, "what was done again is shown, too"
    bench.program.labels.browsing.show_all()
    window.grid.set_current_row(9)
    press(window.grid, Qt.Key.Key_Z, CONTROL)
    assert images.key_at(window.grid.current_row()) == key
    assert images.arrangement.filter == ImageFilter()
    # In a review the picture itself comes back.
    bench.program.actions[ActionId.VIEW_REVIEW].trigger()
    first = bench.program.labels.reviewing.current
    press(window.page.picture, "x")
    press(window.page.picture, "s")
    assert bench.program.viewing.key != first
    press(window.page.picture, Qt.Key.Key_Z, CONTROL)
    press(window.page.picture, Qt.Key.Key_Z, CONTROL)
    assert bench.program.viewing.key == bench.program.labels.reviewing.current == first


def test_accepting_above_a_score_takes_what_the_dialog_counts(bench: Bench, tmp_path: Path) -> None:
    _opened(bench, tmp_path / "birds", 20)
    table = bench.program.images.table
    scores = sorted(score for place in range(20) if (score := table.score(place)) is not None)
    bench.program.window.grid.set_current_row(3)
    press(bench.program.window.grid, "x")
    bench.program.actions[ActionId.LABEL_ABOVE].trigger()
    dialog = _dialog(bench, AcceptAboveDialog)
    [box] = dialog.findChildren(QDoubleSpinBox)
    box.setValue(100 * scores[8])
    threshold = round(box.value() / 100, 6)
    expected = {
        Path(table.path(place)).name
        for place in range(20)
        if table.state(place) is ImageState.SUGGESTED and (table.score(place) or 0) >= threshold
    }
    [accept] = [one for one in dialog.findChildren(QPushButton) if one.isEnabled() and "ccept" in one.text()]
    assert str(len(expected)) in accept.text()
    accept.click()
    assert set(labels_shown(bench)) == expected
    assert len(expected) > 3
    assert _is_as_on_the_disk(bench)
    bench.program.actions[ActionId.UNDO].trigger()
    assert labels_shown(bench) == {}


def test_images_that_were_removed_come_back_with_their_labels(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    bench = _opened(make_bench(), tmp_path / "birds", 14)
    grid = bench.program.window.grid
    grid.set_current_row(2)
    press(grid, "p")
    labels = labels_shown(bench)
    press(grid, Qt.Key.Key_Delete)
    assert len(bench.program.images) == 13
    bench.program.close()
    again = make_bench()
    again.drop([str(tmp_path / "birds")])
    until_loaded(again, 14)
    assert labels_shown(again) == labels
    press(again.program.window.grid, Qt.Key.Key_Z, CONTROL)
    assert len(again.program.images) == 13, "that the folder was opened again is a step, too"
    until_saved(again)
    assert labels_in(session_file(tmp_path / "profile", "birds")) == labels
