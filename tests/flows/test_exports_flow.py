"""Labels out and in through the dialogs, with names that break careless programs; nothing but the target is touched."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtWidgets import QComboBox, QDialog, QFileDialog, QPushButton, QRadioButton

from gui.action_table import ActionId
from gui.exporting.export_dialog import ExportDialog
from gui.exporting.export_settings import ExportForm
from gui.exporting.import_dialog import ImportDialog
from gui.exporting.label_match import ImportSettings
from inference.sessions.marks import LabelSource
from inference.sessions.suffix import sidecar_list
from main import main
from tests.flows.conftest import Bench
from tests.flows.making import (
    Originals,
    hashes,
    labels_shown,
    make_pictures,
    session_file,
    until_loaded,
    until_saved,
)

pytestmark = pytest.mark.flow

NAMES = (
    b"plain.png",
    "émoji \U0001f426.png".encode(),
    "right\u202eto left.png".encode(),
    b"=1+1.png",
    b"-2+3.png",
    b"<b>&amp; 'quoted\".png",
    b" spaces .png",
    *((b"new\nline.png", b"caf\xe9.png", b"comma, semi;colon.png") if os.name != "nt" else ()),
)

LABELS = (
    "magpie",
    "=cmd|' /C calc'!A0",
    "../../away",
    "NUL",
    "\u202eesrever",
    "a/b\\c",
    "\U0001f426",
    "x,y;z",
    "'s",
    "-1",
)
"""One for each name."""


@dataclass(frozen=True)
class _Hostile:
    bench: Bench
    folder: Path
    labels: dict[bytes, str]


@pytest.fixture
def hostile(make_bench: Callable[..., Bench], tmp_path: Path, originals: Originals) -> _Hostile:
    """A session with hostile names and labels, opened again after a restart."""
    made, folder = make_pictures(tmp_path / "made", len(NAMES)), tmp_path / "pictures"
    (folder / "deep").mkdir(parents=True)
    for number, name in enumerate(NAMES):
        parent = folder / "deep" if number % 4 == 0 else folder
        os.rename(made / f"{number:03}.png", os.path.join(os.fsencode(parent), name))  # noqa: PTH104, PTH118 - bytes
    originals.guard(folder)
    originals.guard(folder / "deep")
    bench = make_bench()
    bench.drop([str(folder)])
    bench.until_done(len(NAMES))
    table = bench.program.images.table
    for place in range(len(NAMES)):
        bench.program.desk.labelling.choose([table.key(place)], LABELS[place])
    until_saved(bench)
    labels = _labels(bench)
    assert sorted(map(os.path.basename, labels)) == sorted(NAMES)
    bench.program.close()
    again = make_bench()
    again.drop([str(folder)])
    until_loaded(again, len(NAMES))
    assert _labels(again) == labels
    return _Hostile(again, folder, labels)


def _labels(bench: Bench) -> dict[bytes, str]:
    """By the bytes of the path: the label in the window."""
    table = bench.program.images.table
    return {os.fsencode(table.path(place)): table.label(place) for place in range(len(table.columns))}


def _dialog(bench: Bench, kind: type[QDialog]) -> QDialog:
    def opened() -> list[QDialog]:
        return [one for one in bench.program.window.findChildren(kind) if one.isVisible()]

    bench.until(lambda: bool(opened()))
    return opened()[0]


def _button(dialog: QDialog, text: str) -> QPushButton:
    """The button with this text, or whose accessible name it is."""
    found = [one for one in dialog.findChildren(QPushButton) if text in {one.text(), one.accessibleName()}]
    return found[0]


def _export(bench: Bench, form: ExportForm, target: Path | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go through the dialog as a person does; returns when the export is done."""
    done = "T-08" if target is None else "T-07"
    before = bench.message_ids().count(done)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_options: (str(target), ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args, **_options: str(target))
    bench.program.actions[ActionId.EXPORT_LABELS].trigger()
    dialog = _dialog(bench, ExportDialog)
    [formats] = [one for one in dialog.findChildren(QComboBox) if one.accessibleName() == "Format"]
    formats.setCurrentIndex(formats.findData(form.value))
    if target is not None:
        _button(dialog, "Choose: Where to export").click()
    [export] = [one for one in dialog.findChildren(QPushButton) if one.isDefault() and one.isVisible()]
    bench.until(export.isEnabled)
    export.click()
    if form.needs_plan:
        write = _button(dialog, "Write")
        bench.until(lambda: write.isVisible() and write.isEnabled())
        write.click()
    assert not dialog.isVisible()
    bench.until(lambda: bench.message_ids().count(done) > before)


def _import_into_a_new_session(hostile: _Hostile, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin a session of the same folder without labels, and import them through the dialog."""
    bench = hostile.bench
    bench.program.labels.sessions.begin_new()
    bench.program.intake.open_paths([str(hostile.folder)], new=True)
    until_loaded(bench, len(NAMES))
    assert labels_shown(bench) == {}
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args, **_options: (str(file), ""))
    bench.program.actions[ActionId.IMPORT_LABELS].trigger()
    dialog = _dialog(bench, ImportDialog)
    [take] = [one for one in dialog.findChildren(QPushButton) if one.isDefault()]
    bench.until(take.isEnabled)
    assert str(len(NAMES)) in take.text()
    take.click()
    assert _labels(bench) == hostile.labels
    until_saved(bench)
    session = bench.program.desk.session
    assert session is not None
    bench.until(lambda: all(one.source is LabelSource.IMPORTED for one in session.labelled_images()))


def _other_files(folder: Path, target: Path) -> dict[bytes, str]:
    """Everything below a folder but the target and the profile, by content."""
    kept = {}
    for path, digest in hashes(folder).items():
        place = Path(os.fsdecode(path))
        if not place.is_relative_to(target) and not place.is_relative_to(folder / "profile"):
            kept[path] = digest
    return kept


@pytest.mark.parametrize("form", [ExportForm.CSV, ExportForm.JSON_LINES])
def test_rows_come_back_byte_for_byte(
    hostile: _Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: ExportForm
) -> None:
    target = tmp_path / "out" / f"labels.{'csv' if form is ExportForm.CSV else 'jsonl'}"
    target.parent.mkdir()
    before = _other_files(tmp_path, target)
    _export(hostile.bench, form, target, monkeypatch)
    assert _other_files(tmp_path, target) == before
    assert list(target.parent.iterdir()) == [target]
    text = target.read_text("utf-8")
    if form is ExportForm.CSV:
        cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))], "no formulas"
        assert "'=1+1.png" in cells
    else:
        assert {json.loads(line)["label"] for line in text.splitlines()} == set(hostile.labels.values())
    _import_into_a_new_session(hostile, target, monkeypatch)


def test_class_folders_and_lists_stay_inside_the_target(
    hostile: _Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, lists = tmp_path / "classes", tmp_path / "lists"
    target.mkdir()
    lists.mkdir()
    before = _other_files(tmp_path, target)
    _export(hostile.bench, ExportForm.FOLDERS, target, monkeypatch)
    assert _other_files(tmp_path, target) == before
    copied = {digest: path for path, digest in hashes(target).items() if path.endswith(b".png")}
    assert copied.keys() == {*hashes(hostile.folder).values()}
    root = os.path.realpath(os.fsencode(target))
    assert all(os.path.realpath(path).startswith(root + os.sep.encode()) for path in copied.values())
    assert len({os.path.dirname(path) for path in copied.values()}) == len(NAMES), "a folder for each label"  # noqa: PTH120 - bytes
    before = _other_files(tmp_path, lists)
    _export(hostile.bench, ExportForm.SPLITS, lists, monkeypatch)
    assert _other_files(tmp_path, lists) == before
    assert {path.name for path in lists.iterdir()} == {"train.txt", "val.txt", "test.txt"}


def test_sidecars_hold_the_labels_and_can_be_reverted(
    hostile: _Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, before = hostile.bench, hashes(hostile.folder)
    _export(bench, ExportForm.XMP, None, monkeypatch)
    written = hashes(hostile.folder).keys() - before.keys()
    assert written == {path + b".xmp" for path in before}
    for path, label in hostile.labels.items():
        with open(path + b".xmp", "rb") as file:  # noqa: PTH123 - bytes
            subjects = [element.text or "" for element in ElementTree.parse(file).iter() if element.tag.endswith("}li")]  # noqa: S314 - our own
        assert label.split("/")[0].split("|")[0] in "".join(subjects)
    bench.until(bench.program.actions[ActionId.REVERT_SIDECARS].isEnabled)
    bench.program.actions[ActionId.REVERT_SIDECARS].trigger()
    bench.until(lambda: hashes(hostile.folder) == before)
    del tmp_path


def test_window_and_command_revert_the_sidecars_of_each_other(
    hostile: _Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, before = hostile.bench, hashes(hostile.folder)
    session = bench.program.desk.session
    assert session is not None
    command = ["--profile", str(tmp_path / "profile"), "export", str(session.path), "--format", "xmp"]
    _export(bench, ExportForm.XMP, None, monkeypatch)
    assert hashes(hostile.folder) != before
    assert main([*command, "--undo"]) == 0
    assert hashes(hostile.folder) == before
    bench.program.labels.sessions.begin_new()
    bench.until(lambda: not bench.program.holder._closing)
    assert main(command) == 0
    assert hashes(hostile.folder) != before
    # The list goes along with a copy of the session.
    copy = tmp_path / "copied" / "again.cardinal"
    copy.parent.mkdir()
    shutil.copyfile(session.path, copy)
    shutil.copyfile(sidecar_list(session.path), sidecar_list(copy))
    bench.program.labels.sessions.open(str(copy))
    until_loaded(bench, len(NAMES))
    bench.until(bench.program.actions[ActionId.REVERT_SIDECARS].isEnabled)
    bench.program.actions[ActionId.REVERT_SIDECARS].trigger()
    bench.until(lambda: hashes(hostile.folder) == before)
    bench.until(lambda: not bench.program.actions[ActionId.REVERT_SIDECARS].isEnabled())


def test_what_an_import_brings_is_shown_first_and_taken_back_as_one_step(
    make_bench: Callable[..., Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_pictures(tmp_path / "birds", 4)
    bench = make_bench()
    bench.drop([str(folder)])
    bench.until_done(4)
    bench.program.desk.labelling.choose([bench.program.images.key_at(0)], "magpie")
    file = tmp_path / "truth.csv"
    rows = ["name of the file,what it is", "000.png,jay", "001.png,rook", "nowhere.png,crow", "002.png,a", "002.png,b"]
    file.write_text("\n".join(rows), "utf-8")
    for replaces in (False, True):
        bench.program.intake.open_paths([str(file)])
        dialog = _dialog(bench, ImportDialog)
        [take] = [one for one in dialog.findChildren(QPushButton) if one.isDefault()]
        bench.until(take.isEnabled)
        if replaces:
            [choice] = [one for one in dialog.findChildren(QRadioButton) if one.text().startswith("Replace")]
            choice.click()
        take.click()
        assert labels_shown(bench) == {"000.png": "jay" if replaces else "magpie", "001.png": "rook"}
        bench.until(lambda: "E-414" in bench.message_ids())
        bench.program.actions[ActionId.UNDO].trigger()
        assert labels_shown(bench) == {"000.png": "magpie"}
    unreadable = tmp_path / "broken.json"
    unreadable.write_bytes(b"[{")
    bench.program.intake.open_paths([str(unreadable)])
    dialog = _dialog(bench, ImportDialog)
    bench.until(lambda: "Reading..." not in {label.text() for label in dialog.findChildren(type(dialog._summary))})  # type: ignore[attr-defined]
    dialog.reject()
    del monkeypatch


def test_what_an_import_found_is_not_taken_into_another_session(
    make_bench: Callable[..., Bench], tmp_path: Path
) -> None:
    """Another start hands a session over while the dialog is open: keys are 1, 2, 3... there, too."""
    file = tmp_path / "truth.csv"
    file.write_text("path,label\n000.png,jay\n", "utf-8")
    bench = make_bench()
    for name in ("other", "birds"):
        bench.drop([str(make_pictures(tmp_path / name, 2))])
        bench.until_done(2)
        if name == "other":
            bench.program.labels.sessions.begin_new()
    bench.program.intake.open_paths([str(file)])
    dialog = _dialog(bench, ImportDialog)
    [take] = [one for one in dialog.findChildren(QPushButton) if one.isDefault()]
    bench.until(take.isEnabled)
    bench.program.open_paths([str(session_file(tmp_path / "profile", "other"))])
    bench.until(lambda: not dialog.isVisible())
    until_loaded(bench, 2)
    bench.program.labels.exports._import(ImportSettings(str(file)))
    assert labels_shown(bench) == {}
