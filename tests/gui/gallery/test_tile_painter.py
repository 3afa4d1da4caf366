"""Test gui/gallery/tile_painter.py: each state is told by shape and words, in both themes, shown in a row or not."""

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter
from pytestqt.qtbot import QtBot

from gui.gallery.image_state import ImageState
from gui.gallery.image_table import ImageTable
from gui.gallery.tile_painter import TilePainter, caption_height
from gui.theme import DARK, LIGHT, Theme, palette_of
from tests.gui.gallery.images import append, decide, failed, paths, remove, suggested

_CELL = QRect(0, 0, 184, 200)
_PICTURE = _CELL.adjusted(12, 12, -12, -70)


@pytest.fixture
def table(qtbot: QtBot) -> ImageTable:
    """One image for each state, at the state's number; blue pictures."""
    table = ImageTable()
    append(table, paths(len(ImageState)))
    table.apply_answers([suggested(key, "tabby", 0.71) for key in range(1, 7)])
    table.apply_answers([failed(ImageState.FAILED)])
    for state in list(ImageState)[3:]:
        label = {ImageState.ACCEPTED: "tabby", ImageState.CORRECTED: "magpie"}.get(state, "")
        decide(table, [state], state, label)
    blue = QImage(QSize(160, 128), QImage.Format.Format_RGB32)
    blue.fill(QColor("#0000ff"))
    for key in range(len(ImageState)):
        table.set_thumbnail(key, blue)
    return table


class _Texts(TilePainter):
    """A painter that notes what it says."""

    def __init__(self, table: ImageTable) -> None:
        super().__init__(table)
        self.said: list[str] = []

    def _draw_line(self, painter: QPainter, room: QRect, text: str, mode: Qt.TextElideMode) -> None:
        self.said.append(text)
        super()._draw_line(painter, room, text, mode)


def _paint(painter: TilePainter, place: int, theme: Theme = LIGHT, *, selected: bool = False) -> QImage:
    painter.prepare(palette_of(theme), QFont(), 1.0)
    shot = QImage(_CELL.size(), QImage.Format.Format_RGB32)
    shot.fill(QColor(theme.base))
    brush = QPainter(shot)
    painter.paint_tile(brush, _CELL, place, selected=selected, focused=False)
    brush.end()
    return shot


@pytest.mark.parametrize(
    ("state", "headline"),
    [
        (ImageState.QUEUED, "Queued"),
        (ImageState.SUGGESTED, "tabby"),
        (ImageState.FAILED, "Failed"),
        (ImageState.ACCEPTED, "tabby"),
        (ImageState.CORRECTED, "magpie"),
        (ImageState.UNSURE, "tabby ?"),
        (ImageState.REJECTED, "Rejected"),
    ],
)
def test_the_words_of_each_state(table: ImageTable, state: ImageState, headline: str) -> None:
    painter = _Texts(table)
    _paint(painter, state)
    assert painter.said == [headline, f"IMG_{int(state):06d}.jpg"]


@pytest.mark.parametrize("width", [70, 96, 136, 200, 320])
def test_a_reason_that_does_not_fit_its_lines_says_that_more_follows(table: ImageTable, width: int) -> None:
    painter, metrics = TilePainter(table), QFontMetrics(QFont())
    painter.prepare(palette_of(LIGHT), QFont(), 1.0)
    room = QSize(width, metrics.height() + metrics.lineSpacing() + 2)
    reason = "The file could not be read. Its format is unfamiliar to every reader that is here."
    short = painter.shortened(reason, room)
    flags = int(Qt.TextFlag.TextWordWrap)
    taken = metrics.boundingRect(QRect(0, 0, width, 1_000), flags, short)
    assert taken.height() <= room.height()
    assert short == reason or (short[-1] == "\u2026" and reason.startswith(short[:-1]) and len(short) > 6)
    assert painter.shortened("Broken.", room) == "Broken."
    assert painter.shortened("", room) == ""
    assert painter.shortened("x" * 500, room)[-1] == "\u2026"


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_shapes_of_all_states_differ_without_color(table: ImageTable, theme: Theme) -> None:
    painter = TilePainter(table)
    shapes = []
    for state in ImageState:
        line = _paint(painter, state, theme).copy(QRect(12, 136, 13, 40))
        shapes.append(bytes(line.convertToFormat(QImage.Format.Format_Mono).constBits()))
    assert len(set(shapes)) == len(ImageState)


def test_rejected_pictures_are_dimmed_and_their_words_are_not(table: ImageTable) -> None:
    painter = TilePainter(table)
    centre = _PICTURE.center()
    assert _paint(painter, ImageState.SUGGESTED).pixelColor(centre) == QColor("#0000ff")
    dimmed = _paint(painter, ImageState.REJECTED).pixelColor(centre)
    assert abs(dimmed.red() - 0.6 * 255) <= 3
    assert dimmed.blue() == 255
    failed_tile = _paint(painter, ImageState.FAILED).pixelColor(_PICTURE.topLeft())
    assert failed_tile == QColor(LIGHT.tile)


def test_a_score_is_shown_beside_its_own_name_only(table: ImageTable) -> None:
    metrics = QFontMetrics(QFont())
    right = QRect(130, _CELL.bottom() - 2 - caption_height(metrics), 42, metrics.height())
    empty = QImage(right.size(), QImage.Format.Format_RGB32)
    empty.fill(QColor(LIGHT.base))
    painter = TilePainter(table)
    with_score = {state for state in ImageState if _paint(painter, state).copy(right) != empty}
    assert with_score == {ImageState.SUGGESTED, ImageState.ACCEPTED, ImageState.UNSURE}


def test_an_image_that_no_row_shows_can_be_painted(table: ImageTable) -> None:
    remove(table, [ImageState.CORRECTED])
    shot = _paint(TilePainter(table), ImageState.CORRECTED)
    assert shot.pixelColor(_PICTURE.center()) == QColor("#0000ff")


def test_selected_tiles_have_words_in_the_selections_color(table: ImageTable) -> None:
    shot = _paint(TilePainter(table), ImageState.CORRECTED, selected=True)
    assert shot.pixelColor(100, _CELL.bottom() - 14) == QColor(LIGHT.selection)
