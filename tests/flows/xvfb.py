"""Give a test a screen of its own: an X server without a monitor, a hand on mouse and keys, and pictures of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from PIL import Image, ImageGrab

WIDTH, HEIGHT = 1900, 1000
"""Room for the usual window and, right of it, for another program's."""

LIMIT_S = 90.0
"""How long anything may take before a test gives up; the machine may have other things to do."""

_LOOK_S = 0.02
_TOOLS = ("Xvfb", "xdotool")
_DRAG_MOVES = 10
_STILL = 5
"""A picture that is the same so many times in a row (a tenth of a second) is finished."""

_FOREIGN = {"WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "SESSION_MANAGER", "AT_SPI_BUS_ADDRESS"}


def missing() -> str | None:
    """Why there can be no screen here, or None."""
    if not sys.platform.startswith("linux"):
        return "X servers are a matter of Linux"
    absent = [tool for tool in _TOOLS if shutil.which(tool) is None]
    return f"not installed: {', '.join(absent)}" if absent else None


def _tool(name: str) -> str:
    return shutil.which(name) or name


def wait_until(holds: Callable[[], object], what: str, *, limit_s: float = LIMIT_S) -> None:
    """Look again and again until a fact holds: another process does not tell when it has done something.

    Raises:
        AssertionError: it did not become true.
    """
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, f"not within {limit_s:g} s: {what}"
        time.sleep(_LOOK_S)


class Screen:
    """An X server that nobody sees.

    Args:
        display: its name, ":99".
    """

    def __init__(self, display: str) -> None:
        self.display = display

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a program on this screen, cut off from the desktop of whoever runs the tests."""
        kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
        return {**kept, "DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb", "QT_SCALE_FACTOR": "1", "LC_ALL": "C.UTF-8"}

    def xdotool(self, *words: object) -> str:
        """Do something with mouse, keys or windows.

        Returns:
            What xdotool prints; nothing where a search finds nothing.
        """
        command = [_tool("xdotool"), *map(str, words)]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
        # A search that finds nothing fails, and one that meets a window on its way out complains.
        assert done.returncode == 0 or words[0] == "search", f"{command}: {done.stderr}"
        return done.stdout

    def window(self, process_id: int, name: str) -> str:
        """Wait for the visible window of a process with this name; its X number."""
        search = ("search", "--all", "--onlyvisible", "--pid", process_id, "--name", name)
        wait_until(lambda: self.xdotool(*search), f"a window of process {process_id} named {name}")
        return self.xdotool(*search).split()[0]

    def box(self, window: str) -> tuple[int, int, int, int]:
        """Where a window is: left, top, right, bottom, in px."""
        pairs = (line.partition("=") for line in self.xdotool("getwindowgeometry", "--shell", window).splitlines())
        found = {name: int(value) for name, _, value in pairs}
        return found["X"], found["Y"], found["X"] + found["WIDTH"], found["Y"] + found["HEIGHT"]

    def press(self, window: str, *keys: str) -> None:
        """Press keys, one after the other, while the window has the focus: there is no window manager to give it."""
        self.xdotool("windowfocus", "--sync", window, "key", *keys)

    def drag(self, start: tuple[int, int], end: tuple[int, int], is_taken: Callable[[], bool]) -> None:
        """Press at one place, move to another in small steps (one jump starts no drag), let go when it is wanted there.

        Args:
            start: where the button goes down, in px.
            end: where it comes up.
            is_taken: whether the source knows that it may drop; moving goes on until then.
        """
        self.xdotool("mousemove", *start, "mousedown", 1)
        try:
            for step in range(1, _DRAG_MOVES + 1):
                across, down = (a + (b - a) * step // _DRAG_MOVES for a, b in zip(start, end, strict=True))
                self.xdotool("mousemove", "--sync", across, down)
            # A target answers moves only, and the window under the pointer may have been busy when the last one came.
            nudge = iter(range(10_000))
            wait_until(
                lambda: is_taken() or self.xdotool("mousemove", end[0] + next(nudge) % 2, end[1]), "the drop is wanted"
            )
        finally:
            self.xdotool("mouseup", 1)

    def picture(self, box: tuple[int, int, int, int] | None = None) -> Image.Image:
        """What the screen shows, all of it or the part in `box`."""
        return ImageGrab.grab(bbox=box, xdisplay=self.display)

    def settled(self, box: tuple[int, int, int, int], before: Image.Image | None = None) -> Image.Image:
        """Wait until a part of the screen differs from `before` and stands still; a picture of it."""
        seen = [self.picture(box)]

        def stands_still() -> bool:
            seen.append(self.picture(box))
            return seen[-1] != before and len(seen) > _STILL and all(one == seen[-1] for one in seen[-_STILL:])

        wait_until(stands_still, "the screen has changed and stands still")
        return seen[-1]

    @contextmanager
    def kept_on_failure(self, path: Path) -> Iterator[None]:
        """Keep a picture of the screen if what is done in here fails."""
        try:
            yield
        except BaseException:
            with suppress(OSError):  # the server itself may have ended
                self.picture().save(path)
            raise


@contextmanager
def open_screen() -> Iterator[Screen]:
    """Start an X server on a display that is free; it ends with the context."""
    listen, tell = os.pipe()
    # Without -noreset the server would start anew whenever its last window is closed.
    options = ["-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp", "-noreset"]
    command = [_tool("Xvfb"), "-displayfd", str(tell), *options]
    server = subprocess.Popen(command, pass_fds=(tell,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(tell)
    try:
        with open(listen, encoding="ascii") as number:  # noqa: PTH123 - a descriptor, no path
            yield Screen(f":{number.readline().strip()}")
    finally:
        server.terminate()
        server.wait(LIMIT_S)
