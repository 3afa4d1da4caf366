"""The child that tries a card says in one line what came of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from inference.engine.card.choice import CardChoices, parse_choice
from inference.engine.card.variant import PLAIN
from inference.engine.devices import Device
from inference.engine.network import hash_model
from inference.engine.probe import find_refusal
from tests.conftest import PROJECT_ROOT
from tests.inference.engine.variants import TINY


def _run(device: Device, cache: Path) -> tuple[int, dict[str, dict[str, object]]]:
    arguments = [f"--model={TINY}", f"--hash={hash_model(str(TINY))}", f"--device={device}", f"--cache={cache}"]
    command = [sys.executable, "-m", "inference.commands.trying_card", *arguments, "--threads=1"]
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    answer: dict[str, dict[str, object]] = json.loads(done.stdout.splitlines()[-1])
    return done.returncode, answer


def test_it_says_what_it_found(tmp_path: Path) -> None:
    code, answer = _run(Device.CPU, tmp_path)
    found = parse_choice(answer["result"])
    assert code == 0
    assert found is not None
    assert found.variant == PLAIN
    assert CardChoices(tmp_path).remembered(hash_model(str(TINY)), Device.CPU) == found


@pytest.mark.skipif(find_refusal(Device.CUDA) is None, reason="there is a card")
def test_without_a_card_it_says_why(tmp_path: Path) -> None:
    code, answer = _run(Device.CUDA, tmp_path)
    assert code == 1
    assert answer["error"]["type"] == "InferenceError"
    assert not (tmp_path / "cards.json").exists()
