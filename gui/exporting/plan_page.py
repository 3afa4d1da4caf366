"""Show which files an export is going to make, before it makes any."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui import words
from gui.export_notices import hard_links_impossible, write_into_sidecars
from gui.exporting.export_plan import ExportPlan
from gui.exporting.message_place import MessagePlace
from gui.labels import plain_label
from gui.plain_text import file_name, name_of
from gui.text_table import TextTable, TextTableView
from gui.theme import TARGET_PX
from gui.user_message import MessageAction, UserMessage
from gui.words import counted, number, tr
from inference.exports.folder_journal import FolderWay
from inference.texts import visible

_MOST_PROBLEMS = 6
_NUMBERS = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter


class PlanPage(QWidget):
    """Counts, the first files, and two ways on.

    Signals:
        write_requested(): do it.
        back_requested(): change something first.
        copy_requested(): copy, since hard links do not reach.
    """

    write_requested = Signal()
    back_requested = Signal()
    copy_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = plain_label(points=2, bold=True)
        self._counts = QGridLayout()
        self._shown_counts: list[QLabel] = []
        self._place = MessagePlace()
        self._problems = plain_label()
        self._entries = TextTable((tr("Image"), tr("Becomes"), tr("Note")))
        self._list = TextTableView(tr("Files that will be made"), wide_column=1)
        self._more = plain_label(secondary=True)
        self._question = plain_label(bold=True)
        self._back = QPushButton(tr("Back"))
        self._write = QPushButton(tr("Write"))
        self._list.set_model(self._entries)
        self._back.clicked.connect(self.back_requested)
        self._write.clicked.connect(self.write_requested)
        self._place.action_chosen.connect(self._on_action)
        self._arrange()

    def show_plan(self, plan: ExportPlan) -> None:
        """Show this plan; Write is possible if the plan is."""
        self._title.setText(_title(plan))
        self._show_counts(plan)
        self._entries.set_rows([(file_name(entry.source), entry.target, entry.note) for entry in plan.entries])
        hidden = plan.to_write - len(plan.entries)
        self._more.setText(counted(hidden, "and %n more", "and %n more") if hidden > 0 else "")
        problems = [visible(problem) for problem in plan.problems]
        left_out = len(problems) - _MOST_PROBLEMS
        if left_out > 0:
            problems = [*problems[:_MOST_PROBLEMS], counted(left_out, "and %n more", "and %n more")]
        self._problems.setText("\n".join(problems))
        self._problems.setVisible(bool(problems))
        self._question.setText(write_into_sidecars(plan.existing) if plan.existing else "")
        self._question.setVisible(bool(plan.existing))
        self._place.clear()
        if plan.is_other_disk:
            self._place.show_message(hard_links_impossible())
        self._write.setEnabled(plan.is_possible and not plan.is_other_disk and plan.to_write > 0)
        self._write.setDefault(True)
        (self._write if self._write.isEnabled() else self._back).setFocus()

    def _arrange(self) -> None:
        for label in (self._title, self._problems, self._question):
            label.setWordWrap(True)
        self._counts.setHorizontalSpacing(16)
        self._counts.setVerticalSpacing(4)
        self._counts.setColumnStretch(1, 1)
        for button in (self._back, self._write):
            button.setMinimumHeight(TARGET_PX)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._back)
        buttons.addWidget(self._write)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._title)
        column.addLayout(self._counts)
        column.addWidget(self._place)
        column.addWidget(self._problems)
        column.addWidget(self._list, 1)
        column.addWidget(self._more)
        column.addWidget(self._question)
        column.addLayout(buttons)

    def _show_counts(self, plan: ExportPlan) -> None:
        for label in self._shown_counts:
            self._counts.removeWidget(label)
            label.hide()
            label.deleteLater()
        self._shown_counts = []
        for row, (text, value) in enumerate(plan_counts(plan)):
            count, words_of_it = plain_label(value, bold=row == 0), plain_label(text, bold=row == 0)
            self._counts.addWidget(count, row, 0, _NUMBERS)
            self._counts.addWidget(words_of_it, row, 1)
            self._shown_counts += [count, words_of_it]

    @Slot(object, object)
    def _on_action(self, _message: UserMessage, action: MessageAction) -> None:
        if action is MessageAction.COPY_INSTEAD:
            self.copy_requested.emit()


def plan_counts(plan: ExportPlan) -> list[tuple[str, str]]:
    """What the plan comes to: words and number; the first line always, the others where there is something."""
    lines = [(_verb(plan), number(plan.to_write))]
    optional = (
        (tr("renamed because of equal names"), plan.renamed),
        (tr("existing sidecars, merged into"), plan.existing),
        (tr("already there, unchanged"), plan.unchanged),
        (tr("missing or unreadable images"), plan.missing),
        (tr("left alone"), plan.refused),
    )
    lines.extend((text, number(count)) for text, count in optional if count)
    if plan.total_bytes:
        lines.append((tr("in total"), words.size(plan.total_bytes)))
    return lines


def _verb(plan: ExportPlan) -> str:
    if plan.is_of_sidecars:
        return tr("sidecars to write")
    verbs = {
        FolderWay.COPY: tr("files to copy"),
        FolderWay.HARD_LINK: tr("hard links to make"),
        FolderWay.SYMLINK: tr("symbolic links to make"),
    }
    return verbs[plan.settings.way]


def _title(plan: ExportPlan) -> str:
    if plan.is_of_sidecars:
        return tr("What will be written beside the images")
    return tr("What will be written into {folder}").format(folder=name_of(plan.settings.target))
