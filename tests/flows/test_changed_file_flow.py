"""A file that another program overwrites is never shown with what was said of the picture before."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from gui.gallery.image_state import ImageState
from gui.main_window import View
from inference.models.catalog import BUILT_IN_NAME
from tests.flows.conftest import Bench
from tests.flows.person import close_window, continue_last

CHANGED = "a.png changed on disk after it was classified."


@pytest.fixture
def bench(make_bench: Callable[..., Bench], tmp_path: Path) -> Bench:
    """Two pictures, the first of them in the viewer with its feature map."""
    (tmp_path / "two").mkdir()
    for name, color in (("a", "red"), ("b", "blue")):
        Image.new("RGB", (320, 240), color).save(tmp_path / "two" / f"{name}.png")
    made = make_bench(model=BUILT_IN_NAME)
    made.drop([str(tmp_path / "two")])
    made.until_done(2)
    made.program.window.grid.set_current_row(0)
    made.program.window.show_view(View.VIEWER)
    made.until(lambda: made.program.viewing.examined is not None)
    return made


def overwrite(folder: Path) -> None:
    """Another program writes another picture over the first one."""
    Image.effect_noise((240, 320), 90).convert("RGB").save(folder / "two" / "a.png")


def says_so(bench: Bench) -> bool:
    """Whether the viewer says that the file changed, and nothing of the picture before."""
    page = bench.program.window.page
    said = page.inspector.sentence == CHANGED
    return said and bench.program.viewing.examined is None and not page.legend.is_shown


def test_a_question_that_reads_the_file_finds_out(bench: Bench, tmp_path: Path) -> None:
    overwrite(tmp_path)
    bench.program.attention.finer.panel.look_requested.emit(2, False)
    bench.until(lambda: says_so(bench))
    assert bench.program.attention.finer.examined is None
    # What is asked for then is an answer to the new picture.
    page = bench.program.window.page
    page.reclassify_requested.emit()
    bench.until(lambda: bench.program.viewing.examined is not None and page.legend.is_shown)
    facts = bench.program.viewing.examined.classification.facts  # type: ignore[union-attr]
    assert (facts.width, facts.height) == (240, 320)
    assert page.inspector.sentence == ""


def test_coming_back_to_it_finds_out(bench: Bench, tmp_path: Path) -> None:
    program = bench.program
    program.window.grid.set_current_row(1)
    bench.until(lambda: program.viewing.examined is not None)
    overwrite(tmp_path)
    # Its pixels are no longer at hand.
    program.viewing._picture.forget_all()
    program.window.grid.set_current_row(0)
    bench.until(lambda: says_so(bench))
    # The list still says what it said, and the other picture is not concerned.
    assert program.images.table.answer(0) is ImageState.SUGGESTED
    program.window.grid.set_current_row(1)
    bench.until(lambda: program.viewing.examined is not None)
    program.window.grid.set_current_row(0)
    bench.until(lambda: says_so(bench))


def test_after_a_restart_the_sessions_answer_is_not_put_over_it(
    bench: Bench, make_bench: Callable[..., Bench], tmp_path: Path
) -> None:
    close_window(bench)
    overwrite(tmp_path)
    again = make_bench(model=BUILT_IN_NAME)
    continue_last(again)
    again.until(lambda: len(again.program.images) == 2)
    again.program.window.grid.set_current_row(0)
    again.program.window.show_view(View.VIEWER)
    again.until(lambda: says_so(again))
    # The session's answer may come later: it is still that of the picture before.
    again.qtbot.wait(300)
    assert says_so(again)


def test_touching_a_file_without_changing_its_size_counts_too(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "two" / "a.png"
    facts = path.stat()
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns + 10**9))
    bench.program.attention.finer.panel.look_requested.emit(2, False)
    bench.until(lambda: says_so(bench))
