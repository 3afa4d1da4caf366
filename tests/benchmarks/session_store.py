"""Measure the session file on this machine and print the numbers as a table.

    uv run python -m tests.benchmarks.session_store [IMAGES ...]

Without arguments: 100,000 images, then 1,000,000 (which takes some 3 GB in the folder for temporary files). Files are
only named, nothing is decoded. Run it alone on the machine: neighbours make it lie.
"""

from __future__ import annotations

import hashlib
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from inference.arrays import Embedding, EvidenceMaps
from inference.results import Classification, CropGeometry, PictureFacts, Prediction
from inference.sessions.marks import Marks, make_mark
from inference.sessions.records import FoundFile, KeptAnswer, SessionModel
from inference.sessions.session import Session
from inference.sessions.states import ImageState
from inference.sessions.steps import Step, StepKind

BATCH = 64
SCAN = 500
CLASSES = 1000
LABELS_ONE_BY_ONE = 500
TILES = 100

_random = np.random.default_rng(1)
_EVIDENCE: EvidenceMaps = _random.standard_normal((5, 9, 9)).astype(np.float32)
_EMBEDDING: Embedding = _random.standard_normal(512).astype(np.float32)
_CORRECTED = make_mark(ImageState.CORRECTED)


def _files(count: int) -> Iterator[list[FoundFile]]:
    files = (
        FoundFile(f"/pictures/folder {key // 1000:04d}/image_{key:07d}.jpg", 10_000 + key * 7919 % 900_000, key)
        for key in range(count)
    )
    while portion := list(itertools.islice(files, SCAN)):
        yield portion


def _answer(key: int) -> KeptAnswer:
    facts = PictureFacts(640, 480, "JPEG", 50_000, content_hash=hashlib.sha256(b"%d" % key).digest())
    predictions = tuple(
        Prediction(place, f"class {(key * 31 + place) % CLASSES}", 0.5 / (place + 1), 3.0) for place in range(5)
    )
    outcome = Classification("", facts, CropGeometry(0, 0, 1, 1), predictions, _EVIDENCE, "model", "cpu", "float32")
    return KeptAnswer(key, outcome, _EMBEDDING)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _tenths(times: Sequence[float], images_each: int) -> str:
    """Microseconds for each image in each tenth."""
    size = max(1, len(times) // 10)
    tenths = [times[start : start + size] for start in range(0, size * 10, size)]
    return " ".join(f"{sum(tenth) / len(tenth) / images_each * 1e6:.0f}" for tenth in tenths if tenth)


def _label(keys: Sequence[int], code: int) -> Step:
    before, after = Marks.same(keys, 0), Marks.same(keys, _CORRECTED, code)
    return Step(StepKind.LABEL, "cat", before, after, time.time())


def _fill(session: Session, count: int) -> Iterator[tuple[str, str]]:
    times = [
        _timed(lambda files=files, go_on=number > 0: session.register(files, continues_scan=go_on))  # type: ignore[misc]
        for number, files in enumerate(_files(count))
    ]
    yield f"register {SCAN}: median / max", f"{statistics.median(times) * 1e3:.1f} / {max(times) * 1e3:.1f} ms"
    yield "register: us per image, by tenth", _tenths(times, SCAN)
    yield "register all again (known)", f"{_timed(lambda: [session.register(files) for files in _files(count)]):.2f} s"
    times = []
    for first in range(1, count + 1, BATCH):
        answers = [_answer(key) for key in range(first, min(count + 1, first + BATCH))]
        times.append(_timed(lambda answers=answers: session.keep_answers(answers)))  # type: ignore[misc]
    yield f"keep {BATCH} answers: median / max", f"{statistics.median(times) * 1e3:.1f} / {max(times) * 1e3:.1f} ms"
    yield "keep answers: us per image, by tenth", _tenths(times, BATCH)


def _use(session: Session, count: int) -> Iterator[tuple[str, str]]:
    yield "load all", f"{_timed(lambda: list(session.load())):.2f} s"
    code = session.vocabulary.code("cat")
    times = [
        _timed(lambda key=key: session.carry_out(_label([key], code)))  # type: ignore[misc]
        for key in range(1, LABELS_ONE_BY_ONE + 1)
    ]
    p99 = statistics.quantiles(times, n=100)[-1]
    yield "label one: median / p99", f"{statistics.median(times) * 1e3:.2f} / {p99 * 1e3:.2f} ms"
    step = _label(range(1, count + 1), code)
    yield "label all", f"{_timed(lambda: session.carry_out(step)):.2f} s"
    yield "take back", f"{_timed(session.take_back):.2f} s"
    yield "repeat", f"{_timed(session.repeat):.2f} s"
    keys = range(count // 2, count // 2 + TILES)
    yield f"maps of {TILES} tiles", f"{_timed(lambda: session.evidence_of(keys)) * 1e3:.1f} ms"
    yield "counts", f"{_timed(lambda: (session.image_count(), session.label_counts())) * 1e3:.1f} ms"
    yield "all images for an export", f"{_timed(lambda: sum(1 for _ in session.labelled_images())):.2f} s"
    yield "backup", f"{_timed(session.backup_now):.2f} s"
    yield "check", f"{_timed(session.check):.2f} s"
    yield "forget all answers", f"{_timed(session.forget_answers):.2f} s"
    yield "close", f"{_timed(session.close):.2f} s"


def measure(folder: Path, count: int) -> Iterator[tuple[str, str]]:
    """The rows of one table."""
    path = folder / "measured.cardinal"
    session = Session.create(path)
    session.set_model(SessionModel("ab" * 32, "model", "Model"))
    yield from _fill(session, count)
    yield from _use(session, count)
    yield "file", f"{path.stat().st_size / 1e6:.0f} MB"
    began = time.perf_counter()
    session = Session.open(path)
    yield "open", f"{(time.perf_counter() - began) * 1e3:.0f} ms"
    yield "load after opening", f"{_timed(lambda: list(session.load())):.2f} s"
    yield "journal", f"{_timed(session.journal):.2f} s"
    session.close()


def main() -> None:
    """Print a table for each number of images."""
    for count in [int(argument) for argument in sys.argv[1:]] or [100_000, 1_000_000]:
        print(f"{count:,} images")  # noqa: T201 - the table is the result
        with tempfile.TemporaryDirectory() as folder:
            for what, measured in measure(Path(folder), count):
                print(f"  {what:40}{measured}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
