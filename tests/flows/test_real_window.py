"""The program from outside: real processes, a real screen, a real drag from another program."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from PIL import Image

from gui.settings import SettingsStore
from gui.trace import VARIABLE
from gui.viewer.map_mode import MapMode
from inference.profile import Profile
from tests.conftest import PROJECT_ROOT
from tests.flows import drag_source, xvfb
from tests.flows.conftest import TINY
from tests.flows.xvfb import Screen, wait_until

pytestmark = [
    pytest.mark.flow,
    pytest.mark.skipif(xvfb.missing() is not None, reason=f"no real window: {xvfb.missing()}"),
]

CLOSE_S = 2.0
"""How long closing may take (UX.md 8.3); the process has ended by then, not only the window."""

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

    def until(self, name: str, **facts: object) -> None:
        """Wait until the last event of one name says this."""
        wait_until(
            lambda: facts.items() <= self.last(name).items() and self.last(name), f"{name} {facts}, but {self.tail()}"
        )

    def tail(self) -> str:
        """The last that is known of it, for a message."""
        return f"{self.log.read_text()[-2000:] if self.log.exists() else 'nothing'} {self.errors.read_text()[-2000:]}"

    def family(self) -> list[int]:
        """The living processes that were started with this one's log in their environment: it and all below it."""
        mark = os.fsencode(f"{VARIABLE}={self.log}")
        return [number for number in map(int, filter(str.isdigit, os.listdir("/proc"))) if mark in _environment(number)]
