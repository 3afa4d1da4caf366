"""The plain start where no window can open: pictures are classified, a session is not taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest

import main
from gui import display


def test_without_a_display_a_session_is_left_to_the_commands_that_can_use_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(display, "missing", lambda: "There is no display here.")
    session = tmp_path / "birds.cardinal"
    session.write_bytes(b"anything")
    assert main.main(["--profile", str(tmp_path / "p"), str(session)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "There is no display here.",
        "A session is opened in a window; `label` and `export` work with it here.",
    ]
    assert session.read_bytes() == b"anything"
