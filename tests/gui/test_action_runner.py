"""Actions do what they say to the images that are chosen, those that are seen first."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gui import action_runner
from gui.action_table import ActionId, Condition
from gui.actions import Actions, update_enabled
from gui.gallery import selection_runs
from gui.gallery.selection_runs import select_runs
from gui.main_window import View
from gui.program import Program
from tests.gui.gallery.images import append, paths


def test_of_many_images_those_on_screen_are_classified_again_first(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(program.images.table, paths(2_000))
    window, asked = program.window, list[list[int]]()

    def reclassify(keys: Sequence[int]) -> None:
        asked.append(list(keys))

    monkeypatch.setattr(type(program.models), "name", "tiny")
    window.show_view(View.GALLERY)
    window.grid.resize(800, 600)
    window.grid.set_current_row(1_999)
    window.grid.selectAll()
    monkeypatch.setattr(program.controller, "reclassify", reclassify)
    monkeypatch.setattr(program.controller, "prefer", reclassify)
    program.action_runner.update()
    program.actions[ActionId.RECLASSIFY].trigger()
    first, last = window.grid.visible_rows()
    assert (first > 1_900, last) == (True, 1_999)
    ordered, preferred = asked
    seen = list(range(first, last + 1))
    assert ordered == [*seen, *range(first)]
    assert preferred == seen


def test_a_selection_that_cannot_be_inverted_says_so(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    append(program.images.table, paths(20))
    grid, told = program.window.grid, list[str]()
    program.window.show_view(View.GALLERY)
    program.action_runner.message_raised.connect(lambda message: told.append(message.id))
    runs = [(row, row) for row in range(1, 20, 2)]
    assert select_runs(grid.selectionModel(), runs)
    program.action_runner.update()
    program.actions[ActionId.SELECT_INVERT].trigger()
    assert grid.selected_rows() == [*range(0, 20, 2)]
    monkeypatch.setattr(selection_runs, "MOST_RUNS", 9)
    program.actions[ActionId.SELECT_INVERT].trigger()
    assert (told, grid.selected_rows()) == (["T-28"], [*range(0, 20, 2)])


def test_what_changes_nothing_touches_no_action(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    touched: list[Condition] = []

    def update(actions: Actions, conditions: Condition) -> None:
        touched.append(conditions)
        update_enabled(actions, conditions)

    monkeypatch.setattr(action_runner, "update_enabled", update)
    program.action_runner.update()
    before = len(touched)
    program.action_runner.update()
    assert len(touched) == before
    assert not program.actions[ActionId.SELECT_ALL].isEnabled()
    append(program.images.table, paths(2))
    program.window.show_view(View.GALLERY)
    program.action_runner.update()
    assert len(touched) > before
    assert program.actions[ActionId.SELECT_ALL].isEnabled()
