"""A comparison is written whole, known as a map, under its own suffix, and over nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from gui.compare import compare_files
from gui.compare.compare_saver import SavedPanel, ToSave, target_of
from gui.compare.compare_work import draw
from gui.viewer.map_mode import MapMode
from inference.attention.picture import MARK_BYTES, is_map_png
from inference.attention.side_by_side import Panel, side_by_side
from inference.errors import OutputWriteError
from tests.gui.compare.answering import answer_of, pixels_of


def content(originals: list[str]) -> ToSave:
    said, pixels = answer_of(), pixels_of()
    contributions = draw(said, 0, MapMode.EVIDENCE, 5.0, pixels).contributions
    panel = SavedPanel(pixels, said.classification.crop, contributions, "\u2068a.png\u2069", ("x \u2068y\u2069",))
    return ToSave([panel, panel], MapMode.EVIDENCE, 5.0, 0.6, ("two",), originals)


@pytest.mark.parametrize(
    ("chosen", "target"), [("/p/a", "/p/a.png"), ("/p/a.PNG", "/p/a.PNG"), ("/p/a.b c", "/p/a.b c.png")]
)
def test_the_file_has_the_suffix_of_what_it_is(chosen: str, target: str) -> None:
    assert target_of(chosen) == Path(target)


def test_nothing_of_a_person_is_replaced(tmp_path: Path) -> None:
    original, theirs = tmp_path / "a.png", tmp_path / "b.png"
    for path in (original, theirs):
        Image.new("RGB", (8, 8)).save(path)
    before = original.read_bytes()
    for target in (original, theirs, tmp_path):
        with pytest.raises(OutputWriteError):
            compare_files.write(target, content([str(original)]))
    assert original.read_bytes() == theirs.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.png"]


def test_every_way_of_drawing_is_written_as_another_picture(tmp_path: Path) -> None:
    written = set()
    target = tmp_path / "c.png"
    for mode in MapMode:
        compare_files.write(target, replace(content([]), mode=mode))
        assert is_map_png(target.read_bytes()[:MARK_BYTES])
        written.add(target.read_bytes())
    assert len(written) == len(MapMode)


def test_marks_of_direction_are_not_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Panel] = []

    def watched(panels: list[Panel], *rest: object) -> object:
        drawn.extend(panels)
        return side_by_side(panels, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(compare_files, "side_by_side", watched)
    compare_files.write(tmp_path / "c.png", content([]))
    assert (drawn[0].title, drawn[0].lines) == ("a.png", ("x y",))
    assert drawn[0].original_size == (40, 30)
