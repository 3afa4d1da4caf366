"""Tell the facts of one picture: its file, its size, its state, and what the network saw of it."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gui import notices
from gui.labels import ElidedLabel, plain_label
from gui.plain_text import name_of
from gui.words import number, size
from inference.results import CropGeometry, PictureFacts


class FactsPanel(QWidget):
    """A few lines of plain text about the picture on screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = ""
        self._facts: PictureFacts | None = None
        self._name = ElidedLabel(self)
        self._size, self._state, self._crop, self._remarks = (plain_label(secondary=True) for _ in range(4))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self._name)
        for label in self._lines():
            label.setWordWrap(True)
            label.hide()
            column.addWidget(label)

    def show_file(self, path: str) -> None:
        """Say which file is on screen, and forget the facts of the one before.

        Args:
            path: as it was given; bytes that are not UTF-8 as surrogate escapes.
        """
        self._path, self._facts = path, None
        self._name.set_text(name_of(path))
        for label in self._lines():
            _show(label, "")

    def show_facts(self, facts: PictureFacts, crop: CropGeometry | None) -> None:
        """Tell the picture's facts and what the network saw of it (nothing is known yet where `crop` is None)."""
        _show(
            self._size,
            self.tr("{width} × {height} pixels, {size}, {format}").format(  # noqa: RUF001 - a true times sign
                width=number(facts.width),
                height=number(facts.height),
                size=size(facts.size_bytes),
                format=facts.format,
            ),
        )
        _show(self._crop, self._crop_words(facts, crop) if crop is not None else "")
        self._facts = facts
        self._show_remarks()

    def show_state(self, sentence: str) -> None:
        """Say how far the picture is ("Classified by ... on cpu."); empty for nothing."""
        _show(self._state, sentence)

    def words(self) -> str:
        """All lines that are shown."""
        return "\n".join([self._name.text(), *(label.text() for label in self._lines() if not label.isHidden())])

    def _lines(self) -> tuple[QLabel, ...]:
        return self._size, self._state, self._crop, self._remarks

    def _show_remarks(self) -> None:
        """One line for each remark."""
        remarks = []
        if self._facts is not None and self._facts.has_more_frames:
            remarks.append(notices.first_frame_used(self._path).text)
        if self._facts is not None and self._facts.has_bad_profile:
            remarks.append(notices.profile_unusable(self._path).text)
        _show(self._remarks, "\n".join(remarks))

    def _crop_words(self, facts: PictureFacts, crop: CropGeometry) -> str:
        if crop.covers(facts.width, facts.height):
            return self.tr("The network saw the whole picture.")
        width, height = crop.right - crop.left, crop.bottom - crop.top
        share = width * height / (facts.width * facts.height)
        words = self.tr("The network saw {width} × {height} pixels in the middle, {percent} % of the picture.")  # noqa: RUF001 - a true times sign
        return words.format(
            width=number(round(width)),
            height=number(round(height)),
            percent=number(max(1, min(99, round(share * 100)))),
        )


def _show(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))
