"""The order of a review is what it says, for any images."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.review.queue_order import RANDOM_COUNT, QueueColumns, build_queue, name_forms
from gui.review.review_queue import QueueOrder
from inference.sessions.states import ImageState

NAMES = ("tabby, tabby cat", "lynx", "magpie", "jay")


def columns_of(rows: list[tuple[int, int, float, float, str]]) -> QueueColumns:
    """Images with keys 10, 11 ... from rows of state, suggestion, score, margin and folder."""
    folders = sorted({row[4] for row in rows})
    return QueueColumns(
        keys=array("q", range(10, 10 + len(rows))),
        states=bytearray(row[0] for row in rows),
        suggestions=array("i", (row[1] for row in rows)),
        scores=array("f", (row[2] for row in rows)),
        margins=array("f", (row[3] for row in rows)),
        names=NAMES,
        folders=[folders.index(row[4]) for row in rows],
        folder_names=folders,
    )


ROWS = st.lists(
    st.tuples(
        st.sampled_from([int(state) for state in ImageState]),
        st.integers(0, 3),
        st.floats(0, 1, width=32),
        st.floats(0, 1, width=32),
        st.sampled_from(["tabby_cat", "n02123045-Tabby", "LYNX", "holiday", "2026", ""]),
    ),
    max_size=60,
)


@given(ROWS)
def test_least_certain_first_then_images_without_suggestion(rows: list[tuple[int, int, float, float, str]]) -> None:
    suggested = sorted((row[3], 10 + place) for place, row in enumerate(rows) if row[0] == ImageState.SUGGESTED)
    queued = [10 + place for place, row in enumerate(rows) if row[0] == ImageState.QUEUED]
    queue = build_queue(columns_of(rows), QueueOrder.LEAST_CERTAIN)
    assert list(queue.keys) == [key for _, key in suggested] + queued


@given(ROWS)
def test_disagreeing_suggestions_come_most_confident_first(rows: list[tuple[int, int, float, float, str]]) -> None:
    agreeing = {("tabby_cat", 0), ("n02123045-Tabby", 0), ("LYNX", 1)}
    expected = sorted(
        (row[4] in {"holiday", "2026", ""}, -row[2], 10 + place)
        for place, row in enumerate(rows)
        if row[0] == ImageState.SUGGESTED and (row[4], row[1]) not in agreeing
    )
    queue = build_queue(columns_of(rows), QueueOrder.DISAGREES)
    assert list(queue.keys) == [key for _, _, key in expected]


@given(ROWS)
def test_classes_stand_together_the_largest_first(rows: list[tuple[int, int, float, float, str]]) -> None:
    suggested = [(place, row) for place, row in enumerate(rows) if row[0] == ImageState.SUGGESTED]
    sizes = {code: sum(row[1] == code for _, row in suggested) for code in range(4)}
    expected = sorted((-sizes[row[1]], row[1], -row[2], 10 + place) for place, row in suggested)
    queue = build_queue(columns_of(rows), QueueOrder.BY_CLASS)
    assert list(queue.keys) == [key for *_, key in expected]
    pages = [queue.page(place) for place in range(queue.page_count)]
    assert [key for page in pages for key in page.keys] == list(queue.keys)
    assert all(rows[key - 10][1] == page.suggestion for page in pages for key in page.keys)


@given(ROWS, st.integers(0, 9_999))
def test_a_seed_draws_the_same_images_however_they_were_sorted(
    rows: list[tuple[int, int, float, float, str]], seed: int
) -> None:
    columns = columns_of(rows)
    turned = QueueColumns(
        keys=list(columns.keys)[::-1],
        states=list(columns.states)[::-1],
        suggestions=list(columns.suggestions)[::-1],
        scores=list(columns.scores)[::-1],
        margins=list(columns.margins)[::-1],
    )
    queue = build_queue(columns, QueueOrder.RANDOM_100, seed=seed)
    assert queue.seed == seed
    assert list(queue.keys) == list(build_queue(turned, QueueOrder.RANDOM_100, seed=seed).keys)
    assert sorted(queue.keys) == [10 + place for place, row in enumerate(rows) if row[0] == ImageState.SUGGESTED]


def test_a_random_queue_has_100_images_and_tells_its_seed() -> None:
    columns = columns_of([(ImageState.SUGGESTED, 0, 0.5, 0.1, "")] * 1_000)
    queue = build_queue(columns, QueueOrder.RANDOM_100)
    assert len(queue) == len(set(queue.keys)) == RANDOM_COUNT
    assert queue.seed is not None
    assert list(queue.keys) != sorted(queue.keys)
    assert list(build_queue(columns, QueueOrder.RANDOM_100, seed=queue.seed).keys) == list(queue.keys)


@pytest.mark.parametrize("order", QueueOrder)
def test_no_images_make_an_empty_queue(order: QueueOrder) -> None:
    queue = build_queue(columns_of([]), order)
    assert len(queue) == 0
    assert queue.order is order


def test_states_may_be_bytes_numbers_or_numpy() -> None:
    import numpy as np  # noqa: PLC0415

    for states in (b"\1\1\3", [1, 1, 3], np.array([1, 1, 3], np.int64), array("i", [1, 1, 3])):
        columns = QueueColumns([5, 6, 7], states, [0, 0, 0], [0.5, 0.5, 0.5], [0.2, 0.1, 0.0])
        assert list(build_queue(columns, QueueOrder.LEAST_CERTAIN).keys) == [6, 5]


def test_names_are_compared_without_case_punctuation_and_wordnet_numbers() -> None:
    assert name_forms("n02123045-tabby_cat") & name_forms("Tabby, tabby cat")
    assert name_forms("Étoile") == name_forms("etoile")
    assert not name_forms("n02123045")
    assert not name_forms("cat") & name_forms("tabby, tabby cat")
    assert not name_forms("\udcff\n") & name_forms("lynx")
