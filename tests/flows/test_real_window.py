"""The program from outside: real processes, a real screen, a real drag from another program."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from PIL import Image

from gui.settings import SettingsStore
from gui.trace import VARIABLE
from gui.viewer.map_mode import MapMode
from inference.profile import Profile
from inference.sessions.marks import make_mark
from inference.sessions.states import ImageState
from tests.conftest import PROJECT_ROOT
from tests.flows import drag_source, xvfb
from tests.flows.conftest import TINY
from tests.flows.xvfb import Screen, wait_until

pytestmark = [
    pytest.mark.flow,
    pytest.mark.skipif(xvfb.missing() is not None, reason=f"no real window: {xvfb.missing()}"),
]

CLOSE_S = 2.0
"""How long closing may take, for a person who waits: the process has ended by then, not only the window."""

MANY = 300


@pytest.fixture(scope="module")
def screen() -> Iterator[Screen]:
    """One X server for all tests here."""
    with xvfb.open_screen() as opened:
        yield opened


class Started:
    """A process on the screen, what it wrote down, and all processes that come from it.

    Attributes:
        process: the process.
        log: JSON lines of what it did.
        errors: its stderr.
    """

    def __init__(self, process: subprocess.Popen[bytes], log: Path, errors: Path) -> None:
        self.process = process
        self.log = log
        self.errors = errors

    def events(self, name: str) -> list[dict[str, object]]:
        """All events of one name so far."""
        lines = self.log.read_text("ascii").split("\n")[:-1] if self.log.exists() else []
        return [event for event in map(json.loads, lines) if event["event"] == name]

    def last(self, name: str) -> dict[str, object]:
        """The last event of one name; empty if there was none."""
        return (self.events(name) or [{}])[-1]

    def until(self, event: str, /, **facts: object) -> None:
        """Wait until the last event of a name says this."""
        wanted = {"event": event, **facts}
        wait_until(lambda: wanted.items() <= self.last(event).items(), str(wanted))

    def tail(self) -> str:
        """The last that it wrote down, for whoever looks into a failure."""
        log = self.log.read_text("ascii") if self.log.exists() else ""
        return f"log: {log[-2000:]}\nstderr: {self.errors.read_text(errors='replace')[-2000:]}"

    def family(self) -> list[int]:
        """The living processes that have this one's log in their environment: it and all that came from it."""
        mark = os.fsencode(f"{VARIABLE}={self.log}")
        numbers = map(int, filter(str.isdigit, os.listdir("/proc")))  # noqa: PTH208 - names only
        return [number for number in numbers if mark in _environment(number)]

    def workers(self) -> list[int]:
        """The processes that the program did not start itself but had started: by the fork server."""
        family = self.family()
        return [number for number in family if _parent(number) in set(family) - {self.process.pid}]

    def until_gone(self) -> None:
        """Wait until neither the process nor any child of it is alive."""
        wait_until(lambda: not self.family(), "every process has ended", limit_s=5)


def _environment(process_id: int) -> list[bytes]:
    """The environment that a process was started with; empty for one that has ended (zombies have none, either)."""
    try:
        return Path(f"/proc/{process_id}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _parent(process_id: int) -> int:
    """The parent of a process; 0 for one that has ended."""
    try:
        return int(Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


@contextmanager
def started(screen: Screen, folder: Path, name: str, *arguments: object) -> Iterator[Started]:
    """Start a Python program of this project on the screen; all of it is ended with the context.

    Args:
        screen: where it shows.
        folder: gets its log and its stderr, and a picture of the screen if a test fails.
        name: of those files.
        arguments: of the interpreter.
    """
    log, errors = folder / f"{name}.jsonl", folder / f"{name}.stderr"
    with errors.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, *map(str, arguments)], cwd=PROJECT_ROOT, stderr=stderr,
            env={**screen.environment, VARIABLE: str(log)},
        )  # fmt: skip
    program = Started(process, log, errors)
    try:
        with screen.kept_on_failure(folder / f"{name}-failed.png"):
            yield program
    except BaseException as error:
        error.add_note(program.tail())
        raise
    finally:
        for number in program.family():
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        process.wait()


def _window_arguments(profile: Path, *paths: Path) -> list[object]:
    return ["main.py", "--profile", profile, "--model", TINY, "--device", "cpu", *paths]


def _pictures(folder: Path, count: int, size: tuple[int, int] = (700, 500)) -> list[Path]:
    """Pictures that differ in their names and turns."""
    folder.mkdir()
    paths = [folder / f"{number:03}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        if number < 12:
            Image.effect_mandelbrot(size, (-2, -1.2 + number / 30, 1, 1.2), 60).convert("RGB").save(path)
        else:
            path.hardlink_to(paths[number % 12])
    return paths


def _hashes(paths: list[Path]) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


def _assert_ended_well(program: Started, profile: Path) -> None:
    """Exit code 0 within the time, nobody left behind, nothing unexpected said anywhere."""
    assert program.process.wait(CLOSE_S) == 0
    assert program.events("closed")
    program.until_gone()
    said = program.errors.read_text()
    assert "Traceback" not in said
    assert "leaked" not in said, "the resource tracker found something"
    log = (Profile.below(profile).cache / "logs" / "cardinal.log").read_text()
    assert " ERROR " not in log
    assert " WARNING " not in log


def test_a_drag_keys_and_a_second_start_in_a_real_window(screen: Screen, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    dragged = _pictures(tmp_path / "dragged", 6)
    [late] = _pictures(tmp_path / "late", 1)
    before = _hashes(dragged)
    source_arguments = ("-m", drag_source.__name__, *dragged)
    with (
        started(screen, tmp_path, "program", *_window_arguments(profile)) as program,
        started(screen, tmp_path, "source", *source_arguments) as source,
    ):
        program.until("model", name="tiny")
        window = screen.window(program.process.pid, "Cardinal")
        source_window = screen.window(source.process.pid, drag_source.NAME)
        screen.drag(
            _middle(screen.box(source_window)),
            _middle(screen.box(window)),
            lambda: source.last("action").get("action") == "CopyAction",
        )
        source.until("dropped", action="CopyAction")
        program.until("drop", kind="files", count=6)
        program.until("images", count=6)
        program.until("run", state="finished", suggested=6, failed=0, queued=0)
        assert _hashes(dragged) == before

        screen.press(window, "Right")
        program.until("shown", path=str(dragged[1]))
        _see_map_keys(screen, window)
        _see_label_keys(screen, window, program, dragged)

        second = ["main.py", "--profile", profile, late]
        with started(screen, tmp_path, "second", *second) as other:
            assert other.process.wait(xvfb.LIMIT_S) == 0
            assert not other.events("first-paint")
            assert "already" in other.errors.read_text()
        decided = {"accepted": 1, "corrected": 1, "rejected": 1, "unsure": 0}
        program.until("run", state="finished", suggested=4, failed=0, queued=0, **decided)

        assert program.workers(), "none could be left behind"
        screen.press(window, "ctrl+q")
        _assert_ended_well(program, profile)
    assert SettingsStore(Profile.below(profile)).load().settings.map_mode is MapMode.OFF
    rejected, corrected, accepted = map(make_mark, (ImageState.REJECTED, ImageState.CORRECTED, ImageState.ACCEPTED))
    assert _decisions(profile) == {"000.jpg": accepted, "001.jpg": corrected, "002.jpg": rejected}


def _middle(box: tuple[int, int, int, int]) -> tuple[int, int]:
    left, top, right, bottom = box
    return (left + right) // 2, (top + bottom) // 2


def _see_map_keys(screen: Screen, window: str) -> None:
    """Take the map off and put it on again: the very same pixels come back."""
    left, top, right, bottom = screen.box(window)
    picture = (left + 50, top + 150, (left + right) // 2, (top + bottom) // 2)
    with_map = screen.settled(picture)
    screen.press(window, "h")
    plain = screen.settled(picture, before=with_map)
    screen.press(window, "h")
    assert screen.settled(picture, before=plain) == with_map
    screen.press(window, "h")
    assert screen.settled(picture, before=with_map) == plain


def _see_label_keys(screen: Screen, window: str, program: Started, pictures: list[Path]) -> None:
    """Enter opens in the gallery and accepts on the picture; a digit chooses; each is on the disk, each goes on."""
    screen.press(window, "g")
    screen.press(window, "Home", "Return")
    program.until("shown", path=str(pictures[0]))
    for key, kind, shown in (("Return", "accept", 1), ("2", "label", 2), ("shift+x", "reject", 2), ("s", "unsure", 3)):
        labels, saved = len(program.events("label")), len(program.events("saved"))
        screen.press(window, key)
        wait_until(lambda: len(program.events("label")) > labels, f"{key} is a decision")  # noqa: B023 - waited for here
        assert program.last("label")["kind"] == kind
        wait_until(lambda: len(program.events("saved")) > saved, f"{key} is on the disk")  # noqa: B023 - likewise
        program.until("shown", path=str(pictures[shown]))
    screen.press(window, "ctrl+z")
    program.until("shown", path=str(pictures[2]))


def _decisions(profile: Path) -> dict[str, int]:
    """By the name of its file: the mark of each image that somebody decided about, read by somebody else."""
    [session] = (Profile.below(profile).data / "sessions").glob("*.cardinal")
    with closing(sqlite3.connect(f"file:{session}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT path, mark FROM decision JOIN image ON image.id = image_id WHERE mark")
        return {os.fsdecode(path).rpartition("/")[2]: mark for path, mark in rows}


def _during_a_run(program: Started) -> None:
    """Wait until the workers read pictures."""
    program.until("images")
    program.until("run", state="running")
    wait_until(program.workers, "workers run")


def test_a_polite_kill_during_a_run_ends_everything(screen: Screen, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    _pictures(tmp_path / "many", MANY, size=(1600, 1200))
    with started(screen, tmp_path, "program", *_window_arguments(profile, tmp_path / "many")) as program:
        _during_a_run(program)
        program.process.send_signal(signal.SIGTERM)
        _assert_ended_well(program, profile)
        assert not [run for run in program.events("run") if run["state"] == "finished"]


def test_a_killed_program_leaves_no_worker_and_does_not_lock_the_next_one_out(screen: Screen, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    _pictures(tmp_path / "many", MANY, size=(1600, 1200))
    with started(screen, tmp_path, "killed", *_window_arguments(profile, tmp_path / "many")) as killed:
        _during_a_run(killed)
        killed.process.kill()
        assert killed.process.wait() == -signal.SIGKILL
        killed.until_gone()
        assert killed.last("run")["state"] == "running"
    with started(screen, tmp_path, "next", *_window_arguments(profile)) as following:
        following.until("model", name="tiny")
        following.process.send_signal(signal.SIGTERM)
        _assert_ended_well(following, profile)
