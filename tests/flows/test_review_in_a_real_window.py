"""A review by keyboard, from outside: a real window, real key presses, the session file read by plain SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows import xvfb
from tests.flows.conftest import TINY
from tests.flows.keyboard_review import assert_decided, review
from tests.flows.making import hashes, make_pictures
from tests.flows.test_real_window import started
from tests.flows.xvfb import Screen

pytestmark = [
    pytest.mark.flow,
    pytest.mark.skipif(xvfb.missing() is not None, reason=f"no real window: {xvfb.missing()}"),
]

COUNT = 60
CLOSE_S = 3.0


@pytest.fixture
def screen() -> Iterator[Screen]:
    """An X server of its own."""
    with xvfb.open_screen() as opened:
        yield opened


def test_every_key_of_a_review_is_one_decision_on_the_disk(screen: Screen, tmp_path: Path) -> None:
    profile, folder = tmp_path / "profile", make_pictures(tmp_path / "birds", COUNT)
    before = hashes(folder)
    arguments = ("main.py", "--profile", profile, "--model", TINY, "--device", "cpu", folder)
    with started(screen, tmp_path, "program", *arguments) as program:
        program.until("run", state="finished", suggested=COUNT)
        window = screen.window(program.process.pid, "Cardinal")
        screen.press(window, "ctrl+3")
        review(screen, window, program.log, COUNT)
        screen.press(window, "ctrl+z")
        screen.press(window, "ctrl+shift+z")
        screen.press(window, "ctrl+q")
        assert program.process.wait(CLOSE_S) == 0
        assert "Traceback" not in program.errors.read_text()
    assert_decided(profile, "birds", COUNT)
    assert hashes(folder) == before
