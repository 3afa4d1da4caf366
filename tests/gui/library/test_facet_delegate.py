"""An active row has a tick and a fill; rows mirror where text runs right to left."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from gui.library.facet_delegate import ACTIVE_FILL
from gui.library.facet_list import FacetList
from gui.library.facet_model import FacetEntry, FacetModel
from gui.library.sections import FacetKey, Section
from gui.theme import DARK, LIGHT, Theme, contrast, mixed, palette_of
from inference.sessions.states import ImageState


def painted(qtbot: QtBot, theme: Theme, active: frozenset[FacetKey], *, mirrored: bool = False) -> QImage:
    """Two states, the first of which may be active; 200 pixels wide."""
    facets = FacetModel()
    facets.set_entries([FacetEntry(ImageState.QUEUED, "Queued", 12), FacetEntry(ImageState.FAILED, "Failed", 3)])
    facets.set_active(active)
    rows = FacetList(Section.STATE, facets)
    qtbot.addWidget(rows)
    rows.setPalette(palette_of(theme))
    rows.setLayoutDirection(Qt.LayoutDirection.RightToLeft if mirrored else Qt.LayoutDirection.LeftToRight)
    rows.resize(200, rows.full_height)
    return rows.grab().toImage()


def differing(one: QImage, other: QImage) -> QRect:
    """The smallest rectangle that holds all differences."""
    points = [
        (x, y)
        for y in range(one.height())
        for x in range(one.width())
        if one.pixelColor(x, y) != other.pixelColor(x, y)
    ]
    if not points:
        return QRect()
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    return QRect(min(xs), min(ys), max(xs) - min(xs) + 1, max(ys) - min(ys) + 1)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_tick_stands_before_the_name(qtbot: QtBot, theme: Theme, mirrored: bool) -> None:
    active = painted(qtbot, theme, frozenset({ImageState.QUEUED}), mirrored=mirrored)
    row = active.height() // 2
    gutter = QRect(active.width() - 24, 0, 20, row) if mirrored else QRect(4, 0, 20, row)
    accent = QColor(theme.accent)
    ticks = [
        (x, y)
        for y in range(active.height())
        for x in range(active.width())
        if active.pixelColor(x, y).rgb() == accent.rgb()
    ]
    assert len(ticks) > 5
    assert all(gutter.contains(x, y) for x, y in ticks)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_only_the_active_row_is_filled(qtbot: QtBot, theme: Theme) -> None:
    plain, active = painted(qtbot, theme, frozenset()), painted(qtbot, theme, frozenset({ImageState.QUEUED}))
    change = differing(plain, active)
    assert 0 <= change.top() <= 1
    assert change.bottom() < plain.height() // 2
    assert change.width() > 180
    fill = active.pixelColor(active.width() // 2, 3)
    assert fill == mixed(theme.selection, theme.window, ACTIVE_FILL)
    assert contrast(fill, theme.text) >= 4.5
    assert contrast(fill, theme.accent) >= 3, "the tick is seen on the fill"


def test_rows_are_mirrored(qtbot: QtBot) -> None:
    straight, mirrored = (painted(qtbot, LIGHT, frozenset(), mirrored=flag) for flag in (False, True))
    half = straight.width() // 2
    window = QColor(LIGHT.window)

    def has_ink(image: QImage, columns: range) -> bool:
        return any(image.pixelColor(x, y) != window for x in columns for y in range(image.height()))

    assert not has_ink(straight, range(24)), "the place of the tick is free"
    assert has_ink(straight, range(24, half))
    assert not has_ink(mirrored, range(176, 200))
    assert has_ink(mirrored, range(half, 176))
