"""Test gui/gallery/wanted_images.py: what is missing is asked for once, together."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from gui.gallery.wanted_images import WantedImages


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
