"""Show which conditions are in force, how many images they leave over, and whether the order is out of date."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from gui.gallery.arrangement import ImageFilter
from gui.gallery_bar.chip_button import ChipButton
from gui.gallery_bar.filter_chips import Chip, chips_of
from gui.gallery_bar.flow_layout import FlowLayout
from gui.labels import plain_label
from gui.theme import TARGET_PX
from gui.words import counted, number, tr


class FilterLine(QWidget):
    """A chip for each condition, then the counts; it wraps where it must, and is there also without a filter.

    Signals:
        filter_wanted(images: ImageFilter): a condition was taken away, or all.
        sort_now_requested(): what arrived since shall be sorted in.
        emptied(): the last chip went while it had the focus.
    """

    filter_wanted = Signal(object)
    sort_now_requested = Signal()
    emptied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filter = ImageFilter()
        self._shown = self._total = 0
        self._label_name: Callable[[int], str] = str
        self._chips: list[Chip] = []
        self._buttons: list[ChipButton] = []
        self._counts = plain_label(secondary=True)
        self._clear = _button(tr("Clear"))
        self._clear.setAccessibleName(tr("Clear all filters"))
        self._clear.clicked.connect(self._on_cleared)
        self._also = ChipButton()
        self._also.set_text(tr("also showing undone"))
        self._also.clicked.connect(self._on_also_clicked)
        self._stale = QWidget()
        self._stale_text = plain_label()
        self._sort_now = _button(tr("Sort now"))
        self._sort_now.clicked.connect(self.sort_now_requested)
        row = QHBoxLayout(self._stale)
        row.setContentsMargins(8, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._stale_text)
        row.addWidget(self._sort_now)
        self._flow = FlowLayout(self)
        for widget in (self._also, self._counts, self._clear, self._stale):
            self._flow.addWidget(widget)
        self.set_arriving(is_arriving=False)
        self._also.hide()
        self._keep_height()
        self._stale.hide()
        self._show_chips()

    def set_filter(self, images: ImageFilter) -> None:
        """Show these conditions."""
        if images != self._filter:
            self._filter = images
            self._show_chips()

    def set_names(self, label_name: Callable[[int], str]) -> None:
        """How a code of a label or suggestion is called."""
        self._label_name = label_name
        self._show_chips()

    def set_counts(self, shown: int, total: int) -> None:
        """Say how many of all images pass."""
        self._shown, self._total = shown, total
        self._show_counts()

    def set_stale(self, is_stale: bool) -> None:
        """Say that the order is not up to date, and offer to sort."""
        self._stale.setVisible(is_stale)

    def set_arriving(self, *, is_arriving: bool) -> None:
        """Say whether results are still coming: an order that is not up to date has another reason without them."""
        text = tr("Results are still arriving.") if is_arriving else tr("The order is not up to date.")
        self._stale_text.setText(text)

    def set_also_shown(self, *, is_shown: bool) -> None:
        """Say that images are shown which the filter would hide, because what happened to them was taken back."""
        if not is_shown and self._also.hasFocus():
            self.emptied.emit()
        self._also.setVisible(is_shown)

    @property
    def is_also_shown(self) -> bool:
        """Whether the chip "also showing undone" is there."""
        return not self._also.isHidden()

    def _keep_height(self) -> None:
        """Have the height of a line with chips and notice also without them: pictures must not move by themselves."""
        chip = ChipButton()
        chip.setFont(self.font())
        self.setMinimumHeight(max(button.sizeHint().height() for button in (self._clear, self._sort_now, chip)))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._keep_height()

    def _show_chips(self) -> None:
        self._chips = chips_of(self._filter, self._label_name)
        while len(self._buttons) < len(self._chips):
            button = ChipButton()
            button.clicked.connect(self._on_chip_clicked)
            self._flow.insert_widget(len(self._buttons), button)
            self._buttons.append(button)
        had_focus = any(button.hasFocus() for button in self._buttons)
        for button, chip in zip(self._buttons, self._chips, strict=False):
            button.set_text(chip.text)
            button.show()
        if had_focus and self._chips:
            # The chip after the removed one has moved to its place; behind the last one the focus steps back.
            places = [place for place, button in enumerate(self._buttons) if button.hasFocus()]
            self._buttons[min(places[0], len(self._chips) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)
        elif had_focus:
            self.emptied.emit()
        for button in self._buttons[len(self._chips) :]:
            button.hide()
        self._clear.setVisible(bool(self._chips))
        self._show_counts()

    def _show_counts(self) -> None:
        if self._filter.is_empty:
            self._counts.setText(counted(self._total, "%n image", "%n images"))
        else:
            text = tr("{shown} of {total}").format(shown=number(self._shown), total=number(self._total))
            self._counts.setText(text)

    @Slot()
    def _on_chip_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, ChipButton):
            self.filter_wanted.emit(self._chips[self._buttons.index(button)].without)

    @Slot()
    def _on_also_clicked(self) -> None:
        """Arranging anew hides them again."""
        self.sort_now_requested.emit()

    @Slot()
    def _on_cleared(self) -> None:
        if self._clear.hasFocus():
            self.emptied.emit()
        self.filter_wanted.emit(ImageFilter())


def _button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    button.setMinimumHeight(TARGET_PX)
    return button
