"""Review pictures in a real window as fast as keys can be pressed, and see that every decision is on the disk.

    uv run python -m tests.benchmarks.review_by_keyboard FOLDER [COUNT] [SCREENSHOTS]

Starts the program with its own model on a screen of its own (Xvfb), opens the folder, waits until all of it is
answered, presses one key for each of COUNT pictures (500) and reads the session file with plain SQLite afterwards.
Pictures of the screen go into the folder SCREENSHOTS where one is given.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.flows import xvfb
from tests.flows.keyboard_review import assert_decided, review, states_in
from tests.flows.test_real_window import Started, started
from tests.flows.xvfb import Screen, wait_until

USUAL_COUNT = 500
RUN_S = 900.0
CLOSE_S = 5.0


def main(arguments: list[str]) -> int:
    """Print the table; 1 where something cannot be begun. A wrong decision ends in an AssertionError."""
    if not arguments or xvfb.missing() is not None:
        print(xvfb.missing() or __doc__)  # noqa: T201 - what is wrong
        return 1
    folder = Path(arguments[0]).resolve()
    count = int(arguments[1]) if len(arguments) > 1 else USUAL_COUNT
    pictures = Path(arguments[2]) if len(arguments) > 2 else None
    with tempfile.TemporaryDirectory() as temporary, xvfb.open_screen() as screen:
        profile = Path(temporary) / "profile"
        with started(screen, Path(temporary), "program", "main.py", "--profile", profile, folder) as program:
            began = time.monotonic()
            wait_until(lambda: program.last("run").get("state") == "finished", "all are answered", limit_s=RUN_S)
            run_s = time.monotonic() - began
            took = _reviewed(screen, program, count, pictures)
            assert program.process.wait(CLOSE_S) == 0
        assert_decided(profile, folder.name, count)
        states = states_in(profile, folder.name)
    took.sort()
    rows = {
        "pictures reviewed": count,
        "run over the folder, s": round(run_s, 1),
        "review, s": round(sum(took), 1),
        "decisions per minute": round(60 * count / sum(took)),
        "key to decision, median ms": round(1000 * statistics.median(took)),
        "key to decision, p99 ms": round(1000 * took[int(0.99 * (len(took) - 1))]),
        "key to decision, worst ms": round(1000 * took[-1]),
        **{f"{state.word} in the file": number for state, number in sorted(states.items())},
    }
    for name, value in rows.items():
        print(f"{name:30}{value:>10}")  # noqa: T201 - the table is the result
    return 0


def _reviewed(screen: Screen, program: Started, count: int, pictures: Path | None) -> list[float]:
    """Review, and close the window; what each decision took, in seconds."""
    window = screen.window(program.process.pid, "Cardinal")
    screen.press(window, "ctrl+3")
    took = review(screen, window, program.log, count)
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
        screen.picture(screen.box(window)).save(pictures / "review.png")
        screen.press(window, "ctrl+1")
        screen.settled(screen.box(window))
        screen.picture(screen.box(window)).save(pictures / "gallery.png")
    screen.press(window, "ctrl+q")
    return took


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
