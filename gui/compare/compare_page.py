"""Put the comparison together: its classes, up to four pictures in a row or two, one legend, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.compare.class_strip import ClassStrip
from gui.compare.compare_panel import ComparePanel
from gui.compare.comparison import MOST_PANELS
from gui.compare.linked_view import ViewLink
from gui.compare.panel_rows import columns_for
from gui.labels import ElidedLabel, plain_label
from gui.plain_text import for_menu
from gui.theme import TARGET_PX, theme_of
from gui.viewer.legend import Legend
from gui.viewer.map_mode import MapMode
from gui.viewer.viewer_colors import viewer_colors
from gui.words import tr
from inference.texts import visible

_GAP_PX = 10
_USUAL_SHAPE = 4 / 3
"""Width of most pictures for each pixel of their height."""
_LINES_BELOW = 5
"""Of words, in most panels."""


class ComparePage(QWidget):
    """The page of a comparison. What it shows is decided elsewhere.

    Attributes:
        strip: the classes that all panels can show.
        area: where the panels stand.
        legend: the one scale of all maps.

    Signals:
        back_requested(): the person wants to go where they were.
        save_requested(): the comparison is to be saved as a picture.
        mode_chosen(MapMode): maps are to be drawn like this.
        models_wanted(): the menu of models opens; `offer_models` fills it.
        model_chosen(str): this model is to be put beside the open one; empty for none.
        class_chosen(int, int): in this panel, this class is wanted.
    """

    back_requested = Signal()
    save_requested = Signal()
    mode_chosen = Signal(MapMode)
    models_wanted = Signal()
    model_chosen = Signal(str)
    class_chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.strip = ClassStrip(self)
        self.legend = Legend(self)
        self._title, self._notice = ElidedLabel(self), plain_label()
        self._modes = QComboBox(self)
        self._models = QPushButton(tr("Another model"), self)
        self._menu = QMenu(self._models)
        self._save = QPushButton(tr("Save comparison..."), self)
        self._back = QPushButton(tr("Back"), self)
        self._panels: list[ComparePanel] = []
        self._shown = 0
        self._columns = 0
        self._shape = _USUAL_SHAPE
        self._words_height = 0
        self.area = QWidget(self)
        self._grid = QGridLayout(self.area)
        self._link = ViewLink(self)
        # When the layout has given the panels their width.
        self._level_later = QTimer(self, interval=0, singleShot=True)
        self._level_later.timeout.connect(self.level)
        self._fill_modes()
        self._lay_out()
        self._connect()
        self._take_colors()

    @property
    def panels(self) -> tuple[ComparePanel, ...]:
        """Those that are shown."""
        return tuple(self._panels[: self._shown])

    @property
    def first_focus(self) -> QWidget:
        """What takes the focus when the page is shown. No focus proxy: Tab would pass over everything before it."""
        return self._panels[0].view if self._panels else self

    @property
    def title(self) -> str:
        """What is compared."""
        return self._title.text()

    @property
    def notice(self) -> str:
        """What is said about the comparison as a whole."""
        return self._notice.text()

    @property
    def columns(self) -> int:
        """How many panels stand in a row."""
        return self._columns

    def begin(self, title: str, count: int, *, has_strip: bool, has_models: bool) -> None:
        """Show so many empty panels.

        Args:
            title: what is compared, safe to show already.
            count: 1...4.
            has_strip: all panels show one class; otherwise each has its own.
            has_models: another model can be put beside the open one.
        """
        self._title.set_text(title)
        self.say("")
        self.strip.setVisible(has_strip)
        self.strip.offer((), -1)
        self._models.setVisible(has_models)
        self._menu.clear()
        self.legend.clear()
        self.set_can_save(can_save=False)
        while len(self._panels) < count:
            self._add_panel()
        self._shown = count
        for place, panel in enumerate(self._panels):
            panel.setVisible(place < count)
            panel.set_classes(None)
            panel.set_title("")
            panel.say()
            panel.view.show_message("")
        self._link.set_views([panel.view for panel in self.panels])
        self._columns = self._words_height = 0
        self._shape = _USUAL_SHAPE
        self._arrange()
        self._order_tabs()

    def offer_classes(self, classes: Sequence[tuple[int, str]], chosen: int) -> None:
        """Offer these classes (number, name) for all panels."""
        before = self.strip.offered
        self.strip.offer(classes, chosen)
        if self.strip.offered != before:
            self._order_tabs()

    def say(self, notice: str) -> None:
        """Say something about the comparison as a whole; nothing where it is empty."""
        self._notice.setText(notice)
        self._notice.setVisible(bool(notice))

    def set_shape(self, shape: float) -> None:
        """Arrange the panels for pictures of this shape: width for each pixel of height."""
        self._shape = shape
        self._arrange()

    def level(self) -> None:
        """Give the words of all panels one height, so that their pictures have one size.

        It grows where a class needs more words, and does not shrink with the next one: pictures that change their size
        under a moving pointer cannot be compared.
        """
        panels = self.panels
        self._words_height = max([self._words_height, *(panel.height_of_words() for panel in panels)])
        for panel in panels:
            panel.set_height_of_words(self._words_height)

    def set_mode(self, mode: MapMode) -> None:
        """Show this way of drawing as the chosen one; tells nobody."""
        self._modes.setCurrentIndex(self._modes.findData(mode.value))

    def set_can_save(self, *, can_save: bool) -> None:
        """Allow or refuse saving: there must be something to save."""
        self._save.setEnabled(can_save)

    def set_strength(self, strength: float) -> None:
        """Show all maps this strong, 0...1."""
        for panel in self.panels:
            panel.view.set_overlay_opacity(strength)

    def offer_models(self, models: Sequence[tuple[str, str]], chosen: str) -> None:
        """Fill the menu.

        Args:
            models: (name, title) of each.
            chosen: name of the one beside the open one; empty for none.
        """
        self._menu.clear()
        group = QActionGroup(self._menu)
        rows = [("", tr("None: classes of this model")), *((name, for_menu(visible(title))) for name, title in models)]
        for name, text in rows:
            action = self._menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.setData(name)
            action.triggered.connect(self._on_model)
            group.addAction(action)
        if not models:
            self._menu.addAction(tr("No other model is installed.")).setEnabled(False)

    def zoom(self, *, larger: bool) -> None:
        """One step larger or smaller, all together."""
        if self.panels:
            view = self.panels[0].view
            (view.zoom_in if larger else view.zoom_out)()

    def zoom_to_fit(self) -> None:
        """Show every picture as a whole."""
        for panel in self.panels:
            panel.view.zoom_to_fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back_requested.emit()
        elif event.text() in {"+", "="}:
            self.zoom(larger=True)
        elif event.text() == "-":
            self.zoom(larger=False)
        elif event.key() in {Qt.Key.Key_0, Qt.Key.Key_Z}:
            self.zoom_to_fit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        if event.oldSize().width() != event.size().width():
            self._words_height = 0
            self._level_later.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._take_colors()

    def _fill_modes(self) -> None:
        for mode, text in (
            (MapMode.EVIDENCE, tr("Evidence")),
            (MapMode.HEAT, tr("Heat")),
            (MapMode.SPOTLIGHT, tr("Spotlight")),
            (MapMode.OUTLINE, tr("Outline")),
            (MapMode.OFF, tr("No map")),
        ):
            self._modes.addItem(text, mode.value)
        self._modes.setAccessibleName(tr("How maps are drawn"))

    def _lay_out(self) -> None:
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        self._models.setMenu(self._menu)
        self._models.setToolTip(tr("Put what another installed model says of this picture beside it."))
        self._save.setToolTip(tr("Write all pictures with their maps, words and one legend to a PNG file."))
        self._back.setToolTip(tr("Back to where you were (Esc)."))
        header = QHBoxLayout()
        header.setSpacing(8)
        header.addWidget(self._title, 1)
        for widget in (self._modes, self._models, self._save, self._back):
            widget.setMinimumHeight(TARGET_PX)
            header.addWidget(widget)
        self._notice.setWordWrap(True)
        self._notice.hide()
        top = QVBoxLayout()
        top.setContentsMargins(12, 8, 12, 0)
        top.setSpacing(8)
        top.addLayout(header)
        top.addWidget(self.strip)
        top.addWidget(self._notice)
        self._grid.setContentsMargins(12, 4, 12, 8)
        self._grid.setSpacing(_GAP_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self.area, 1)
        column.addWidget(self.legend)

    def _connect(self) -> None:
        self._modes.activated.connect(self._on_mode)
        self._menu.aboutToShow.connect(self.models_wanted)
        self._save.clicked.connect(self.save_requested)
        self._back.clicked.connect(self.back_requested)

    def _add_panel(self) -> None:
        panel = ComparePanel(self.area)
        panel.set_colors(viewer_colors(theme_of(self.palette())))
        self._panels.append(panel)
        panel.class_chosen.connect(self._on_class_chosen)

    def _take_colors(self) -> None:
        colors = viewer_colors(theme_of(self.palette()))
        self.legend.set_colors(colors)
        for panel in self._panels:
            panel.set_colors(colors)

    def _arrange(self) -> None:
        """Put the panels into the rows in which the pictures are largest."""
        if not self._shown:
            return
        words = self.fontMetrics().height() * _LINES_BELOW
        if self.strip.isHidden():
            words += self._panels[0].search.sizeHint().height()
        columns = columns_for(self._shown, (self.area.width(), self.area.height()), words, self._shape)
        if columns == self._columns:
            return
        self._words_height = 0
        self._level_later.start()
        self._columns = columns
        for panel in self._panels:
            self._grid.removeWidget(panel)
        for place, panel in enumerate(self.panels):
            self._grid.addWidget(panel, place // columns, place % columns)
        for column in range(MOST_PANELS):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        for row in range(MOST_PANELS):
            self._grid.setRowStretch(row, 1 if row * columns < self._shown else 0)

    def _order_tabs(self) -> None:
        order: list[QWidget] = [*self.strip.focus_order]
        for panel in self.panels:
            order += [panel.search, panel.view]
        order += [self._modes, self._models, self._save, self._back]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    @Slot(int)
    def _on_class_chosen(self, number: int) -> None:
        panel = self.sender()
        if isinstance(panel, ComparePanel):
            self.class_chosen.emit(self._panels.index(panel), number)

    @Slot(int)
    def _on_mode(self, row: int) -> None:
        self.mode_chosen.emit(MapMode(self._modes.itemData(row)))

    @Slot()
    def _on_model(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.model_chosen.emit(str(action.data()))
