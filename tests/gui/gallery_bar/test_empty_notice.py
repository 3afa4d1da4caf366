"""The notice stands in the middle of the gallery and leaves the rest of it alone."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui.gallery_bar.empty_notice import EmptyNotice


def test_it_stays_in_the_middle_and_clears(qtbot: QtBot) -> None:
    gallery = QWidget()
    qtbot.addWidget(gallery)
    gallery.resize(600, 400)
    gallery.show()
    notice = EmptyNotice(gallery)
    assert not notice.isVisible()
    notice.show()
    assert notice.accessibleName() == "No images match these filters."
    for width, height in ((600, 400), (200, 300), (1_000, 700)):
        gallery.resize(width, height)
        assert gallery.rect().contains(notice.geometry())
        off = notice.geometry().center() - gallery.rect().center()
        assert off.manhattanLength() <= 2
    assert notice.width() < 500
    cleared = QSignalSpy(notice.clear_requested)
    button = notice.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert cleared.count() == 1
