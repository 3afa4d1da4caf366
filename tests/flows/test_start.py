"""What is loaded when: the first paint waits for Qt alone, and PyTorch never enters the window's process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import PROJECT_ROOT
from tests.flows.conftest import TINY

_PROBE = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from gui import app
from gui.wishes import Wishes
from inference.profile import Profile

application = app.create_application([])
program = app.build(application, Profile.below(Path(sys.argv[1])), Wishes(sys.argv[2], "cpu"))
program.window.painted.connect(lambda: print("painted", *sorted({"numpy", "PIL", "onnxruntime"} & set(sys.modules))))
program.controller.model_opened.connect(lambda _: QTimer.singleShot(0, program.window.close))
program.closed.connect(application.quit)
program.start()
QTimer.singleShot(60000, application.quit)
application.exec()
program.close()
print("loaded", *sorted({"torch", "torchvision", "onnx", "onnxscript", "numpy"} & set(sys.modules)))
"""


def test_numpy_waits_for_the_first_paint_and_torch_never_comes(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROBE, str(tmp_path), TINY], cwd=PROJECT_ROOT, capture_output=True, text=True,
        timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["painted", "loaded numpy"], done.stdout + done.stderr


def test_without_a_display_the_paths_are_classified_here(tmp_path: Path) -> None:
    environment = {"PATH": "", "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "main.py", "--profile", str(tmp_path), "--model", TINY, "--device", "cpu", "assets/samples"],
        cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=100, check=False, env=environment,
    )  # fmt: skip
    if sys.platform.startswith("linux"):
        assert done.returncode == 0, done.stderr
        assert "There is no display here" in done.stderr
        assert "chelsea.png" in done.stdout
