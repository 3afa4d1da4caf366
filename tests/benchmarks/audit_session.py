"""Audit a generated session in the window and print how long it takes, what memory it takes, and how the window feels.

    uv run python -m tests.benchmarks.audit_session [IMAGES ...]

Without arguments: 10,000 images, then 100,000, with maps of 8 x 8 cells and an embedding of 512 each, in 200 classes.
Files are only named. Run it alone on the machine, with QT_QPA_PLATFORM=offscreen where there is no display.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication

from gui.action_table import ActionId
from gui.app import build, create_application
from gui.gallery.image_state import ImageState
from gui.program import Program
from gui.session_holder import SessionHolder
from gui.wishes import Wishes
from inference.arrays import Embedding
from inference.profile import Profile
from inference.results import Classification, CropGeometry, PictureFacts, Prediction
from inference.sessions.records import FoundFile, KeptAnswer
from inference.sessions.session import Session
from tests.benchmarks.lateness import StallProbe

CLASSES = 200
PORTION = 500
LIMIT_S = 600
_random = np.random.default_rng(1)
_EMBEDDING: Embedding = _random.standard_normal(512).astype(np.float32)


def generate(path: Path, count: int, holder: SessionHolder) -> None:
    """A session of `count` images, answered by the open model; every tenth class looks at the border."""
    session = Session.create(path)
    holder.match_model(session)
    files = [FoundFile(f"/pictures/{key // 1000:03}/{key:06}.jpg", 1000 + key, key) for key in range(1, count + 1)]
    for start in range(0, count, PORTION):
        session.register(files[start : start + PORTION], continues_scan=start > 0)
        session.keep_answers([_answer(key) for key in range(start + 1, min(count, start + PORTION) + 1)])
    session.close()


def _answer(key: int) -> KeptAnswer:
    subject = key * 31 % CLASSES
    evidence = _random.normal(0, 0.05, (5, 8, 8)).astype(np.float32)
    evidence[0, 0 if subject % 10 == 0 else 4, 1:6] += 1
    width, height = 400 + key % 7 * 50, 300 + key % 5 * 50
    side = float(min(width, height))
    crop = CropGeometry((width - side) / 2, (height - side) / 2, (width + side) / 2, (height + side) / 2)
    facts = PictureFacts(width, height, "JPEG", 1000 + key, content_hash=hashlib.sha256(b"%d" % key).digest())
    predictions = tuple(
        Prediction((subject + place) % CLASSES, f"class {(subject + place) % CLASSES}", 0.5 / (place + 1), 3.0)
        for place in range(5)
    )
    outcome = Classification("", facts, crop, predictions, evidence, "generated", "cpu", "float32")
    return KeptAnswer(key, outcome, _EMBEDDING)


def _resident_mib() -> float:
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) / 1024


def _wait(holds: Callable[[], bool], watch: Callable[[], None] = lambda: None) -> float:
    began = time.perf_counter()
    while not holds():
        QApplication.processEvents()
        watch()
        time.sleep(0.001)
        if time.perf_counter() - began > LIMIT_S:
            raise TimeoutError
    return time.perf_counter() - began


def _measure(program: Program, count: int) -> None:
    desk, probe = program.attention.audit, StallProbe()
    _wait(lambda: len(program.images) == count and bool(program.models.name))
    _wait(lambda: program.images.count(ImageState.SUGGESTED) == count)
    before, peak = _resident_mib(), [0.0]

    def watch() -> None:
        peak[0] = max(peak[0], _resident_mib())

    probe.start()
    program.actions[ActionId.AUDIT].trigger()
    took = _wait(lambda: desk.found is not None, watch)
    late = probe.stop()
    _say(f"{count:>9,} images: audited in {took:.1f} s; memory {before:.0f} MiB before, at most {max(peak):.0f} MiB")
    _say(f"{'':>18}GUI: {late}")
    dialog = desk.dialog
    if dialog is None or desk.found is None:
        raise RuntimeError("nothing was found")
    first = [dialog.classes.model().index(row, 0).data() for row in range(CLASSES // 10)]
    _say(f"{'':>18}the first {len(first)} classes are those that look at the border: {_are_border(first)}")
    probe.start()
    for step in range(40):
        dialog.mean.box_drawn.emit(QRectF(0.1, 0.1, 0.3 + step / 100, 0.5), step % 10 == 0)
        _wait(lambda: True)
        QApplication.processEvents()
    _say(f"{'':>18}drawing a box: {probe.stop()}")
    program.attention.audit.audit()
    _wait(lambda: False if dialog is None else desk._task is not None)
    began = time.perf_counter()
    dialog.stop_requested.emit()
    _say(f"{'':>18}stopped in {1000 * (time.perf_counter() - began):.1f} ms")


def _are_border(names: list[str]) -> bool:
    return all(int(name.rpartition(" ")[2]) % 10 == 0 for name in names)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(counts: list[int]) -> None:
    """Measure each size in a program of its own state."""
    application = create_application([])
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            session = Path(folder) / "generated.cardinal"
            program = build(application, Profile.below(Path(folder) / "profile"), Wishes(None, "cpu"))
            program.start()
            _wait(lambda program=program: bool(program.models.name))  # type: ignore[misc]  # of this turn
            generate(session, count, program.holder)
            program.open_paths([str(session)])
            try:
                _measure(program, count)
            finally:
                program.window.close()
                program.close()


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [10_000, 100_000])
