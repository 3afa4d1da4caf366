"""Ask what to export, in which form, and where."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from gui.exporting.export_settings import ExportForm, ExportSettings
from gui.exporting.form_pages import FoldersPage, FormPage, RowsPage, SidecarsPage, SplitsPage
from gui.exporting.path_field import PathField
from gui.labels import plain_label
from gui.theme import TARGET_PX
from gui.words import locale, tr
from inference.exports.selection import Include

_PERCENT = 100
_LABEL_GAP_PX = 16
_TOP = Qt.AlignmentFlag.AlignTop


class ExportFormView(QWidget):
    """The questions, each beside its heading.

    Signals:
        changed(): the person changed something; `settings` has it.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = ExportSettings()
        self._includes = QButtonGroup(self)
        self._buttons = {
            Include.REVIEWED: QRadioButton(tr("Reviewed images only")),
            Include.SUGGESTED: QRadioButton(tr("Also suggestions at or above")),
            Include.EVERYTHING: QRadioButton(tr("Everything, with its state")),
        }
        self._score = QDoubleSpinBox()
        self._form = QComboBox()
        self._pages: dict[ExportForm, FormPage] = {
            ExportForm.CSV: RowsPage(spreadsheets=True),
            ExportForm.JSON_LINES: RowsPage(spreadsheets=False),
            ExportForm.FOLDERS: FoldersPage(),
            ExportForm.SPLITS: SplitsPage(),
            ExportForm.XMP: SidecarsPage(),
        }
        self._target = PathField(tr("Where to export"), tr("Nothing chosen yet"))
        self._beside = plain_label(tr("Beside each image"))
        self._set_up()
        self._arrange()
        self.set_settings(self._settings)

    @property
    def settings(self) -> ExportSettings:
        """What is asked for now."""
        return self._settings

    def set_settings(self, settings: ExportSettings) -> None:
        """Show these; tells nobody."""
        settings = _fitting(settings)
        self._settings = settings
        self._buttons[settings.include].setChecked(True)
        self._buttons[Include.EVERYTHING].setEnabled(settings.form.has_states)
        blocked = self._score.blockSignals(True)
        self._score.setValue(settings.score_from * _PERCENT)
        self._score.blockSignals(blocked)
        self._score.setEnabled(settings.include is Include.SUGGESTED)
        blocked = self._form.blockSignals(True)
        self._form.setCurrentIndex(self._form.findData(settings.form.value))
        self._form.blockSignals(blocked)
        for form, page in self._pages.items():
            page.show_settings(settings)
            page.setVisible(form is settings.form)
        self._target.set_path(settings.target)
        self._target.setVisible(settings.form.has_target)
        self._beside.setVisible(not settings.form.has_target)

    def change(self, settings: ExportSettings) -> None:
        """Show other settings and say that they changed."""
        self.set_settings(settings)
        self.changed.emit()

    @Slot()
    def choose_target(self) -> None:
        """Ask for the file or the folder."""
        if self._settings.form.is_file:
            is_csv = self._settings.form is ExportForm.CSV
            kinds = tr("CSV tables (*.csv)") if is_csv else tr("JSON Lines (*.jsonl)")
            # Whether a file that exists may be replaced is asked in this dialog, for every way to a target.
            path, _ = QFileDialog.getSaveFileName(
                self,
                tr("Export to"),
                self._settings.target,
                kinds,
                options=QFileDialog.Option.DontConfirmOverwrite,
            )
        else:
            path = QFileDialog.getExistingDirectory(self, tr("Export into"), self._settings.target)
        if path:
            self._target.choose(path)

    def _set_up(self) -> None:
        for button in self._buttons.values():
            button.setMinimumHeight(TARGET_PX)
            self._includes.addButton(button)
            button.clicked.connect(self._on_changed)
        self._score.setRange(0, _PERCENT)
        self._score.setDecimals(0)
        self._score.setLocale(locale())
        self._score.setSuffix(tr(" %"))
        self._score.setMinimumHeight(TARGET_PX)
        self._score.setAccessibleName(tr("Lowest score in percent"))
        self._score.valueChanged.connect(self._on_changed)
        for form, text in form_texts().items():
            self._form.addItem(text, form.value)
        self._form.setMinimumHeight(TARGET_PX)
        self._form.setAccessibleName(tr("Format"))
        self._form.currentIndexChanged.connect(self._on_form_changed)
        for page in self._pages.values():
            page.changed.connect(self._on_changed)
        self._target.choose_requested.connect(self.choose_target)
        self._target.changed.connect(self._on_changed)

    def _arrange(self) -> None:
        what = QVBoxLayout()
        what.setSpacing(2)
        what.addWidget(self._buttons[Include.REVIEWED])
        suggested = QHBoxLayout()
        suggested.setSpacing(8)
        suggested.addWidget(self._buttons[Include.SUGGESTED])
        suggested.addWidget(self._score)
        suggested.addStretch(1)
        what.addLayout(suggested)
        what.addWidget(self._buttons[Include.EVERYTHING])
        options = QVBoxLayout()
        options.setSpacing(8)
        options.addWidget(self._form)
        for page in self._pages.values():
            options.addWidget(page)
        where = QVBoxLayout()
        where.addWidget(self._target)
        where.addWidget(self._beside)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(_LABEL_GAP_PX)
        grid.setVerticalSpacing(16)
        grid.setColumnStretch(1, 1)
        for row, (text, part) in enumerate(((tr("What"), what), (tr("Format"), options), (tr("Where"), where))):
            heading = plain_label(text, bold=True)
            heading.setMinimumHeight(TARGET_PX)
            grid.addWidget(heading, row, 0, _TOP)
            grid.addLayout(part, row, 1)

    @Slot()
    def _on_changed(self) -> None:
        include = next(include for include, button in self._buttons.items() if button.isChecked())
        settings = replace(
            self._settings, include=include, score_from=self._score.value() / _PERCENT, target=self._target.path
        )
        self.change(self._pages[settings.form].applied(settings))

    @Slot(int)
    def _on_form_changed(self, _row: int) -> None:
        form = ExportForm(self._form.currentData())
        # A file's name is no folder and keeps its ending only with its form, so another form starts without a target.
        self.change(replace(self._settings, form=form, target=""))


def form_texts() -> dict[ExportForm, str]:
    """The forms as people call them."""
    return {
        ExportForm.CSV: tr("CSV table"),
        ExportForm.JSON_LINES: tr("JSON Lines"),
        ExportForm.FOLDERS: tr("Class folders"),
        ExportForm.SPLITS: tr("Train, validation and test lists"),
        ExportForm.XMP: tr("XMP sidecars"),
    }


def _fitting(settings: ExportSettings) -> ExportSettings:
    """Images without a label have no place in folders, lists and sidecars."""
    if settings.include is Include.EVERYTHING and not settings.form.has_states:
        return replace(settings, include=Include.REVIEWED)
    return settings
