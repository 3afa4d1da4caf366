"""Stand in for the program of NVIDIA's driver that says what a card is doing."""

import os
import sys
from pathlib import Path

import pytest


def install_driver(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Have `nvidia-smi` be a Python script.

    Args:
        folder: takes it.
        monkeypatch: names the folder as the first one of PATH until the end of the test.
        body: of the script; what it prints is the answer.
    """
    program = folder / "nvidia-smi"
    program.write_text(f"#!{sys.executable}\n{body}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
