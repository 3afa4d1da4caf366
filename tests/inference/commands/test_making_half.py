"""The child that writes float16 files says what came of it in one line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.conftest import PROJECT_ROOT
from tests.inference.engine.variants import TINY


def _run(source: Path, target: Path) -> tuple[int, dict[str, object]]:
    command = [sys.executable, "-m", "inference.commands.making_half", f"--source={source}", f"--target={target}"]
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    answer: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return done.returncode, answer


def test_it_says_that_it_is_done_and_why_it_refuses(tmp_path: Path) -> None:
    half = tmp_path / "half.onnx"
    assert _run(TINY, half) == (0, {"result": {"refused": None}})
    reason = "it has no convolutions that compute in float32"
    assert _run(half, tmp_path / "again.onnx") == (0, {"result": {"refused": reason}})


def test_an_error_is_told_with_its_kind(tmp_path: Path) -> None:
    code, answer = _run(tmp_path / "absent.onnx", tmp_path / "half.onnx")
    assert code == 1
    assert isinstance(answer["error"], dict)
    assert answer["error"]["type"] == "ModelLoadError"
