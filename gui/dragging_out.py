"""Let a person drag images out of gallery and filmstrip: to other programs as files, to labels as rows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import islice
from urllib.parse import quote_from_bytes

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QDrag, QImage, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from gui import notices
from gui.gallery.image_model import ImageModel
from gui.gallery.row_view import RowView
from gui.library.facet_list import ROWS_MIME
from gui.theme import theme_of
from gui.words import number

MOST_FILES = 5_000
"""More files than this are not handed to another program at once: many of them choke on long lists."""

_PICTURE_PX = 96
_STACKED = 3
_STEP_PX = 8
_BADGE_PADDING_PX = 6


class DraggingOut(QObject):
    """Watches the pointer in a view: a drag that begins on an image takes the selection along, always as copies.

    A press on one of several selected images waits for the release, so that the others stay selected for the drag.

    Signals:
        message_raised(message: UserMessage): only the first of many images are dragged.
    """

    message_raised = Signal(object)

    def __init__(self, view: RowView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._pressed_at: QPoint | None = None
        self._held: QMouseEvent | None = None
        self._is_replaying = False
        view.viewport().installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Whether the event belongs to a drag, and not to the view."""
        if self._is_replaying or not isinstance(event, QMouseEvent):
            return False
        match event.type():
            case QEvent.Type.MouseButtonPress:
                return self._on_press(event)
            case QEvent.Type.MouseMove if self._pressed_at is not None:
                self._on_move(event, self._pressed_at)
                return True
            case QEvent.Type.MouseButtonRelease:
                self._on_release()
        return False

    def _on_press(self, event: QMouseEvent) -> bool:
        self._pressed_at = self._held = None
        point = event.position().toPoint()
        row = self._view.indexAt(point).row()
        is_plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.button() != Qt.MouseButton.LeftButton or not is_plain or row < 0:
            return False
        self._pressed_at = point
        selection = self._view.selectionModel()
        if selection.isSelected(self._view.images.index(row)) and len(self._view.selected_keys()) > 1:
            self._held = event.clone()
            self._view.setFocus(Qt.FocusReason.MouseFocusReason)
            return True
        return False

    def _on_move(self, event: QMouseEvent, pressed_at: QPoint) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._pressed_at = None
        elif (event.position().toPoint() - pressed_at).manhattanLength() >= QApplication.startDragDistance():
            self._pressed_at = self._held = None
            self._drag()

    def _on_release(self) -> None:
        held, self._held, self._pressed_at = self._held, None, None
        if held is not None:
            # No drag came of it: now the press counts.
            self._is_replaying = True
            QApplication.sendEvent(self._view.viewport(), held)
            self._is_replaying = False

    def _drag(self) -> None:
        keys = self._view.selected_keys()
        if not len(keys):
            return
        if len(keys) > MOST_FILES:
            self.message_raised.emit(notices.drag_cut(MOST_FILES, len(keys)))
        drag = QDrag(self._view)
        drag.setMimeData(payload(self._view.images, keys))
        pixmap = self._picture(keys)
        drag.setPixmap(pixmap)
        drag.setHotSpot(QPoint(int(pixmap.deviceIndependentSize().width() / 2), _PICTURE_PX // 2))
        # Copy and nothing else: a file manager that believes in a move would delete the originals.
        drag.exec(Qt.DropAction.CopyAction)

    def _picture(self, keys: Sequence[int]) -> QPixmap:
        """Up to three thumbnails one behind the other, with the count; only those that are at hand."""
        table, palette = self._view.images.table, self._view.palette()
        images = [table.thumbnail(key) for key in islice(keys, _STACKED)]
        ratio = self._view.devicePixelRatioF()
        side = _PICTURE_PX + _STEP_PX * (_STACKED - 1)
        pixmap = QPixmap(QSize(side, side) * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QColor(theme_of(palette).border))
        for depth in reversed(range(len(images))):
            cell = QRect(depth * _STEP_PX, depth * _STEP_PX, _PICTURE_PX - 1, _PICTURE_PX - 1)
            painter.fillRect(cell, QColor(theme_of(palette).base))
            image = images[depth]
            if isinstance(image, QImage):
                size = image.size().scaled(cell.size(), Qt.AspectRatioMode.KeepAspectRatio)
                inside = QRect(QPoint(0, 0), size)
                inside.moveCenter(cell.center())
                painter.drawImage(inside, image)
            painter.drawRect(cell)
        if len(keys) > 1:
            self._paint_count(painter, number(len(keys)))
        painter.end()
        return pixmap

    def _paint_count(self, painter: QPainter, text: str) -> None:
        theme, metrics = theme_of(self._view.palette()), self._view.fontMetrics()
        height = metrics.height() + 2
        width = max(height, metrics.horizontalAdvance(text) + 2 * _BADGE_PADDING_PX)
        badge = QRectF(4, 4, width, height)
        painter.setFont(self._view.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.selection))
        painter.drawRoundedRect(badge, height / 2, height / 2)
        painter.setPen(QColor(theme.selection_text))
        painter.drawText(badge, int(Qt.AlignmentFlag.AlignCenter), text)


def payload(images: ImageModel, keys: Sequence[int]) -> QMimeData:
    """What is handed over: files for other programs, paths as text, and a mark that says that they are our own rows."""
    table = images.table
    places = (table.place_of(key) for key in islice(keys, MOST_FILES))
    paths = [os.fsencode(os.path.abspath(table.path(place))) for place in places if place is not None]  # noqa: PTH100 - Path would normalise the name
    mime = QMimeData()
    # By hand: QUrl knows no file names that are not UTF-8.
    mime.setData("text/uri-list", b"".join(b"file://" + quote_from_bytes(path).encode() + b"\r\n" for path in paths))
    mime.setText("\n".join(path.decode("utf-8", "replace") for path in paths))
    mime.setData(ROWS_MIME, str(len(keys)).encode())
    return mime
