"""Test gui/gallery/wanted_images.py: what is missing is asked for once, together."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from gui.gallery.image_grid import ImageGrid
from gui.gallery.wanted_images import WantedImages
from tests.gui.gallery.images import model_of


def _image() -> QImage:
    image = QImage(16, 12, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    return image


def test_missing_ones_are_asked_for_once_in_one_signal(qtbot: QtBot) -> None:
    images = WantedImages()
    wanted = QSignalSpy(images.wanted)
    with qtbot.waitSignal(images.wanted) as asked:
        for key in (3, 1, 3, 2):
            assert images.get(key) is None
    assert asked.args == [[3, 1, 2]]
    images.get(1)
    with qtbot.waitSignal(images.wanted) as asked:
        images.get(5)
    assert asked.args == [[5]], "1 was asked for already"
    images.forget_requests([1])
    with qtbot.waitSignal(images.wanted) as asked:
        images.get(1)
    assert asked.args == [[1]]
    assert wanted.count() == 3


def test_those_that_had_to_leave_are_asked_for_again(qtbot: QtBot) -> None:
    images = WantedImages(2 * _image().sizeInBytes())
    for key in (4, 5, 6):
        images.put(key, _image())
    assert images.get(6) is not None
    with qtbot.waitSignal(images.wanted) as asked:
        assert images.get(4) is None
    assert asked.args == [[4]]
    images.remove([6])
    with qtbot.waitSignal(images.wanted) as asked:
        assert images.get(6) is None
    assert asked.args == [[6]], "it shows what is no longer in the file"


def test_what_cannot_be_had_or_kept_is_not_asked_for_again_and_again(qtbot: QtBot) -> None:
    images = WantedImages(1)
    images.put(0, _image())
    images.put(1, QImage())
    with qtbot.waitSignal(images.wanted) as asked:
        for key in (0, 1, 2):
            assert images.get(key) is None
    assert asked.args == [[2]]
    images.clear()
    with qtbot.waitSignal(images.wanted) as asked:
        images.get(1)
    assert asked.args == [[1]]


def test_what_there_was_no_memory_for_is_asked_for_again_after_a_while(qtbot: QtBot) -> None:
    """By itself: not every view that shows a picture paints it again when nothing has come."""
    images = WantedImages(put_off_ms=1)
    wanted = QSignalSpy(images.wanted)
    with qtbot.waitSignal(images.wanted):
        assert [images.get(key) for key in (1, 2, 3)] == [None] * 3
    with qtbot.waitSignal(images.wanted) as asked:
        images.put_off([1, 2])
        images.get(1)
        images.put(2, _image())
        assert wanted.count() == 1, "not meanwhile"
    assert asked.args == [[1]], "2 came all the same, 3 is still on its way"
    with qtbot.waitSignal(images.wanted) as asked:
        images.put_off([1])
    assert asked.args == [[1]], "as often as it is put off"


def test_what_is_put_off_and_nobody_looked_for_is_not_asked_for(qtbot: QtBot) -> None:
    """Thumbnails that came with the answers of a run, of images that may never be on screen."""
    images = WantedImages(put_off_ms=1)
    wanted = QSignalSpy(images.wanted)
    images.put_off([1, 2, 3])
    qtbot.wait(50)
    assert wanted.count() == 0
    with qtbot.waitSignal(images.wanted) as asked:
        images.get(1)
    assert asked.args == [[1]]
    with qtbot.waitSignal(images.wanted) as asked:
        images.put_off([4, 5, 6])
        assert images.get(5) is None
        assert images.get(6) is None
        images.forget_requests([6])
    assert asked.args == [[5]], "somebody looked for it meanwhile, and 6 is out of sight again"


def test_of_what_was_put_off_only_what_is_still_seen_is_asked_for_by_itself(qtbot: QtBot) -> None:
    asked: list[list[int]] = []
    images = WantedImages(put_off_ms=20)
    images.wanted.connect(asked.append)
    for key in (1, 2, 3):
        images.get(key)
    qtbot.waitUntil(lambda: asked == [[1, 2, 3]])
    images.put_off([1, 2, 3])
    images.keep_waiting_for({2})
    qtbot.waitUntil(lambda: len(asked) == 2)
    assert asked[1] == [2]
    images.get(3)
    qtbot.waitUntil(lambda: len(asked) == 3)
    assert asked[2] == [3], "a view that paints it asks as ever"


def test_tiles_that_stay_on_screen_get_what_was_put_off(qtbot: QtBot) -> None:
    model = model_of(2)
    grid = ImageGrid(model)
    qtbot.addWidget(grid)
    with qtbot.waitSignal(model.table.thumbnails_wanted):
        grid.show()
    model.table._thumbnails._pause.setInterval(1)
    with qtbot.waitSignal(model.table.thumbnails_wanted) as asked:
        model.table.put_off_thumbnails([0])
    assert asked.args == [[0]]
