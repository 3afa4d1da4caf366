"""Rows keep their order under a pointer, repaint only what changed, and show hostile names harmlessly."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy

from gui.library.facet_model import FacetEntry, FacetModel, FacetRole, count_text
from inference.texts import visible

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal
COUNTS = [(1, "magpie", 40), (2, "jay", 7), (3, "Kestrel", 7), (4, "tabby", 88)]


@pytest.fixture
def facets(qapp: object) -> Iterator[FacetModel]:
    """Four labels, watched by Qt's own checks."""
    del qapp
    model = FacetModel(is_ranked=True)
    tester = QAbstractItemModelTester(model, FATAL)
    model.set_counts(COUNTS)
    yield model
    tester.deleteLater()
    model.deleteLater()


def shown(model: FacetModel) -> list[str]:
    """The names in their order."""
    return [str(model.data(model.index(row))) for row in range(model.rowCount())]


def test_most_frequent_first_then_by_name(facets: FacetModel) -> None:
    assert shown(facets) == ["tabby", "magpie", "jay", "Kestrel"]
    assert [count_text(entry) for row in range(4) if (entry := facets.entry_at(row))] == ["88", "40", "7", "7"]


def test_a_new_count_moves_a_row_and_who_remembers_it_finds_it(facets: FacetModel) -> None:
    remembered = QPersistentModelIndex(facets.index(2))
    facets.set_counts([(1, "magpie", 40), (2, "jay", 100), (3, "Kestrel", 7), (4, "tabby", 88)])
    assert shown(facets) == ["jay", "tabby", "magpie", "Kestrel"]
    assert remembered.row() == 0


def test_nothing_moves_while_the_order_is_held(facets: FacetModel) -> None:
    facets.hold_order(True)
    facets.set_counts([(1, "magpie", 40), (2, "jay", 100), (3, "Kestrel", 7), (4, "tabby", 88), (5, "new", 500)])
    assert shown(facets) == ["tabby", "magpie", "jay", "Kestrel", "new"]
    entry = facets.entry_at(2)
    assert entry is not None
    assert entry.count == 100, "the number is up to date where it stands"
    facets.hold_order(False)
    assert shown(facets) == ["new", "jay", "tabby", "magpie", "Kestrel"]


def test_only_changed_rows_are_painted_again(facets: FacetModel) -> None:
    changes = QSignalSpy(facets.dataChanged)
    facets.set_counts(COUNTS)
    assert changes.count() == 0
    facets.set_counts([(1, "magpie", 41), (2, "jay", 7), (3, "Kestrel", 7), (4, "tabby", 88)])
    assert changes.count() == 1
    first, last = changes.at(0)[:2]
    assert isinstance(first, QModelIndex)
    assert isinstance(last, QModelIndex)
    assert (first.row(), last.row()) == (1, 1)


def test_the_search_ignores_case_and_hides(facets: FacetModel) -> None:
    counted = QSignalSpy(facets.row_count_changed)
    facets.set_search("KE")
    assert shown(facets) == ["Kestrel"]
    assert (facets.total, counted.count()) == (4, 1)
    assert facets.entry_of(4) is not None
    assert facets.row_of(4) is None
    facets.set_search("")
    assert shown(facets) == ["tabby", "magpie", "jay", "Kestrel"]


def test_active_rows_say_so(facets: FacetModel) -> None:
    facets.set_active(frozenset({2, 99}))
    row = facets.row_of(2)
    assert row is not None
    index = facets.index(row)
    assert facets.data(index, FacetRole.IS_ACTIVE) is True
    assert facets.data(index, Qt.ItemDataRole.AccessibleTextRole) == "jay, 7 images, chosen"
    facets.set_active(frozenset())
    assert facets.data(index, Qt.ItemDataRole.AccessibleTextRole) == "jay, 7 images"


def test_a_line_that_only_says_something_cannot_be_chosen(qapp: object) -> None:
    del qapp
    model = FacetModel()
    model.set_entries([FacetEntry("/s\0", "and 3 more folders", 0, is_choice=False), FacetEntry("/s", "s", 1)])
    assert model.flags(model.index(0)) == Qt.ItemFlag.NoItemFlags
    assert model.flags(model.index(1)) & Qt.ItemFlag.ItemIsEnabled
    assert model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole) == "and 3 more folders"
    assert shown(model) == ["and 3 more folders", "s"], "the order is the one given"


@pytest.mark.parametrize("name", ["<b>bold</b>", "a\nb", "abc\u202edef", "\udcff.jpg", "&File", "=1+1", ""])
def test_hostile_names_are_shown_as_they_are(facets: FacetModel, name: str) -> None:
    facets.set_counts([(9, name, 1)])
    assert shown(facets) == [visible(name)]
    tip = facets.data(facets.index(0), Qt.ItemDataRole.ToolTipRole)
    assert "<b>" not in str(tip)
    assert "\u202e" not in str(tip)


STEPS = st.lists(
    st.one_of(
        st.dictionaries(st.integers(0, 9), st.integers(0, 3), max_size=8),
        st.booleans(),
        st.sampled_from(["", "a", "b1"]),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(steps=STEPS)
def test_any_course_of_events_ends_in_the_sorted_rows(steps: list[object]) -> None:
    model = FacetModel(is_ranked=True)
    tester = QAbstractItemModelTester(model, FATAL)
    counts: dict[int, int] = {}
    search = ""
    for step in steps:
        match step:
            case bool():
                model.hold_order(step)
            case str():
                search = step
                model.set_search(step)
            case dict():
                counts = step
                model.set_counts([(code, f"{'ab'[code % 2]}{code}", count) for code, count in counts.items()])
        assert sorted(shown(model)) == sorted(n for c in counts if search in (n := f"{'ab'[c % 2]}{c}"))
    model.hold_order(False)
    named = sorted((-count, f"{'ab'[code % 2]}{code}") for code, count in counts.items())
    assert shown(model) == [name for _count, name in named if search in name]
    tester.deleteLater()
