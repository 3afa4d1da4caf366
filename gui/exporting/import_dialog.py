"""Show what labels a file would bring, before any of them is taken."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui.export_notices import no_columns
from gui.exporting.label_match import NO_COLUMN, ImportSettings, LabelMatch
from gui.exporting.message_place import MessagePlace
from gui.labels import ElidedLabel, plain_label
from gui.plain_text import elide_middle, file_name
from gui.text_table import TextTable, TextTableView
from gui.theme import TARGET_PX
from gui.user_message import UserMessage
from gui.words import counted, number, tr
from inference.texts import visible

_SIZE = (700, 520)
_COLUMN_LIMIT = 40
_COMBO_CHARACTERS = 16


class ImportDialog(QDialog):
    """Asks which columns hold what, and what happens to images that have a label. It reads no file itself.

    Signals:
        match_wanted(settings: ImportSettings): answer with `show_match`.
        import_requested(settings: ImportSettings): do it; the dialog is closed already.
    """

    match_wanted = Signal(object)
    import_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Import labels"))
        self._settings = ImportSettings("")
        self._match: LabelMatch | None = None
        self._file = ElidedLabel()
        self._columns = QWidget()
        self._path_column = QComboBox()
        self._label_column = QComboBox()
        self._place = MessagePlace()
        self._summary = plain_label(bold=True)
        self._problems = plain_label()
        self._rows = TextTable((tr("In the file"), tr("Label"), tr("Image")))
        self._list = TextTableView(tr("First rows"), wide_column=0)
        self._existing = QWidget()
        self._choice = QButtonGroup(self)
        self._keep = QRadioButton()
        self._replace = QRadioButton(tr("Replace their labels by those of the file"))
        self._import = QPushButton()
        self._cancel = QPushButton(tr("Cancel"))
        self._list.set_model(self._rows)
        self._set_up()
        self._arrange()
        self._path_column.activated.connect(self._on_column)
        self._label_column.activated.connect(self._on_column)
        self._keep.clicked.connect(self._on_choice)
        self._replace.clicked.connect(self._on_choice)
        self._import.clicked.connect(self._on_import)
        self._cancel.clicked.connect(self.reject)

    @property
    def settings(self) -> ImportSettings:
        """What is asked for now."""
        return self._settings

    def start(self, path: str) -> None:
        """Ask for what this file or folder would bring."""
        self._settings = ImportSettings(path)
        self._match = None
        self._file.set_text(visible(file_name(path)))
        self._file.setToolTip(visible(path))
        self._keep.setChecked(True)
        self._columns.hide()
        self._existing.hide()
        self._rows.set_rows(())
        self._place.clear()
        self._ask()

    @Slot(object)
    def show_match(self, match: LabelMatch) -> None:
        """Show what would happen; a match of other settings than the present ones is late and ignored."""
        if match.settings != replace(self._settings, replace=match.settings.replace):
            return
        self._match = match
        self._show_columns(match)
        # Where nobody knows yet which column has the paths, none was looked for.
        missing = "" if match.columns and match.path_column == NO_COLUMN else tr("no such image")
        self._rows.set_rows(
            [(row.path, row.label, file_name(row.image) if row.image else missing) for row in match.rows]
        )
        self._keep.setText(
            counted(
                match.labelled,
                "Keep the label of %n image that has one",
                "Keep the labels of %n images that have one",
            )
        )
        self._existing.setVisible(match.labelled > 0)
        self._place.clear()
        if match.needs_columns:
            has_paths = match.path_column != NO_COLUMN
            self._place.show_message(replace(no_columns(match.settings.path, has_paths=has_paths), actions=()))
            (self._label_column if has_paths else self._path_column).setFocus()
        self._tell()

    @Slot(object)
    def show_problem(self, message: UserMessage) -> None:
        """Say why the file cannot be read."""
        # Its verbs are this dialog's own boxes, so it shows none.
        self._place.show_message(replace(message, actions=()))
        self._summary.setText("")

    def _set_up(self) -> None:
        for box, name in ((self._path_column, tr("Column with paths")), (self._label_column, tr("Column with labels"))):
            box.setAccessibleName(name)
            box.setMinimumHeight(TARGET_PX)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(_COMBO_CHARACTERS)
            box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for button in (self._keep, self._replace):
            button.setMinimumHeight(TARGET_PX)
            self._choice.addButton(button)
        for push in (self._import, self._cancel):
            push.setMinimumHeight(TARGET_PX)
        self._cancel.setAutoDefault(False)
        self._import.setDefault(True)
        for label in (self._summary, self._problems):
            label.setWordWrap(True)

    def _arrange(self) -> None:
        name = QHBoxLayout()
        name.addWidget(plain_label(tr("Labels from"), secondary=True))
        name.addWidget(self._file, 1)
        grid = QGridLayout(self._columns)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.addWidget(plain_label(tr("Paths"), secondary=True), 0, 0)
        grid.addWidget(self._path_column, 0, 1)
        grid.addWidget(plain_label(tr("Labels"), secondary=True), 0, 2)
        grid.addWidget(self._label_column, 0, 3)
        choice = QVBoxLayout(self._existing)
        choice.setContentsMargins(0, 0, 0, 0)
        choice.setSpacing(2)
        choice.addWidget(self._keep)
        choice.addWidget(self._replace)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._import)
        buttons.addWidget(self._cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addLayout(name)
        column.addWidget(self._columns)
        column.addWidget(self._place)
        column.addWidget(self._summary)
        column.addWidget(self._problems)
        column.addWidget(self._list, 1)
        column.addWidget(self._existing)
        column.addLayout(buttons)
        self.resize(*_SIZE)

    @Slot(int)
    def _on_column(self, _row: int) -> None:
        self._settings = replace(
            self._settings,
            path_column=int(self._path_column.currentData()),
            label_column=int(self._label_column.currentData()),
        )
        if NO_COLUMN not in {self._settings.path_column, self._settings.label_column}:
            self._ask()

    @Slot()
    def _on_choice(self) -> None:
        self._settings = replace(self._settings, replace=self._replace.isChecked())
        self._tell()

    @Slot()
    def _on_import(self) -> None:
        settings = self._settings
        self.accept()
        self.import_requested.emit(settings)

    def _ask(self) -> None:
        self._match = None
        self._tell()
        self.match_wanted.emit(self._settings)

    def _tell(self) -> None:
        match = self._match
        if match is None:
            self._summary.setText(tr("Reading..."))
            self._problems.hide()
            self._import.setText(tr("Import"))
            self._import.setEnabled(False)
            return
        self._summary.setText(summary(match))
        self._problems.setText("\n".join(map(visible, match.problems)))
        self._problems.setVisible(bool(match.problems))
        count = match.count(replace=self._settings.replace)
        self._import.setText(counted(count, "Import %n label", "Import %n labels"))
        self._import.setEnabled(count > 0)

    def _show_columns(self, match: LabelMatch) -> None:
        self._columns.setVisible(bool(match.columns))
        for box, chosen in ((self._path_column, match.path_column), (self._label_column, match.label_column)):
            box.clear()
            if chosen == NO_COLUMN:
                box.addItem(tr("Choose..."), NO_COLUMN)
            for place, name in enumerate(match.columns):
                box.addItem(visible(elide_middle(name, _COLUMN_LIMIT)), place)
            box.setCurrentIndex(max(0, box.findData(chosen)))


def summary(match: LabelMatch) -> str:
    """What the file would bring, in one line; nothing as long as columns are to be chosen."""
    if match.needs_columns:
        return ""
    text = counted(match.matched, "%n image found", "%n images found")
    facts = [text]
    if match.unmatched:
        facts.append(counted(match.unmatched, "%n row without an image", "%n rows without an image"))
    if match.contradictory:
        facts.append(tr("{count} with contradictory labels, left out").format(count=number(match.contradictory)))
    return ", ".join(facts)
