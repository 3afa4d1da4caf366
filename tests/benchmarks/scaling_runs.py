"""Measure one run of `classify` over a number of pictures, one size of batches, or how fast a disk is."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from inference.bench.asking import MeasuringProcess
from inference.bench.lane import Lane
from inference.bench.orders import Setup
from inference.bench.processes import MemoryWatch, children
from inference.bench.record import Name
from inference.profile import PROJECT_ROOT

_LONG = 1000
"""A run over more pictures is looked at once a second only, so that looking costs nothing that counts."""

_BATCHES = 4
"""Of one or two, the pipeline's first and last moments would be most."""

_SET_CHILD_SUBREAPER = 36
_BAD_PICTURE = b"This is no picture."


@dataclass(frozen=True, slots=True)
class FolderRun:
    """What `classify` took, from the start of its process to the end of it.

    Attributes:
        seconds: on the clock.
        cpu_s: of all its processes.
        peak_bytes: memory of all of them, what they share counted once.
    """

    seconds: float
    cpu_s: float
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class BatchRun:
    """What one size of batches gave.

    Attributes:
        network_per_s: pictures a second of the network alone.
        pipeline_per_s: of the pipeline.
        cpu_ms: processor time of the pipeline's processes for a picture.
        peak_bytes: memory of all of them.
    """

    network_per_s: float
    pipeline_per_s: float
    cpu_ms: float
    peak_bytes: int


def become_subreaper() -> None:
    """Have processes that lose their parent come to this one (Linux), so that what they computed is known."""
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def tree_paths(tree: Path, count: int) -> list[str]:
    """The first `count` pictures of a tree of `make_tree`, in as few words as they can be said: folders, or files.

    Raises:
        SystemExit: there are not so many.
    """
    taken: list[str] = []
    for folder in sorted(path for path in tree.iterdir() if path.is_dir()):
        files = sorted(map(str, folder.glob("*.jpg")))
        taken += [str(folder)] if len(files) <= count else files[:count]
        count -= min(len(files), count)
        if not count:
            return taken
    sys.exit(f"{tree} has {count:,} {'picture' if count == 1 else 'pictures'} less than that.")


def first_files(tree: Path, count: int) -> list[str]:
    """The first pictures of a tree, one by one."""
    files = (path for folder in sorted(tree.iterdir()) for path in sorted(folder.glob("*.jpg")))
    return list(map(str, islice(files, count)))


def run_folder(words: Sequence[str], options: Sequence[str], tree: Path, count: int, folder: Path) -> FolderRun:
    """Run `main.py classify` as a person does, its rows going into a file below `folder`.

    Args:
        words: for `main.py`, before the command.
        options: of the command.
        tree: that `make_tree` has made.
        count: how many pictures; 0 for one file that is none, so that only starting and ending remain.
        folder: for what is written.
    """
    bad = folder / "bad.jpg"
    bad.write_bytes(_BAD_PICTURE)
    paths = tree_paths(tree, count) if count else [str(bad)]
    command = [sys.executable, "main.py", *words, "classify", *options, "--format", "jsonl"]
    known = _below()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    with subprocess.Popen(
        [*command, "--output", str(folder / "rows"), *paths], cwd=PROJECT_ROOT, stderr=subprocess.DEVNULL
    ) as process, MemoryWatch(process.pid, every_s=1.0 if count > _LONG else 0.1) as watch:  # fmt: skip
        code = process.wait()
    seconds = time.perf_counter() - started
    if code != (0 if count else 1):
        sys.exit(f"classify ended with {code}.")
    _reap(known)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return FolderRun(seconds, cpu_s, watch.peak_bytes or 0)


def run_batches(setup: Setup, size: int, pass_s: float) -> BatchRun:
    """Measure network and pipeline once each with batches of `size`, each in a process of its own, warmed up.

    Args:
        setup: what they work on.
        size: pictures in one run of the network.
        pass_s: how long one pass shall take at least; the pipeline does some batches in any case.
    """
    sized = replace(setup, batch=size)
    with MeasuringProcess.start("inference.bench.program_runs", sized) as program:
        program.wait()
        network = Lane(Name.NETWORK, [program], batch=size)
        _measure(network, pass_s)
    with MeasuringProcess.start("inference.bench.pipeline_runs", sized) as process, MemoryWatch(process.pid) as watch:
        process.wait()
        pipeline = Lane(Name.PIPELINE, [process], batch=size)
        _measure(pipeline, max(pass_s, _BATCHES * size / network.rates[0]))
    cpu_ms = sum(pipeline.cpu_ms[0]) if pipeline.cpu_ms else 0.0
    return BatchRun(network.rates[0], pipeline.rates[0], cpu_ms, watch.peak_bytes or 0)


def read_cold(paths: Sequence[str], readers: int) -> float:
    """Millions of bytes a second that so many processes read of files that the system has forgotten."""
    size = sum(map(_forget, paths))
    with ProcessPoolExecutor(readers) as pool:
        # The processes are there before the clock runs.
        list(pool.map(os.path.basename, paths[: 8 * readers]))
        started = time.perf_counter()
        list(pool.map(_read_all, [paths[first::readers] for first in range(readers)]))
    return size / (time.perf_counter() - started) / 1e6


def _measure(lane: Lane, pass_s: float) -> None:
    lane.calibrate(pass_s)
    lane.run()


def _below() -> set[int]:
    """Processes right below this one, those that have ended and were not waited for among them."""
    return set(children().get(os.getpid(), []))


def _reap(known: set[int]) -> None:
    """Wait for what the ended process had started and left to end by itself; `become_subreaper` brings it here."""
    while left := _below() - known:
        for process in left:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process, 0)


def _forget(path: str) -> int:
    """Have the system drop what it remembers of a file; its size."""
    with Path(path).open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return os.fstat(file.fileno()).st_size


def _read_all(paths: Sequence[str]) -> int:
    return sum(len(Path(path).read_bytes()) for path in paths)
