"""Test gui/gallery/image_table.py and columns.py: columns, counts that agree, removal and return, one signal each."""

from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from gui.gallery import columns as columns_module
from gui.gallery.image_state import ImageState
from gui.gallery.image_table import AnswerUpdate, ImageTable
from inference.sessions.marks import NO_NAME, Marks, make_mark
from inference.sessions.records import ImageRows
from inference.sessions.vocabulary import Vocabulary
from tests.gui.gallery.images import append, decide, failed, paths, remove, suggested


def _table(count: int) -> ImageTable:
    table = ImageTable()
    append(table, paths(count))
    return table


def _counts(table: ImageTable) -> list[int]:
    return [table.count(state) for state in ImageState]


def test_what_was_told_stands_at_its_place(qtbot: QtBot) -> None:
    table = _table(3)
    table.apply_answers([suggested(0, "tabby", 0.7, 0.4), failed(2, "The file is empty (0 bytes).")])
    table.apply_answers([AnswerUpdate(1, ImageState.QUEUED, time=12.5)])
    assert table.suggestion(0) == "tabby"
    assert [table.score(0), table.margin(0)] == pytest.approx([0.7, 0.4])
    assert (table.score(1), table.margin(1), table.suggestion(1), table.time(1)) == (None, None, "", 12.5)
    assert (table.reason(2), table.reason(0)) == ("The file is empty (0 bytes).", "")
    assert [table.state(place) for place in range(3)] == [
        ImageState.SUGGESTED,
        ImageState.QUEUED,
        ImageState.FAILED,
    ]
    assert (table.place_of(7), table.place_of(2)) == (None, 2)
    assert table.suggestion_counts() == {table.vocabulary.code("tabby"): 1}
    table.apply_answers([suggested(2)])
    assert table.reason(2) == "", "it could be read after all"


def test_a_decision_hides_the_answer_and_is_counted(qtbot: QtBot) -> None:
    table = _table(4)
    table.apply_answers([suggested(0), suggested(1)])
    before = decide(table, [0, 2], ImageState.CORRECTED, "lynx")
    assert (table.state(0), table.answer(0), table.label(0)) == (ImageState.CORRECTED, ImageState.SUGGESTED, "lynx")
    assert table.label_counts() == {table.label_code(0): 2}
    assert (_counts(table), table.count_answered(ImageState.QUEUED)) == ([1, 1, 0, 0, 2, 0, 0], 2)
    assert table.keys_in(ImageState.CORRECTED) == [0, 2]
    assert table.keys_answered(ImageState.QUEUED) == array("q", [2, 3])
    table.apply_marks(before)
    assert (_counts(table), table.label_counts(), table.label(0)) == ([2, 2, 0, 0, 0, 0, 0], {}, "")


def test_removed_images_count_nowhere_and_come_back_as_they_were(qtbot: QtBot) -> None:
    table = _table(4)
    table.apply_answers([suggested(1, "tabby"), failed(3)])
    decide(table, [1], ImageState.ACCEPTED, "tabby")
    before = remove(table, [0, 1, 3])
    assert (len(table), list(table.keys()), table.paths()) == (1, [2], ["/p/IMG_000002.jpg"])
    assert (table.label_counts(), table.suggestion_counts()) == ({}, {})
    assert table.keys_answered(ImageState.QUEUED) == array("q", [2])
    assert table.is_removed(1)
    assert table.label(1) == "tabby", "the label stays for the day it comes back"
    table.apply_answers([suggested(0)])
    assert _counts(table) == [1, 0, 0, 0, 0, 0, 0]
    table.apply_marks(before)
    assert (len(table), table.state(1), table.state(3)) == (4, ImageState.ACCEPTED, ImageState.FAILED)
    assert _counts(table) == [1, 1, 1, 1, 0, 0, 0]


def test_images_that_come_again_are_taken_over_at_their_place(qtbot: QtBot) -> None:
    table = _table(3)
    table.apply_answers([failed(1)])
    remove(table, [1])
    rows = ImageRows.queued(["/q/moved.jpg", "/q/new.jpg"], first_key=2)
    rows.keys[0] = 1
    rows.marks[0] = make_mark(ImageState.UNSURE)
    changed, appended = QSignalSpy(table.marks_changed), QSignalSpy(table.appended)
    rows.keys[1] = 9
    assert table.append(rows) == 2
    assert (table.state(1), table.reason(1), table.path(1)) == (ImageState.UNSURE, "", "/q/moved.jpg")
    assert (list(table.keys()), changed.count(), appended.at(0)) == ([0, 1, 2, 9], 1, [3, 1])


@pytest.mark.parametrize("keys", [[5, 5], [6, 5], [1, 7]], ids=["twice", "descending", "unknown below a known one"])
def test_keys_that_do_not_ascend_are_refused(qtbot: QtBot, keys: list[int]) -> None:
    table = ImageTable()
    table.append(ImageRows.queued(["/a", "/b"], first_key=2))
    rows = ImageRows.queued(["/c", "/d"])
    rows.keys[0], rows.keys[1] = keys
    with pytest.raises(ValueError, match="ascend"):
        table.append(rows)
    assert (len(table), table.columns.paths) == (2, ["/a", "/b"])


def test_a_decision_on_an_unknown_image_changes_nothing(qtbot: QtBot) -> None:
    table = _table(2)
    with pytest.raises(ValueError, match="not here"):
        table.apply_marks(Marks.same([0, 7], make_mark(ImageState.REJECTED)))
    assert table.count(ImageState.REJECTED) == 0
    table.apply_answers([suggested(7)])
    table.apply_marks(Marks.same([], 0))
    assert _counts(table) == [2, 0, 0, 0, 0, 0, 0]


def test_each_change_tells_once(qtbot: QtBot) -> None:
    table = ImageTable()
    spies = [QSignalSpy(table.appended), QSignalSpy(table.answers_changed), QSignalSpy(table.marks_changed)]
    counted = QSignalSpy(table.counts_changed)
    append(table, paths(100_000))
    table.apply_answers([suggested(key) for key in range(0, 100_000, 3)])
    decide(table, range(100_000), ImageState.REJECTED)
    assert [spy.count() for spy in spies] == [1, 1, 1]
    assert counted.count() == 3
    assert _counts(table) == [0, 0, 0, 0, 0, 0, 100_000]
    table.forget_answers()
    assert table.count_answered(ImageState.QUEUED) == 100_000
    table.clear()
    assert (len(table), _counts(table), table.place_of(0)) == (0, [0] * 7, None)


def test_another_models_answers_leave_decisions_alone(qtbot: QtBot) -> None:
    table = _table(3)
    table.apply_answers([suggested(0, "tabby"), failed(1)])
    decide(table, [0], ImageState.CORRECTED, "lynx")
    rows = ImageRows.queued(["", "", ""])
    for entry in (0, 1):
        rows.answers[entry] = ImageState.SUGGESTED
        rows.suggestions[entry] = table.vocabulary.code("cougar")
        rows.scores[entry] = 0.25
    table.replace_answers(rows)
    assert (table.state(0), table.label(0), table.suggestion(0)) == (ImageState.CORRECTED, "lynx", "cougar")
    assert (table.state(1), table.reason(1), table.path(1)) == (ImageState.SUGGESTED, "", "/p/IMG_000001.jpg")
    table.forget_answers([1])
    assert (table.state(1), table.score(1), table.suggestion(0)) == (ImageState.QUEUED, None, "cougar")


def test_an_image_moves_with_its_decision(qtbot: QtBot) -> None:
    table = _table(2)
    decide(table, [1], ImageState.UNSURE)
    table.relocate(1, "/elsewhere/\udcff.jpg")
    assert (table.path(1), table.name(1), table.state(1)) == ("/elsewhere/\udcff.jpg", "\\xff.jpg", ImageState.UNSURE)
    with pytest.raises(KeyError):
        table.relocate(7, "/x")


def test_codes_mean_what_the_vocabulary_says(qtbot: QtBot) -> None:
    table = ImageTable()
    table.set_vocabulary(Vocabulary(["jay", "magpie"]))
    rows = ImageRows.queued(["/a"])
    rows.answers[0], rows.suggestions[0], rows.scores[0] = ImageState.SUGGESTED, 1, 0.5
    table.append(rows)
    assert (table.suggestion(0), table.suggestion_code(0), table.label_code(0)) == ("magpie", 1, NO_NAME)


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["answer", "fail", "forget", "decide", "remove", "put back"]),
        st.lists(st.integers(0, 11), min_size=1, max_size=6, unique=True),
        st.sampled_from([None, *list(ImageState)[3:]]),
        st.integers(0, 3),
    ),
    max_size=10,
)


@settings(max_examples=60, deadline=None)
@given(_STEPS, st.booleans())
def test_many_and_few_are_counted_alike(
    steps: list[tuple[str, list[int], ImageState | None, int]], uses_numpy: bool
) -> None:
    limit = columns_module._MASS
    columns_module._MASS = 0 if uses_numpy else limit
    try:
        table = _table(12)
        for verb, keys, state, name in steps:
            match verb:
                case "answer":
                    table.apply_answers([suggested(key, f"class {name}") for key in keys])
                case "fail":
                    table.apply_answers([failed(key) for key in keys])
                case "forget":
                    table.forget_answers(keys)
                case "decide":
                    decide(table, keys, state, f"label {name}" if state and state.is_reviewed else "")
                case "remove":
                    remove(table, keys)
                case _:
                    marks = table.marks_of(keys)
                    table.apply_marks(Marks(marks.keys, bytes(mark & 0b1111 for mark in marks.marks), marks.names))
    finally:
        columns_module._MASS = limit
    here = [place for place in range(12) if not table.is_removed(place)]
    assert len(table) == len(here)
    assert list(table.keys()) == here
    for state in ImageState:
        assert table.keys_in(state) == [place for place in here if table.state(place) is state]
        assert table.count(state) == len(table.keys_in(state))
    for answer in list(ImageState)[:3]:
        assert table.count_answered(answer) == sum(table.answer(place) is answer for place in here)
    labels = [table.label_code(place) for place in here if table.label_code(place) >= 0]
    suggestions = [table.suggestion_code(place) for place in here if table.suggestion_code(place) >= 0]
    assert table.label_counts() == {code: labels.count(code) for code in set(labels)}
    assert table.suggestion_counts() == {code: suggestions.count(code) for code in set(suggestions)}


def test_an_image_without_a_file_stays_off_the_list_until_one_is_found(qtbot: QtBot) -> None:
    table = _table(3)
    labelled = Marks.same([0, 1], make_mark(ImageState.CORRECTED), table.vocabulary.code("owl"))
    table.apply_marks(labelled)
    table.lose_files([1, 7])
    for marks in (Marks.same([0, 1], 0), labelled):
        table.apply_marks(marks)
        assert list(table.keys()) == [0, 2], "what is taken back or repeated gives it no file"
    assert (table.count(ImageState.CORRECTED), table.label(1)) == (1, "owl")
    table.relocate(1, "/p/found.jpg")
    table.apply_marks(labelled)
    assert list(table.keys()) == [0, 1, 2]


def test_a_session_tells_which_images_have_no_file(qtbot: QtBot) -> None:
    rows = ImageRows.queued(["/p/a.jpg", "/p/a.jpg\0gone 2"], first_key=1)
    rows.marks[1] = make_mark(removed=True)
    table = ImageTable()
    table.append(rows)
    table.apply_marks(Marks.same([1, 2], make_mark(ImageState.UNSURE)))
    assert list(table.keys()) == [1]
    back = ImageRows.queued(["/p/b.jpg"], first_key=2)
    table.append(back)
    assert list(table.keys()) == [1, 2]
    table.clear()
    table.append(ImageRows.queued(paths(3)))
    table.apply_marks(Marks.same([2], make_mark(ImageState.UNSURE)))
    assert list(table.keys()) == [0, 1, 2], "keys begin anew in another session"
