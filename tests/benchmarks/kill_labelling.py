"""Kill a program that labels, again and again, and look from outside whether a label was lost.

    uv run python -m tests.benchmarks.kill_labelling [KILLS] [SEED]

A child opens the session, registers files, keeps answers and labels; it tells every decision before it makes it and
when it is on the disk. The parent kills it at a random moment, reads the file with plain SQLite and compares, has
SQLite check the file, and lets the next child go on. POSIX only.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NoReturn

from inference.sessions import connection as connection_module
from inference.sessions.marks import Marks
from inference.sessions.records import FoundFile
from inference.sessions.session import Session
from inference.sessions.steps import Step, StepKind
from tests.inference.sessions.making import CORRECTED, MODEL, classified

IMAGES = 3000
NO_LABEL = "-"
LONGEST_LIFE_S = 0.25
CHECKPOINT_PAGES = 60
"""Far fewer than in the program, so that kills meet the taking over of the log."""


@dataclass(slots=True)
class Tally:
    """What was seen in all lives.

    Attributes:
        acknowledged: decisions that were said to be on the disk.
        lost: of them, those that were not there.
        damaged: times that SQLite's check found something.
        mute: lives that ended before the first decision.
        interrupted: openings that noticed the kill.
        expected: by key: the label that must be there.
    """

    acknowledged: int = 0
    lost: int = 0
    damaged: int = 0
    mute: int = 0
    interrupted: int = 0
    expected: dict[int, str] = field(default_factory=dict)


def live(path: Path, pipe: int, seed: int) -> NoReturn:
    """The child: label until killed. Lines "try KEY LABEL" and "done KEY LABEL"."""
    source = random.Random(seed)  # noqa: S311 - no secret
    connection_module._CHECKPOINT_PAGES = CHECKPOINT_PAGES
    session = Session.open(path) if path.exists() else Session.create(path)
    session.set_model(MODEL)
    session.register([FoundFile(f"/pictures/{number}.jpg", number, number) for number in range(IMAGES)])
    first = source.randrange(1, IMAGES)
    number = 0
    while True:
        number += 1
        if number % 5 == 0:
            start = source.randrange(1, IMAGES - 64)
            session.keep_answers([classified(key) for key in range(start, start + 64)])
        key, label = (first + number) % IMAGES + 1, f"label-{seed}-{number}"
        marks = Marks.same([key], CORRECTED, session.vocabulary.code(label))
        step = Step(StepKind.LABEL, label, Marks.same([key], 0), marks, time.time())
        announced(pipe, key, label, partial(session.carry_out, step))
        if number % 11 == 0:
            announced(pipe, key, NO_LABEL, session.take_back)
            announced(pipe, key, label, session.repeat)


def announced(pipe: int, key: int, label: str, decide: Callable[[], object]) -> None:
    """Say what is tried, do it, say that it is done."""
    os.write(pipe, f"try {key} {label}\n".encode())
    decide()
    os.write(pipe, f"done {key} {label}\n".encode())


def one_life(path: Path, seed: int, tally: Tally) -> None:
    """Start a child, kill it, and compare what it said with what is there."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            live(path, writing, seed)
        finally:
            os._exit(1)
    os.close(writing)
    time.sleep(random.Random(~seed).uniform(0.0, LONGEST_LIFE_S))  # noqa: S311 - no secret
    os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, "rb") as stream:
        lines = stream.read().decode().split("\n")[:-1]
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        raise RuntimeError(f"the child of seed {seed} ended by itself")
    attempt = None
    for line in lines:
        word, key, label = line.split(" ")
        if word == "try":
            attempt = (int(key), label)
        else:
            tally.expected[int(key)] = label
            tally.acknowledged += 1
            attempt = None
    tally.mute += not lines
    compare(path, tally, attempt)


def compare(path: Path, tally: Tally, attempt: tuple[int, str] | None) -> None:
    """Read the file without the program.

    Args:
        path: the session; it may not be there yet.
        tally: is added to.
        attempt: the decision that was under way: it may be there or not.
    """
    if not path.exists():
        return
    reader = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        tally.damaged += reader.execute("PRAGMA integrity_check").fetchall() != [("ok",)]
        query = "SELECT image_id, text FROM decision JOIN name ON name.id = decision.name"
        found = {key: str(text, "utf-8") for key, text in reader.execute(query)}
    finally:
        reader.close()
    if attempt is not None and found.get(attempt[0], NO_LABEL) == attempt[1]:
        tally.expected[attempt[0]] = attempt[1]
    wrong = [key for key, label in tally.expected.items() if found.get(key, NO_LABEL) != label]
    tally.lost += len(wrong) + len(found.keys() - tally.expected.keys())


def run(folder: Path, kills: int, seed: int) -> Tally:
    """So many lives on one session."""
    tally = Tally()
    path = folder / "killed.cardinal"
    for number in range(kills):
        one_life(path, seed * 100_000 + number, tally)
        # Every other time the next life meets the file as the kill left it.
        if number % 2 and path.exists():
            session = Session.open(path)
            tally.interrupted += session.was_interrupted
            session.check()
            session.close()
    return tally


def main() -> int:
    """Print the table; 1 if something was lost or damaged."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tally = run(Path(folder), kills, seed)
    rows = {
        "kills": kills,
        "of them before the first decision": tally.mute,
        "acknowledged decisions": tally.acknowledged,
        "lost or unknown labels": tally.lost,
        "failed integrity checks": tally.damaged,
        "openings that noticed the kill": tally.interrupted,
        "seconds": round(time.monotonic() - began),
        "SQLite": sqlite3.sqlite_version,
    }
    for name, value in rows.items():
        print(f"{name:36}{value:>12}")  # noqa: T201 - the table is the result
    return int(bool(tally.lost or tally.damaged))


if __name__ == "__main__":
    sys.exit(main())
