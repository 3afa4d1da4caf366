"""An export into class folders that is killed leaves whole files only, and can be continued or taken back."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from inference.cancel import CancelToken
from inference.exports.folder_journal import JOURNAL, read_journal
from inference.exports.folder_plan import FolderOptions
from inference.exports.folders import carry_out, plan_folders, undo_folders
from tests.inference.exports import folder_child
from tests.inference.exports.conftest import Originals

PROJECT_ROOT = Path(__file__).resolve().parents[3]
COUNT = 200


@pytest.mark.skipif(os.name == "nt", reason="kill -9")
@pytest.mark.parametrize("goes_on", [True, False])
def test_kill_9(tmp_path: Path, originals: Originals, goes_on: bool) -> None:
    random_numbers = random.Random(goes_on)  # noqa: S311 - no secret
    contents = {f"{i}.jpg": random_numbers.randbytes(40_000) for i in range(COUNT)}
    for name, data in contents.items():
        originals.add(name, data)
    caught = 0
    for attempt in range(10):
        target = tmp_path / f"target {attempt}"
        child = subprocess.Popen(
            [sys.executable, "-m", folder_child.__name__, str(originals.folder), str(target), str(COUNT)],
            cwd=PROJECT_ROOT,
            stdout=subprocess.PIPE,
        )
        with child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            # Somewhere in the run: after so many files as chance says.
            wanted = random_numbers.randrange(COUNT)
            while child.poll() is None and _count(target) < wanted:
                time.sleep(0.001)
            child.send_signal(signal.SIGKILL)
        caught += child.returncode == -signal.SIGKILL
        for path in _named(target):
            assert path.read_bytes() == contents[path.name], path
        images = folder_child.images_below(originals.folder, COUNT)
        if goes_on:
            plan = plan_folders(images, target, FolderOptions())
            assert (plan.renamed, plan.problems) == ((), ())
            result = carry_out(plan, CancelToken())
            assert (result.written + result.skipped, result.failed) == (COUNT, ())
            assert len(_named(target)) == COUNT
            assert not list(target.rglob(".cardinal-*.part"))
        if read_journal(str(target)) is not None:
            undone = undo_folders(target)
            assert undone.kept == ()
        # The folder itself stays if the kill came before the list said that the export made it.
        assert not target.exists() or not any(target.iterdir())
    assert caught >= 5


def _count(target: Path) -> int:
    """How many lines the export's list has: about as many as files; looking at all folders would slow the child."""
    try:
        return (target / JOURNAL).read_bytes().count(b"\n")
    except OSError:
        return 0


def _named(target: Path) -> list[Path]:
    return [path for path in target.rglob("*.jpg") if path.is_file()]
