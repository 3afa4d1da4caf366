"""Read and set the selection of a list as runs of neighbouring rows, never row by row."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QItemSelectionRange

MOST_RUNS = 10_000
"""More separate runs of rows are never selected: each costs Qt some microseconds, and every later click again."""


def selected_runs(chosen: QItemSelectionModel) -> list[tuple[int, int]]:
    """The selected rows as (first, last), ascending and apart from each other."""
    found: list[tuple[int, int]] = []
    for first, last in sorted((part.top(), part.bottom()) for part in chosen.selection().toList()):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def select_runs(chosen: QItemSelectionModel, runs: Sequence[tuple[int, int]]) -> bool:
    """Select exactly these runs of rows.

    Returns:
        False if there are more than `MOST_RUNS`; then the selection is as it was.
    """
    if len(runs) > MOST_RUNS:
        return False
    images, selection = chosen.model(), QItemSelection()
    for first, last in runs:
        selection.append(QItemSelectionRange(images.index(first, 0), images.index(last, 0)))
    # Not in one step: Qt would compare each old run with each new one, which takes seconds where both are thousands.
    chosen.clearSelection()
    chosen.select(selection, QItemSelectionModel.SelectionFlag.Select)
    return True


def inverted(runs: Sequence[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    """The runs between these, of `count` rows."""
    between, row = [], 0
    for first, last in runs:
        if row < first:
            between.append((row, first - 1))
        row = last + 1
    if row < count:
        between.append((row, count - 1))
    return between
