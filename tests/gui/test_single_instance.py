"""Test gui/single_instance.py: a second start hands its paths over, byte for byte, and a dead one is no obstacle."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from gui.single_instance import Claim, SingleInstance
from inference.profile import PROJECT_ROOT, Profile

_SECOND = """
import os
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from gui.single_instance import SingleInstance
from inference.profile import Profile
app = QCoreApplication([])
instance = SingleInstance(Profile.below(Path(sys.argv[1])))
model = os.environ.get("TEST_MODEL")
sys.stdout.write(instance.claim(sys.argv[2:], model).name + "\\n")
sys.stdout.flush()
if sys.argv[2:] == ["wait"]:
    app.exec()
"""


@pytest.fixture
def first(qtbot: QtBot, tmp_path: Path) -> Iterator[SingleInstance]:
    instance = SingleInstance(Profile.below(tmp_path))
    yield instance
    instance.release()


def _start(folder: Path, *paths: bytes | str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _SECOND, str(folder), *paths], stdout=subprocess.PIPE, text=True, cwd=PROJECT_ROOT
    )


def _answer(second: subprocess.Popen[str]) -> str:
    return second.communicate(timeout=20)[0].strip()


def test_a_second_start_hands_over_its_paths_and_a_third_after_it(
    qtbot: QtBot, tmp_path: Path, first: SingleInstance
) -> None:
    assert first.claim([]) is Claim.FIRST
    name: bytes | str = b"/p/\xff \n.jpg" if os.name == "posix" else "/p/x.jpg"
    with qtbot.waitSignal(first.paths_received, timeout=20_000) as received:
        second = _start(tmp_path, name, "relative/../x.jpg")
    assert received.args == [[os.fsdecode(name), str(PROJECT_ROOT / "relative" / ".." / "x.jpg")], None]
    assert _answer(second) == "HANDED_OVER"
    assert second.returncode == 0
    with qtbot.waitSignal(first.paths_received, timeout=20_000) as received:
        third = _start(tmp_path)
    assert received.args == [[], None], "without paths it asks the window to come to the front"
    assert _answer(third) == "HANDED_OVER"


@pytest.mark.parametrize(("asked", "told"), [("resnext50", "resnext50"), ("m/x.onnx", str(PROJECT_ROOT / "m/x.onnx"))])
def test_a_second_start_hands_over_its_model(
    qtbot: QtBot, tmp_path: Path, first: SingleInstance, monkeypatch: pytest.MonkeyPatch, asked: str, told: str
) -> None:
    assert first.claim([]) is Claim.FIRST
    monkeypatch.setenv("TEST_MODEL", asked)
    with qtbot.waitSignal(first.paths_received, timeout=20_000) as received:
        second = _start(tmp_path)
    assert received.args == [[], told]
    assert _answer(second) == "HANDED_OVER"


def test_another_profile_is_another_window(qtbot: QtBot, tmp_path: Path, first: SingleInstance) -> None:
    assert first.claim([]) is Claim.FIRST
    other = SingleInstance(Profile.below(tmp_path / "other"))
    assert other.claim([]) is Claim.FIRST
    other.release()


def test_a_released_place_can_be_taken_again(qtbot: QtBot, tmp_path: Path, first: SingleInstance) -> None:
    assert first.claim([]) is Claim.FIRST
    first.release()
    again = SingleInstance(Profile.below(tmp_path))
    assert again.claim([]) is Claim.FIRST
    again.release()


@pytest.mark.skipif(os.name != "posix", reason="kills with SIGKILL")
def test_one_that_was_killed_leaves_no_obstacle(qtbot: QtBot, tmp_path: Path, first: SingleInstance) -> None:
    owner = _start(tmp_path, "wait")
    assert owner.stdout is not None
    assert owner.stdout.readline().strip() == "FIRST"
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    assert first.claim(["/x"]) is Claim.FIRST


@pytest.mark.skipif(os.name != "posix", reason="stops with SIGSTOP")
def test_one_that_does_not_answer_does_not_hold_the_second_up(
    qtbot: QtBot, tmp_path: Path, first: SingleInstance
) -> None:
    owner = _start(tmp_path, "wait")
    assert owner.stdout is not None
    assert owner.stdout.readline().strip() == "FIRST"
    owner.send_signal(signal.SIGSTOP)
    try:
        assert first.claim(["/x"]) is Claim.ALONE
    finally:
        owner.kill()
        owner.wait()
        owner.stdout.close()


_STRANGE = (
    b"hello\n",
    b"{}\n",
    b'["a"]\n',
    b'{"paths": ["a\\u0000b"], "model": null}\n',
    b'{"paths": [1], "model": null}\n',
    b'{"paths": [], "model": 1}\n',
    b"\xff\n",
    b"[" * 100_000 + b"\n",
)


@pytest.mark.parametrize("line", _STRANGE)
def test_strangers_are_sent_away(qtbot: QtBot, first: SingleInstance, line: bytes) -> None:
    assert first.claim([]) is Claim.FIRST
    told = QSignalSpy(first.paths_received)
    stranger = QLocalSocket()
    stranger.connectToServer(first._name)  # a stranger knows the socket's name from its folder
    assert stranger.waitForConnected(1_000)
    with qtbot.waitSignal(stranger.disconnected, timeout=5_000):
        stranger.write(line)
        stranger.flush()
    assert told.count() == 0


def test_a_place_that_cannot_be_written_opens_a_window_anyway(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file where the folder should be")
    assert SingleInstance(Profile.below(tmp_path)).claim([]) is Claim.ALONE
