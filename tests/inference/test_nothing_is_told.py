"""A library that would tell its maker of this computer does not (decision 0037)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT_ROOT

RUN = """
from inference.engine.network import Network
Network.open({model!r}, device="cpu").close()
"""
BARE = """
import onnxruntime
onnxruntime.InferenceSession({model!r}, providers=["CPUExecutionProvider"])
"""


def _left_behind(folder: Path, script: str) -> list[str]:
    """What a process leaves in a home and a temporary folder of its own."""
    home, temporary = folder / "home", folder / "tmp"
    for one in (home, temporary):
        one.mkdir(parents=True)
    script = script.format(model=str(PROJECT_ROOT / "tests" / "data" / "tiny.onnx"))
    # It also tells nothing where it takes a computer for one that builds and tests.
    left_out = ("ORT_", "XDG_", "CI", "GITHUB_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    environment |= {"HOME": str(home), "TMPDIR": str(temporary)}
    subprocess.run([sys.executable, "-c", script], env=environment, cwd=PROJECT_ROOT, check=True)
    return sorted(path.name for one in (home, temporary) for path in one.rglob("*"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps such things elsewhere")
def test_a_network_leaves_nothing_in_the_home_folder(tmp_path: Path) -> None:
    assert _left_behind(tmp_path, RUN) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps such things elsewhere")
def test_what_is_left_out_would_be_seen(tmp_path: Path) -> None:
    """The test above can fail: the library by itself does leave something, in the versions that report."""
    if not _left_behind(tmp_path, BARE):
        pytest.skip("this version of ONNX Runtime tells nothing by itself, or does not in this environment")
