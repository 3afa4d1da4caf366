"""Memory and processor time are those of a process and of all below it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from inference.bench import processes
from inference.bench.processes import (
    MemoryWatch,
    OthersWatch,
    can_tell,
    core_seconds,
    cpu_seconds,
    set_size_bytes,
    tree,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what processes take")
_SIZE = 64 * 2**20
_CODE = f"held = b'x' * {_SIZE}; print('ready', flush=True); input()"


@pytest.fixture
def large_child() -> Iterator[subprocess.Popen[str]]:
    """A process below this one that holds 64 MiB."""
    process = subprocess.Popen([sys.executable, "-c", _CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield process
    process.communicate("\n")


def test_a_process_below_is_in_the_tree(large_child: subprocess.Popen[str]) -> None:
    assert can_tell()
    assert large_child.pid in list(tree(os.getpid()))
    assert next(tree(os.getpid())) == os.getpid()
    assert list(tree(large_child.pid)) == [large_child.pid]


def test_the_peak_counts_what_is_below(large_child: subprocess.Popen[str]) -> None:
    with MemoryWatch(os.getpid(), every_s=0.01) as watch:
        pass
    assert watch.peak_bytes is not None
    assert watch.peak_own_bytes is not None
    assert set_size_bytes(large_child.pid) >= _SIZE
    assert watch.peak_bytes >= watch.peak_own_bytes + _SIZE


def test_a_watch_goes_on_and_keeps_its_peak_also_of_another_process(large_child: subprocess.Popen[str]) -> None:
    watch = MemoryWatch(large_child.pid, every_s=0.01)
    with watch:
        pass
    large = watch.peak_bytes, watch.peak_own_bytes
    assert large[0] is not None
    assert large[0] >= _SIZE
    small = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, text=True)
    watch.root = small.pid
    with watch:
        pass
    small.communicate("\n")
    assert (watch.peak_bytes, watch.peak_own_bytes) == large
    watch.root = os.getpid()
    with watch:
        pass
    # This process, and the child below it.
    assert watch.peak_bytes is not None
    assert watch.peak_bytes > large[0]


def test_what_grows_while_it_is_watched_is_seen() -> None:
    code = f"input(); held = b'x' * {_SIZE}; print('ready', flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    watch = MemoryWatch(process.pid, every_s=0.01)
    with watch:
        pass
    before = watch.peak_bytes
    with watch:
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n"
        deadline = time.monotonic() + 20
        while (watch.peak_bytes or 0) < _SIZE and time.monotonic() < deadline:
            time.sleep(0.005)
    process.communicate("\n")
    assert before is not None
    assert watch.peak_bytes is not None
    assert before < _SIZE <= watch.peak_bytes


def test_a_process_that_is_gone_takes_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert set_size_bytes(process.pid) == 0
    assert cpu_seconds(process.pid) == 0
    with MemoryWatch(process.pid, every_s=0.01) as watch:
        pass
    assert watch.peak_bytes == 0


def test_computing_takes_processor_time() -> None:
    before = cpu_seconds(os.getpid())
    while cpu_seconds(os.getpid()) == before:
        sum(range(10_000))
    assert cpu_seconds(os.getpid()) > before


def test_all_cores_together_compute_at_least_what_this_process_does() -> None:
    own, everybody = cpu_seconds(os.getpid()), core_seconds()
    while cpu_seconds(os.getpid()) < own + 0.2:
        sum(range(10_000))
    now = core_seconds()
    assert everybody is not None
    assert now is not None
    # Both count in hundredths of a second.
    assert now - everybody >= 0.2 - 0.05


@pytest.mark.parametrize(("everybody", "own", "share"), [(3.0, 1.0, 0.5), (1.0, 1.02, 0.0), (9.0, 0.0, 1.0)])
def test_what_others_take_is_what_this_program_does_not(
    everybody: float, own: float, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two cores in two seconds.
    states = iter([(10.0, 100.0, 7.0), (12.0, 100.0 + everybody, 7.0 + own)])
    monkeypatch.setattr(processes, "_computed", lambda: next(states))
    monkeypatch.setattr("inference.engine.machine.usable_cores", lambda: 2)
    with OthersWatch() as watch:
        pass
    assert watch.share == pytest.approx(share)


def test_where_the_system_does_not_say_nobody_takes_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "core_seconds", lambda: None)
    with OthersWatch() as watch:
        pass
    assert watch.share is None
