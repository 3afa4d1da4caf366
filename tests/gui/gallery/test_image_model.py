"""Test gui/gallery/image_model.py, shown_rows.py and row_order.py: rows follow the table, announced as Qt demands."""

import subprocess
import sys
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from pytestqt.qtbot import QtBot

from gui.gallery import arranging, image_model, row_order, shown_rows
from gui.gallery.arrangement import Arrangement, Group, GroupKey, ImageFilter, SortKey
from gui.gallery.image_model import ImageModel, ImageRole
from gui.gallery.image_state import ImageState
from gui.gallery.image_table import ImageTable
from tests.gui.gallery.images import append, decide, failed, model_of, paths, remove, suggested

_FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal
_SUGGESTED_ONLY = Arrangement(ImageFilter(states=frozenset({ImageState.SUGGESTED})))


def _tested(count: int) -> ImageModel:
    model = model_of(count)
    QAbstractItemModelTester(model, _FATAL, model)
    return model


def _keys(model: ImageModel) -> list[int]:
    return list(model.shown_keys())


def test_rows_say_what_the_table_holds(qtbot: QtBot) -> None:
    model = _tested(4)
    model.table.apply_answers([suggested(0, "tabby & <b>", 0.714), failed(2, "The file is empty (0 bytes).")])
    decide(model.table, [3], ImageState.CORRECTED, "lynx")
    first, failure, labelled = model.index(0), model.index(2), model.index(3)
    assert first.data() == "IMG_000000.jpg"
    assert first.data(ImageRole.SUGGESTION) == "tabby & <b>"
    assert first.data(ImageRole.SCORE) == pytest.approx(0.714)
    assert first.data(Qt.ItemDataRole.ToolTipRole) == "<qt>IMG_000000.jpg<br>tabby &amp; &lt;b&gt;  71 %</qt>"
    spoken = Qt.ItemDataRole.AccessibleTextRole
    assert first.data(spoken) == "IMG_000000.jpg, suggestion tabby & <b>, 71 percent, not reviewed, 1 of 4"
    assert failure.data(spoken) == "Failed, IMG_000002.jpg, The file is empty (0 bytes)., 3 of 4"
    assert labelled.data(spoken) == "IMG_000003.jpg, label lynx, corrected, 4 of 4"
    assert (labelled.data(ImageRole.LABEL), labelled.data(ImageRole.STATE)) == ("lynx", ImageState.CORRECTED)
    assert failure.data(ImageRole.REASON) == "The file is empty (0 bytes)."
    assert (model.label_at(3), model.reason_at(2)[:8]) == ("lynx", "The file")
    assert model.index(1).data(ImageRole.PATH) == "/p/IMG_000001.jpg"
    assert model.rowCount(first) == 0


def test_a_hundred_thousand_rows_come_and_change_with_one_signal_each(qtbot: QtBot) -> None:
    model = ImageModel()
    inserted, changed = QSignalSpy(model.rowsInserted), QSignalSpy(model.dataChanged)
    append(model.table, paths(100_000))
    model.table.apply_answers([suggested(key) for key in range(7, 100_000, 3)])
    assert (inserted.count(), changed.count()) == (1, 1)
    assert [spot.row() for spot in changed.at(0)[:2]] == [7, 99_997]
    decide(model.table, range(100_000), ImageState.UNSURE)
    assert [spot.row() for spot in changed.at(1)[:2]] == [0, 99_999]
    assert (model.row_of(99_999), model.row_of(100_000)) == (99_999, None)


def test_a_model_of_a_full_table_shows_it(qtbot: QtBot) -> None:
    table = ImageTable()
    append(table, paths(3))
    remove(table, [1])
    assert _keys(ImageModel(table)) == [0, 2]


def test_removed_images_leave_and_return_to_their_place(qtbot: QtBot) -> None:
    model = _tested(10)
    removed, inserted = QSignalSpy(model.rowsRemoved), QSignalSpy(model.rowsInserted)
    before = remove(model.table, [0, 1, 2, 5, 9])
    assert removed.count() == 3
    assert _keys(model) == [3, 4, 6, 7, 8]
    assert (model.row_of(7), model.row_of(5), model.path_at(3)) == (3, None, "/p/IMG_000007.jpg")
    append(model.table, ["/p/new.jpg"])
    model.table.apply_marks(before)
    assert inserted.count() == 1 + 3
    assert _keys(model) == list(range(11))


def test_many_separate_rows_leave_and_return_in_one_reset_each(qtbot: QtBot) -> None:
    model = _tested(5_000)
    spies = [QSignalSpy(signal) for signal in (model.rowsRemoved, model.modelReset, model.rows_replaced)]
    before = remove(model.table, range(0, 5_000, 10))
    assert [spy.count() for spy in spies] == [0, 1, 1]
    assert _keys(model) == [key for key in range(5_000) if key % 10]
    model.table.apply_marks(before)
    assert [spy.count() for spy in spies] == [0, 2, 2]
    assert _keys(model) == list(range(5_000))


def test_a_decision_makes_an_image_leave_the_filter_and_taking_it_back_brings_it_again(qtbot: QtBot) -> None:
    model = _tested(10)
    model.table.apply_answers([suggested(key) for key in range(8)])
    model.set_arrangement(_SUGGESTED_ONLY)
    assert _keys(model) == list(range(8))
    before = decide(model.table, [2, 5], ImageState.ACCEPTED, "tabby")
    assert _keys(model) == [0, 1, 3, 4, 6, 7]
    model.table.apply_marks(before)
    assert _keys(model) == list(range(8))
    assert not model.is_stale


def test_what_is_hidden_can_be_shown_all_the_same_until_the_next_arrangement(qtbot: QtBot) -> None:
    model = _tested(10)
    model.table.apply_answers([suggested(key) for key in range(5)])
    model.set_arrangement(_SUGGESTED_ONLY)
    model.show_also([8, 1, 77])
    assert _keys(model) == [0, 1, 2, 3, 4, 8]
    decide(model.table, [8, 1], ImageState.UNSURE)
    assert _keys(model) == [0, 1, 2, 3, 4, 8], "it stays whatever is decided about it"
    remove(model.table, [8])
    assert _keys(model) == [0, 1, 2, 3, 4]
    model.arrange_now()
    assert _keys(model) == [0, 2, 3, 4]


def test_the_order_is_frozen_while_answers_arrive(qtbot: QtBot) -> None:
    model = _tested(6)
    model.table.apply_answers([suggested(key, score=key / 10) for key in range(5)])
    stale = QSignalSpy(model.stale_changed)
    model.set_arrangement(Arrangement(sort=SortKey.SCORE, descending=True))
    assert _keys(model) == [4, 3, 2, 1, 0, 5]
    model.table.apply_answers([suggested(5, score=0.9), suggested(0, score=0.8)])
    append(model.table, ["/p/new.jpg"])
    assert _keys(model) == [4, 3, 2, 1, 0, 5, 6]
    assert (model.is_stale, stale.count(), stale.at(0)) == (True, 1, [True])
    model.arrange_now()
    assert _keys(model) == [5, 0, 4, 3, 2, 1, 6]
    assert (model.is_stale, stale.at(1)) == (False, [False])
    model.set_arrangement(Arrangement())
    model.table.apply_answers([suggested(1)])
    assert not model.is_stale, "in the order of arrival nothing depends on answers"


def test_images_that_arrive_are_filtered(qtbot: QtBot) -> None:
    model = _tested(2)
    model.set_arrangement(Arrangement(ImageFilter(text="B.JPG")))
    append(model.table, ["/p/a.jpg", "/p/b.jpg", "/q/b.jpg"])
    assert _keys(model) == [3, 4]
    model.table.relocate(3, "/p/c.jpg")
    assert (_keys(model), model.is_stale) == ([3, 4], True)


def test_groups_follow_their_rows(qtbot: QtBot) -> None:
    model = _tested(9)
    names = ["tabby", "lynx", "tabby", "jay", "tabby", "lynx"]
    model.table.apply_answers([suggested(key, name) for key, name in enumerate(names)] + [failed(6)])
    model.set_arrangement(Arrangement(group=GroupKey.SUGGESTION))
    assert _keys(model) == [0, 2, 4, 1, 5, 3, 7, 8, 6]
    told = model.groups()
    assert told == (
        Group("tabby", 0, 3),
        Group("lynx", 3, 2),
        Group("jay", 5, 1),
        Group("No suggestion", 6, 2),
        Group("Failed", 8, 1),
    )
    assert model.groups() is told
    assert [model.group_at(row) for row in (0, 2, 3, 8)] == [told[0], told[0], told[1], told[4]]
    spoken = Qt.ItemDataRole.AccessibleTextRole
    assert model.index(3).data(spoken).startswith("lynx, 2: IMG_000001.jpg, suggestion lynx, ")
    assert model.index(4).data(spoken).startswith("IMG_000005.jpg, ")
    remove(model.table, [2, 3])
    assert model.groups() == (
        Group("tabby", 0, 2),
        Group("lynx", 2, 2),
        Group("No suggestion", 4, 2),
        Group("Failed", 6, 1),
    )
    append(model.table, ["/p/new.jpg"])
    append(model.table, ["/p/newer.jpg"])
    assert model.groups()[-1] == Group("New", 7, 2)
    remove(model.table, range(11))
    assert model.groups() == ()


def test_a_worker_arranges_while_the_list_changes(qtbot: QtBot) -> None:
    model = _tested(6)
    append(model.table, ["/p/IMG_2.jpg", "/p/img_10.jpg"])
    snapshot = model.snapshot(Arrangement(sort=SortKey.NAME, descending=True))
    arranged = arranging.compute(snapshot)
    remove(model.table, [0, 3])
    append(model.table, ["/p/later.jpg"])
    model.take_order(arranged)
    assert _keys(model) == [7, 5, 4, 6, 2, 1, 8]
    assert model.is_stale, "the last one stands where it came, not where it belongs"
    late = model.snapshot(Arrangement(sort=SortKey.SCORE))
    model.table.apply_answers([suggested(5, score=0.9)])
    model.take_order(arranging.compute(late))
    assert model.is_stale, "an answer came meanwhile"
    late = model.snapshot(Arrangement(sort=SortKey.NAME))
    model.table.clear()
    append(model.table, ["/q/other.jpg"])
    model.take_order(arranging.compute(late))
    assert (_keys(model), model.arrangement) == ([0], Arrangement())


def test_under_suggestions_only_rejected_images_make_the_order_stale(qtbot: QtBot) -> None:
    model = _tested(4)
    model.table.apply_answers([suggested(key) for key in range(4)])
    model.set_arrangement(Arrangement(group=GroupKey.SUGGESTION))
    decide(model.table, [0], ImageState.ACCEPTED, "tabby")
    assert not model.is_stale
    decide(model.table, [1], ImageState.REJECTED)
    assert model.is_stale
    model.arrange_now()
    decide(model.table, [1], ImageState.REJECTED)
    assert not model.is_stale
    decide(model.table, [1], None)
    assert model.is_stale


def test_what_is_quick(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_model, "_SLOW_NAMES", 5)
    monkeypatch.setattr(image_model, "_SLOW_TEXTS", 5)
    model = _tested(6)
    by_name, by_text = Arrangement(sort=SortKey.NAME), Arrangement(ImageFilter(text="x"))
    assert [model.is_quick(one) for one in (Arrangement(), by_name, by_text)] == [True, False, False]
    model.set_arrangement(by_name)
    assert model.is_quick(by_name), "the ranks of the names are known now"
    append(model.table, ["/p/new.jpg"])
    assert not model.is_quick(by_name)


def test_the_next_image_to_review(qtbot: QtBot) -> None:
    model = _tested(8)
    model.table.apply_answers([failed(5)])
    decide(model.table, [1, 2, 3, 7], ImageState.ACCEPTED, "tabby")
    for _ in range(2):
        assert [model.next_unreviewed(row) for row in (-1, 0, 4, 6, 7)] == [0, 4, 6, None, None]
        assert [model.next_unreviewed(row, -1) for row in (8, 6, 4, 0)] == [6, 4, 0, None]
        model.set_arrangement(Arrangement(sort=SortKey.NAME))


def test_keys_of_rows(qtbot: QtBot) -> None:
    model = _tested(6)
    assert list(model.keys_between(4, 99)) == [4, 5]
    assert list(model.keys_between(-3, 1)) == [0, 1]
    model.set_arrangement(Arrangement(descending=True))
    assert list(model.keys_between(1, 2)) == [4, 3]
    assert (model.key_at(0), model.place_at(0), model.row_of(5)) == (5, 5, 0)
    assert model.group_at(0) is None


def test_thumbnails_are_told_for_the_row_that_shows_them(qtbot: QtBot) -> None:
    model = model_of(4)  # Qt's tester would ask for every thumbnail
    remove(model.table, [0])
    image = QImage(16, 12, QImage.Format.Format_RGB32)
    with qtbot.waitSignal(model.thumbnails_wanted) as asked:
        assert model.thumbnail_at(1) is None
    assert asked.args == [[2]], "keys, not rows"
    changed = QSignalSpy(model.dataChanged)
    model.table.set_thumbnail(2, image)
    model.table.set_thumbnail(0, image)
    model.table.set_thumbnail(77, image)
    assert [spot.row() for spot in changed.at(0)[:2]] == [1, 1]
    assert changed.at(0)[2] == [ImageRole.THUMBNAIL, Qt.ItemDataRole.DecorationRole]
    assert changed.count() == 1
    assert model.index(1).data(ImageRole.THUMBNAIL) is not None


def test_clearing_starts_anew(qtbot: QtBot) -> None:
    model = _tested(3)
    model.set_arrangement(_SUGGESTED_ONLY)
    model.table.clear()
    assert (len(model), model.rowCount(QModelIndex()), model.arrangement) == (0, 0, Arrangement())
    append(model.table, paths(2))
    assert _keys(model) == [0, 1]


# A naive list that does everything anew: the model must agree with it whenever it was arranged, and row by row where
# the order is that of arrival.


@dataclass
class _Naive:
    """One image."""

    key: int
    score: float = -1.0
    state: ImageState | None = None
    answer: ImageState = ImageState.QUEUED
    is_removed: bool = False

    @property
    def visible(self) -> ImageState:
        return self.answer if self.state is None else self.state


@dataclass
class _NaiveList:
    """Images, filtered and sorted one by one."""

    images: list[_Naive] = field(default_factory=list)

    def shown(self, wanted: Arrangement) -> list[int]:
        limit, states = wanted.filter.score_from, wanted.filter.states
        here = [one for one in self.images if not one.is_removed and (not states or one.visible in states)]
        here = [one for one in here if limit is None or one.score >= limit]
        if wanted.sort is SortKey.SCORE:
            sign = -1 if wanted.descending else 1
            here.sort(key=lambda one: (one.score < 0, sign * one.score))
        elif wanted.descending:
            here.reverse()
        return [one.key for one in here]


_NUMBERS = st.lists(st.integers(0, 14), max_size=6, unique=True)
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["append", "answer", "fail", "decide", "remove", "back", "arrange"]),
        _NUMBERS,
        st.sampled_from([None, *list(ImageState)[3:]]),
        st.sampled_from([0.0, 0.25, 0.5]),
    ),
    max_size=14,
)
_ARRANGEMENTS = st.builds(
    Arrangement,
    filter=st.builds(
        ImageFilter,
        states=st.frozensets(st.sampled_from(ImageState), max_size=3),
        score_from=st.sampled_from([None, 0.25]),
    ),
    sort=st.sampled_from([SortKey.ADDED, SortKey.ADDED, SortKey.SCORE]),
    descending=st.booleans(),
    group=st.sampled_from([GroupKey.NONE, GroupKey.STATE]),
)


@settings(max_examples=150, deadline=None)
@given(_STEPS, _ARRANGEMENTS, st.booleans())
def test_model_and_naive_list_agree(
    steps: list[tuple[str, list[int], ImageState | None, float]], wanted: Arrangement, with_numpy: bool
) -> None:
    limit = image_model._MANY
    image_model._MANY = shown_rows._MANY = row_order._MANY = 0 if with_numpy else limit
    try:
        model, naive = _tested(0), _NaiveList()
        for verb, numbers, state, score in steps:
            _carry_out(model, naive, (verb, numbers, state, score), wanted)
            assert len(set(_keys(model))) == len(model)
            assert all(model.row_of(key) == row for row, key in enumerate(model.shown_keys()))
            assert sum(group.count for group in model.groups()) in (0, len(model))
            if model.arrangement == Arrangement():
                assert _keys(model) == naive.shown(Arrangement())
        model.set_arrangement(Arrangement(wanted.filter, wanted.sort, wanted.descending))
        assert _keys(model) == naive.shown(model.arrangement)
        assert len(model.table) == len(naive.shown(Arrangement()))
    finally:
        image_model._MANY = shown_rows._MANY = row_order._MANY = limit


def _carry_out(
    model: ImageModel, naive: _NaiveList, step: tuple[str, list[int], ImageState | None, float], wanted: Arrangement
) -> None:
    verb, numbers, state, score = step
    table = model.table
    keys = [number for number in numbers if number < len(naive.images)]
    chosen = [naive.images[key] for key in keys]
    match verb:
        case "append":
            first = len(naive.images)
            append(table, [f"/{first + number}.jpg" for number in range(len(numbers))])
            naive.images += [_Naive(first + number) for number in range(len(numbers))]
        case "answer" | "fail":
            answer = ImageState.SUGGESTED if verb == "answer" else ImageState.FAILED
            table.apply_answers([suggested(key, score=score) if verb == "answer" else failed(key) for key in keys])
            for one in chosen:
                one.answer, one.score = answer, score if verb == "answer" else -1.0
        case "decide":
            here = [one for one in chosen if not one.is_removed]
            decide(table, [one.key for one in here], state)
            for one in here:
                one.state = state
        case "remove":
            remove(table, keys)
            for one in chosen:
                one.is_removed = True
        case "back":
            marks = table.marks_of(keys)
            table.apply_marks(type(marks)(marks.keys, bytes(mark & 0b1111 for mark in marks.marks), marks.names))
            for one in chosen:
                one.is_removed = False
        case _:
            model.set_arrangement(wanted)


def test_numpy_stays_out_of_the_start() -> None:
    code = (
        "import sys, gui.gallery.image_grid, gui.gallery.filmstrip, gui.start.start_page, gui.job_bar, gui.message_bar,"
        " gui.actions, gui.settings, gui.model_line, gui.theme_keeper, gui.start.drop_overlay, gui.single_instance;"
        " from tests.gui.gallery.images import model_of; model_of(3_000);"
        " sys.exit(','.join({'numpy', 'PIL', 'onnxruntime', 'torch', 'sqlite3'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
