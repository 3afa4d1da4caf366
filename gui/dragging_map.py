"""Let a person drag the picture with its map and legend out of the Viewer, as a PNG file and as pixels."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import weakref
from pathlib import Path
from urllib.parse import quote_from_bytes

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QMimeData, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QDrag, QImage, QImageWriter, QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication

from gui.plain_text import file_name
from gui.viewer.viewer_page import ViewerPage
from gui.viewing import Viewing

logger = logging.getLogger(__name__)

_DRAG_PICTURE_PX = 160
_LONGEST_STEM_BYTES = 180
"""Of the original's name: with what is added it stays below what file systems take."""

_MARK = ("Software", "Cardinal evidence map")
"""By this our maps are known from photographs (`inference.attention.picture`)."""


class MapDragging(QObject):
    """Watches the pointer over the picture: with Alt held, a drag takes what is seen of it along, as a copy.

    The files lie in a private folder, which goes when the program ends.
    """

    def __init__(self, page: ViewerPage, viewing: Viewing) -> None:
        super().__init__()
        self._page = page
        self._viewing = viewing
        self._pressed_at: QPoint | None = None
        self._folder = ""
        self._remove: weakref.finalize[..., MapDragging] | None = None
        page.picture.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Whether the event belongs to a drag, and not to the picture."""
        if not isinstance(event, QMouseEvent):
            return False
        match event.type():
            case QEvent.Type.MouseButtonPress if self._begins(event):
                self._pressed_at = event.position().toPoint()
                return True
            case QEvent.Type.MouseMove if self._pressed_at is not None:
                self._on_move(event, self._pressed_at)
                return True
            case QEvent.Type.MouseButtonRelease if self._pressed_at is not None:
                self._pressed_at = None
                return True
        return False

    def close(self) -> None:
        """Remove the files that were handed over."""
        self._folder = ""
        if self._remove is not None:
            self._remove()

    def payload(self) -> QMimeData:
        """What is handed over: a PNG file of what is seen, and its pixels for programs that take no files."""
        image = self._page.snapshot()
        mime = QMimeData()
        mime.setImageData(image)
        try:
            path = self._write(image)
        except OSError as error:
            # The pixels are handed over all the same.
            logger.info("no file for a dragged map: %s", error)
            return mime
        # By hand: QUrl knows no file names that are not UTF-8.
        mime.setData("text/uri-list", b"file://" + quote_from_bytes(os.fsencode(path)).encode() + b"\r\n")
        return mime

    def _begins(self, event: QMouseEvent) -> bool:
        has_alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
        return event.button() == Qt.MouseButton.LeftButton and has_alt and self._page.legend.is_shown

    def _on_move(self, event: QMouseEvent, pressed_at: QPoint) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._pressed_at = None
        elif (event.position().toPoint() - pressed_at).manhattanLength() >= QApplication.startDragDistance():
            self._pressed_at = None
            self._drag()

    def _drag(self) -> None:
        if not self._page.legend.is_shown:
            return
        drag = QDrag(self._page.picture)
        mime = self.payload()
        drag.setMimeData(mime)
        pixmap = self._small(mime.imageData())
        drag.setPixmap(pixmap)
        drag.setHotSpot(QPoint(0, 0) - QPoint(8, 8))
        drag.exec(Qt.DropAction.CopyAction)

    def _small(self, image: QImage) -> QPixmap:
        """What hangs at the pointer."""
        ratio = self._page.devicePixelRatioF()
        side = round(_DRAG_PICTURE_PX * ratio)
        scaled = image.scaled(
            QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        pixmap = QPixmap.fromImage(scaled)
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def _write(self, image: QImage) -> str:
        """A new file each time: what was dropped before may still be read."""
        if not self._folder:
            self._folder = tempfile.mkdtemp(prefix="cardinal-map-")
            # Also where the program ends without closing its window.
            self._remove = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        folder = tempfile.mkdtemp(dir=self._folder)
        said = self._viewing.classification
        stem = Path(file_name("picture" if said is None else said.path)).stem
        short = os.fsdecode(os.fsencode(stem)[:_LONGEST_STEM_BYTES])
        path = Path(folder) / f"{short} map.png"
        image.setText(*_MARK)
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, QByteArray(b"PNG")).write(image)
        path.write_bytes(bytes(buffer.data().data()))
        return str(path)
