"""Kill a labelling program and look from outside; `tests/benchmarks/kill_labelling.py` does it 200 times."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.skipif(os.name == "nt", reason="it forks and kills")
def test_no_acknowledged_label_is_lost() -> None:
    command = [sys.executable, "-m", "tests.benchmarks.kill_labelling", "20", "7"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    table = dict(line.rsplit(maxsplit=1) for line in done.stdout.splitlines())
    assert table["lost or unknown labels"] == "0"
    assert int(table["acknowledged decisions"]) > 50
    assert int(table["openings that noticed the kill"]) >= 5
