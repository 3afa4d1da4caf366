"""Kill the whole program while it labels and classifies, again and again, and look from outside what is on the disk.

    uv run python -m tests.benchmarks.kill_program [KILLS] [SEED]

A child runs the real window (offscreen) on a folder that is being classified, and decides at random through the same
object as the keys do: labels, acceptances, rejections, removals, imports, renamings, undo, redo, on one image or many.
Before each decision goes to the disk it tells what the images then have, and when everything is on the disk it tells
that, too. The parent kills it at a random moment and reads the file with plain SQLite: what is there must be exactly
what the window showed after one of the decisions since the last "all on the disk"; nothing older, nothing half-way. The
journal of steps must say of every image in it what its decision is. The next life must show what is in the file, and
report no error. No process of a killed program may stay. POSIX only.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zlib
from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

from PIL import Image

from tests.conftest import PROJECT_ROOT

if TYPE_CHECKING:
    from gui.program import Program

IMAGES = 600
LIVES_OF_A_SESSION = 10
SHORTEST_LIFE_S, LONGEST_LIFE_S = 0.02, 2.0
DECISION_MS = 4
ORPHANS_S = 5.0
"""So long may worker processes need to notice that their program is gone."""

State = tuple[int, str]
"""Mark (`inference.sessions.marks`) and label of an image."""

_NOTHING: State = (0, "")
_TINY = PROJECT_ROOT / "tests" / "data" / "tiny.onnx"


@dataclass(slots=True)
class Tally:
    """What was seen in all lives.

    Attributes:
        kills: programs that were killed.
        decisions: that were told.
        acknowledged: of them, those that were said to be on the disk.
        answers: results in the files at the last kill of each session.
        wrong: files that hold neither what was acknowledged nor a later state that was on screen.
        damaged: files in which SQLite's check found something.
        unlike: starts whose window shows something else than the file holds.
        unexplained: images whose decision is another one than the journal says.
        in_journal: images that were compared with the journal.
        errors: programs that told the person of an error.
        orphans: processes that outlived their program.
        in_run: kills while pictures were being classified.
        notes: what was wrong, in words.
    """

    kills: int = 0
    decisions: int = 0
    acknowledged: int = 0
    answers: int = 0
    wrong: int = 0
    damaged: int = 0
    unlike: int = 0
    unexplained: int = 0
    in_journal: int = 0
    errors: int = 0
    orphans: int = 0
    in_run: int = 0
    notes: list[str] = field(default_factory=list)


# The child.


class Life:
    """A window in which somebody decides without pause, and a pipe on which that is told."""

    def __init__(self, program: Program, pipe: int, seed: int) -> None:
        self._program = program
        self._pipe = pipe
        self._chance = random.Random(seed)  # noqa: S311 - no secret
        self._number = 0
        self._changes: dict[int, State] | None = None

    def tell(self, word: str, value: object) -> None:
        """One line on the pipe."""
        os.write(self._pipe, f"{json.dumps([word, value])}\n".encode())

    def begin(self) -> None:
        """The session is loaded: tell what the window shows, then decide."""
        table = self._program.images.table
        shown = {table.key(place): self._state(place) for place in range(len(table.columns))}
        self.tell("shown", {str(key): state for key, state in shown.items() if state != _NOTHING})
        table.marks_changed.connect(self._on_marks_changed)
        self._program.writer.unsaved_changed.connect(self._on_unsaved_changed)

    def decide(self) -> None:
        """Make one decision."""
        labelling, table, chance = self._program.desk.labelling, self._program.images.table, self._chance
        keys = list(table.columns.keys)
        if not keys or not self._program.desk.is_writable:
            return
        some = chance.sample(keys, min(len(keys), chance.choice((1, 1, 1, 1, 3, 30, 400))))
        some.sort()
        self._number += 1
        name = f"label {self._chance.randrange(12)}"
        match chance.randrange(12):
            case 0:
                labelling.accept(some)
            case 1:
                labelling.reject(some)
            case 2:
                labelling.set_unsure(some)
            case 3:
                labelling.clear(some)
            case 4:
                labelling.undo()
            case 5:
                labelling.redo()
            case 6:
                labelling.remove(some[:3])
            case 7:
                labelling.import_labels([(key, name, None) for key in some], "truth.csv")
            case 8:
                codes = table.label_counts()
                if codes:
                    labelling.rename(chance.choice(list(codes)), name)
            case _:
                labelling.choose(some, name)

    def _state(self, place: int) -> State:
        table = self._program.images.table
        return table.mark(place), table.label(place)

    def _on_marks_changed(self, places: array[int]) -> None:
        """Runs before the decision is given to the writer, so that nothing is on the disk that was not told."""
        table = self._program.images.table
        self.tell("step", {str(table.key(place)): self._state(place) for place in places})

    def _on_unsaved_changed(self, count: int) -> None:
        if count == 0:
            errors = [said.id for said in self._program.window.messages.history if said.level == "error"]
            self.tell("saved", [self._program.running.state.value, errors])


def live(profile: Path, folder: Path, pipe: int, seed: int) -> NoReturn:
    """The child: decide until killed."""
    from PySide6.QtCore import QTimer  # noqa: PLC0415 - not in the parent
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - likewise

    from gui.app import build  # noqa: PLC0415 - likewise
    from gui.main_thread_gc import MainThreadGc  # noqa: PLC0415 - likewise
    from gui.wishes import Wishes  # noqa: PLC0415 - likewise
    from inference.profile import Profile  # noqa: PLC0415 - likewise

    application = QApplication([])
    collector = MainThreadGc()
    collector.start()
    program = build(application, Profile.below(profile), Wishes(str(_TINY), "cpu"))
    life = Life(program, pipe, seed)
    decisions = QTimer(interval=DECISION_MS)
    decisions.timeout.connect(life.decide)
    begins = QTimer(interval=20)

    def look() -> None:
        if program.desk.is_loaded and len(program.images.table.columns):
            begins.stop()
            life.begin()
            decisions.start()

    begins.timeout.connect(look)
    program.start()
    # The session itself where there is one: a scan of the folder would bring back what was taken off the list.
    session = next(profile.rglob("*.cardinal"), folder)
    program.open_paths([str(session)])
    begins.start()
    application.exec()
    os._exit(1)


# The parent.


class Watch:
    """Kills programs and keeps what must be on the disk of their sessions."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.tally = Tally()
        self._folder = folder
        self._seed = seed
        self._chance = random.Random(~seed)  # noqa: S311 - no secret
        self._expected: dict[int, State] = {}

    def run(self, kills: int) -> None:
        """So many lives, on a new folder and session every `LIVES_OF_A_SESSION`."""
        for number in range(kills):
            session = number // LIVES_OF_A_SESSION
            pictures = self._folder / f"pictures {session}"
            if not pictures.exists():
                _make_pictures(pictures, session)
                self._expected = {}
            self._one_life(self._folder / f"profile {session}", pictures, self._seed * 100_000 + number)
            print(f"\r{number + 1} of {kills}", end="", file=sys.stderr, flush=True)  # noqa: T201 - how far it is

    def _one_life(self, profile: Path, pictures: Path, seed: int) -> None:
        reading, writing = os.pipe()
        command = [sys.executable, "-m", "tests.benchmarks.kill_program", "--child"]
        child = subprocess.Popen(
            [*command, str(profile), str(pictures), str(writing), str(seed)],
            cwd=PROJECT_ROOT,
            pass_fds=[writing],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(writing)
        stream = os.fdopen(reading, "rb")
        try:
            first = stream.readline()
            time.sleep(self._chance.uniform(SHORTEST_LIFE_S, LONGEST_LIFE_S))
        finally:
            if child.poll() is not None:
                raise RuntimeError(f"the program of seed {seed} ended by itself with {child.returncode}")
            child.send_signal(signal.SIGKILL)
        lines = [first, *_rest(stream)]
        child.wait()
        self.tally.kills += 1
        self._compare(profile, [json.loads(line) for line in lines if line.endswith(b"\n")], seed)
        self._count_orphans(child.pid, seed)

    def _compare(self, profile: Path, told: list[tuple[str, Any]], seed: int) -> None:
        """What the file holds against what was told; from then on the file counts."""
        tally = self.tally
        if not told:
            raise RuntimeError(f"the program of seed {seed} told nothing")
        shown = _states(told[0][1])
        if shown != self._expected:
            tally.unlike += 1
            tally.notes.append(f"seed {seed}: the window shows something else: {_difference(self._expected, shown)}")
        candidates = [shown]
        state, steps = dict(shown), 0
        for word, value in told[1:]:
            if word == "step":
                tally.decisions += 1
                steps += 1
                state.update({int(key): (mark, label) for key, (mark, label) in value.items()})
                candidates.append({key: one for key, one in state.items() if one != _NOTHING})
            else:
                tally.acknowledged += steps
                steps = 0
                candidates = candidates[-1:]
        saved = [value for word, value in told if word == "saved"]
        tally.in_run += any(state == "running" for state, _ in saved[-10:])
        if saved and saved[-1][1]:
            tally.errors += 1
            tally.notes.append(f"seed {seed}: the person was told {saved[-1][1]}")
        found = self._read(profile, seed)
        if found not in candidates:
            tally.wrong += 1
            tally.notes.append(f"seed {seed}: against what was acknowledged: {_difference(candidates[0], found)}")
        self._expected = found

    def _read(self, profile: Path, seed: int) -> dict[int, State]:
        files = list(profile.rglob("*.cardinal"))
        if len(files) != 1:
            raise RuntimeError(f"{len(files)} sessions instead of one after seed {seed}")
        reader = sqlite3.connect(f"{files[0].as_uri()}?mode=ro", uri=True)
        try:
            if reader.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                self.tally.damaged += 1
                self.tally.notes.append(f"seed {seed}: the file is damaged")
            query = "SELECT image_id, mark, text FROM decision LEFT JOIN name ON name.id = decision.name"
            found = {key: (mark, str(text or b"", "utf-8")) for key, mark, text in reader.execute(query)}
            [(answers,)] = reader.execute("SELECT count(*) FROM result")
            self.tally.answers += answers
            self._compare_with_journal(reader, seed)
        finally:
            reader.close()
        return {key: one for key, one in found.items() if one != _NOTHING}

    def _compare_with_journal(self, reader: sqlite3.Connection, seed: int) -> None:
        """The last step in force that is about an image says what it is; else the first that was taken back does."""
        said: dict[int, tuple[int, int]] = {}
        for is_in_force, images, changes in reader.execute("SELECT in_force, images, changes FROM step ORDER BY id"):
            keys, before, after = _unpacked(zlib.decompress(changes), images)
            if is_in_force:
                said |= zip(keys, after, strict=True)
            else:
                said = dict(zip(keys, before, strict=True)) | said
        query = "SELECT image_id, mark, name FROM decision"
        decided = {key: (mark, name) for key, mark, name in reader.execute(query)}
        unlike = {key: (one, decided.get(key)) for key, one in said.items() if decided.get(key) != one}
        self.tally.in_journal += len(said)
        if unlike:
            self.tally.unexplained += len(unlike)
            self.tally.notes.append(f"seed {seed}: journal and decisions: {list(unlike.items())[:3]}")

    def _count_orphans(self, session: int, seed: int) -> None:
        deadline = time.monotonic() + ORPHANS_S
        while (left := _processes_of(session)) and time.monotonic() < deadline:
            time.sleep(0.05)
        if left:
            self.tally.orphans += len(left)
            self.tally.notes.append(f"seed {seed}: processes stay: {left}")
            for process in left:
                os.kill(process, signal.SIGKILL)


def _rest(stream: IO[bytes]) -> list[bytes]:
    """What is left in the pipe: worker processes may hold its other end for a moment, so nobody waits for an end."""
    os.set_blocking(stream.fileno(), False)
    time.sleep(0.05)
    content = b""
    while True:
        try:
            part = stream.read()
        except BlockingIOError:
            break
        if not part:
            break
        content += part
    stream.close()
    return content.splitlines(keepends=True)


def _unpacked(changes: bytes, images: int) -> tuple[array[int], list[tuple[int, int]], list[tuple[int, int]]]:
    """Keys, and (mark, number of the name) of each before and after: columns of 8, 1, 4, 1 and 4 bytes."""
    columns, start = [], 0
    for code, size in (("q", 8), ("B", 1), ("i", 4), ("B", 1), ("i", 4)):
        columns.append(array(code, changes[start : start + size * images]))
        start += size * images
    keys, *rest = columns
    return keys, list(zip(*rest[:2], strict=True)), list(zip(*rest[2:], strict=True))


def _states(told: dict[str, tuple[int, str]]) -> dict[int, State]:
    return {int(key): (mark, label) for key, (mark, label) in told.items()}


def _difference(expected: dict[int, State], found: dict[int, State]) -> str:
    keys = [key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key)]
    some = ", ".join(f"{key}: {expected.get(key)} and not {found.get(key)}" for key in sorted(keys)[:3])
    return f"{len(keys)} images, {some}"


def _processes_of(session: int) -> list[int]:
    """The processes that were started by a program, by the session that it led (Linux)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def _make_pictures(folder: Path, session: int) -> None:
    folder.mkdir()
    for number in range(IMAGES):
        picture = Image.effect_noise((1280, 960), 40 + number % 50)
        picture.putpixel((0, 0), session % 256)
        picture.save(folder / f"{number:03}.jpg", quality=80)


def main() -> int:
    """Print the table; 1 if something was lost, damaged or left."""
    if sys.argv[1:2] == ["--child"]:
        live(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        watch = Watch(Path(folder), seed)
        watch.run(kills)
    tally = watch.tally
    rows = {
        "programs killed": tally.kills,
        "of them while classifying": tally.in_run,
        "decisions told": tally.decisions,
        "acknowledged as on the disk": tally.acknowledged,
        "files that hold anything else": tally.wrong,
        "failed integrity checks": tally.damaged,
        "windows unlike their file": tally.unlike,
        "images compared with the journal": tally.in_journal,
        "of them with another decision": tally.unexplained,
        "programs that told of an error": tally.errors,
        "processes that stayed": tally.orphans,
        "seconds": round(time.monotonic() - began),
    }
    print()  # noqa: T201 - behind the progress
    for name, value in rows.items():
        print(f"{name:36}{value:>12}")  # noqa: T201 - the table is the result
    for note in tally.notes:
        print(note)  # noqa: T201 - likewise
    bad = tally.wrong + tally.damaged + tally.unlike + tally.unexplained + tally.errors + tally.orphans
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
