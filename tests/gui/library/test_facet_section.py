"""A section opens, closes, and says why it has no rows."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from gui.library.facet_model import FacetModel
from gui.library.facet_section import FacetSection, empty_text
from gui.library.sections import Section


@pytest.fixture
def facets(qapp: object) -> FacetModel:
    """Two labels."""
    del qapp
    model = FacetModel(is_ranked=True)
    model.set_counts([(1, "magpie", 40), (2, "jay", 7)])
    return model


def heading(section: FacetSection) -> QToolButton:
    """The button that opens and closes."""
    button = section.findChild(QToolButton)
    assert isinstance(button, QToolButton)
    return button


def words(section: FacetSection) -> list[str]:
    """What its visible labels say."""
    return [label.text() for label in section.findChildren(QLabel) if label.isVisible() and label.text()]


def test_the_heading_opens_and_closes(qtbot: QtBot, facets: FacetModel) -> None:
    section = FacetSection(Section.LABELS, facets)
    qtbot.addWidget(section)
    section.show()
    told = QSignalSpy(section.opened_changed)
    open_height = section.full_height
    QTest.mouseClick(heading(section), Qt.MouseButton.LeftButton)
    assert not section.is_open
    assert not section.rows.isVisible()
    assert section.full_height < open_height
    QTest.keyClick(heading(section), Qt.Key.Key_Space)
    assert section.rows.isVisible()
    assert [told.at(0), told.at(1)] == [[False], [True]]


def test_the_arrow_points_where_the_rows_would_come(qtbot: QtBot, facets: FacetModel) -> None:
    section = FacetSection(Section.LABELS, facets, is_open=False)
    qtbot.addWidget(section)
    assert heading(section).arrowType() == Qt.ArrowType.RightArrow
    section.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert heading(section).arrowType() == Qt.ArrowType.LeftArrow
    section.set_open(True)
    assert heading(section).arrowType() == Qt.ArrowType.DownArrow


def test_long_sections_say_how_many_rows_they_have(qtbot: QtBot, facets: FacetModel) -> None:
    section = FacetSection(Section.LABELS, facets)
    qtbot.addWidget(section)
    section.show()
    assert words(section) == ["2"]
    facets.set_search("zebra")
    assert words(section) == ["2", "No name contains this text."]
    assert not section.rows.isVisible()
    facets.set_search("")
    facets.set_counts([])
    assert words(section) == [empty_text(Section.LABELS)]
    section.set_open(False)
    assert words(section) == []


def test_a_section_that_cannot_close_has_no_button(qtbot: QtBot, facets: FacetModel) -> None:
    section = FacetSection(Section.LABELS, facets, can_close=False)
    qtbot.addWidget(section)
    section.show()
    assert not heading(section).isVisible()
    assert words(section) == ["Labels", "2"]


@pytest.mark.parametrize("name", [Section.LABELS, Section.SUGGESTIONS], ids=str)
def test_the_count_of_rows_makes_the_section_no_wider(qtbot: QtBot, name: Section) -> None:
    model = FacetModel(is_ranked=True)
    section = FacetSection(name, model)
    qtbot.addWidget(section)
    section.show()
    before = section.minimumSizeHint().width()
    for count in (1, 20, 200, 888):
        model.set_counts([(key, f"class {key}", 1) for key in range(count)])
        assert words(section) == [str(count)]
        assert section.minimumSizeHint().width() == before
    model.set_counts([])
    assert section.minimumSizeHint().width() == before
