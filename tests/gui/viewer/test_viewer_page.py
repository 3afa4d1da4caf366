"""The Viewer's parts work together: the map follows the class, the picture can be saved with its legend."""

import gc
import weakref

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QShowEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui.theme import DARK, LIGHT, contrast, palette_of
from gui.viewer.map_mode import MapMode
from gui.viewer.suggestions_model import NO_CLASS
from gui.viewer.viewer_colors import viewer_colors
from gui.viewer.viewer_page import ViewerPage
from inference.results import CropGeometry
from tests.gui.viewer.pictures import opaque_overlay, plain_image, some_predictions

BOX = CropGeometry(50, 0, 350, 300)


@pytest.fixture
def page(qtbot: QtBot) -> ViewerPage:
    """The page with a picture that has been classified."""
    widget = ViewerPage()
    qtbot.addWidget(widget)
    widget.resize(1000, 700)
    widget.show()
    qtbot.waitExposed(widget)
    widget.show_file("cat.jpg")
    widget.picture.show_picture(plain_image(400, 300), original_size=QSize(400, 300))
    widget.inspector.class_search.set_classes(["tench", "goldfish", "great white shark"])
    widget.show_predictions(some_predictions(), class_count=1000)
    return widget


def classes_told(page: ViewerPage) -> list[int]:
    """A list that fills with the classes that are to be shown."""
    told: list[int] = []
    page.class_shown_changed.connect(told.append)
    return told


def hover(page: ViewerPage, row: int) -> None:
    """Move the pointer over a suggestion."""
    view = page.inspector.suggestions
    QTest.mouseMove(view.viewport(), view.visualRect(view.model().index(row, 0)).center())


def test_the_map_follows_the_pointer_and_returns(page: ViewerPage) -> None:
    assert page.class_shown == 282
    told = classes_told(page)
    hover(page, 1)
    hover(page, 3)
    assert page.class_shown == 287
    QTest.mouseMove(page.picture, QPoint(100, 100))
    assert told == [283, 287, 282]


def test_a_chosen_class_stays(page: ViewerPage) -> None:
    told = classes_told(page)
    page.inspector.suggestions.setFocus()
    QTest.keyClick(page.inspector.suggestions, Qt.Key.Key_Down)
    QTest.keyClick(page.inspector.suggestions, Qt.Key.Key_Space)
    hover(page, 3)
    QTest.mouseMove(page.picture, QPoint(100, 100))
    assert told == [283, 287, 283]
    assert page.inspector.suggestions.chosen == 283


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_any_class_can_be_shown(page: ViewerPage) -> None:
    told = classes_told(page)
    search = page.inspector.class_search
    search.setFocus()
    QTest.keyClicks(search, "shark")
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert told == [2]
    hover(page, 0)
    QTest.mouseMove(page.picture, QPoint(100, 100))
    assert told == [2, 282, 2]


def test_digits_are_no_keys_of_the_page(page: ViewerPage) -> None:
    """They choose labels, which `gui.decision_keys` sees to."""
    told = classes_told(page)
    for key in (Qt.Key.Key_2, Qt.Key.Key_5):
        QTest.keyClick(page.picture, key)
    assert not told
    assert page.inspector.suggestions.chosen == 282


def test_digits_in_the_search_are_letters(page: ViewerPage) -> None:
    told = classes_told(page)
    page.inspector.class_search.setFocus()
    QTest.keyClick(page.inspector.class_search, Qt.Key.Key_2)
    assert not told
    assert page.inspector.class_search.text() == "2"


def test_the_next_picture_tells_its_class_even_if_it_is_the_same(page: ViewerPage) -> None:
    told = classes_told(page)
    page.picture.show_overlay(opaque_overlay(), BOX)
    page.legend.show_scale(MapMode.EVIDENCE, scale=1.0, class_name="tabby")
    page.show_file("other.jpg")
    assert page.class_shown == -1
    assert not page.legend.is_shown
    page.show_predictions(some_predictions(), class_count=1000)
    page.show_predictions(some_predictions(), class_count=1000)
    assert told == [282, 282]


def test_a_picture_without_an_answer_has_no_class(page: ViewerPage) -> None:
    page.show_predictions(some_predictions(), class_count=1000)
    told = classes_told(page)
    page.show_file("other.jpg")
    page.show_sentence("Waiting for its turn")
    page.show_sentence("Classifying")
    assert told == [NO_CLASS]
    assert page.class_shown == NO_CLASS


def test_from_one_answer_to_the_next_the_list_stays_where_it_is(page: ViewerPage) -> None:
    page.show_predictions(some_predictions(), class_count=1000)
    suggestions = page.inspector.suggestions
    hidden = _Hidden(suggestions)
    page.show_file("other.jpg")
    page.show_predictions(some_predictions(), class_count=1000)
    assert hidden.times == 0
    page.show_file("third.jpg")
    page.show_sentence("Waiting for its turn")
    assert hidden.times == 1
    assert not suggestions.isVisible()


class _Hidden(QObject):
    """Counts how often a widget goes from the screen."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.times = 0
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.times += event.type() == QEvent.Type.Hide
        return False


def test_states(page: ViewerPage, qtbot: QtBot) -> None:
    page.show_not_classified()
    inspector = page.inspector
    assert inspector.sentence == "Not classified yet."
    assert not inspector.suggestions.isVisible()
    ask = next(found for found in inspector.findChildren(QPushButton) if found.text() == "Classify now")
    assert ask.isVisible()
    with qtbot.waitSignal(page.classify_requested):
        ask.click()
    page.show_sentence("Classifying\N{HORIZONTAL ELLIPSIS}")
    assert not ask.isVisible()
    page.show_failure("The file is empty (0 bytes).")
    assert page.picture.accessibleDescription() == "The file is empty (0 bytes)."
    page.show_predictions(some_predictions(), class_count=1000)
    assert inspector.sentence == ""
    assert inspector.suggestions.isVisible()


def test_a_failure_offers_what_can_be_done(page: ViewerPage, qtbot: QtBot) -> None:
    def buttons() -> dict[str, QPushButton]:
        return {found.text(): found for found in page.inspector.findChildren(QPushButton) if found.isVisible()}

    page.show_failure("The file is empty (0 bytes).")
    offered = {"Classify again", "Show in file manager"}
    assert offered <= set(buttons())
    with qtbot.waitSignal(page.reclassify_requested):
        buttons()["Classify again"].click()
    with qtbot.waitSignal(page.reveal_requested):
        buttons()["Show in file manager"].click()
    page.show_file("other.jpg")
    page.show_predictions(some_predictions(), class_count=1000)
    assert not offered & set(buttons())


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_o_shows_the_plain_picture_while_it_is_held(page: ViewerPage) -> None:
    page.picture.show_overlay(opaque_overlay("#ffffff"), CropGeometry(0, 0, 400, 300))
    page.picture.set_overlay_opacity(1.0)
    filmstrip = QLabel("strip")
    page.set_filmstrip(filmstrip)

    def is_plain() -> bool:
        image = page.picture.grab().toImage()
        return image.pixelColor(image.width() // 2, image.height() // 2).lightness() < 200

    def send(kind: QEvent.Type, *, repeat: bool = False) -> None:
        event = QKeyEvent(kind, Qt.Key.Key_O, Qt.KeyboardModifier.NoModifier, "o", repeat)
        QApplication.sendEvent(page.picture, event)

    page.picture.setFocus()
    send(QEvent.Type.KeyPress)
    assert is_plain()
    for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress):  # a held key comes as such pairs
        send(kind, repeat=True)
        assert is_plain()
    send(QEvent.Type.KeyRelease)
    assert not is_plain()
    QTest.keyPress(page.inspector.suggestions, Qt.Key.Key_O)
    assert is_plain(), "from anywhere in the page"
    QTest.keyRelease(page.inspector.suggestions, Qt.Key.Key_O)
    assert not is_plain()
    QTest.keyPress(page.picture, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert not is_plain()
    send(QEvent.Type.KeyPress)
    page.inspector.class_search.setFocus()  # where the release will go
    assert not is_plain()
    QTest.keyClick(page.inspector.class_search, Qt.Key.Key_O)
    assert page.inspector.class_search.text() == "o"
    page.picture.setFocus()
    assert not is_plain()
    filmstrip.deleteLater()


def test_strength_reaches_the_picture(page: ViewerPage) -> None:
    page.picture.show_overlay(opaque_overlay("#ffffff"), CropGeometry(0, 0, 400, 300))

    def middle() -> int:
        image = page.picture.grab().toImage()
        return image.pixelColor(image.width() // 2, image.height() // 2).lightness()

    page.set_strength(0.0)
    plain = middle()
    page.inspector.map_panel.step_strength(20)
    assert plain == 100
    assert middle() == 255


def test_the_legend_is_part_of_a_saved_picture(page: ViewerPage) -> None:
    bare = page.snapshot(original_size=True)
    assert bare.size() == QSize(400, 300)
    page.picture.show_overlay(opaque_overlay(), BOX)
    page.legend.show_scale(MapMode.EVIDENCE, scale=1.0, class_name="tabby")
    saved = page.snapshot(original_size=True)
    assert saved.width() == max(400, page.legend.whole_width())
    assert saved.height() > 320
    strip = saved.copy(0, 300, 400, saved.height() - 300)
    assert len({strip.pixel(x, y) for x in range(0, 400, 2) for y in range(0, strip.height(), 2)}) > 20


def test_a_narrow_picture_is_saved_beside_words_that_are_not_cut(page: ViewerPage) -> None:
    page.picture.show_overlay(opaque_overlay(), BOX)
    page.legend.show_scale(MapMode.EVIDENCE, scale=1.0, class_name="Persian cat rather than golden retriever")
    page.legend.set_ledger(positive=2.92, negative=-0.76, bias=0.12, logit=2.28, network=2.28, adds_up=True)
    picture, saved = page.picture.snapshot(original_size=True), page.snapshot(original_size=True)
    assert saved.width() == page.legend.whole_width() > picture.width()
    left = (saved.width() - picture.width()) // 2
    assert saved.copy(left, 0, picture.width(), picture.height()) == picture
    assert saved.pixelColor(0, 0) == saved.pixelColor(saved.width() - 1, saved.height() - 1)


def test_a_saved_picture_names_the_model_and_says_that_a_map_is_no_proof(page: ViewerPage) -> None:
    page.picture.show_overlay(opaque_overlay(), BOX)
    page.legend.show_scale(MapMode.EVIDENCE, scale=1.0, class_name="tabby")
    unnamed = page.snapshot(original_size=True)
    below = unnamed.copy(0, 300 + page.legend.height(), unnamed.width(), 100)
    assert len({below.pixel(x, y) for x in range(below.width()) for y in range(10)}) > 1
    page.set_model_title("ResNeXt")
    assert page.snapshot(original_size=True).copy(below.rect().translated(0, 300 + page.legend.height())) != below


def test_below_a_very_wide_picture_the_legend_keeps_its_measure(page: ViewerPage) -> None:
    page.picture.show_picture(plain_image(2000, 10), original_size=QSize(60_000, 300))
    page.picture.show_overlay(opaque_overlay(), CropGeometry(0, 0, 60_000, 300))
    page.legend.show_scale(MapMode.EVIDENCE, scale=1.0, class_name="tabby")
    bare, saved = page.picture.snapshot(original_size=True), page.snapshot(original_size=True)
    assert bare.width() == 16_000
    assert saved.width() == bare.width()
    assert saved.height() < bare.height() + 3 * page.legend.height()


def test_the_filmstrip_is_put_below_and_replaced(page: ViewerPage) -> None:
    first, second = QLabel("first"), QLabel("second")
    page.set_filmstrip(first)
    page.set_filmstrip(second)
    QApplication.processEvents()
    assert first.parent() is None
    assert second.parent() is page
    assert second.geometry().top() > page.legend.mapTo(page, QPoint(0, 0)).y()
    first.deleteLater()


def test_a_theme_change_reaches_all_parts(page: ViewerPage) -> None:
    page.setPalette(palette_of(DARK))
    image = page.grab().toImage()
    assert image.pixelColor(3, 3) == QColor(DARK.surround)
    assert image.pixelColor(3, page.picture.height() + 3) == QColor(DARK.surround)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_words_can_be_read(theme: type) -> None:
    colors = viewer_colors(theme)  # type: ignore[arg-type]  # a Theme
    assert contrast(colors.surround_text, colors.surround) >= 4.5
    assert contrast(colors.secondary_text, theme.window) >= 4.5  # type: ignore[attr-defined]  # likewise
    assert contrast(colors.accent, theme.window) >= 3  # type: ignore[attr-defined]  # likewise


def test_everything_that_takes_the_focus_has_a_name(page: ViewerPage) -> None:
    page.show_not_classified()
    for widget in page.findChildren(QWidget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            text = getattr(widget, "text", str)()
            assert widget.accessibleName() or text, widget


def test_long_words_do_not_widen_the_page(page: ViewerPage) -> None:
    page.legend.show_scale(MapMode.EVIDENCE, scale=1.0, class_name="Donaudampfschifffahrt")
    page.inspector.map_panel.set_class_name("Donaudampfschifffahrt")
    QApplication.processEvents()
    before = page.minimumSizeHint().width()
    page.show_file("x" * 300 + ".jpg")
    page.legend.show_scale(MapMode.EVIDENCE, scale=1.0, class_name="Donaudampfschifffahrtsgesellschaft" * 5)
    page.inspector.map_panel.set_class_name("Donaudampfschifffahrtsgesellschaft" * 5)
    page.legend.set_ledger(positive=1, negative=-1, bias=0, logit=0)
    QApplication.processEvents()
    assert page.minimumSizeHint().width() == before
    assert before < 600


def test_the_page_dies_with_its_window(qtbot: QtBot) -> None:
    del qtbot
    page = ViewerPage()
    page.show()
    dead = weakref.ref(page)
    page.close()
    page.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    del page
    gc.collect()
    assert dead() is None


def test_a_sentence_in_place_of_suggestions_takes_the_class_away_and_tells_so(page: ViewerPage) -> None:
    told = classes_told(page)
    page.show_sentence("Classifying\N{HORIZONTAL ELLIPSIS}")
    page.show_sentence("Waiting for its turn\N{HORIZONTAL ELLIPSIS}")
    assert told == [NO_CLASS]
    assert page.class_shown == NO_CLASS


def test_tab_brings_what_it_leads_to_into_view(page: ViewerPage, qtbot: QtBot) -> None:
    inspector = page.inspector
    page.show_predictions(some_predictions(), class_count=1000)
    page.inspector.add_section("Long", _tall(), is_open=True)
    page.picture.setFocus()
    bar = inspector.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 1500)
    bar.setValue(bar.maximum())
    qtbot.waitUntil(lambda: inspector.suggestions.visibleRegion().isEmpty())
    QTest.keyClick(page.picture, Qt.Key.Key_Tab)
    QApplication.processEvents()
    assert inspector.suggestions.hasFocus()
    assert not inspector.suggestions.visibleRegion().isEmpty()


def test_tab_leads_through_the_whole_inspector_before_the_filmstrip(page: ViewerPage) -> None:
    strip, late = QPushButton("strip"), QPushButton("late")
    page.set_filmstrip(strip)
    page.inspector.add_section("Late", late, is_open=True)
    QApplication.processEvents()
    QApplication.sendEvent(page, QShowEvent())
    page.picture.setFocus()
    order: list[QWidget | None] = []
    while (widget := QApplication.focusWidget()) is not None and widget not in order:
        order.append(widget)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    assert order[-2:] == [late, strip]


def _tall() -> QWidget:
    widget = QLabel("tall")
    widget.setFixedHeight(2000)
    return widget
