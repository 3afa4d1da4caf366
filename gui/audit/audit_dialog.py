"""Lay out the audit: classes at the left, the mean map, its sentence and the images that deviate at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from gui.audit.class_table import ClassTable
from gui.audit.mean_view import MeanView
from gui.audit.methods_panel import MethodsPanel
from gui.audit.outlier_tiles import OutlierModel, OutlierTiles
from gui.labels import plain_label
from gui.progress_bar import ProgressBar
from gui.review.class_tiles_model import TileSource
from gui.theme import TARGET_PX
from gui.viewer.section import Section
from gui.words import tr

_SIZE = (980, 680)
_TABLE_WIDTH_PX = 470
_LEAST_ROOM = (480, 240)


class AuditDialog(QDialog):
    """The parts and their places; not modal. What they show is decided elsewhere.

    Attributes:
        classes: most suspicious first.
        mean: the mean map and the box.
        outliers: of the current class.
        tiles: show them.
        methods: compares the methods on these images; folded away until it is wanted, and then in place of the rest.

    Signals:
        again_requested(): the person wants to audit what the gallery shows now.
        stop_requested(): the person waits no longer.
        images_requested(): the person wants to see the images of the current class.
        export_requested(): the person wants the table as a file.
        middle_requested(): a box around the middle is wanted.
        clear_requested(): no box is wanted.
    """

    again_requested = Signal()
    stop_requested = Signal()
    images_requested = Signal()
    export_requested = Signal()
    middle_requested = Signal()
    clear_requested = Signal()

    def __init__(self, tiles: TileSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Audit attention"))
        self.setModal(False)
        self.classes = ClassTable()
        self.mean = MeanView()
        self.outliers = OutlierModel(tiles, self)
        self.tiles = OutlierTiles(self.outliers)
        self.methods = MethodsPanel()
        self._room = QScrollArea()
        self._section = Section(tr("Compare the methods"), QWidget(), is_open=False)
        self._classes_and_map = QSplitter(Qt.Orientation.Horizontal)
        self._summary, self._sentence, self._below = plain_label(), plain_label(), plain_label(secondary=True)
        self._legend = plain_label(secondary=True)
        self._deviating = plain_label(tr("Images that deviate most from the mean map"), secondary=True)
        self._has_map = QCheckBox(tr("Map"))
        self._middle, self._clear = QPushButton(tr("Box around the middle")), QPushButton(tr("No box"))
        self._images = QPushButton(tr("Show these images"))
        self._again, self._export = QPushButton(tr("Audit again")), QPushButton(tr("Export table..."))
        self._stop, self._close = QPushButton(tr("Stop")), QPushButton(tr("Close"))
        self._progress = ProgressBar()
        self._whole = QVBoxLayout(self)
        self._set_up()
        self._arrange()

    def say(self, summary: str) -> None:
        """What was audited, or why nothing was."""
        self._summary.setText(summary)
        self._fit_summary()

    def say_of_class(self, sentence: str, below: str) -> None:
        """What the mean map says, and what lies below it."""
        self._sentence.setText(sentence)
        self._below.setText(below)

    def say_of_map(self, legend: str) -> None:
        """What the colours of every class's mean map mean."""
        self._legend.setText(legend)

    def allow_images(self, *, allowed: bool) -> None:
        """The gallery can be filtered to the images of a class, or not."""
        self._images.setEnabled(allowed)

    def set_busy(self, *, busy: bool) -> None:
        """An audit is under way, or no longer."""
        self._progress.setVisible(busy)
        self._stop.setVisible(busy)
        self._again.setEnabled(not busy)

    def set_progress(self, done: int, total: int) -> None:
        """How far it is."""
        self._progress.show_progress(done, max(1, total))

    def set_available(self, *, available: bool) -> None:
        """There is something to look at, or not."""
        for widget in (
            self.classes, self.mean, self.tiles, self._has_map, self._middle, self._clear, self._images, self._export,
        ):  # fmt: skip
            widget.setEnabled(available)

    def show_methods(self, shown: bool) -> None:
        """Show the comparison of methods in place of the classes, or these again."""
        self._section.set_open(shown)
        self._on_section(shown)

    def words(self) -> str:
        """All sentences, as a person reads them."""
        said = [label.text() for label in (self._summary, self._sentence, self._below)]
        return "\n".join([*said, self._legend.text()] if self._legend.text() else said)

    @Slot(bool)
    def _on_section(self, is_open: bool) -> None:
        """Never both at once, not for a moment either: the window would grow higher than many a screen."""
        parts: list[QWidget] = [self._classes_and_map, self._room]
        hidden, shown = parts if is_open else reversed(parts)
        hidden.hide()
        shown.show()
        # Of the classes; the comparison has a table of its own to save.
        self._export.setVisible(not is_open)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_summary()

    def _fit_summary(self) -> None:
        """Qt's least size of a window counts one line of a text that wraps: what lies below would be covered."""
        margins = self._whole.contentsMargins()
        width = self.width() - margins.left() - margins.right()
        self._summary.setMinimumHeight(max(0, self._summary.heightForWidth(width)))

    def _set_up(self) -> None:
        for label in (self._summary, self._legend, self._sentence, self._below, self._deviating):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._section.opened_changed.connect(self._on_section)
        self._has_map.setChecked(True)
        self._has_map.toggled.connect(self.mean.show_map)
        self._progress.setAccessibleName(tr("Progress of the audit"))
        self._progress.setTextVisible(False)
        for button, signal in (
            (self._middle, self.middle_requested),
            (self._clear, self.clear_requested),
            (self._again, self.again_requested),
            (self._export, self.export_requested),
            (self._stop, self.stop_requested),
            (self._images, self.images_requested),
        ):
            button.clicked.connect(signal)
        self._images.setToolTip(tr("Filter the gallery to the images whose first suggestion this class is."))
        self.classes.images_wanted.connect(self.images_requested)
        self._close.clicked.connect(self.close)
        for control in (
            self._has_map, self._middle, self._clear, self._images, self._again, self._export, self._stop, self._close,
        ):  # fmt: skip
            control.setMinimumHeight(TARGET_PX)
        for button in (
            self._middle, self._clear, self._images, self._again, self._export, self._stop, self._close,
        ):  # fmt: skip
            button.setAutoDefault(False)

    def _arrange(self) -> None:
        self._room.setWidgetResizable(True)
        self._room.setFrameShape(QFrame.Shape.NoFrame)
        self._room.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._room.setWidget(self.methods)
        self._room.setMinimumSize(*_LEAST_ROOM)
        box = QHBoxLayout()
        box.addWidget(self._has_map)
        box.addStretch(1)
        box.addWidget(self._middle)
        box.addWidget(self._clear)
        below = QHBoxLayout()
        below.addWidget(self._deviating, 1)
        below.addWidget(self._images)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(12, 0, 0, 0)
        column.addWidget(self.mean, 1)
        column.addWidget(self._legend)
        column.addLayout(box)
        column.addWidget(self._sentence)
        column.addWidget(self._below)
        column.addLayout(below)
        column.addWidget(self.tiles)
        split = self._classes_and_map
        split.addWidget(self.classes)
        split.addWidget(right)
        split.setChildrenCollapsible(False)
        split.setStretchFactor(1, 1)
        split.setSizes([_TABLE_WIDTH_PX, _SIZE[0] - _TABLE_WIDTH_PX])
        buttons = QHBoxLayout()
        for widget, stretch in ((self._again, 0), (self._export, 0), (self._progress, 1), (self._stop, 0)):
            buttons.addWidget(widget, stretch)
        buttons.addStretch(0)
        buttons.addWidget(self._close)
        whole = self._whole
        whole.setContentsMargins(20, 16, 20, 16)
        whole.setSpacing(12)
        whole.addWidget(self._summary)
        whole.addWidget(split, 1)
        whole.addWidget(self._section)
        whole.addWidget(self._room, 1)
        self._room.hide()
        whole.addLayout(buttons)
        self.resize(*_SIZE)
