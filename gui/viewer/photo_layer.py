"""Scale the photo for the screen once for each zoom and size, and keep the result for the next paints."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from gui.viewer.placement import Placement, ViewArea

_PIXELS_SHOW_FROM_ZOOM = 8.0
"""From this many device pixels per image pixel on, a person looks at pixels, so they get sharp edges."""

LIGHT_LEFT = 0.35
"""What the spotlight leaves of the light where nothing speaks for the class (UX.md 5.4)."""


def visible_part(size: QSize, target: QRectF, clip: QRectF) -> tuple[QRectF, QRectF]:
    """Cut what lies outside `clip` off an image that is stretched over `target`.

    Qt's rasteriser loses coordinates above 32,767, which a strong zoom reaches. The cut falls between image pixels, one
    pixel outside the clip, so that smooth scaling has its neighbours.

    Args:
        size: of the image, in its pixels.
        target: where the whole image would go.
        clip: what can be seen of the target's plane.

    Returns:
        The part of the target, and the part of the image that goes there; both empty where nothing can be seen.
    """
    seen = target.intersected(clip)
    if seen.isEmpty():
        return QRectF(), QRectF()
    step_x, step_y = target.width() / size.width(), target.height() / size.height()
    left = max(0, math.floor((seen.left() - target.left()) / step_x) - 1)
    top = max(0, math.floor((seen.top() - target.top()) / step_y) - 1)
    right = min(size.width(), math.ceil((seen.right() - target.left()) / step_x) + 1)
    bottom = min(size.height(), math.ceil((seen.bottom() - target.top()) / step_y) + 1)
    part = QRectF(
        target.left() + left * step_x, target.top() + top * step_y, (right - left) * step_x, (bottom - top) * step_y
    )
    return part, QRectF(left, top, right - left, bottom - top)


class PhotoLayer:
    """One photo, ready to be copied to the screen.

    A fitted photo is scaled as a whole, by area; of a zoomed one the visible part is rendered from the nearest larger
    of a chain of halved copies, which keeps thin lines from flickering.
    """

    def __init__(self) -> None:
        self._levels: list[QImage] = []
        self._greyed: QImage | None = None
        self._key: tuple[object, ...] = ()
        self._rendered = QImage()

    def set_image(self, image: QImage) -> None:
        """Show another image; a null image empties the layer."""
        self._levels = [] if image.isNull() else [image]
        self._key = ()
        self._rendered = QImage()
        self._greyed = None

    @property
    def size(self) -> QSize:
        """Of the image, in its pixels; empty where there is none."""
        return self._levels[0].size() if self._levels else QSize()

    def paint(self, painter: QPainter, placement: Placement, view: ViewArea) -> None:
        """Draw the photo where `placement` (on device pixels) lays it."""
        if not self._levels:
            return
        ratio = view.device_pixel_ratio
        wanted = QSize(
            max(1, round(placement.shown_width * ratio)),
            max(1, round(placement.shown_height * ratio)),
        )
        fits = wanted.width() <= math.ceil(view.width * ratio) and wanted.height() <= math.ceil(view.height * ratio)
        if fits:
            self._keep((wanted, ratio), wanted, placement, view)
            painter.drawImage(QPointF(placement.left, placement.top), self._rendered)
        else:
            self._keep((placement, view), None, placement, view)
            painter.drawImage(QPointF(0, 0), self._rendered)

    def paint_veiled(
        self, painter: QPainter, placement: Placement, view: ViewArea, veil: QImage, box: QRectF, strength: float
    ) -> None:
        """Take colours and light from the photo that `paint` has just drawn, as far as a veil says.

        Args:
            painter: the same.
            placement: the same.
            view: the same.
            veil: its alpha says how much is taken.
            box: what the veil covers; nothing is taken elsewhere.
            strength: 0...1.
        """
        if self._rendered.isNull():
            return
        ratio = view.device_pixel_ratio
        is_part = self._rendered.width() != max(1, round(placement.shown_width * ratio))
        origin = QPointF(0, 0) if is_part else QPointF(placement.left, placement.top)
        veiled = _veiled(self._grey(), veil, box.translated(-origin))
        painter.setOpacity(strength)
        painter.drawImage(origin, veiled)
        painter.setOpacity(1.0)

    def paint_veiled_stretched(
        self, painter: QPainter, target: QRectF, veil: QImage, box: QRectF, strength: float
    ) -> None:
        """The same over what `paint_stretched` drew, for pictures that are saved."""
        if not self._levels:
            return
        canvas = QImage(target.size().toSize(), QImage.Format.Format_RGB32)
        within = QPainter(canvas)
        within.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        within.drawImage(QRectF(canvas.rect()), _grey_of(self._levels[0]))
        within.end()
        painter.setOpacity(strength)
        painter.drawImage(target.topLeft(), _veiled(canvas, veil, box))
        painter.setOpacity(1.0)

    def _grey(self) -> QImage:
        """What is on screen without colours and with little light; made once for each zoom and size."""
        if self._greyed is None:
            self._greyed = _grey_of(self._rendered)
            self._greyed.setDevicePixelRatio(self._rendered.devicePixelRatio())
        return self._greyed

    def paint_stretched(self, painter: QPainter, target: QRectF) -> None:
        """Draw the whole photo over `target`, without keeping anything; for pictures that are saved."""
        if self._levels:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(target, self._levels[0], QRectF(self._levels[0].rect()))

    def _keep(self, key: tuple[object, ...], whole: QSize | None, placement: Placement, view: ViewArea) -> None:
        if key == self._key:
            return
        self._greyed = None
        if whole is None:
            self._rendered = self._rendered_part(placement, view)
        else:
            self._rendered = self._level_for(whole.width()).scaled(
                whole, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        if not self._rendered.hasAlphaChannel():
            self._rendered.convertTo(QImage.Format.Format_RGB32)
        self._rendered.setDevicePixelRatio(view.device_pixel_ratio)
        self._key = key

    def _rendered_part(self, placement: Placement, view: ViewArea) -> QImage:
        ratio = view.device_pixel_ratio
        part = QImage(
            math.ceil(view.width * ratio), math.ceil(view.height * ratio), QImage.Format.Format_ARGB32_Premultiplied
        )
        part.fill(Qt.GlobalColor.transparent)
        level = self._level_for(placement.shown_width * ratio)
        whole = QRectF(
            placement.left * ratio, placement.top * ratio, placement.shown_width * ratio, placement.shown_height * ratio
        )
        target, source = visible_part(level.size(), whole, QRectF(part.rect()))
        painter = QPainter(part)
        pixels_are_shown = placement.scale * ratio >= _PIXELS_SHOW_FROM_ZOOM
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not pixels_are_shown)
        painter.drawImage(target, level, source)
        painter.end()
        return part

    def _level_for(self, width: float) -> QImage:
        """The smallest copy that is at least `width` pixels wide, or the image itself."""
        while self._levels[-1].width() >= 2 * width and min(self._levels[-1].width(), self._levels[-1].height()) > 1:
            last = self._levels[-1]
            half = QSize(max(1, last.width() // 2), max(1, last.height() // 2))
            self._levels.append(
                last.scaled(half, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
            )
        return next((level for level in reversed(self._levels) if level.width() >= width), self._levels[0])


def _grey_of(photo: QImage) -> QImage:
    """A copy without colours, at `LIGHT_LEFT` of its light."""
    grey = photo.convertToFormat(QImage.Format.Format_Grayscale8).convertToFormat(QImage.Format.Format_RGB32)
    painter = QPainter(grey)
    painter.fillRect(grey.rect(), QColor(0, 0, 0, round(255 * (1 - LIGHT_LEFT))))
    painter.end()
    return grey


def _veiled(grey: QImage, veil: QImage, box: QRectF) -> QImage:
    """The grey photo where the veil lies, clear elsewhere; `box` is the veil's place in logical pixels of the photo."""
    layer = QImage(grey.size(), QImage.Format.Format_ARGB32_Premultiplied)
    layer.setDevicePixelRatio(grey.devicePixelRatio())
    layer.fill(Qt.GlobalColor.transparent)
    painter = QPainter(layer)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    ratio = grey.devicePixelRatio()
    target, source = visible_part(veil.size(), box, QRectF(0, 0, grey.width() / ratio, grey.height() / ratio))
    if not target.isEmpty():
        painter.drawImage(target, veil, source)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.drawImage(QPointF(0, 0), grey)
    painter.end()
    return layer
