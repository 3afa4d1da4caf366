"""The map is dragged out of a real window into another program, which gets a file, pixels, and no way to move it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.flows import drag_target, xvfb
from tests.flows.conftest import TINY
from tests.flows.making import hashes, make_pictures
from tests.flows.test_real_window import started
from tests.flows.xvfb import Screen

pytestmark = [
    pytest.mark.flow,
    pytest.mark.skipif(xvfb.missing() is not None, reason=f"no real window: {xvfb.missing()}"),
]

CLOSE_S = 3.0


@pytest.fixture
def screen() -> Iterator[Screen]:
    """An X server of its own."""
    with xvfb.open_screen() as opened:
        yield opened


def test_another_program_gets_a_copy_of_the_map(screen: Screen, tmp_path: Path) -> None:
    profile, folder = tmp_path / "profile", make_pictures(tmp_path / "one", 1, size=(700, 500))
    before = hashes(folder)
    arguments = ("main.py", "--profile", profile, "--model", TINY, "--device", "cpu", folder)
    with (
        started(screen, tmp_path, "program", *arguments) as program,
        started(screen, tmp_path, "target", "-m", drag_target.__name__) as target,
    ):
        program.until("run", state="finished", suggested=1)
        window = screen.window(program.process.pid, "Cardinal")
        target_window = screen.window(target.process.pid, drag_target.NAME)
        left, top, right, bottom = screen.box(window)
        # In the left half of the window lies the picture; with the map the legend stands below it.
        screen.settled((left, top, right, bottom))
        screen.xdotool("keydown", "alt")
        try:
            screen.drag(
                (left + (right - left) // 3, (top + bottom) // 2),
                _middle(screen.box(target_window)),
                lambda: bool(target.events("entered")),
            )
        finally:
            screen.xdotool("keyup", "alt")
        target.until("dropped", action="CopyAction", names=["000 map.png"])
        [dropped] = target.events("dropped")
        assert target.last("entered")["can_move"] is False
        assert dropped["image"]
        paths = dropped["paths"]
        assert isinstance(paths, list)
        with Image.open(paths[0]) as opened:
            assert list(opened.size) == dropped["image"]
        screen.press(window, "ctrl+q")
        assert program.process.wait(CLOSE_S) == 0
        assert "Traceback" not in program.errors.read_text()
        assert not Path(paths[0]).exists()
    assert hashes(folder) == before


def _middle(box: tuple[int, int, int, int]) -> tuple[int, int]:
    left, top, right, bottom = box
    return (left + right) // 2, (top + bottom) // 2
