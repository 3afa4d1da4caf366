"""Review a folder in a real window by real key presses, and compare with the session file what the keys said."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from inference.profile import Profile
from inference.sessions.folder import sessions_folder
from inference.sessions.session import SUFFIX
from inference.sessions.states import ImageState
from tests.flows.making import looked_up
from tests.flows.xvfb import Screen, wait_until

KEYS = ("Return", "Return", "2", "Return", "s", "p", "3", "x", "period", "Return")
"""What is pressed, again and again: accept, the second suggestion, unsure, the third, reject, same as last."""

KINDS = {"Return": "accept", "p": "accept", "2": "label", "3": "label", "period": "label", "s": "unsure", "x": "reject"}
"""By key: the step that it makes."""

_MARK_STATE_BITS = 0b111


class Decisions:
    """Reads from a program's trace what was decided, each line once.

    Args:
        log: the trace.
    """

    def __init__(self, log: Path) -> None:
        self._log = log
        self._read = 0
        self.kinds: list[str] = []

    def count(self) -> int:
        """How many decisions there were so far."""
        with self._log.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if line.endswith(b"\n"):
                    self._read += len(line)
                    event = json.loads(line)
                    if event["event"] == "label":
                        self.kinds.append(event["kind"])
        return len(self.kinds)

    def has(self, number: int) -> bool:
        """Whether there were so many."""
        return self.count() >= number


def pressed_keys(count: int) -> Iterator[str]:
    """The keys of a review of so many pictures."""
    return islice(cycle(KEYS), count)


def review(screen: Screen, window: str, log: Path, count: int) -> list[float]:
    """Review so many pictures, one key each, and wait for each decision before the next key.

    Args:
        screen: where the window is.
        window: its X number; a review is on screen.
        log: the program's trace.
        count: how many.

    Returns:
        From each key press until the program had decided, in seconds.
    """
    decisions, took = Decisions(log), []
    before = decisions.count()
    for number, key in enumerate(pressed_keys(count), before + 1):
        began = time.monotonic()
        screen.press(window, key)
        wait_until(partial(decisions.has, number), f"decision {number} by {key}")
        took.append(time.monotonic() - began)
    assert decisions.kinds[before:] == [KINDS[key] for key in pressed_keys(count)], "one key, one decision"
    return took


def states_in(profile: Path, name: str) -> Counter[ImageState]:
    """How often each state was decided, as plain SQLite reads it from the session file of a profile."""
    file = sessions_folder(Profile.below(profile)) / f"{name}{SUFFIX}"
    assert looked_up(file, "PRAGMA integrity_check") == [("ok",)]
    marks = looked_up(file, "SELECT mark FROM decision")
    return Counter(ImageState(mark & _MARK_STATE_BITS) for (mark,) in marks if isinstance(mark, int))


def assert_decided(profile: Path, name: str, count: int) -> None:
    """Compare the session file with what the keys said; the model may suggest the same as the label before."""
    states = states_in(profile, name)
    keys = Counter(KINDS[key] for key in pressed_keys(count))
    assert states.total() == count
    assert states[ImageState.UNSURE] == keys["unsure"]
    assert states[ImageState.REJECTED] == keys["reject"]
    assert states[ImageState.ACCEPTED] >= keys["accept"]
    assert states[ImageState.ACCEPTED] + states[ImageState.CORRECTED] == keys["accept"] + keys["label"]
