"""The start itself: without a display, in a folder that is gone, and how signals end it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import main
from gui import display
from inference.commands import doctor
from tests.conftest import PROJECT_ROOT
from tests.flows.conftest import TINY


def test_without_a_display_a_session_is_left_to_the_commands_that_can_use_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(display, "missing", lambda: "There is no display here.")
    session = tmp_path / "birds.cardinal"
    session.write_bytes(b"anything")
    assert main.main(["--profile", str(tmp_path / "p"), str(session)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "There is no display here.",
        "A session is opened in a window; `label` and `export` work with it here.",
    ]
    assert session.read_bytes() == b"anything"


@pytest.mark.skipif(sys.platform == "win32", reason="the folder of a process cannot be deleted there")
@pytest.mark.parametrize("command", ["classify chelsea.png", "label birds.cardinal --list", "chelsea.png"])
def test_a_working_folder_that_is_gone_is_told(tmp_path: Path, command: str) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    start = f"{sys.executable} {PROJECT_ROOT / 'main.py'} --profile {tmp_path / 'profile'} {command}"
    line = f"cd {gone} && rmdir {gone} && {start}"
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "The folder that this was started in is gone. Change to another one and start again."
    ]


_AS_BEFORE = """
import os, signal, sys
for kind in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(kind, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
@pytest.mark.parametrize("kind", ["SIGTERM", "SIGHUP"])
def test_a_polite_kill_leaves_no_unfinished_file(tmp_path: Path, kind: str) -> None:
    many = ["assets/samples/chelsea.png"] * 3000
    options = ["--profile", str(tmp_path / "profile"), "classify", "--model", TINY, "--device", "cpu"]
    target = tmp_path / "out" / "rows.csv"
    target.parent.mkdir()
    command = [sys.executable, "main.py", *options, "--output", str(target), *many]
    # Whoever started the tests may ignore some signals, and children inherit that.
    command = [sys.executable, "-c", _AS_BEFORE, *command]
    with subprocess.Popen(command, cwd=PROJECT_ROOT, stderr=subprocess.DEVNULL) as started:
        until = time.monotonic() + 60
        while not any(path.stat().st_size for path in target.parent.iterdir()) and time.monotonic() < until:
            time.sleep(0.01)
        started.send_signal(signal.Signals[kind])
        assert started.wait(60) == 130
    assert list(target.parent.iterdir()) == [target], "the rows that were done, and nothing unfinished"


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
@pytest.mark.parametrize("after_s", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5])
def test_an_interruption_at_the_start_ends_the_program(tmp_path: Path, after_s: float) -> None:
    command = [sys.executable, "main.py", "--profile", str(tmp_path), "--model", TINY, "--device", "cpu"]
    with subprocess.Popen(command, cwd=PROJECT_ROOT, stderr=subprocess.PIPE) as started:
        time.sleep(after_s)
        started.send_signal(signal.SIGINT)
        try:
            started.wait(20)
        finally:
            started.kill()
    assert started.returncode in {0, 130, -signal.SIGINT}


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_a_terminal_that_closes_ends_a_command_once_and_not_where_nohup_is_wanted() -> None:
    before = signal.getsignal(signal.SIGHUP)
    try:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        assert main._interrupting() == (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        assert main._interrupting() == (signal.SIGINT, signal.SIGTERM)
    finally:
        signal.signal(signal.SIGHUP, before)
    interruption = main._Interruption()
    with main._alarm(interruption):
        with pytest.raises(KeyboardInterrupt):
            interruption(signal.SIGHUP, None)
        # The shell tells it, and the system tells it again.
        interruption(signal.SIGHUP, None)
        with pytest.raises(KeyboardInterrupt):
            interruption(signal.SIGINT, None)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0), "no alarm comes later"


_SWALLOWING = """
import sys, time
sys.path.insert(0, {root!r})
import main
from inference.commands import doctor

main._TIDYING_S = float(sys.argv[1])

def run(*_):
    try:
        print("runs", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        print("goes on", flush=True)
    time.sleep(float(sys.argv[2]))
    print("is done", flush=True)
    return 0

doctor.run = run
sys.exit(main.main(["doctor"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize(("tidying_s", "takes_s", "rest", "code"), [(0.3, 60.0, "", 130), (60.0, 0.5, "is done\n", 0)])
def test_after_an_interruption_a_terminal_that_closes_leaves_time_to_tidy_up_but_not_for_ever(
    tidying_s: float, takes_s: float, rest: str, code: int
) -> None:
    program = [sys.executable, "-c", _SWALLOWING.format(root=str(PROJECT_ROOT)), str(tidying_s), str(takes_s)]
    command = [sys.executable, "-c", _AS_BEFORE, *program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as started:
        try:
            assert started.stdout is not None
            assert started.stdout.readline() == "runs\n"
            started.send_signal(signal.SIGINT)
            assert started.stdout.readline() == "goes on\n"
            started.send_signal(signal.SIGHUP)
            assert started.stdout.read() == rest
            assert started.wait(30) == code
        finally:
            started.kill()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (MemoryError(), "The memory is too small."),
        (RuntimeError("can't start new thread"), "The system allows no more threads."),
        (
            FileNotFoundError(2, "No usable temporary directory found in ['/tmp']"),
            "No usable temporary directory found in ['/tmp'].",
        ),
    ],
)
def test_a_computer_that_is_too_small_is_told(
    error: Exception, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_arguments: object) -> int:
        raise error

    monkeypatch.setattr(doctor, "run", fail)
    assert main.main(["--profile", str(tmp_path), "doctor"]) == 2
    assert capsys.readouterr().err.splitlines() == [sentence]


@pytest.mark.parametrize("mistake", [RuntimeError("a mistake of ours"), FileNotFoundError(2, "a mistake of ours")])
def test_what_nobody_expected_is_not_hidden(
    mistake: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> int:
        raise mistake

    monkeypatch.setattr(doctor, "run", fail)
    with pytest.raises(type(mistake), match="a mistake of ours"):
        main.main(["--profile", str(tmp_path), "doctor"])
