"""Show one picture on neutral grey with its map over it, at any zoom."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QRegion
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.viewer.composition import Scene, box_in_view, paint_scene
from gui.viewer.map_look import MapLook
from gui.viewer.photo_layer import PhotoLayer
from gui.viewer.placement import Placement, fitted
from gui.viewer.region_outline import paint_outline
from gui.viewer.viewer_colors import ViewerColors, viewer_colors
from gui.viewer.whole_picture import whole_picture
from gui.viewer.zoomed_widget import ZoomedWidget
from inference.results import CropGeometry

_TEXT_MARGIN = 24
_CELLS_FROM_ZOOM = 2.0
RIM_PX = 8
"""The lines of a region, and what is drawn at its corners and sides, reach no farther, in logical pixels."""

_LEAST_CELL_PX = 6.0
"""The grid of a closer look is drawn at any zoom, unless it would be nothing but lines."""


class PictureCanvas(ZoomedWidget):
    """One picture with its map; coordinates are pixels of the upright original, whatever is on screen.

    Signals:
        detail_requested(): the zoom now shows more pixels than the given image has, and there may be more of them.
        usual_map_changed(): the usual map was drawn anew while another look's stands in its place.
    """

    detail_requested = Signal()
    usual_map_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors = viewer_colors()
        self._photo = PhotoLayer()
        self._scene = Scene()
        self._look: MapLook | None = None
        self._outline: QPainterPath | None = None
        self._is_placeholder = False
        self._has_known_size = True
        self._is_plain = False
        self._message = ""
        self._lacks_detail = False
        self._is_full = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    # What is shown

    def set_colors(self, colors: ViewerColors) -> None:
        """Take the theme's colours."""
        self._colors = colors
        self.update()

    def show_picture(
        self, image: QImage, *, original_size: QSize, keep_view: bool = False, is_full: bool = False
    ) -> None:
        """Show a picture, fitted, without map and frame.

        After `show_placeholder` it takes the placeholder's place: zoom, map and frame stay.

        Args:
            image: upright; may have fewer pixels than the original.
            original_size: of the upright original, in pixels.
            keep_view: the image is the same picture, sharper, so zoom, map and frame stay.
            is_full: there is no sharper one (some are read with fewer pixels than they have), so none is asked for.
        """
        self._is_full = is_full
        keeps = (keep_view or self._is_placeholder) and self._has_known_size and self._has_size(original_size)
        self._is_placeholder, self._has_known_size = False, True
        self._take(image, original_size, keeps=keeps)

    def show_placeholder(self, thumbnail: QImage, *, original_size: QSize | None) -> None:
        """Show a picture's thumbnail, enlarged, until `show_picture` brings the sharp one.

        Args:
            thumbnail: upright.
            original_size: of the upright original, in pixels; None while nobody knows it. There is no zoom to tell
                then, and no map may be laid over it, since maps lie in original pixels.
        """
        self._is_placeholder, self._has_known_size = True, original_size is not None
        self._take(thumbnail, original_size or thumbnail.size(), keeps=False)

    def show_message(self, text: str) -> None:
        """Show a sentence in place of a picture; nothing but the grey when it is empty."""
        self._photo.set_image(QImage())
        self._placement = None
        self._is_fitted = True
        self._is_placeholder, self._has_known_size = False, True
        self._message = text
        self._scene = Scene(opacity=self._scene.opacity)
        self.setAccessibleDescription(text)
        self._tell_crop()
        self._tell_zoom()
        self.update()

    @property
    def zoom(self) -> float:
        """Device pixels for each original pixel; 0 without a picture, and for one whose size nobody knows yet."""
        return super().zoom if self._has_known_size else 0.0

    def zoom_at(self, zoom: float, at: QPointF) -> None:
        """Zoom so that the original point under `at` stays there; not where nobody knows how large the original is."""
        if self._has_known_size:
            super().zoom_at(zoom, at)

    @property
    def has_known_size(self) -> bool:
        """Whether what is shown lies in original pixels: not so for the thumbnail of a picture of unknown size."""
        return self._has_known_size

    @property
    def message(self) -> str:
        """The sentence in place of a picture, or nothing."""
        return self._message

    def show_overlay(
        self,
        overlay: QImage | None,
        box: CropGeometry,
        *,
        lines: tuple[QLineF, ...] = (),
        takes_light: bool = False,
    ) -> None:
        """Lay a map over the picture.

        Args:
            overlay: premultiplied alpha, of any size; None for no colours.
            box: the original pixels that it covers.
            lines: pieces of outlines, in shares of the box.
            takes_light: the overlay says by its alpha where the photo loses its colours and its light.
        """
        before = self._overlay_rect()
        self._scene = replace(
            self._scene,
            overlay=QImage() if overlay is None else overlay,
            overlay_box=box,
            lines=lines,
            takes_light=takes_light,
        )
        changed = before.united(self._overlay_rect())
        if self._look is not None:
            self.usual_map_changed.emit()
        if not changed.isEmpty():
            self.update(changed)

    def remove_overlay(self) -> None:
        """Show the picture without a map."""
        self.show_overlay(None, self._scene.overlay_box)

    def set_overlay_opacity(self, opacity: float) -> None:
        """Show the map weaker (towards 0) or stronger (towards 1)."""
        opacity = min(1.0, max(0.0, opacity))
        if opacity != self._scene.opacity:
            self._scene = replace(self._scene, opacity=opacity)
            self.update(self._overlay_rect())

    def set_crop_frame(self, crop: CropGeometry | None) -> None:
        """Frame what the network saw and dim the rest; None when nothing is known."""
        if crop != self._scene.crop:
            self._scene = replace(self._scene, crop=crop)
            self._tell_crop()
            self.update()

    def set_cells(self, rows: int, columns: int) -> None:
        """Say how many cells the map truly has; a person who zooms beyond 200 % sees their grid."""
        if (rows, columns) != (self._scene.rows, self._scene.columns):
            self._scene = replace(self._scene, rows=rows, columns=columns)
            self.update(self._overlay_rect())

    def set_marked_cells(self, cells: frozenset[tuple[int, int]]) -> None:
        """Point cells (row, column) of the map out; an empty set points none out."""
        if cells != self._scene.marked:
            self._scene = replace(self._scene, marked=cells)
            self.update()

    def set_region(self, region: QRectF | None) -> None:
        """Draw a box of original pixels over the picture, or none."""
        if region != self._scene.region:
            before = self._rim(self._scene.region)
            self._scene = replace(self._scene, region=region)
            # Only its rim: the rest of a large picture is many times as much to draw.
            self.update(before.united(self._rim(region)))

    def set_region_outline(self, outline: QPainterPath | None) -> None:
        """Draw the outline of a region that is no box, in original pixels, or none."""
        if outline != self._outline:
            self._outline = outline
            self.update()

    def show_look(self, look: MapLook | None) -> None:
        """Show another look's map and frame in place of the usual ones, or the usual ones again."""
        if look != self._look:
            self._look = look
            self._tell_crop()
            self.update()

    def set_map_description(self, text: str) -> None:
        """Say in words what the map shows, for screen readers."""
        self.setAccessibleDescription(text)

    @Slot(bool)
    def hold_plain(self, held: bool) -> None:
        """Show the picture alone, without map, frame and dimming, while `held`."""
        if held != self._is_plain:
            self._is_plain = held
            self.update()

    def snapshot(self, *, original_size: bool = False) -> QImage:
        """The picture with its map and frame, as an image to save.

        Args:
            original_size: the whole picture, as large as the original or nearly; else what is seen, in device pixels.

        Returns:
            An opaque image, or a null image where no picture is shown or there is no room for one.
        """
        if self._placement is None:
            return QImage()
        if original_size:
            return whole_picture(self._photo, self._shown, self._outline, self._placement, self._colors.surround)
        return self._view_snapshot()

    # What Qt asks for

    def sizeHint(self) -> QSize:  # Qt's name
        return QSize(640, 480)

    def minimumSizeHint(self) -> QSize:  # Qt's name
        return QSize(160, 120)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._colors.surround)
        if self._placement is not None:
            self._paint_picture(painter)
        elif self._message:
            painter.setPen(self._colors.surround_text)
            room = self.rect().adjusted(_TEXT_MARGIN, _TEXT_MARGIN, -_TEXT_MARGIN, -_TEXT_MARGIN)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._message)
        painter.end()

    # Within

    def _take(self, image: QImage, original_size: QSize, *, keeps: bool) -> None:
        if image.isNull() or original_size.isEmpty():
            self.show_message("")
            return
        self._photo.set_image(image)
        self._message = ""
        self._lacks_detail = False
        if not keeps:
            self._scene = Scene(opacity=self._scene.opacity)
            self.setAccessibleDescription("")
            self._tell_crop()
            self._is_fitted = True
            self._placement = fitted(original_size.width(), original_size.height(), self._view())
        self._tell_zoom()
        self.update()

    def _on_zoomed(self) -> None:
        if self._placement is None or self._is_placeholder or self._is_full:
            return
        available = self._photo.size.width() / self._placement.width
        lacks_detail = available < 1.0 and self.zoom > available
        if lacks_detail and not self._lacks_detail:
            self.detail_requested.emit()
        self._lacks_detail = lacks_detail

    def _tell_crop(self) -> None:
        framed = self._shown.crop is not None
        self.setStatusTip(self.tr("The network saw the framed part; the rest is dimmed.") if framed else "")

    def _overlay_rect(self) -> QRect:
        """What a change of the map repaints, in this widget."""
        placement = self.placement
        if placement is None or not self._shown.has_map:
            return QRect()
        seen = box_in_view(self._shown.overlay_box, placement).intersected(QRectF(self.rect()))
        return seen.toAlignedRect()

    def _rim(self, region: QRectF | None) -> QRegion:
        """What the lines of a box cover in this widget, with what lies around them for hands to pull at."""
        placement = self.placement
        if region is None or placement is None:
            return QRegion()
        corners = (region.topLeft(), region.bottomRight())
        box = QRectF(*(QPointF(*placement.to_view(corner.x(), corner.y())) for corner in corners)).toAlignedRect()
        outer = box.adjusted(-RIM_PX, -RIM_PX, RIM_PX, RIM_PX)
        return QRegion(outer).subtracted(QRegion(box.adjusted(RIM_PX, RIM_PX, -RIM_PX, -RIM_PX)))

    @property
    def _shown(self) -> Scene:
        """What lies over the photo: the usual map, or another look's."""
        return self._scene if self._look is None else self._look.in_place_of(self._scene)

    def _paint_picture(self, painter: QPainter) -> None:
        view = self._view()
        placement = self.placement
        if placement is None:
            return
        self._photo.paint(painter, placement, view)
        if self._is_plain:
            return
        scene = self._shown
        if scene.takes_light and scene.has_map:
            box = box_in_view(scene.overlay_box, placement)
            self._photo.paint_veiled(painter, placement, view, scene.overlay, box, scene.opacity)
        paint_scene(painter, scene, placement, QRectF(self.rect()), with_cells=self._has_grid(scene, placement))
        if self._outline is not None:
            paint_outline(painter, self._outline, placement, 1.0)

    def _has_grid(self, scene: Scene, placement: Placement) -> bool:
        """Whether the true cells are drawn: where a person looks closely, by zoom or by another look."""
        if self._look is None:
            return self.zoom > _CELLS_FROM_ZOOM and not self._is_fitted
        box = box_in_view(scene.overlay_box, placement)
        return min(box.width() / scene.columns, box.height() / scene.rows) >= _LEAST_CELL_PX

    def _view_snapshot(self) -> QImage:
        placement = self.placement
        if placement is None:
            return QImage()
        whole = QRectF(placement.left, placement.top, placement.shown_width, placement.shown_height)
        seen = whole.intersected(QRectF(self.rect()))
        ratio = self.devicePixelRatioF()
        image = QImage(
            max(1, round(seen.width() * ratio)), max(1, round(seen.height() * ratio)), QImage.Format.Format_RGB32
        )
        if not image.isNull():
            image.fill(self._colors.surround)
            image.setDevicePixelRatio(ratio)
            painter = QPainter(image)
            painter.translate(-seen.topLeft())
            self._paint_picture(painter)
            painter.end()
        return image
