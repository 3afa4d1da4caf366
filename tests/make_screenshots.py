"""Take the documents' pictures of the real window, run on crops of the samples (as a module, with a display)."""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QCoreApplication, QPoint, QRectF, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from gui.action_table import ActionId
from gui.app import build, create_application
from gui.exporting.export_dialog import ExportDialog
from gui.exporting.export_settings import ExportSettings
from gui.gallery.arrangement import Arrangement, GroupKey, SortKey
from gui.gallery.image_state import ImageState
from gui.main_window import View
from gui.program import Program
from gui.review.review_queue import QueueOrder
from gui.viewer.map_choice import EVIDENCE, MapChoice
from gui.wishes import Wishes
from inference.attention.methods import Method
from inference.profile import Profile

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "screenshots"
SAMPLES = ROOT / "assets" / "samples"
SIZE = QSize(1240, 780)
FOLDERS = ("monday", "tuesday", "wednesday")
CROPS = 48
"""So many pictures are cut out of the samples, each sample as often as the others."""

IN_REVIEW = "photo 010.jpg"
EXPORT_TARGET = "/home/me/labels.csv"
LONGEST_SIDE_PX = 480
_SMALLEST, _LARGEST = 0.45, 1.0
_BEST_COMPRESSION = 0
_COMPARED = 10


def main() -> int:
    """Take them all; a folder as argument stands in for the crops."""
    TARGET.mkdir(parents=True, exist_ok=True)
    application = create_application([])
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(sys.argv[1]) if len(sys.argv) > 1 else make_pictures(Path(folder) / "april")
        program = build(application, Profile.below(Path(folder) / "profile"), Wishes(None, "cpu"))
        program.start()
        program.window.resize(SIZE)
        program.actions[ActionId.THEME_LIGHT].trigger()
        _wait(lambda: bool(program.models.name))
        _viewer(program)
        _begin_anew(program)
        _open(program, pictures)
        _gallery(program)
        _audit(program)
        _review(program)
        _dialogs(program)
        _begin_anew(program)
        _shoot(program.window, "start-light")
        program.actions[ActionId.THEME_DARK].trigger()
        program.actions[ActionId.KEYS].trigger()
        _shoot(program.window, "keys-dark")
        program.close()
    return 0


def make_pictures(folder: Path) -> Path:
    """Cut pictures out of the samples, always the same ones, and put two files among them that nobody can read."""
    cut = random.Random(7)  # noqa: S311 - no secret
    samples = [_read(path) for path in sorted(SAMPLES.glob("*.[pj][np]g"))]
    for name in FOLDERS:
        (folder / name).mkdir(parents=True)
    for number in range(CROPS):
        crop = _cut(samples[number * 7 // 3 % len(samples)], cut)
        crop.save(folder / FOLDERS[number * len(FOLDERS) // CROPS] / f"photo {number + 1:03}.jpg", quality=90)
    (folder / FOLDERS[0] / "photo 005 part.jpg").write_text("not a picture")
    (folder / FOLDERS[0] / "photo 009 part.jpg").touch()
    return folder


def _read(path: Path) -> Image.Image:
    with Image.open(path) as opened:
        return opened.convert("RGB")


def _cut(picture: Image.Image, cut: random.Random) -> Image.Image:
    share = cut.uniform(_SMALLEST, _LARGEST)
    width, height = round(picture.width * share), round(picture.height * share * cut.uniform(0.8, 1.0))
    left, top = cut.randint(0, picture.width - width), cut.randint(0, picture.height - height)
    crop = picture.crop((left, top, left + width, top + height))
    if cut.choice((True, False)):
        crop = crop.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    crop.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX))
    return crop


def _viewer(program: Program) -> None:
    """One picture and its map, in both palettes and as heat."""
    folder = Path(tempfile.mkdtemp()) / "samples"
    shutil.copytree(SAMPLES, folder, ignore=shutil.ignore_patterns("*.md"))
    try:
        _open(program, folder)
        program.window.show_view(View.VIEWER)
        program.window.grid.set_current_row(1)
        _wait(lambda: program.viewing.has_inspection and not program.window.job_bar.isVisible())
        _shoot(program.window, "viewer-light")
        program.actions[ActionId.MAP_MODE].trigger()
        _shoot(program.window, "viewer-heat")
        for name in ("viewer-spotlight", "viewer-outline"):
            program.actions[ActionId.MAP_MODE].trigger()
            _shoot(program.window, name)
        program.actions[ActionId.MAP_MODE].trigger()
        _attention(program)
        program.actions[ActionId.THEME_DARK].trigger()
        program.window.grid.set_current_row(0)
        _wait(lambda: program.viewing.has_inspection)
        _shoot(program.window, "viewer-dark")
        program.actions[ActionId.THEME_LIGHT].trigger()
    finally:
        shutil.rmtree(folder.parent)


def _attention(program: Program) -> None:
    """The inspector's questions about maps, each with its answer."""
    program.window.grid.set_current_row(0)
    _wait(lambda: program.viewing.examined is not None)
    duel, check, region = program.attention.duel, program.attention.check, program.attention.region
    inspector = program.window.page.inspector
    program.actions[ActionId.MAP_DUEL].trigger()
    duel.panel.confirm_requested.emit()
    _wait(lambda: "real run" in duel.panel.words())
    inspector.ensureWidgetVisible(duel.section)
    _shoot(program.window, "duel-light")
    program.actions[ActionId.MAP_DUEL].trigger()
    duel.section.set_open(False)
    region.ask(QRectF(150, 60, 110, 110))
    region.panel.run_requested.emit()
    _wait(lambda: "to the network" in region.panel.words())
    _settle()
    inspector.ensureWidgetVisible(region.section)
    _shoot(program.window, "region-light")
    region.clear()
    region.section.set_open(False)
    _closer(program)
    check.section.set_open(True)
    check.panel.check_requested.emit("blur")
    _wait(lambda: "correlation" in check.panel.words())
    _settle()
    inspector.ensureWidgetVisible(check.section)
    _shoot(program.window, "check-light")
    check.section.set_open(False)
    _methods(program)
    _what_if(program)
    _compare(program)
    program.window.grid.set_current_row(1)


def _methods(program: Program) -> None:
    """A map of an earlier stage by another method, with its outline over it."""
    panel = program.window.page.inspector.map_panel
    panel.methods.choose(MapChoice(Method.LAYER_CAM))
    panel.methods.stages_wanted.emit()
    _wait(lambda: panel.methods.choice.stage is not None)
    panel.methods.choose(MapChoice(Method.LAYER_CAM, 2))
    _wait(lambda: (drawn := program.viewing.drawn_map) is not None and drawn.choice.stage is not None)
    panel.toggle_outline()
    program.window.page.inspector.ensureWidgetVisible(panel)
    _shoot(program.window, "methods-light")
    panel.toggle_outline()
    panel.methods.choose(EVIDENCE)


def _closer(program: Program) -> None:
    """The same picture at twice the size: more cells, and what became of the answer."""
    finer = program.attention.finer
    finer.section.set_open(True)
    finer.panel.look_requested.emit(2, False)
    _wait(lambda: finer.examined is not None)
    _settle()
    program.window.page.inspector.ensureWidgetVisible(finer.section)
    _shoot(program.window, "closer-light")
    finer.back()
    finer.section.set_open(False)


def _what_if(program: Program) -> None:
    """A stroke over a part of the picture, and what the network says of the rest."""
    what_if, picture = program.attention.what_if, program.window.page.picture
    program.actions[ActionId.WHAT_IF].trigger()
    placement = picture.placement
    if placement is None:
        raise RuntimeError("no picture is on screen")
    first, *rest = (QPoint(*map(round, placement.to_view(x, y))) for x, y in ((170, 70), (210, 100), (250, 130)))
    QTest.mousePress(picture, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, first)
    for point in rest:
        QTest.mouseMove(picture, point)
        _settle(0.1)
    QTest.mouseRelease(picture, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, rest[-1])
    _wait(lambda: what_if.is_settled)
    program.window.page.inspector.ensureWidgetVisible(what_if.section)
    _shoot(program.window, "what-if-light")
    what_if.panel.restart_requested.emit()
    what_if.toggle()
    what_if.section.set_open(False)


def _compare(program: Program) -> None:
    """The best classes of one picture, and one class of all pictures, side by side."""
    compare, window = program.attention.compare, program.window
    _clear_messages(program)
    for view, name in ((View.VIEWER, "compare-classes-light"), (View.GALLERY, "compare-pictures-light")):
        window.show_view(view)
        window.grid.selectAll()
        program.actions[ActionId.COMPARE].trigger()
        _wait(lambda: (now := compare.now) is not None and now.is_settled)
        _shoot(window, name)
        window.compare.back_requested.emit()
    window.show_view(View.VIEWER)
    window.grid.set_current_row(0)
    _settle()


def _gallery(program: Program) -> None:
    """States, groups, maps on the tiles; failures in the dark palette."""
    grid = program.window.grid
    program.window.show_view(View.GALLERY)
    for row, key in ((1, "P"), (3, "2"), (4, "P"), (6, "S"), (8, "X")):
        _press_in_gallery(program, row, key)
    _clear_messages(program)
    grid.set_current_row(0)
    _shoot(program.window, "gallery-light")
    program.actions[ActionId.MAP_TILES].trigger()
    _settle(1.5)
    _shoot(program.window, "gallery-maps")
    program.actions[ActionId.MAP_TILES].trigger()
    program.labels.browsing.arrange(Arrangement(sort=SortKey.SCORE, descending=True, group=GroupKey.SUGGESTION))
    grid.set_current_row(0)
    _shoot(program.window, "gallery-groups")
    program.labels.browsing.arrange(Arrangement())
    program.actions[ActionId.THEME_DARK].trigger()
    grid.set_current_row(0)
    _shoot(program.window, "gallery-dark")
    program.actions[ActionId.THEME_LIGHT].trigger()


def _audit(program: Program) -> None:
    """Where the evidence of each class lies, and how the methods fare on some of these images."""
    audit = program.attention.audit
    program.actions[ActionId.AUDIT].trigger()
    _wait(lambda: audit.found is not None)
    _settle(1.5)
    dialog = audit.dialog
    if dialog is None:
        raise RuntimeError("no audit came")
    _shoot(dialog, "audit-light")
    dialog.show_methods(True)
    dialog.methods.set_images(_COMPARED)
    audit.methods.start()
    if not _wait(lambda: not audit.methods.is_under_way, limit_s=300):
        raise TimeoutError("the methods were not compared")
    _shoot(dialog, "compare-methods-light")
    dialog.show_methods(False)
    dialog.close()


def _review(program: Program) -> None:
    """One decision after the other, a typed label, and a page of one class."""
    letters = program.labels.deciding.letters
    letters.assign("K", "tabby")
    letters.assign("L", "rocket")
    program.window.review_panel.set_letters(list(letters))
    program.actions[ActionId.VIEW_REVIEW].trigger()
    _settle()
    picture = program.window.page.picture
    picture.setFocus()
    for key in ("P", "2", "P", "S"):
        QTest.keyClicks(picture, key)
        _settle(0.3)
    _go_to(program, IN_REVIEW)
    _shoot(program.window, "review-light")
    QTest.keyClicks(picture, "T")
    _settle(0.3)
    field = QApplication.focusWidget()
    if field is not None:
        QTest.keyClicks(field, "ca")
    _shoot(program.window, "palette-light")
    program.window.palette_of_labels.close_palette()
    program.labels.reviewing.start(QueueOrder.BY_CLASS)
    _settle()
    tiles = program.window.class_page.tiles
    for step in (Qt.Key.Key_Right, Qt.Key.Key_Space):
        QTest.keyClick(tiles, step)
    _shoot(program.window, "class-page-light")
    program.labels.reviewing.stop()


def _go_to(program: Program, name: str) -> None:
    """Bring an image of the review on screen, if there is one of that name."""
    table = program.images.table
    key = next((table.key(place) for place in range(len(table.columns)) if table.name(place) == name), None)
    if key is not None:
        program.labels.reviewing.go_to(key)
        _settle(1.0)


def _dialogs(program: Program) -> None:
    """What asks before much is done at once."""
    for action, name in ((ActionId.LABEL_ABOVE, "accept-above-light"), (ActionId.EXPORT_LABELS, "export-light")):
        program.actions[action].trigger()
        _settle(1.0)
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QDialog):
            raise TypeError(f"no dialog came for {action}")
        if isinstance(dialog, ExportDialog):
            dialog.start(ExportSettings(target=EXPORT_TARGET))
            _settle(1.0)
        _shoot(dialog, name)
        dialog.reject()
        _settle(0.3)


def _press_in_gallery(program: Program, row: int, key: str) -> None:
    program.window.grid.setFocus()
    program.window.grid.set_current_row(row)
    _settle(0.3)
    QTest.keyClicks(program.window.grid, key)
    _settle(0.3)


def _clear_messages(program: Program) -> None:
    for message in program.window.messages.shown:
        program.window.messages.withdraw(message.id)


def _open(program: Program, folder: Path) -> None:
    program.open_paths([str(folder)])
    table = program.images.table
    if not _wait(lambda: len(table) > 0 and program.desk.is_loaded and not table.count(ImageState.QUEUED)):
        raise TimeoutError(f"{folder} did not come on screen")
    _settle(1.0)


def _begin_anew(program: Program) -> None:
    program.actions[ActionId.SESSION_NEW].trigger()
    _settle(1.5)


def _shoot(widget: QWidget, name: str) -> None:
    _settle()
    widget.grab().save(str(TARGET / f"{name}.png"), "PNG", _BEST_COMPRESSION)


def _settle(seconds: float = 0.6) -> None:
    _wait(lambda: False, seconds)


def _wait(holds: Callable[[], bool], limit_s: float = 60) -> bool:
    """Let the program work until something holds; whether it did in time."""
    end = time.monotonic() + limit_s
    while not (has_come := holds()) and time.monotonic() < end:
        QCoreApplication.processEvents()
        time.sleep(0.005)
    return has_come


if __name__ == "__main__":
    sys.exit(main())
