"""A file that is spoilt while somebody looks through the pictures counts as failed at once, in every part."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from gui.gallery.image_state import ImageState
from gui.main_window import View
from tests.flows.conftest import Bench


def test_a_picture_that_is_spoilt_before_it_is_shown_has_no_answer_any_more(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "two"
    folder.mkdir()
    for name, color in (("a", "red"), ("b", "blue")):
        Image.new("RGB", (64, 48), color).save(folder / f"{name}.png")
    bench.drop([str(folder)])
    bench.until_done(2)
    program, table = bench.program, bench.program.images.table
    program.window.grid.set_current_row(1)
    program.window.show_view(View.VIEWER)
    bench.until(lambda: program.window.page.picture.placement is not None and not program.viewing._picture._loading)
    whole = (folder / "a.png").read_bytes()
    (folder / "a.png").write_bytes(whole[: len(whole) // 2])
    # As with a long list: it was not read ahead.
    program.viewing._picture.forget_all()
    program.window.grid.set_current_row(0)
    bench.until(lambda: table.answer(0) is ImageState.FAILED)
    assert (bench.count(ImageState.SUGGESTED), bench.count(ImageState.FAILED)) == (1, 1)
    inspector = program.window.page.inspector
    assert inspector.sentence == "No suggestions: the picture could not be classified."
    assert table.suggestion(0) == ""
    assert not inspector.label._accept.isEnabled(), "there is nothing to agree with"
