"""Write a comparison to a PNG file, whole or not at all.

Imports Pillow's fonts: it is imported in the lane that writes.
"""

from __future__ import annotations

from pathlib import Path

from gui.compare.compare_saver import SavedPanel, ToSave
from gui.viewer.map_mode import MapMode
from inference.attention.picture import Style, as_png
from inference.attention.side_by_side import Panel, SharedLegend, side_by_side
from inference.commands.targets import require_map_target
from inference.files import replacing

_ISOLATES = {0x2066: None, 0x2067: None, 0x2068: None, 0x2069: None}
"""Marks in words for the screen; the drawer of letters knows one direction, and would show them."""


def write(target: Path, content: ToSave) -> None:
    """Draw and write it. Runs on: the files lane.

    Raises:
        OutputWriteError: the file is somebody's or one of the originals, or cannot be written.
    """
    require_map_target(target, content.originals)
    style = None if content.mode is MapMode.OFF else Style(content.mode.value)
    legend = SharedLegend(style, content.scale, content.strength, _plain(content.lines))
    png = as_png(side_by_side([_panel(one) for one in content.panels], legend))
    with replacing(target) as file:
        file.write(png)


def _panel(saved: SavedPanel) -> Panel:
    pixels = saved.pixels
    [title] = _plain((saved.title,))
    crop = pixels.within(saved.crop)
    return Panel(pixels.array, saved.contributions, crop, pixels.size, title, _plain(saved.lines))


def _plain(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line.translate(_ISOLATES) for line in lines)
