"""Hold the map of another look at the picture, which is shown in place of the usual one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QLineF
from PySide6.QtGui import QImage

from gui.viewer.composition import Scene
from inference.results import CropGeometry


@dataclass(frozen=True, slots=True)
class MapLook:
    """What a look at the picture in another size or cut put on screen.

    Attributes:
        overlay: the map's colours, or None where nothing is drawn.
        box: what the network saw then, in original pixels: the map covers it, and it is framed.
        rows: of the map's cells.
        columns: of the map's cells.
        lines: pieces of outlines, in shares of the box.
        takes_light: the overlay says by its alpha where the photo loses its colours and its light.
    """

    overlay: QImage | None
    box: CropGeometry
    rows: int
    columns: int
    lines: tuple[QLineF, ...] = ()
    takes_light: bool = False

    def in_place_of(self, usual: Scene) -> Scene:
        """The scene with this map; what belongs to no map stays."""
        return replace(
            usual,
            overlay=QImage() if self.overlay is None else self.overlay,
            overlay_box=self.box,
            lines=self.lines,
            takes_light=self.takes_light,
            crop=self.box,
            rows=self.rows,
            columns=self.columns,
        )
