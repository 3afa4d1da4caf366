"""Let a person agree with a whole page of images of one suggested class, except those that are left out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.labels import ElidedLabel, plain_label
from gui.plain_text import for_sentence
from gui.review.button_flow import ButtonFlow
from gui.review.class_tiles import ClassTiles
from gui.review.class_tiles_model import ClassTilesModel, TileSource
from gui.review.key_button import KeyButton
from gui.review.order_button import OrderButton
from gui.review.review_queue import QueueOrder, QueuePage
from gui.review.review_words import page_text, reviewed_text
from gui.words import counted, tr

_ACCEPTING_KEYS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class ClassPage(QWidget):
    """A heading, up to 20 tiles, and what can be done with them.

    Attributes:
        tiles: the view of the images.

    Signals:
        page_accepted(accepted_keys: list[int], left_out_keys: list[int]): the suggestion is right for the first.
        image_activated(key: int): the person wants to see this image large.
        previous_requested(): the person wants the page before.
        next_requested(): the person wants the page after, without accepting this one.
        thumbnails_wanted(keys: list[int]): these images are on screen without a picture.
        order_chosen(order: QueueOrder): the person wants the review in another order.
        done(): the person wants to leave.
    """

    page_accepted = Signal(list, list)
    image_activated = Signal(int)
    previous_requested = Signal()
    next_requested = Signal()
    thumbnails_wanted = Signal(list)
    order_chosen = Signal(object)
    done = Signal()

    def __init__(self, source: TileSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = ClassTilesModel(source, self)
        self._class_name = ""
        self._title = ElidedLabel()
        self._place = plain_label(secondary=True)
        self._left_out = plain_label(secondary=True)
        self._reviewed = plain_label()
        self._order = OrderButton()
        self.tiles = ClassTiles(self._model, self)
        self._accept = KeyButton(_native("Ctrl+Enter"), "")
        self._previous = KeyButton(_native("PgUp"), tr("Previous page"))
        self._next = KeyButton(_native("PgDown"), tr("Next page"))
        self._invert = KeyButton(_native("Ctrl+I"), tr("Invert"))
        self._leave = KeyButton(_native("Esc"), tr("Done"))
        self._lay_out()
        self._model.left_out_changed.connect(self._on_left_out_changed)
        self.tiles.image_activated.connect(self.image_activated)
        self._accept.clicked.connect(self.accept)
        self._previous.clicked.connect(self.previous_requested)
        self._next.clicked.connect(self.next_requested)
        self._invert.clicked.connect(self.invert)
        self._leave.clicked.connect(self.done)
        self._order.order_chosen.connect(self.order_chosen)
        self._order.show_order(QueueOrder.BY_CLASS)
        self._on_left_out_changed()

    def show_page(self, class_name: str, page: QueuePage) -> None:
        """Show the images of a page; which of them are left out is as it was when the page was last seen.

        Args:
            class_name: the suggestion, as the model says it.
            page: of the queue; images that are decided about already may be missing from its keys.
        """
        self._class_name = for_sentence(class_name)
        self._title.set_text(self._class_name)
        self._place.setText(page_text(page.number, page.count, len(page.keys), page.total))
        self._model.show_keys(page.keys)
        missing = self._model.keys_without_thumbnail()
        if missing:
            self.thumbnails_wanted.emit(missing)

    def set_pages_beside(self, *, has_previous: bool, has_next: bool) -> None:
        """Say whether there are pages before and after this one, of whatever class."""
        self._previous.setEnabled(has_previous)
        self._next.setEnabled(has_next)

    def show_pace(self, reviewed: int) -> None:
        """Say how many decisions were made since the review began."""
        self._reviewed.setText(reviewed_text(reviewed))

    def refresh(self, keys: list[int]) -> None:
        """The pictures of these images have come."""
        self._model.refresh(keys)

    def forget_left_out(self) -> None:
        """Take all images in again: another review begins."""
        self._model.forget()

    @property
    def heading(self) -> str:
        """What the heading says."""
        return f"{self._title.text()}  {self._place.text()}"

    @property
    def left_out_keys(self) -> list[int]:
        """The images of this page that are left out."""
        return self._model.left_out

    @Slot()
    def accept(self) -> None:
        """Agree with the suggestion for all images of the page that are not left out; with none there is nothing."""
        accepted = self._model.accepted
        if accepted:
            self.page_accepted.emit(accepted, self._model.left_out)

    @Slot()
    def invert(self) -> None:
        """Take in what was left out, and leave out what was in."""
        self._model.invert()

    @Slot()
    def take_all_in(self) -> None:
        """Leave no image of the page out."""
        self._model.forget(self._model.keys)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        with_control = modifiers == Qt.KeyboardModifier.ControlModifier
        is_plain = modifiers == Qt.KeyboardModifier.NoModifier
        if with_control and event.key() in _ACCEPTING_KEYS:
            if not event.isAutoRepeat():
                self.accept()
        elif with_control and event.key() == Qt.Key.Key_I:
            if not event.isAutoRepeat():
                self.invert()
        elif with_control and event.key() == Qt.Key.Key_A:
            self.take_all_in()
        elif is_plain and event.key() == Qt.Key.Key_PageUp:
            self._previous.click()
        elif is_plain and event.key() == Qt.Key.Key_PageDown:
            self._next.click()
        elif is_plain and event.key() == Qt.Key.Key_Escape:
            self.done.emit()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        self._title.setFont(plain_label(bold=True, points=2.0).font())
        heading = QHBoxLayout()
        heading.setSpacing(12)
        heading.addWidget(self._title)
        heading.addWidget(self._place)
        heading.addStretch(1)
        for widget in (self._left_out, self._reviewed, self._order):
            heading.addWidget(widget)
        buttons = ButtonFlow()
        buttons.set_buttons((self._accept, self._invert, self._previous, self._next, self._leave))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.addLayout(heading)
        column.addWidget(self.tiles, 1)
        column.addWidget(buttons)
        self.setFocusProxy(self.tiles)

    @Slot()
    def _on_left_out_changed(self) -> None:
        accepted, left_out = len(self._model.accepted), len(self._model.left_out)
        text = counted(accepted, "Accept 1 as {label}", "Accept %n as {label}")
        self._accept.set_words(text.replace("{label}", self._class_name))
        self._accept.setEnabled(accepted > 0)
        self._left_out.setText(counted(left_out, "1 left out", "%n left out") if left_out else "")


def _native(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
