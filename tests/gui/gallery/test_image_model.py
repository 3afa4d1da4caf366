"""Test gui/gallery/image_model.py: announced changes, counts that agree, thumbnails asked for once."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from pytestqt.qtbot import QtBot

from gui.gallery.image_model import ImageModel, ImageRole, RowUpdate
from gui.gallery.image_state import ImageState

_FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


def _image() -> QImage:
    image = QImage(16, 12, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    return image


def _paths(count: int, folder: str = "p") -> list[str]:
    return [f"/{folder}/IMG_{number:06d}.jpg" for number in range(count)]


def test_rows_hold_what_was_told(qtbot: QtBot) -> None:
    model = ImageModel()
    assert model.append_paths(_paths(3)) == 3
    model.apply(
        [
            RowUpdate(0, ImageState.SUGGESTED, "tabby & <b>", 0.714),
            RowUpdate(2, ImageState.FAILED, "The file is empty (0 bytes)."),
        ]
    )
    QAbstractItemModelTester(model, _FATAL, model)
    first, last = model.index(0), model.index(2)
    assert first.data() == "IMG_000000.jpg"
    assert first.data(ImageRole.SUGGESTION) == "tabby & <b>"
    assert first.data(ImageRole.SCORE) == pytest.approx(0.714)
    assert first.data(Qt.ItemDataRole.ToolTipRole) == "<qt>IMG_000000.jpg<br>tabby &amp; &lt;b&gt;  71 %</qt>"
    assert first.data(Qt.ItemDataRole.AccessibleTextRole) == (
        "IMG_000000.jpg, suggestion tabby & <b>, 71 percent, 1 of 3"
    )
    assert last.data(Qt.ItemDataRole.AccessibleTextRole) == (
        "Failed, IMG_000002.jpg, The file is empty (0 bytes)., 3 of 3"
    )
    assert last.data(ImageRole.STATE) == ImageState.FAILED
    assert (model.reason_at(2), model.reason_at(0)) == ("The file is empty (0 bytes).", "")
    assert (model.score_at(1), model.suggestion_at(1)) == (None, "")
    assert model.rows_in(ImageState.QUEUED) == [1]


def test_a_hundred_thousand_rows_come_and_change_with_one_signal_each(qtbot: QtBot) -> None:
    model = ImageModel()
    inserted, changed = QSignalSpy(model.rowsInserted), QSignalSpy(model.dataChanged)
    assert model.append_paths(_paths(100_000)) == 100_000
    model.apply([RowUpdate(row, ImageState.SUGGESTED, "tabby", 0.5) for row in range(7, 100_000, 3)])
    assert inserted.count() == 1
    assert changed.count() == 1
    top, bottom = changed.at(0)[:2]
    assert (top.row(), bottom.row()) == (7, 99_997)
    assert model.count(ImageState.SUGGESTED) == 33_331
    assert model.row_of_path("/p/IMG_099999.jpg") == 99_999


def test_paths_already_here_are_passed_over_and_bytes_kept(qtbot: QtBot) -> None:
    model = ImageModel()
    odd = "/p/\udcff\n.jpg"
    assert model.append_paths([odd, "/p/b.jpg", odd]) == 2
    assert model.append_paths([odd]) == 0
    assert model.path_at(0) == odd
    assert model.index(0).data(ImageRole.PATH) == "/p/\\xff\\n.jpg"
    assert model.index(0).data() == "\\xff\\n.jpg"


def test_an_update_of_no_row_changes_nothing(qtbot: QtBot) -> None:
    model = ImageModel()
    model.append_paths(_paths(2))
    with pytest.raises(IndexError):
        model.apply([RowUpdate(0, ImageState.FAILED, "x"), RowUpdate(2, ImageState.FAILED, "x")])
    assert model.count(ImageState.QUEUED) == 2
    assert model.state_at(0) is ImageState.QUEUED


def test_keys_survive_the_removal_of_others(qtbot: QtBot) -> None:
    model = ImageModel()
    QAbstractItemModelTester(model, _FATAL, model)
    model.append_paths(_paths(10))
    key = model.key_at(7)
    removed = QSignalSpy(model.rowsRemoved)
    model.remove_rows([0, 1, 2, 5, 9, 1])
    assert removed.count() == 3
    assert len(model) == 5
    assert model.row_of(key) == 3
    assert model.path_at(3) == "/p/IMG_000007.jpg"
    model.remove_rows([3])
    assert model.row_of(key) is None
    assert model.append_paths(["/p/IMG_000007.jpg"]) == 1, "removed images may come again"
    assert model.key_at(4) != key


def test_all_states_are_reset_at_once(qtbot: QtBot) -> None:
    model = ImageModel()
    model.append_paths(_paths(1_000))
    model.apply([RowUpdate(row, ImageState.SUGGESTED, "tabby", 0.5) for row in range(0, 1_000, 2)])
    model.apply([RowUpdate(1, ImageState.FAILED, "It is damaged.")])
    changed, counted = QSignalSpy(model.dataChanged), QSignalSpy(model.counts_changed)
    model.reset_states()
    assert [spot.row() for spot in changed.at(0)[:2]] == [0, 999]
    assert (changed.count(), counted.count()) == (1, 1)
    assert model.rows_in(ImageState.QUEUED) == list(range(1_000))
    assert [model.count(state) for state in ImageState] == [1_000, 0, 0]
    assert (model.reason_at(1), model.suggestion_at(0), model.score_at(0)) == ("", "", None)
    ImageModel().reset_states()


def test_many_separate_rows_are_removed_in_one_reset(qtbot: QtBot) -> None:
    model = ImageModel()
    QAbstractItemModelTester(model, _FATAL, model)
    model.append_paths(_paths(1_000))
    model.apply([RowUpdate(row, ImageState.SUGGESTED, f"class {row}", row / 1_000) for row in range(500, 1_000)])
    model.set_thumbnail(3, _image())
    spies = [QSignalSpy(signal) for signal in (model.rowsRemoved, model.modelReset, model.counts_changed)]
    model.remove_rows([*range(0, 1_000, 10), 0])
    assert [spy.count() for spy in spies] == [0, 1, 1]
    left = [number for number in range(1_000) if number % 10]
    assert model.paths() == [f"/p/IMG_{number:06d}.jpg" for number in left]
    assert list(model.keys()) == left
    assert [model.suggestion_at(row) for row in range(450, 900)] == [f"class {number}" for number in left[450:]]
    assert model.score_at(899) == pytest.approx(0.999)
    assert [model.count(state) for state in ImageState] == [450, 450, 0]
    assert model.thumbnail_at(2) is not None
    assert (model.row_of_path("/p/IMG_000010.jpg"), model.row_of_path("/p/IMG_000011.jpg")) == (None, 9)
    assert (model.row_of(10), model.first_row_from(10), model.first_row_from(999_999)) == (None, 9, 900)


def test_copies_of_keys_and_paths_stay_as_they_were(qtbot: QtBot) -> None:
    model = ImageModel()
    model.append_paths(_paths(3))
    keys, paths = model.keys(), model.paths()
    model.remove_rows([1])
    assert (list(keys), paths) == ([0, 1, 2], _paths(3))
    assert (list(model.keys()), model.paths()) == ([0, 2], [_paths(3)[0], _paths(3)[2]])


_STEPS: st.SearchStrategy[tuple[str, list[int]]] = st.one_of(
    st.tuples(st.just("append"), st.lists(st.integers(0, 30), max_size=8)),
    st.tuples(st.just("remove"), st.lists(st.integers(0, 20), max_size=5)),
    st.tuples(st.just("state"), st.lists(st.integers(0, 20), max_size=5)),
    st.tuples(st.just("fail"), st.lists(st.integers(0, 20), max_size=5)),
    st.tuples(st.just("clear"), st.just([])),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_STEPS, max_size=12))
def test_counts_and_lookups_agree_after_any_changes(steps: list[tuple[str, list[int]]]) -> None:
    model = ImageModel()
    QAbstractItemModelTester(model, _FATAL, model)
    expected: list[tuple[str, ImageState]] = []
    for verb, numbers in steps:
        rows = sorted({number for number in numbers if number < len(expected)})
        match verb:
            case "append":
                new = [path for path in dict.fromkeys(f"/{n}.jpg" for n in numbers) if path not in dict(expected)]
                model.append_paths([f"/{n}.jpg" for n in numbers])
                expected += [(path, ImageState.QUEUED) for path in new]
            case "remove":
                model.remove_rows(rows)
                expected = [entry for row, entry in enumerate(expected) if row not in rows]
            case "clear":
                model.clear()
                expected = []
            case _:
                state = ImageState.FAILED if verb == "fail" else ImageState.SUGGESTED
                model.apply([RowUpdate(row, state, "text", 0.5) for row in rows])
                expected = [(path, state if row in rows else old) for row, (path, old) in enumerate(expected)]
    assert [(model.path_at(row), model.state_at(row)) for row in range(len(model))] == expected
    for state in ImageState:
        assert model.count(state) == sum(1 for _, other in expected if other is state)
        assert model.rows_in(state) == [row for row, (_, other) in enumerate(expected) if other is state]
    assert all(model.row_of_path(path) == row for row, (path, _) in enumerate(expected))


def test_missing_thumbnails_are_asked_for_once_in_one_signal(qtbot: QtBot) -> None:
    model = ImageModel()
    model.append_paths(_paths(10))
    wanted = QSignalSpy(model.thumbnails_wanted)
    with qtbot.waitSignal(model.thumbnails_wanted) as asked:
        for row in (3, 1, 3, 2):
            assert model.thumbnail_at(row) is None
    assert asked.args == [[3, 1, 2]]
    model.thumbnail_at(1)
    with qtbot.waitSignal(model.thumbnails_wanted) as asked:
        model.thumbnail_at(5)
    assert asked.args == [[5]], "row 1 was asked for already"
    model.forget_thumbnail_requests([1])
    with qtbot.waitSignal(model.thumbnails_wanted) as asked:
        model.thumbnail_at(1)
    assert asked.args == [[1]]
    assert wanted.count() == 3


def test_thumbnails_arrive_stay_with_their_image_and_are_asked_for_again_after_they_left(qtbot: QtBot) -> None:
    size = _image().sizeInBytes()
    model = ImageModel(thumbnail_bytes=2 * size)
    model.append_paths(_paths(10))
    changed = QSignalSpy(model.dataChanged)
    with qtbot.waitSignal(model.thumbnails_wanted):
        model.thumbnail_at(4)
    model.set_thumbnail(4, _image())
    assert changed.at(0)[2] == [ImageRole.THUMBNAIL, Qt.ItemDataRole.DecorationRole]
    model.remove_rows([0])
    assert model.thumbnail_at(3) is not None
    assert model.thumbnail_at(4) is None
    model.set_thumbnail(5, _image())
    model.set_thumbnail(6, _image())  # now the one of row 3 had to leave
    with qtbot.waitSignal(model.thumbnails_wanted) as asked:
        assert model.thumbnail_at(3) is None
    assert 3 in asked.args[0]


def test_a_thumbnail_that_is_too_large_is_not_asked_for_again_and_again(qtbot: QtBot) -> None:
    model = ImageModel(thumbnail_bytes=1)
    model.append_paths(_paths(2))
    model.set_thumbnail(0, _image())
    with qtbot.waitSignal(model.thumbnails_wanted) as asked:
        model.thumbnail_at(0)
        model.thumbnail_at(1)
    assert asked.args == [[1]]


def test_clearing_starts_anew(qtbot: QtBot) -> None:
    model = ImageModel()
    model.append_paths(_paths(3))
    model.set_thumbnail(0, _image())
    model.clear()
    assert (len(model), model.rowCount(QModelIndex()), model.count(ImageState.QUEUED)) == (0, 0, 0)
    assert model.append_paths(_paths(1)) == 1
    assert model.thumbnail_at(0) is None


def test_numpy_stays_out_of_the_start() -> None:
    code = (
        "import sys, gui.gallery.image_grid, gui.gallery.filmstrip, gui.start.start_page, gui.job_bar, gui.message_bar,"
        " gui.actions, gui.settings, gui.model_line, gui.theme_keeper, gui.start.drop_overlay, gui.single_instance;"
        " sys.exit(','.join({'numpy', 'PIL', 'onnxruntime', 'torch'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
