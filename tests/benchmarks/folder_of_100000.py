"""Label a folder of 100,000 pictures in the real window, and hold what it costs against the budgets.

    uv run python -m tests.benchmarks.folder_of_100000 TREE [--count 2000] [--list 1000000]

Needs a display. TREE is what `make_tree` makes; `--count` takes only so many of its pictures. `--list N` makes N hard
links to them in folders of a thousand, opens those, and stops the run at once. Exits with 1 where a budget is exceeded
twofold. Run it alone on the machine: neighbours make it lie.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise, repeat
from pathlib import Path
from typing import Self

from PySide6.QtWidgets import QApplication

from gui.app import SWITCH_INTERVAL_S, create_application
from gui.gallery.image_state import ImageState
from gui.main_thread_gc import MainThreadGc
from tests.benchmarks.bulk_work import bulk_rows
from tests.benchmarks.driver import Driver, FirstPaint
from tests.benchmarks.lateness import StallProbe
from tests.benchmarks.memory import MemoryProbe, cpu_seconds
from tests.benchmarks.person import Person
from tests.benchmarks.report import Row, is_acceptable, table

PER_FOLDER = 1000
FIRST_ROW_MS, CLOSE_MS, MEMORY_MIB = 150.0, 2000.0, 2048.0
TENTHS = 10


@dataclass(frozen=True, slots=True)
class Stamp:
    """How far a run was at a moment, or how far it went between two.

    Attributes:
        seconds: on the clock.
        cpu_s: what all processes computed.
        answered: pictures.
    """

    seconds: float
    cpu_s: float
    answered: int

    @classmethod
    def now(cls, driver: Driver) -> Self:
        """This moment."""
        return cls(time.perf_counter(), cpu_seconds(), _answered(driver))

    def since(self, before: Self) -> Stamp:
        """From one moment to this one."""
        return Stamp(self.seconds - before.seconds, self.cpu_s - before.cpu_s, self.answered - before.answered)

    @property
    def rate(self) -> float:
        """Pictures in a second."""
        return self.answered / self.seconds

    @property
    def cost_ms(self) -> float:
        """Processor time of one picture."""
        return 1e3 * self.cpu_s / self.answered


class Bench:
    """One profile, and what is measured with it."""

    def __init__(self, application: QApplication, profile: Path, memory: MemoryProbe) -> None:
        self._application = application
        self._profile = profile
        self._memory = memory
        self._probe = StallProbe()
        self._driver = Driver(application, profile)

    def run(self, tree: Path, count: int) -> list[Row]:
        """Drop the tree, and let all of it be classified while a person works in the window."""
        driver, images = self._driver, self._driver.program.images
        person = Person(driver)
        self._memory.peaks()
        self._probe.start()
        painted = FirstPaint(driver.program)
        dropped = driver.drop(tree)
        listed = driver.until(lambda: len(images.table) > 0)
        person.start()
        listed += driver.until(lambda: len(images.table) >= count)
        stamps = [Stamp.now(driver)]
        for tenth in range(1, TENTHS + 1):
            driver.until(lambda tenth=tenth: _answered(driver) * TENTHS >= tenth * count)  # type: ignore[misc]
            stamps.append(Stamp.now(driver))
        person.stop()
        late = self._probe.stop()
        whole = stamps[-1].since(stamps[0])
        tenths = [end.since(start) for start, end in pairwise(stamps)]
        total, own = self._memory.peaks()
        failed = images.table.count_answered(ImageState.FAILED)
        return [
            Row.of_value("drop: window busy", dropped, 500, "ms"),
            Row.of_value("first row on screen after the drop", painted.seconds * 1e3, FIRST_ROW_MS, "ms"),
            Row(f"all {count:,} rows", f"{listed:.1f} s"),
            Row("classified", f"{whole.seconds:.0f} s, {whole.rate:.0f} pictures/s, {failed} failed"),
            Row("pictures/s in each tenth", ", ".join(f"{one.rate:.0f}" for one in tenths)),
            Row("processor time for a picture in each tenth, ms", ", ".join(f"{one.cost_ms:.1f}" for one in tenths)),
            Row.of_value("last tenth slower than the first", 100 * (1 - tenths[-1].rate / tenths[0].rate), 5, "%"),
            Row.of_value(
                "peak memory of all processes", total, MEMORY_MIB, "MiB", f"{total:,.0f} MiB, window {own:,.0f}"
            ),
            Row.of_lateness(f"event-loop lateness while a person does {person.acts:,} things", late),
        ]

    def bulk(self, count: int) -> list[Row]:
        """What is done to all of them at once, and to one after the other."""
        rows = bulk_rows(self._driver, count)
        total, own = self._memory.peaks()
        return [*rows, Row("peak memory of that", f"{total:,.0f} MiB, window {own:,.0f}")]

    def close(self) -> Row:
        """Close the window; the program is gone when this returns."""
        started = time.perf_counter()
        self._driver.program.window.close()
        return Row.of_value("closing", (time.perf_counter() - started) * 1e3, CLOSE_MS, "ms")

    def reopen(self, count: int) -> list[Row]:
        """Start the program anew and open the session."""
        session = next((self._profile / "data" / "sessions").glob("*.cardinal"), None)
        session = session or next(self._profile.rglob("*.cardinal"))
        size = sum(path.stat().st_size for path in session.parent.glob(f"{session.name}*")) / 2**20
        self._driver = driver = Driver(self._application, self._profile)
        images = driver.program.images
        self._memory.peaks()
        self._probe.start()
        painted = FirstPaint(driver.program)
        driver.program.open_paths([str(session)])
        listed = driver.until(lambda: driver.program.desk.is_loaded and len(images.table) >= count)
        driver.until(lambda: bool(painted.seconds))
        driver.pause(3)
        late = self._probe.stop()
        total, own = self._memory.peaks()
        return [
            Row("session file", f"{size:,.0f} MiB, {size * 2**20 / count:,.0f} bytes for each picture"),
            Row.of_value("session opened: first row on screen", painted.seconds * 1e3, FIRST_ROW_MS, "ms"),
            Row(f"session opened: all {count:,} rows", f"{listed * 1e3:,.0f} ms"),
            Row.of_lateness("event-loop lateness while it is opened, and 3 s more", late),
            Row("peak memory of that", f"{total:,.0f} MiB, window {own:,.0f}"),
        ]

    def drop_again(self, tree: Path, count: int) -> list[Row]:
        """Drop the same folder on the open session: everything is known."""
        opened: list[object] = []
        self._driver.program.intake.opened.connect(opened.append)
        self._probe.start()
        self._driver.drop(tree)
        seconds = self._driver.until(lambda: bool(opened))
        late = self._probe.stop()
        queued = self._driver.program.images.table.count_answered(ImageState.QUEUED)
        return [
            Row(f"the folder dropped again: {count:,} known", f"{seconds:.1f} s, {queued} to classify"),
            Row.of_lateness("event-loop lateness meanwhile", late),
        ]

    def listing(self, tree: Path, count: int) -> list[Row]:
        """Drop a tree that is only listed: the run is stopped as soon as it begins."""
        driver, images, running = self._driver, self._driver.program.images, self._driver.program.running
        opened: list[object] = []
        driver.program.intake.opened.connect(opened.append)
        self._memory.peaks()
        self._probe.start()
        painted = FirstPaint(driver.program)
        driver.drop(tree)
        listed = driver.until(lambda: running.is_under_way)
        running.stop()
        listed += driver.until(lambda: len(images.table) >= count and bool(opened))
        driver.pause(3)
        late = self._probe.stop()
        total, own = self._memory.peaks()
        answered = _answered(driver)
        return [
            Row.of_value(f"list of {count:,}: first row on screen", painted.seconds * 1e3, FIRST_ROW_MS, "ms"),
            Row(f"list of {count:,}: all rows", f"{listed:.1f} s, {answered} classified before the stop"),
            Row.of_lateness("event-loop lateness meanwhile, and 3 s more", late),
            Row("peak memory of that", f"{total:,.0f} MiB, window {own:,.0f}"),
        ]


def _answered(driver: Driver) -> int:
    table = driver.program.images.table
    return table.count_answered(ImageState.SUGGESTED) + table.count_answered(ImageState.FAILED)


def _pictures(tree: Path) -> Iterator[Path]:
    folders = sorted(one for one in tree.iterdir() if one.is_dir())
    return chain.from_iterable(sorted(folder.iterdir()) for folder in folders)


def link_tree(tree: Path, target: Path, count: int) -> Path:
    """Make a tree of hard links to pictures, over and over again until there are enough."""
    pictures = list(islice(_pictures(tree), count))
    endless = chain.from_iterable(repeat(pictures))
    for number, picture in enumerate(islice(endless, count)):
        folder = target / f"{number // PER_FOLDER:04d}"
        if number % PER_FOLDER == 0:
            folder.mkdir(parents=True)
        os.link(picture, folder / f"IMG_{number:07d}.jpg")
    return target


def main(arguments: Sequence[str]) -> int:
    """Measure everything; prints a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--count", type=int, default=100_000, help="pictures of the tree to take")
    parser.add_argument("--list", type=int, default=0, metavar="COUNT", help="only list so many hard links to them")
    wishes = parser.parse_args(arguments)
    application = create_application([])
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    collector = MainThreadGc()
    collector.start()
    memory = MemoryProbe()
    count = wishes.list or wishes.count
    # Hard links need the file system of the tree.
    with tempfile.TemporaryDirectory(dir=wishes.tree.parent) as links, tempfile.TemporaryDirectory() as scratch:
        tree = link_tree(wishes.tree, Path(links) / "pictures", count)
        bench = Bench(application, Path(scratch), memory)
        if wishes.list:
            rows = [*bench.listing(tree, count), bench.close(), *bench.reopen(count), bench.close()]
        else:
            rows = [*bench.run(tree, count), *bench.bulk(count), bench.close()]
            rows += [*bench.reopen(count), *bench.drop_again(tree, count), bench.close()]
    memory.stop()
    sys.stdout.write(f"{table(rows)}\n")
    return 0 if is_acceptable(rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
