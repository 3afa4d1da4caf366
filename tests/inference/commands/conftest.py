"""Run commands in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.inference.commands.sessions import Run, run_main


@pytest.fixture
def cardinal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `main.py`: exit code, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = run_main(tmp_path / "profile", arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run
