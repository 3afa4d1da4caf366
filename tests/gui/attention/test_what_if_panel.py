"""The panel of the brush says what is possible, and its bars say the numbers in words too."""

from __future__ import annotations

from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from gui.attention.what_if_bars import ChangeBars, ChangeRow
from gui.attention.what_if_panel import SIZES, WhatIfPanel


def a_picture(color: str) -> QImage:
    image = QImage(20, 20, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    return image


def test_the_brush_is_taken_only_where_it_can_be(qtbot: QtBot) -> None:
    panel = WhatIfPanel()
    qtbot.addWidget(panel)
    wanted = QSignalSpy(panel.brush_wanted)
    panel.set_available(False)
    panel.take_brush(taken=True)
    assert not panel.has_brush
    panel.set_available(True)
    panel.take_brush(taken=True)
    assert panel.has_brush
    panel.set_available(False)
    assert not panel.has_brush
    assert [wanted.at(number)[0] for number in range(wanted.count())] == [True, False]


def test_the_size_has_ends(qtbot: QtBot) -> None:
    panel = WhatIfPanel()
    qtbot.addWidget(panel)
    panel.step_size(100)
    assert panel.brush_size == SIZES[1]
    panel.step_size(-100)
    assert panel.brush_size == SIZES[0]


def test_changes_are_shown_in_words_and_go(qtbot: QtBot) -> None:
    panel = WhatIfPanel()
    qtbot.addWidget(panel)
    rows = [ChangeRow("tabby", 0.5, 0.25), ChangeRow("\u202elynx", 0.0004, 0.9)]
    panel.show_changes(rows, a_picture("red"), a_picture("blue"))
    assert "tabby 50.0\N{NO-BREAK SPACE}% \N{RIGHTWARDS ARROW} 25.0\N{NO-BREAK SPACE}%" in panel.words()
    assert "\u202e" not in panel.words()
    assert panel.bars.accessibleDescription()
    panel.show_nothing()
    assert "tabby" not in panel.words()


def test_a_longer_bar_is_a_higher_score(qtbot: QtBot) -> None:
    bars = ChangeBars()
    qtbot.addWidget(bars)
    lengths = []
    for now in (0.2, 0.8):
        bars.show_rows([ChangeRow("", 0.5, now)])
        bars.resize(200, bars.sizeHint().height())
        image = bars.grab().toImage()
        row = image.height() - 8
        background = image.pixel(199, row)
        lengths.append(sum(image.pixel(x, row) != background for x in range(200)))
    assert abs(lengths[0] - 40) <= 3
    assert abs(lengths[1] - 160) <= 3


def test_both_pictures_are_whole(qtbot: QtBot) -> None:
    panel = WhatIfPanel()
    qtbot.addWidget(panel)
    panel.show_changes([ChangeRow("tabby", 0.5, 0.25)], a_picture("red"), a_picture("blue"))
    panel.resize(300, panel.heightForWidth(300))
    panel.show()
    qtbot.waitExposed(panel)
    image = panel.grab().toImage()
    for color in ("red", "blue"):
        wanted = QColor(color)
        places = [
            (x, y) for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y) == wanted
        ]
        wide = max(x for x, _ in places) - min(x for x, _ in places)
        high = max(y for _, y in places) - min(y for _, y in places)
        assert wide > 100
        assert abs(wide - high) <= 2
