"""Ask NVIDIA's driver what a card's memory and its cores are used for, while something runs on it."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import threading
from dataclasses import dataclass
from types import TracebackType

from inference.engine.nvidia import first_card_id

_PROGRAM = "nvidia-smi"
_QUESTION = ("--query-gpu=driver_version,name,memory.used,utilization.gpu", "--format=csv,noheader,nounits")
_PATIENCE_S = 10.0
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class CardState:
    """What the card that is used is doing.

    Attributes:
        name: of the card.
        used_bytes: of its memory, by all programs.
        busy: share of the last moment in which it computed, 0...1.
        driver: its version.
    """

    name: str
    used_bytes: int
    busy: float
    driver: str = ""


@dataclass(frozen=True, slots=True)
class CardUse:
    """What a run took of a card.

    Attributes:
        name: of the card.
        peak_bytes: how much more of its memory was used than before.
        busy: median share of the time in which it computed, 0...1.
    """

    name: str
    peak_bytes: int
    busy: float


def card_state() -> CardState | None:
    """What the card that is used does now; None where there is none or the driver does not say."""
    program = shutil.which(_PROGRAM)
    if program is None:
        return None
    try:
        # A program of the driver with fixed words.
        said = subprocess.run(  # noqa: S603
            [program, *_QUESTION, f"--id={first_card_id() or 0}"],
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=True,
        )
        driver, _, rest = said.stdout.strip().splitlines()[0].partition(",")
        name, used, busy = (part.strip() for part in rest.rsplit(",", 2))
        return CardState(name, int(used) * _MIB, float(busy) / 100, driver.strip())
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None


class CardWatch:
    """Asks about the card twice a second while its `with` block runs, from a thread of its own."""

    def __init__(self, before: CardState | None, *, every_s: float = 0.5) -> None:
        self._before = before
        self._every_s = every_s
        self._states: list[CardState] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, name="card-watch", daemon=True)

    @property
    def use(self) -> CardUse | None:
        """What was seen; None where the driver says nothing."""
        if self._before is None or not self._states:
            return None
        peak = max(state.used_bytes for state in self._states) - self._before.used_bytes
        return CardUse(self._before.name, max(0, peak), statistics.median(state.busy for state in self._states))

    def __enter__(self) -> CardWatch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while self._before is not None:
            state = card_state()
            if state is not None:
                self._states.append(state)
            if self._over.wait(self._every_s):
                return
