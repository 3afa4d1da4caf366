"""Lead through an export: what, form, place, preview, plan."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.export_notices import file_exists, nothing_to_export
from gui.exporting.export_form import ExportFormView
from gui.exporting.export_plan import ExportPlan, Preview
from gui.exporting.export_settings import ExportForm, ExportSettings
from gui.exporting.message_place import MessagePlace
from gui.exporting.plan_page import PlanPage
from gui.labels import plain_label
from gui.theme import TARGET_PX
from gui.user_message import MessageAction, UserMessage
from gui.words import counted, tr
from inference.exports.folder_journal import FolderWay
from inference.exports.selection import Include
from inference.texts import visible

PREVIEW_DELAY_MS = 120
"""Changes that follow each other faster are previewed once."""

_PREVIEW_LINES = 4
_HEIGHT_PX = 560
_WIDTHS_PX = (720, 880)
_WIDTH_CHARACTERS = 90


class ExportDialog(QDialog):
    """Asks for the settings of an export. It reads and writes no file itself.

    Signals:
        preview_wanted(settings: ExportSettings): answer with `show_preview`.
        plan_wanted(settings: ExportSettings): the form makes many files; answer with `show_plan`.
        export_requested(settings: ExportSettings): do it; the dialog is closed already. A file that exists at the
            target may be replaced: the person was asked.
        review_requested(): the person wants to review first; the dialog is closed already.
    """

    preview_wanted = Signal(object)
    plan_wanted = Signal(object)
    export_requested = Signal(object)
    review_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Export labels"))
        self._preview: Preview | None = None
        self._may_replace = False
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(PREVIEW_DELAY_MS)
        self._form = ExportFormView()
        self._plan = PlanPage()
        self._stack = QStackedWidget()
        self._place = MessagePlace()
        self._count = plain_label(bold=True)
        self._lines = QPlainTextEdit()
        self._problems = plain_label()
        self._export = QPushButton()
        self._cancel = QPushButton(tr("Cancel"))
        self._arrange()
        self._delay.timeout.connect(self._ask)
        self._form.changed.connect(self._on_changed)
        self._place.action_chosen.connect(self._on_action)
        self._export.clicked.connect(self._on_export)
        self._cancel.clicked.connect(self.reject)
        self._plan.back_requested.connect(self._on_back)
        self._plan.write_requested.connect(self._on_write)
        self._plan.copy_requested.connect(self._on_copy)
        self._tell()

    @property
    def settings(self) -> ExportSettings:
        """What is asked for now."""
        return self._form.settings

    def start(self, settings: ExportSettings) -> None:
        """Show these settings and ask for their preview at once."""
        self._form.set_settings(settings)
        self._stack.setCurrentIndex(0)
        self._forget()
        self._ask()

    @Slot(object)
    def show_preview(self, preview: Preview) -> None:
        """Show what the export would hold; one of other settings than the present ones is late and ignored."""
        if preview.settings == self.settings:
            self._preview = preview
            self._tell()

    @Slot(object)
    def show_plan(self, plan: ExportPlan) -> None:
        """Show which files would be made; one of other settings than the present ones is late and ignored."""
        if plan.settings == self.settings:
            self._plan.show_plan(plan)
            self._stack.setCurrentIndex(1)
            self._tell()

    @Slot(object)
    def show_problem(self, message: UserMessage) -> None:
        """Say why preview or plan could not be made."""
        self._place.show_message(message)
        self._export.setEnabled(self.settings.is_complete)

    def _arrange(self) -> None:
        self._lines.setReadOnly(True)
        self._lines.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPointSizeF(self.font().pointSizeF())
        self._lines.setFont(fixed)
        self._lines.setTabChangesFocus(True)
        self._lines.setAccessibleName(tr("First rows"))
        bar = self._lines.horizontalScrollBar().sizeHint().height()
        self._lines.setFixedHeight(self._lines.fontMetrics().lineSpacing() * _PREVIEW_LINES + bar + 12)
        self._count.setWordWrap(True)
        self._problems.setWordWrap(True)
        for button in (self._export, self._cancel):
            button.setMinimumHeight(TARGET_PX)
        self._cancel.setAutoDefault(False)
        self._export.setDefault(True)
        questions = QWidget()
        column = QVBoxLayout(questions)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(14)
        column.addWidget(self._form)
        column.addWidget(self._place)
        column.addWidget(self._count)
        column.addWidget(self._lines)
        column.addWidget(self._problems)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        scroll.setWidget(questions)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._export)
        buttons.addWidget(self._cancel)
        first = QWidget()
        page = QVBoxLayout(first)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(12)
        page.addWidget(scroll, 1)
        page.addLayout(buttons)
        self._stack.addWidget(first)
        self._stack.addWidget(self._plan)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 16)
        outer.addWidget(self._stack)
        # Larger letters get more room, as far as the smallest screens have it.
        wanted = self.fontMetrics().averageCharWidth() * _WIDTH_CHARACTERS
        self.resize(min(_WIDTHS_PX[1], max(_WIDTHS_PX[0], wanted)), _HEIGHT_PX)

    # What the person does

    @Slot()
    def _on_changed(self) -> None:
        self._forget()
        self._delay.start()

    @Slot()
    def _ask(self) -> None:
        self._delay.stop()
        self.preview_wanted.emit(self.settings)

    @Slot()
    def _on_export(self) -> None:
        settings = self.settings
        if settings.form.needs_plan:
            self._export.setEnabled(False)
            self.plan_wanted.emit(settings)
        elif self._preview is not None and self._preview.target_exists and not self._may_replace:
            self._place.show_message(file_exists(settings.target))
        else:
            self._finish()

    @Slot()
    def _on_back(self) -> None:
        self._stack.setCurrentIndex(0)
        self._forget()
        self._ask()

    @Slot()
    def _on_write(self) -> None:
        self._finish()

    @Slot()
    def _on_copy(self) -> None:
        self._stack.setCurrentIndex(0)
        self._form.change(replace(self.settings, way=FolderWay.COPY))
        self.plan_wanted.emit(self.settings)

    @Slot(object, object)
    def _on_action(self, _message: UserMessage, action: MessageAction) -> None:
        match action:
            case MessageAction.INCLUDE_SUGGESTIONS:
                self._form.change(replace(self.settings, include=Include.SUGGESTED))
            case MessageAction.REVIEW:
                self.reject()
                self.review_requested.emit()
            case MessageAction.REPLACE:
                self._may_replace = True
                self._finish()
            case MessageAction.CHOOSE_NAME:
                self._form.choose_target()
            case _:  # nothing that this dialog can do
                pass

    def _finish(self) -> None:
        settings = self.settings
        self._delay.stop()
        self.accept()
        self.export_requested.emit(settings)

    # What is shown

    def _forget(self) -> None:
        """The preview is of other settings."""
        self._preview = None
        self._may_replace = False
        self._place.clear()
        self._export.setEnabled(False)

    def _tell(self) -> None:
        """Show the preview, if there is one; until then the old words stay, so that nothing flickers."""
        preview, settings = self._preview, self.settings
        if preview is None:
            self._count.setText(tr("Counting..."))
            self._export.setText(_export_text(settings, 0))
            self._export.setEnabled(False)
            self._problems.hide()
            return
        self._count.setText(_count_text(preview))
        self._lines.setPlainText("\n".join(map(visible, preview.lines)))
        self._lines.setVisible(bool(preview.lines))
        problems = list(map(visible, preview.problems))
        if settings.form.has_target and not settings.is_complete:
            problems.append(tr("Choose where to export to."))
        elif not settings.is_complete:
            problems.append(tr("The root keyword is empty."))
        self._problems.setText("\n".join(problems))
        self._problems.setVisible(bool(problems))
        self._place.clear()
        if settings.include is Include.REVIEWED and not preview.count:
            self._place.show_message(nothing_to_export())
        self._export.setText(_export_text(settings, preview.count))
        self._export.setEnabled(bool(preview.count) and not problems)


def _export_text(settings: ExportSettings, count: int) -> str:
    if settings.form.needs_plan:
        return tr("Show the plan...")
    if settings.include is Include.EVERYTHING:
        return counted(count, "Export %n row", "Export %n rows")
    return counted(count, "Export %n label", "Export %n labels")


def _count_text(preview: Preview) -> str:
    count, settings = preview.count, preview.settings
    if settings.include is Include.EVERYTHING:
        return counted(count, "%n row", "%n rows")
    if settings.form is ExportForm.XMP:
        return counted(count, "%n image gets keywords", "%n images get keywords")
    suggestions = count - preview.reviewed_count
    if settings.include is Include.SUGGESTED and suggestions > 0:
        text = counted(count, "%n label", "%n labels")
        added = counted(suggestions, "%n of them is a suggestion", "%n of them are suggestions")
        return tr("{labels}, {suggestions} that nobody has reviewed").format(labels=text, suggestions=added)
    return counted(count, "%n label", "%n labels")
