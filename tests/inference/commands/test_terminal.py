"""Every command ends quietly at a closed pipe, in words at a full disk, and lets no stranger's text loose."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import main
from inference.commands import terminal
from tests.conftest import PROJECT_ROOT

TINY = str(PROJECT_ROOT / "tests" / "data" / "tiny.onnx")
SAMPLE = str(PROJECT_ROOT / "assets" / "samples" / "rocket.jpg")
COMMANDS = {
    "models": ["models", "list"],
    "doctor": ["doctor", "--model", TINY],
    "explain": ["explain", "--model", TINY, "--device", "cpu", SAMPLE],
    "classify": ["classify", "--model", TINY, "--device", "cpu", SAMPLE],
}
ON_UNIX = pytest.mark.skipif(os.name == "nt", reason="pipes and devices as Unix has them")
ALL_COMMANDS = pytest.mark.parametrize("command", COMMANDS)


def _run(command: str, profile: Path, redirection: str = "", *, stdout: int | None = None) -> tuple[int, str, str]:
    words = [sys.executable, "main.py", "--profile", str(profile), *COMMANDS[command]]
    shell = ["sh", "-c", f'exec "$@" {redirection}', "sh", *words]
    done = subprocess.run(
        shell,
        stdout=subprocess.PIPE if stdout is None else stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        cwd=PROJECT_ROOT,
    )
    return done.returncode, done.stdout or "", done.stderr


@ON_UNIX
@ALL_COMMANDS
def test_a_closed_pipe_ends_quietly(command: str, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = _run(command, tmp_path, stdout=writing)
    os.close(writing)
    assert done == (0, "", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's device that is always full")
@ALL_COMMANDS
def test_a_full_disk_is_a_sentence(command: str, tmp_path: Path) -> None:
    code, _, errors = _run(command, tmp_path, ">/dev/full")
    assert (code, errors) == (2, "standard output could not be written: No space left on device.\n")


@ON_UNIX
@ALL_COMMANDS
def test_a_closed_standard_output_is_a_sentence(command: str, tmp_path: Path) -> None:
    code, _, errors = _run(command, tmp_path, ">&-")
    assert (code, errors) == (2, "standard output could not be written: Bad file descriptor.\n")


@ON_UNIX
@pytest.mark.parametrize("redirection", ["2>&-", ""], ids=["closed", "broken pipe"])
def test_messages_that_nobody_can_read_change_nothing(redirection: str, tmp_path: Path) -> None:
    # A file that is no picture brings a message; one that is missing brings an exit code that must not be lost.
    (tmp_path / "notes.txt").write_text("no picture")
    words = [sys.executable, "main.py", "--profile", str(tmp_path / "p"), *COMMANDS["classify"]]
    shell = [
        "sh",
        "-c",
        f'exec "$@" {redirection}',
        "sh",
        *words,
        str(tmp_path / "notes.txt"),
        str(tmp_path / "gone.jpg"),
    ]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(shell, stdout=subprocess.PIPE, stderr=writing, check=False, cwd=PROJECT_ROOT)
    os.close(writing)
    assert done.returncode == 1
    assert done.stdout.startswith(SAMPLE.encode())
    assert b"does not exist" in done.stdout


def test_strangers_words_are_made_harmless_on_both_streams(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.say("The model \x1b[2J\u202e\n cannot be opened.")
    terminal.put_line("label\r\x1b]0;title\x07")
    captured = capsys.readouterr()
    assert captured.err == "The model \\x1b[2J\\u202e\\n cannot be opened.\n"
    assert captured.out == "label\\r\\x1b]0;title\\x07\n"


def test_rows_reach_a_program_as_utf8_with_their_own_line_ends() -> None:
    raw = io.BytesIO()
    # As Windows opens it: its own code page and line ends.
    stream = io.TextIOWrapper(raw, encoding="cp1252", newline="\r\n")
    main._prepare_stream(stream)
    stream.write("写真,\udcff\r\n")
    stream.flush()
    assert raw.getvalue() == "写真,\\udcff\r\n".encode()


def test_counting_needs_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    # Warnings are errors here.
    with terminal.counting("pictures", 3) as show:
        show(3)
