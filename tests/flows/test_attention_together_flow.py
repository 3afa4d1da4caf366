"""The parts of the inspector agree with each other: one scale, no answer of a look that is gone, no wrong file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QFileDialog

from gui.main_window import View
from tests.flows.conftest import Bench
from tests.inference.engine.variants import variant
from tests.odd_maps import without_scale


def _shown(bench: Bench, folder: Path) -> Bench:
    """One wide picture in the viewer, with its feature map."""
    folder.mkdir()
    Image.effect_noise((320, 160), 80).convert("RGB").save(folder / "a.png")
    bench.drop([str(folder)])
    bench.until_done(1)
    bench.program.window.show_view(View.VIEWER)
    bench.until(lambda: bench.program.viewing.examined is not None)
    return bench


def test_a_model_without_a_scale_has_one_for_all_parts_from_the_first_picture(
    make_bench: Callable[..., Bench], tmp_path: Path
) -> None:
    bench = _shown(make_bench(model=str(variant(tmp_path, without_scale))), tmp_path / "one")
    viewing = bench.program.viewing
    assert viewing.examined is not None
    assert viewing.examined.contract.evidence_scale is None
    assert viewing.map_scale != 1.0
    assert viewing.examined.scale == viewing.map_scale


def test_a_region_cannot_be_asked_of_a_look_that_is_gone(bench: Bench, tmp_path: Path) -> None:
    _shown(bench, tmp_path / "one")
    attention, viewing = bench.program.attention, bench.program.viewing
    attention.finer.panel.look_requested.emit(1, True)
    bench.until(lambda: attention.finer.examined is not None)
    assert "Shift" in attention.region.panel.words()
    viewing.show_nothing()
    assert attention.finer.examined is None
    assert "Needs a picture" in attention.region.panel.words()


def test_the_map_of_a_painted_picture_is_not_saved_as_that_of_the_picture(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _shown(bench, tmp_path / "one")
    attention = bench.program.attention
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_named: (str(tmp_path / "x.png"), ""))
    attention.what_if.toggle()
    attention.what_if.hand.stroke_began.emit(QPointF(160, 80))
    bench.until(lambda: attention.what_if.is_painted and attention.what_if.is_settled)
    attention.keep.save()
    assert bench.message_ids()[-1] == "E-421"
    attention.what_if.panel.restart_requested.emit()
    bench.until(lambda: not attention.what_if.is_painted)
    attention.keep.save()
    bench.until((tmp_path / "x.json").exists)


def test_a_look_that_comes_after_painting_is_nobodys(bench: Bench, tmp_path: Path) -> None:
    _shown(bench, tmp_path / "one")
    attention = bench.program.attention
    attention.what_if.toggle()
    # Beside what the network saw, and within what a look at the whole picture sees.
    attention.region.ask(QRectF(2, 20, 60, 60))
    assert "saw nothing" in attention.region.panel.words()
    attention.finer.panel.look_requested.emit(1, True)
    attention.what_if.hand.stroke_began.emit(QPointF(160, 80))
    assert attention.what_if.is_painted
    bench.until(lambda: not attention.parts.examiner.is_open("finer") and attention.what_if.is_settled)
    assert attention.finer.examined is None
    assert "saw nothing" in attention.region.panel.words()
