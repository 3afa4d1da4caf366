"""Show below the picture the last decisions, the image on screen and the next ones; keep the last decision readable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from gui.labels import ElidedLabel
from gui.review.key_button import KeyButton
from gui.review.strip_frame import StripEntry, StripFrame
from gui.review.thumbnail_painter import ThumbnailPainter
from gui.words import tr
from inference.sessions.states import ImageState

_SENTENCE_LETTERS = 34


class ReviewStrip(QWidget):
    """Frames on the left, the last decision with its Undo on the right.

    Signals:
        entry_clicked(key: int): the person wants to see this image.
        undo_requested(): the last decision was wrong.
        thumbnails_wanted(keys: list[int]): these images are on screen without a picture.
    """

    entry_clicked = Signal(int)
    undo_requested = Signal()
    thumbnails_wanted = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._painter = ThumbnailPainter()
        self._frames = _Frames(self._painter, self)
        self._sentence = ElidedLabel()
        self._undo = KeyButton(
            QKeySequence(QKeySequence.StandardKey.Undo).toString(QKeySequence.SequenceFormat.NativeText), tr("Undo")
        )
        self._undo.clicked.connect(self.undo_requested)
        self._frames.entry_clicked.connect(self.entry_clicked)
        self._frames.thumbnails_wanted.connect(self.thumbnails_wanted)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Review"))
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 12, 4)
        row.setSpacing(12)
        row.addWidget(self._frames, 1)
        row.addWidget(self._sentence)
        row.addWidget(self._undo)
        self._limit_sentence()
        self.show_decision("")

    def set_entries(self, entries: Sequence[StripEntry], current: int | None) -> None:
        """Show these images, decided ones first; what does not fit beside the current one is left out.

        Args:
            entries: in the order of the strip.
            current: key of the image on screen, None for none.
        """
        self._frames.set_entries(entries, current)

    def set_thumbnail(self, key: int, image: QImage) -> None:
        """The picture of an image has come."""
        self._frames.set_thumbnail(key, image)

    def show_decision(self, sentence: str) -> None:
        """Say what was decided last ("Labelled jay"), safe to show already; nothing means nothing can be taken back."""
        self._sentence.set_text(sentence)
        self._undo.setEnabled(bool(sentence))

    @property
    def sentence(self) -> str:
        """What was decided last."""
        return self._sentence.text()

    @property
    def frames(self) -> tuple[StripFrame, ...]:
        """The frames on screen, from first to last."""
        return self._frames.shown

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._painter.prepare(self.palette(), self.devicePixelRatioF())
        elif event.type() == QEvent.Type.FontChange:
            self._limit_sentence()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._painter.prepare(self.palette(), self.devicePixelRatioF())
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        """The pixel ratio of the screen is known only now."""
        self._painter.prepare(self.palette(), self.devicePixelRatioF())
        super().showEvent(event)

    def _limit_sentence(self) -> None:
        self._sentence.setMaximumWidth(self.fontMetrics().averageCharWidth() * _SENTENCE_LETTERS)


class _Frames(QWidget):
    """As many frames as fit, the current image among them.

    Signals:
        entry_clicked(key: int): of a frame.
        thumbnails_wanted(keys: list[int]): of frames without a picture.
    """

    entry_clicked = Signal(int)
    thumbnails_wanted = Signal(list)

    def __init__(self, painter: ThumbnailPainter, parent: QWidget) -> None:
        super().__init__(parent)
        self._painter = painter
        self._entries: list[StripEntry] = []
        self._current: int | None = None
        self._pool = [self._new_frame()]
        self._shown = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def shown(self) -> tuple[StripFrame, ...]:
        return tuple(self._pool[: self._shown])

    def set_entries(self, entries: Sequence[StripEntry], current: int | None) -> None:
        self._entries, self._current = list(entries), current
        self._show_entries()

    def set_thumbnail(self, key: int, image: QImage) -> None:
        for place, entry in enumerate(self._entries):
            if entry.key == key:
                self._entries[place] = replace(entry, thumbnail=image)
        for frame in self.shown:
            if frame.entry is not None and frame.entry.key == key:
                frame.show_entry(replace(frame.entry, thumbnail=image), is_current=frame.is_current)

    def sizeHint(self) -> QSize:
        return QSize(7 * self._frame_size().width(), self._frame_size().height())

    def minimumSizeHint(self) -> QSize:
        return self._frame_size()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_entries()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.LayoutDirectionChange}:
            self.updateGeometry()
            self._show_entries()

    def _new_frame(self) -> StripFrame:
        frame = StripFrame(self._painter, self)
        frame.clicked.connect(self._on_clicked)
        frame.hide()
        return frame

    def _frame_size(self) -> QSize:
        return self._pool[0].sizeHint()

    def _first(self, capacity: int) -> int:
        """The place of the first entry to show: the current one stays near the middle while there are others."""
        here = next((place for place, entry in enumerate(self._entries) if entry.key == self._current), 0)
        return max(0, min(here - (capacity - 1) // 2, len(self._entries) - capacity))

    def _show_entries(self) -> None:
        size = self._frame_size()
        width = size.width()
        capacity = max(1, self.width() // width)
        first = self._first(capacity)
        shown = self._entries[first : first + capacity]
        self._shown = len(shown)
        while len(self._pool) < len(shown):
            self._pool.append(self._new_frame())
            QWidget.setTabOrder(self._pool[-2], self._pool[-1])
        is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        for place, (frame, entry) in enumerate(zip(self._pool, shown, strict=False)):
            left = self.width() - (place + 1) * width if is_mirrored else place * width
            frame.setGeometry(left, 0, width, size.height())
            frame.show_entry(entry, is_current=entry.key == self._current)
            frame.show()
        for frame in self._pool[len(shown) :]:
            frame.hide()
        missing = [entry.key for entry in shown if entry.thumbnail is None and entry.state is not ImageState.FAILED]
        if missing:
            self.thumbnails_wanted.emit(missing)

    @Slot()
    def _on_clicked(self) -> None:
        frame = self.sender()
        if isinstance(frame, StripFrame) and frame.entry is not None:
            self.entry_clicked.emit(frame.entry.key)
