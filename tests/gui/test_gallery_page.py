"""The gallery says how many images are shown, and what to do where none is."""

import pytest
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from gui.gallery.arrangement import Arrangement, ImageFilter
from gui.gallery.image_model import ImageModel
from gui.gallery_bar.empty_notice import EmptyNotice
from gui.gallery_page import GalleryPage
from tests.gui.gallery.images import model_of


@pytest.fixture
def images() -> ImageModel:
    return model_of(12)


@pytest.fixture
def page(qtbot: QtBot, images: ImageModel) -> GalleryPage:
    page = GalleryPage(images)
    qtbot.addWidget(page)
    page.resize(900, 600)
    with qtbot.waitExposed(page):
        page.show()
    return page


def _notice(page: GalleryPage) -> EmptyNotice:
    found = page.grid.findChild(EmptyNotice)
    assert isinstance(found, EmptyNotice)
    return found


def _words(page: GalleryPage) -> str:
    return " ".join(label.text() for label in page.bar.findChildren(QLabel) if label.isVisible())


def _filter(images: ImageModel, text: str) -> None:
    images.set_arrangement(Arrangement(filter=ImageFilter(text=text)))


def test_counts_follow_the_filter(page: GalleryPage, images: ImageModel) -> None:
    page.bar.set_arrangement(Arrangement(filter=ImageFilter(text="IMG_00001")))
    _filter(images, "IMG_00001")
    page.show_counts()
    assert "2 of 12" in _words(page)
    assert _notice(page).isHidden()


def test_where_nothing_passes_the_filter_it_can_be_cleared(page: GalleryPage, images: ImageModel) -> None:
    asked = QSignalSpy(page.clear_requested)
    _filter(images, "no such name")
    page.show_counts()
    notice = _notice(page)
    assert notice.isVisible()
    assert page.grid.rect().contains(notice.geometry())
    [button] = notice.findChildren(QPushButton)
    button.click()
    assert asked.count() == 1
    _filter(images, "")
    page.show_counts()
    assert notice.isHidden()


def test_an_empty_session_has_no_filter_to_clear(qtbot: QtBot) -> None:
    page = GalleryPage(ImageModel())
    qtbot.addWidget(page)
    page.show_counts()
    assert _notice(page).isHidden()


def test_the_focus_goes_back_to_the_images(page: GalleryPage, qtbot: QtBot) -> None:
    page.activateWindow()
    page.bar.focus_text()
    qtbot.waitUntil(lambda: not page.grid.hasFocus() and page.focusWidget() is not None)
    page.bar.left.emit()
    assert page.focusWidget() is page.grid
