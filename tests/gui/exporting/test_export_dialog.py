"""The export dialog: choices reach the settings, previews belong to settings, nothing is written unasked."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QSpinBox,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gui.exporting.export_dialog import ExportDialog
from gui.exporting.export_plan import ExportPlan, PlanEntry, Preview
from gui.exporting.export_settings import ExportForm, ExportSettings, SidecarNaming
from gui.message_strip import MessageStrip
from gui.messages import describe
from inference.errors import OutputWriteError
from inference.exports.folder_journal import FolderWay
from inference.exports.selection import Include
from tests.gui.dialog_rules import HOSTILE, assert_keeps_the_rules

_CSV = ExportSettings(target="/p/labels.csv")
_FOLDERS = ExportSettings(form=ExportForm.FOLDERS, target="/p/out")
_XMP = ExportSettings(form=ExportForm.XMP)


@pytest.fixture
def dialog(qtbot: QtBot) -> ExportDialog:
    """The dialog, on screen."""
    widget = ExportDialog()
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def _preview(settings: ExportSettings, count: int = 2901, **facts: object) -> Preview:
    return replace(Preview(settings, count), **facts)  # type: ignore[arg-type]  # names of its fields


def _ready(dialog: ExportDialog, settings: ExportSettings, count: int = 2901, **facts: object) -> None:
    dialog.start(settings)
    dialog.show_preview(_preview(settings, count, **facts))


def _button(dialog: QWidget, text: str) -> QAbstractButton:
    return next(
        button for button in dialog.findChildren(QAbstractButton) if button.text() == text and button.isVisible()
    )


def _click(dialog: QWidget, text: str) -> None:
    button = _button(dialog, text)
    if isinstance(button, QRadioButton | QCheckBox):
        button.click()  # only its mark takes the pointer in some styles
    else:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def _texts(dialog: ExportDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]


def _strips(dialog: ExportDialog) -> list[str]:
    return [strip.message.id for strip in dialog.findChildren(MessageStrip) if strip.isVisible()]


def test_the_preview_is_asked_for_at_once_and_after_changes_once(dialog: ExportDialog, qtbot: QtBot) -> None:
    told = QSignalSpy(dialog.preview_wanted)
    dialog.start(_CSV)
    assert told.at(0) == [_CSV]
    _click(dialog, "Also suggestions at or above")
    spin = dialog.findChildren(QDoubleSpinBox)[0]
    spin.setValue(75)
    spin.setValue(70)
    wanted = replace(_CSV, include=Include.SUGGESTED, score_from=0.7)
    qtbot.waitUntil(lambda: told.count() == 2)
    assert told.at(1) == [wanted]
    assert dialog.settings == wanted


def test_count_and_rows_are_shown_and_exported(dialog: ExportDialog) -> None:
    _ready(dialog, _CSV, lines=("path,label", f"{HOSTILE},x"))
    assert "2,901 labels" in _texts(dialog)
    assert dialog.findChildren(QPlainTextEdit)[0].toPlainText() == "path,label\n<b>&\\n\\u202e\\xff.jpg,x"
    told = QSignalSpy(dialog.export_requested)
    _click(dialog, "Export 2,901 labels")
    assert [told.at(0), told.count(), dialog.isHidden()] == [[_CSV], 1, True]


def test_a_late_preview_is_ignored(dialog: ExportDialog) -> None:
    dialog.start(_CSV)
    dialog.show_preview(_preview(replace(_CSV, seed=3), 5))
    assert not _button(dialog, "Export 0 labels").isEnabled()
    dialog.show_preview(_preview(_CSV, 5))
    assert _button(dialog, "Export 5 labels").isEnabled()
    _click(dialog, "Everything, with its state")
    assert not _button(dialog, "Export 5 labels").isEnabled(), "the count is of other settings"
    dialog.show_preview(_preview(_CSV, 5))
    assert not _button(dialog, "Export 5 labels").isEnabled()


def test_suggestions_are_told_apart(dialog: ExportDialog) -> None:
    _ready(dialog, replace(_CSV, include=Include.SUGGESTED), 10, reviewed_count=4)
    assert "10 labels, 6 of them are suggestions that nobody has reviewed" in _texts(dialog)
    _ready(dialog, replace(_CSV, include=Include.EVERYTHING), 10)
    assert "10 rows" in _texts(dialog)
    assert _button(dialog, "Export 10 rows").isEnabled()


def test_nothing_reviewed_offers_suggestions_or_a_review(dialog: ExportDialog, qtbot: QtBot) -> None:
    _ready(dialog, _CSV, 0)
    assert _strips(dialog) == ["E-410"]
    assert not _button(dialog, "Export 0 labels").isEnabled()
    told = QSignalSpy(dialog.preview_wanted)
    _click(dialog, "Include suggestions")
    assert dialog.settings.include is Include.SUGGESTED
    qtbot.waitUntil(lambda: told.count() == 1)
    assert _strips(dialog) == []
    _ready(dialog, _CSV, 0)
    review = QSignalSpy(dialog.review_requested)
    _click(dialog, "Review")
    assert [review.count(), dialog.isHidden()] == [1, True]


def test_problems_and_missing_places_hold_the_export(dialog: ExportDialog) -> None:
    _ready(dialog, replace(_CSV, target=""))
    assert "Choose where to export to." in _texts(dialog)
    assert not _button(dialog, "Export 2,901 labels").isEnabled()
    _ready(dialog, _CSV, problems=(f"{HOSTILE} is no folder.",))
    assert "<b>&\\n\\u202e\\xff.jpg is no folder." in _texts(dialog)
    assert not _button(dialog, "Export 2,901 labels").isEnabled()
    _ready(dialog, replace(_XMP, root_tag=""))
    assert "The root keyword is empty." in _texts(dialog)


def test_a_file_that_exists_is_replaced_only_when_asked(dialog: ExportDialog, monkeypatch: pytest.MonkeyPatch) -> None:
    told = QSignalSpy(dialog.export_requested)
    _ready(dialog, _CSV, target_exists=True)
    _click(dialog, "Export 2,901 labels")
    assert _strips(dialog) == ["E-408"]
    assert told.count() == 0
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_named: ("/p/other.csv", ""))
    _click(dialog, "Choose another name")
    assert dialog.settings.target == "/p/other.csv"
    dialog.show_preview(_preview(dialog.settings, target_exists=True))
    _click(dialog, "Export 2,901 labels")
    assert told.count() == 0
    _click(dialog, "Replace")
    assert told.at(0) == [replace(_CSV, target="/p/other.csv")]


def test_places_are_chosen_for_files_and_folders(dialog: ExportDialog, monkeypatch: pytest.MonkeyPatch) -> None:
    dialog.start(ExportSettings(form=ExportForm.SPLITS))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args, **_named: "/p/lists")
    _click(dialog, "Choose...")
    assert dialog.settings.target == "/p/lists"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args, **_named: "")
    _click(dialog, "Choose...")
    assert dialog.settings.target == "/p/lists", "giving up keeps what was chosen"


def test_another_form_starts_without_a_place(dialog: ExportDialog) -> None:
    dialog.start(replace(_CSV, include=Include.EVERYTHING))
    box = dialog.findChildren(QComboBox)[0]
    box.setCurrentIndex(box.findData(ExportForm.FOLDERS.value))
    assert (dialog.settings.form, dialog.settings.target) == (ExportForm.FOLDERS, "")
    assert dialog.settings.include is Include.REVIEWED, "images without a label have no folder"
    assert not _button(dialog, "Everything, with its state").isEnabled()


def test_options_of_rows(dialog: ExportDialog, monkeypatch: pytest.MonkeyPatch) -> None:
    dialog.start(_CSV)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args, **_named: "/photos")
    _click(dialog, "Choose...")  # the first one is the folder that paths are relative to
    assert dialog.settings.root == "/photos"
    _click(dialog, "For spreadsheets: an apostrophe before text that looks like a formula")
    _click(dialog, "Paths relative to a folder")
    assert (dialog.settings.for_spreadsheets, dialog.settings.relative) == (False, False)
    dialog.start(ExportSettings(form=ExportForm.JSON_LINES))
    assert not [box for box in dialog.findChildren(QCheckBox) if "spreadsheets" in box.text() and box.isVisible()]


def test_options_of_folders(dialog: ExportDialog) -> None:
    dialog.start(_FOLDERS)
    _click(dialog, "Symbolic links: they break when the files move")
    _click(dialog, "Images marked unsure go into a folder _unsure")
    assert (dialog.settings.way, dialog.settings.unsure_folder) == (FolderWay.SYMLINK, True)


def test_options_of_lists_keep_the_whole(dialog: ExportDialog) -> None:
    dialog.start(ExportSettings(form=ExportForm.SPLITS, target="/p/lists"))
    train, val, seed = [box for box in dialog.findChildren(QSpinBox) if box.isVisible()]
    seed.setValue(42)
    val.setValue(15)
    train.setValue(90)
    assert val.maximum() == 10
    assert dialog.settings.shares == (0.9, 0.1, 0.0)
    assert dialog.settings.seed == 42
    assert "0 %" in _texts(dialog)


def test_options_of_sidecars(dialog: ExportDialog) -> None:
    dialog.start(_XMP)
    assert "Beside each image" in _texts(dialog)
    _click(dialog, "photo.xmp (Lightroom, Bridge)")
    _click(dialog, "Also write the field that Windows reads")
    tag = next(edit for edit in dialog.findChildren(QLineEdit) if edit.accessibleName() == "Root keyword")
    tag.clear()
    QTest.keyClicks(tag, "Birds ")
    wanted = replace(_XMP, naming=SidecarNaming.STEM, last_keywords=True, root_tag="Birds")
    assert dialog.settings == wanted


def test_many_files_are_planned_first(dialog: ExportDialog) -> None:
    plans, exports = QSignalSpy(dialog.plan_wanted), QSignalSpy(dialog.export_requested)
    _ready(dialog, _FOLDERS)
    _click(dialog, "Show the plan...")
    assert plans.at(0) == [_FOLDERS]
    dialog.show_plan(ExportPlan(replace(_FOLDERS, seed=1), 3))
    assert not dialog.findChildren(QTableView)[0].isVisible(), "a late plan is ignored"
    entries = (PlanEntry(f"/s/{HOSTILE}", f"jay/{HOSTILE}", "renamed"),)
    dialog.show_plan(ExportPlan(_FOLDERS, 2901, renamed=12, missing=3, total_bytes=5_000_000, entries=entries))
    shown = _texts(dialog)
    assert [text in shown for text in ("2,901", "files to copy", "12", "3", "4.8 MB", "and 2,900 more")] == [True] * 6
    model = dialog.findChildren(QTableView)[0].model()
    assert [model.index(0, column).data() for column in range(3)] == [
        "<b>&\\n\\u202e\\xff.jpg",
        "jay/<b>&\\n\\u202e\\xff.jpg",
        "renamed",
    ]
    assert exports.count() == 0
    assert_keeps_the_rules(dialog)
    _click(dialog, "Back")
    dialog.show_preview(_preview(_FOLDERS))
    _click(dialog, "Show the plan...")
    dialog.show_plan(ExportPlan(_FOLDERS, 2901))
    assert "12" not in _texts(dialog)
    _click(dialog, "Write")
    assert [exports.at(0), dialog.isHidden()] == [[_FOLDERS], True]


def test_existing_sidecars_are_asked_about(dialog: ExportDialog) -> None:
    _ready(dialog, _XMP)
    assert "2,901 images get keywords" in _texts(dialog)
    dialog.show_plan(ExportPlan(_XMP, 900, existing=2, refused=1, problems=("One is not XMP.",)))
    shown = _texts(dialog)
    assert "Write into 2 existing sidecar files? Keywords from other programs are kept." in shown
    assert "One is not XMP." in shown
    assert _button(dialog, "Write").isEnabled()


def test_hard_links_to_another_disk_become_copies(dialog: ExportDialog) -> None:
    links = replace(_FOLDERS, way=FolderWay.HARD_LINK)
    _ready(dialog, links)
    dialog.show_plan(ExportPlan(links, 5, is_other_disk=True))
    assert _strips(dialog) == ["E-416"]
    assert not _button(dialog, "Write").isEnabled()
    plans = QSignalSpy(dialog.plan_wanted)
    _click(dialog, "Copy")
    assert plans.at(0) == [_FOLDERS]
    dialog.show_plan(ExportPlan(_FOLDERS, 5))
    assert _button(dialog, "Write").isEnabled()
    assert _strips(dialog) == []


@pytest.mark.parametrize("plan", [ExportPlan(_FOLDERS, 0), ExportPlan(_FOLDERS, 5, is_possible=False)])
def test_what_cannot_be_done_cannot_be_written(dialog: ExportDialog, plan: ExportPlan) -> None:
    _ready(dialog, _FOLDERS)
    dialog.show_plan(plan)
    assert not _button(dialog, "Write").isEnabled()


def test_many_problems_are_cut(dialog: ExportDialog) -> None:
    _ready(dialog, _FOLDERS)
    dialog.show_plan(ExportPlan(_FOLDERS, 5, problems=tuple(f"Problem {number}." for number in range(9))))
    assert any(text.endswith("Problem 5.\nand 3 more") for text in _texts(dialog))


def test_a_problem_of_the_plan_is_told_and_can_be_tried_again(dialog: ExportDialog) -> None:
    _ready(dialog, _FOLDERS)
    _click(dialog, "Show the plan...")
    assert not _button(dialog, "Show the plan...").isEnabled()
    dialog.show_problem(describe(OutputWriteError("/p/out", "the disk is full.")))
    assert _strips(dialog) == ["E-409"]
    assert _button(dialog, "Show the plan...").isEnabled()
    QTest.mouseClick(_named(dialog, "Dismiss this message"), Qt.MouseButton.LeftButton)
    assert _strips(dialog) == []


def _named(dialog: ExportDialog, name: str) -> QAbstractButton:
    return next(button for button in dialog.findChildren(QAbstractButton) if button.accessibleName() == name)


@pytest.mark.parametrize("form", ExportForm)
def test_every_form_keeps_the_rules_and_fits_with_large_letters(
    dialog: ExportDialog, form: ExportForm, qtbot: QtBot
) -> None:
    font = dialog.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    dialog.setFont(font)
    _ready(dialog, ExportSettings(form=form, target=f"/p/{HOSTILE}" if form.has_target else ""))
    dialog.resize(880, 560)
    qtbot.wait(1)
    assert_keeps_the_rules(dialog)
    assert dialog.minimumSizeHint().width() <= 900
    assert dialog.minimumSizeHint().height() <= 600


def test_escape_leaves_everything(dialog: ExportDialog) -> None:
    told = QSignalSpy(dialog.export_requested)
    _ready(dialog, _CSV)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert [dialog.isHidden(), told.count()] == [True, 0]
