"""The map on screen is saved for other programs: as `explain` writes it, whatever comes on screen meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QFileDialog

import main
from gui.action_table import ActionId
from gui.main_window import View
from inference.attention.picture import MARK_BYTES, is_map_png
from tests.flows.conftest import TINY, Bench
from tests.flows.person import close_window


@pytest.fixture
def bench(make_bench: Callable[..., Bench], tmp_path: Path) -> Bench:
    """Two pictures, the first in the viewer, with its feature map."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.effect_noise((320, 240), 80).convert("RGB").save(folder / "a.png")
    Image.linear_gradient("L").resize((150, 200)).convert("RGB").save(folder / "b.png")
    made = make_bench()
    made.drop([str(folder)])
    made.until_done(2)
    made.program.window.show_view(View.VIEWER)
    made.until(lambda: made.program.viewing.examined is not None)
    return made


def _save(bench: Bench, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_named: (str(target), ""))
    assert bench.program.actions[ActionId.SAVE_MAP].isEnabled()
    bench.program.actions[ActionId.SAVE_MAP].trigger()


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("against", [False, True], ids=["a class", "a class rather than another"])
def test_the_files_are_those_of_the_command(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, against: bool
) -> None:
    program, folder = bench.program, tmp_path / "saved"
    folder.mkdir()
    page = program.window.page
    page.inspector.class_search.class_chosen.emit(2)
    question = ["--class", "2"]
    if against:
        program.actions[ActionId.MAP_DUEL].trigger()
        program.attention.duel.panel.rival_chosen.emit(4)
        question += ["--against", "4"]
    _save(bench, folder / "map.png", monkeypatch)
    bench.until(lambda: _files(folder) == ["map.json", "map.npy", "map.png"])
    examined = program.viewing.examined
    assert examined is not None
    command = ["--profile", str(tmp_path / "p"), "explain", "--model", TINY, "--device", "cpu", examined.path]
    for name in ("told.npy", "told.png"):
        assert main.main([*command, *question, "--output", str(tmp_path / name)]) == 0
    saved = json.loads((folder / "map.json").read_text())
    assert saved == json.loads((tmp_path / "told.json").read_text())
    assert saved["adds_up"] is True
    assert (saved["against"] is not None) is against
    grid = np.load(folder / "map.npy")
    assert grid.dtype == np.float32
    assert np.array_equal(grid, np.load(tmp_path / "told.npy"))
    assert is_map_png((folder / "map.png").read_bytes()[:MARK_BYTES])
    with Image.open(folder / "map.png") as drawn, Image.open(tmp_path / "told.png") as told:
        assert drawn.size == told.size
        apart = np.abs(np.asarray(drawn, np.int16) - np.asarray(told, np.int16))
        assert apart.max() <= 2
    bench.until(lambda: "T-15" in bench.message_ids())
    assert "map.npy" in program.window.messages.history[-1].text


def test_going_on_does_not_lose_what_is_being_saved(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, program = tmp_path / "saved", bench.program
    folder.mkdir()
    _save(bench, folder / "first", monkeypatch)
    program.viewing.show_key(program.images.key_at(1))
    program.attention.parts.examiner.cancel_all()
    bench.until(lambda: _files(folder) == ["first.json", "first.npy", "first.png"])
    assert json.loads((folder / "first.json").read_text())["path"].endswith("a.png")


def test_closing_at_once_does_not_lose_what_is_being_saved(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    _save(bench, folder / "first", monkeypatch)
    close_window(bench)
    assert _files(folder) == ["first.json", "first.npy", "first.png"]
    assert is_map_png((folder / "first.png").read_bytes()[:MARK_BYTES])


def test_somebodys_files_are_not_replaced(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    for name in ("picture.png", "notes.json"):
        (folder / name).write_text("mine")
    for name in ("picture.png", "notes.png", "../pictures/a.png"):
        said = bench.message_ids().count("E-409")
        _save(bench, folder / name, monkeypatch)
        bench.until(lambda said=said: bench.message_ids().count("E-409") > said)  # type: ignore[misc]
    assert _files(folder) == ["notes.json", "picture.png"]
    assert {(folder / name).read_text() for name in _files(folder)} == {"mine"}
    assert _files(tmp_path / "pictures") == ["a.png", "b.png"]
    assert bench.program.window.messages.history[-1].actions == ()


def test_a_picture_that_is_gone_is_told(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pictures" / "a.png").unlink()
    _save(bench, tmp_path / "map.png", monkeypatch)
    bench.until(lambda: any("a.png" in message.text for message in bench.program.window.messages.history))
    assert not (tmp_path / "map.png").exists()


def test_no_name_no_file(bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = _files(tmp_path)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_named: ("", ""))
    bench.program.actions[ActionId.SAVE_MAP].trigger()
    bench.qtbot.wait(100)
    assert _files(tmp_path) == before


def test_without_exact_numbers_that_is_said(bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bench.program.viewing.show_nothing()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_named: (str(tmp_path / "x.png"), ""))
    bench.program.attention.keep.save()
    assert bench.message_ids()[-1] == "E-421"
    assert not (tmp_path / "x.png").exists()
