"""Ask for the options of each form of export."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gui.exporting.export_settings import LARGEST_SEED, ExportSettings, SidecarNaming
from gui.exporting.path_field import PathField
from gui.labels import plain_label
from gui.theme import TARGET_PX
from gui.words import locale, tr
from inference.exports.folder_journal import FolderWay

_PERCENT = 100
_INDENT_PX = 24
_TAG_LENGTH = 60


class FormPage(QWidget):
    """The options of one form.

    Signals:
        changed(): the person changed something.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)

    def show_settings(self, settings: ExportSettings) -> None:
        """Show what is set."""
        raise NotImplementedError

    def applied(self, settings: ExportSettings) -> ExportSettings:
        """The settings with what is chosen here."""
        raise NotImplementedError

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()

    def _radio(self, text: str, group: QButtonGroup) -> QRadioButton:
        button = QRadioButton(text)
        button.setMinimumHeight(TARGET_PX)
        group.addButton(button)
        button.clicked.connect(self._on_changed)
        self._column.addWidget(button)
        return button

    def _check(self, text: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setMinimumHeight(TARGET_PX)
        box.clicked.connect(self._on_changed)
        self._column.addWidget(box)
        return box


class RowsPage(FormPage):
    """CSV and JSON Lines: how paths are written."""

    def __init__(self, *, spreadsheets: bool) -> None:
        super().__init__()
        self._relative = self._check(tr("Paths relative to a folder"))
        self._root = PathField(tr("Folder that paths are relative to"), tr("The images' common folder"))
        self._root.choose_requested.connect(self._on_choose)
        self._root.changed.connect(self._on_changed)
        row = QHBoxLayout()
        row.setContentsMargins(_INDENT_PX, 0, 0, 0)
        row.addWidget(self._root)
        self._column.addLayout(row)
        self._sheets: QCheckBox | None = None
        if spreadsheets:
            self._sheets = self._check(tr("For spreadsheets: an apostrophe before text that looks like a formula"))
        self._relative.toggled.connect(self._root.setEnabled)

    def show_settings(self, settings: ExportSettings) -> None:
        self._relative.setChecked(settings.relative)
        self._root.setEnabled(settings.relative)
        self._root.set_path(settings.root)
        if self._sheets is not None:
            self._sheets.setChecked(settings.for_spreadsheets)

    def applied(self, settings: ExportSettings) -> ExportSettings:
        sheets = settings.for_spreadsheets if self._sheets is None else self._sheets.isChecked()
        return replace(settings, relative=self._relative.isChecked(), root=self._root.path, for_spreadsheets=sheets)

    @Slot()
    def _on_choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Paths relative to"), self._root.path)
        if folder:
            self._root.choose(folder)


class FoldersPage(FormPage):
    """Class folders: how the pictures get there."""

    def __init__(self) -> None:
        super().__init__()
        self._ways = QButtonGroup(self)
        self._buttons = {
            FolderWay.COPY: self._radio(tr("Copy the files"), self._ways),
            FolderWay.HARD_LINK: self._radio(tr("Hard links: no extra room, same disk only"), self._ways),
            FolderWay.SYMLINK: self._radio(tr("Symbolic links: they break when the files move"), self._ways),
        }
        self._unsure = self._check(tr("Images marked unsure go into a folder _unsure"))

    def show_settings(self, settings: ExportSettings) -> None:
        self._buttons[settings.way].setChecked(True)
        self._unsure.setChecked(settings.unsure_folder)

    def applied(self, settings: ExportSettings) -> ExportSettings:
        way = next((way for way, button in self._buttons.items() if button.isChecked()), FolderWay.COPY)
        return replace(settings, way=way, unsure_folder=self._unsure.isChecked())


class SplitsPage(FormPage):
    """Train, validation and test lists: shares and seed. The test list takes what the others leave."""

    def __init__(self) -> None:
        super().__init__()
        self._train = self._number(tr("Share of the training list in percent"), _PERCENT, tr(" %"))
        self._val = self._number(tr("Share of the validation list in percent"), _PERCENT, tr(" %"))
        self._test = plain_label()
        self._seed = self._number(tr("Seed"), LARGEST_SEED)
        row = QHBoxLayout()
        row.setSpacing(10)
        for text, widget in ((tr("Train"), self._train), (tr("Validation"), self._val), (tr("Test"), self._test)):
            row.addWidget(plain_label(text, secondary=True))
            row.addWidget(widget)
            row.addSpacing(8)
        row.addStretch(1)
        seed = QHBoxLayout()
        seed.setSpacing(10)
        seed.addWidget(plain_label(tr("Seed"), secondary=True))
        seed.addWidget(self._seed)
        seed.addStretch(1)
        self._column.addLayout(row)
        self._column.addLayout(seed)
        note = plain_label(
            tr("Every label is divided by these shares. The seed is written into the lists."), secondary=True
        )
        note.setWordWrap(True)
        self._column.addWidget(note)

    def show_settings(self, settings: ExportSettings) -> None:
        for box, value in (
            (self._train, round(settings.shares[0] * _PERCENT)),
            (self._val, round(settings.shares[1] * _PERCENT)),
            (self._seed, settings.seed),
        ):
            blocked = box.blockSignals(True)
            box.setMaximum(LARGEST_SEED if box is self._seed else _PERCENT)
            box.setValue(value)
            box.blockSignals(blocked)
        self._settle()

    def applied(self, settings: ExportSettings) -> ExportSettings:
        train, val = self._train.value(), self._val.value()
        test = _PERCENT - train - val
        return replace(settings, shares=(train / _PERCENT, val / _PERCENT, test / _PERCENT), seed=self._seed.value())

    @Slot(int)
    def _on_number(self, _value: int) -> None:
        self._settle()
        self._on_changed()

    def _settle(self) -> None:
        """Keep the three shares at 100 %."""
        blocked = self._val.blockSignals(True)
        self._val.setMaximum(_PERCENT - self._train.value())
        self._val.blockSignals(blocked)
        left = _PERCENT - self._train.value() - self._val.value()
        self._test.setText(tr("{share} %").format(share=locale().toString(left)))

    def _number(self, name: str, largest: int, suffix: str = "") -> QSpinBox:
        box = QSpinBox()
        box.setRange(0, largest)
        box.setSuffix(suffix)
        box.setMinimumHeight(TARGET_PX)
        box.setAccessibleName(name)
        box.valueChanged.connect(self._on_number)
        return box


class SidecarsPage(FormPage):
    """XMP sidecars: their names and the keyword above ours."""

    def __init__(self) -> None:
        super().__init__()
        self._namings = QButtonGroup(self)
        self._buttons = {
            SidecarNaming.FULL_NAME: self._radio(tr("photo.jpg.xmp (digiKam, darktable)"), self._namings),
            SidecarNaming.STEM: self._radio(tr("photo.xmp (Lightroom, Bridge)"), self._namings),
        }
        self._tag = QLineEdit()
        self._tag.setMaxLength(_TAG_LENGTH)
        self._tag.setMinimumHeight(TARGET_PX)
        self._tag.setAccessibleName(tr("Root keyword"))
        self._tag.textEdited.connect(self._on_changed)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(plain_label(tr("Root keyword"), secondary=True))
        row.addWidget(self._tag, 1)
        self._column.addLayout(row)
        self._last = self._check(tr("Also write the field that Windows reads"))
        note = plain_label(
            tr("Existing sidecars are merged: keywords and settings of other programs are kept."), secondary=True
        )
        note.setWordWrap(True)
        self._column.addWidget(note)

    def show_settings(self, settings: ExportSettings) -> None:
        self._buttons[settings.naming].setChecked(True)
        self._tag.setText(settings.root_tag)
        self._last.setChecked(settings.last_keywords)

    def applied(self, settings: ExportSettings) -> ExportSettings:
        stem = self._buttons[SidecarNaming.STEM].isChecked()
        naming = SidecarNaming.STEM if stem else SidecarNaming.FULL_NAME
        return replace(settings, naming=naming, root_tag=self._tag.text().strip(), last_keywords=self._last.isChecked())
