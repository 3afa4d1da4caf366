"""Measure what a picture costs from 1 to 100,000 of them and with batches of 1 to 256, beside what the model predicts.

    uv run python -m tests.benchmarks.scaling folder TREE --keep RUNS.jsonl [--minutes 20]
    uv run python -m tests.benchmarks.scaling batches TREE --keep RUNS.jsonl [--minutes 20]
    uv run python -m tests.benchmarks.scaling disk TREE
    uv run python -m tests.benchmarks.scaling machines --record RECORD.json

TREE is what `make_tree` makes. Each run is a line of RUNS.jsonl as soon as it is done; what is there is not measured
again, so that a stopped series goes on where it was. At its end, or when no time is left for another run, the finished
tables are printed. `--record` is a JSON record of `main.py bench TREE` for the same model: it has what the model of
docs/benchmarks/SCALING.md is told; with `--device cpu` for `machines`. Linux; run it alone on the machine.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from inference.bench.figures import LimitRule
from inference.bench.orders import Setup
from inference.bench.prediction import Inputs
from inference.classify.opening import decode_workers, open_classifier
from inference.models.catalog import default_model_name, find_model
from inference.profile import Profile
from tests.benchmarks.scaling_machines import machines_tables
from tests.benchmarks.scaling_runs import become_subreaper, first_files, read_cold, run_batches, run_folder
from tests.benchmarks.scaling_tables import Run, batch_table, folder_table

COUNTS = (0, 1, 10, 100, 1_000, 10_000, 100_000)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)

_ROUNDS = 5
_MANY, _MANY_ROUNDS = 10_000, 1
"""So many pictures are a long enough run: its moments are a median already."""

_PICTURES = 256
_COLD_FILES = 4_000


@dataclass(frozen=True, slots=True)
class Series:
    """Runs of one kind that are kept in a file.

    Attributes:
        file: of lines of JSON.
        marks: what every run of the series has: its kind, model and device.
        until: on the monotonic clock; nothing begins that would not end by then.
    """

    file: Path
    marks: dict[str, str]
    until: float

    def runs(self) -> list[dict[str, Any]]:
        """Those that are done."""
        lines = self.file.read_text(encoding="utf-8").splitlines() if self.file.exists() else []
        return [run for run in map(json.loads, lines) if self.marks.items() <= run.items()]

    def go_on(self, name: str, wanted: Sequence[tuple[int, int]], measure: Callable[[int], Any]) -> None:
        """Measure what is missing, in that order.

        Args:
            name: of what makes runs different.
            wanted: its values and how many runs of each there shall be, one after the other.
            measure: does one run of a value; a dataclass.
        """
        for value, number in wanted:
            took = {run[name]: run["took_s"] for run in self.runs()}
            if sum(run[name] == value for run in self.runs()) > number:
                continue
            # Ten times as many pictures take ten times as long at most; twice as large batches twice as long.
            smaller = max((one for one in took if one <= value), default=None)
            expected_s = 0.0 if smaller is None else took[smaller] * max(1.0, value / max(1, smaller))
            if time.monotonic() + expected_s > self.until:
                sys.stderr.write(f"No time is left for {name} {value}.\n")
                return
            sys.stderr.write(f"{name} {value}, run {number + 1}\n")
            started = time.monotonic()
            found = asdict(measure(value))
            line = self.marks | {name: value, "took_s": time.monotonic() - started} | found
            with self.file.open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps(line)}\n")


def main(words: Sequence[str]) -> int:
    """Do a part, and print its tables."""
    arguments = _parse(words)
    lines = {"folder": _folder, "batches": _batches, "disk": _disk, "machines": _machines}[arguments.part](arguments)
    for line in lines:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    return 0


def _folder(arguments: argparse.Namespace) -> Iterator[str]:
    become_subreaper()
    series, rounds = _series(arguments), arguments.rounds
    wanted = [
        (count, number)
        for number in range(rounds)
        for count in sorted(arguments.values or COUNTS)
        if count < _MANY or number < _MANY_ROUNDS
    ]
    words = () if arguments.profile is None else ("--profile", arguments.profile)
    options = ["--device", arguments.device]
    options += [] if arguments.model is None else ["--model", arguments.model]
    with tempfile.TemporaryDirectory() as folder:
        series.go_on("count", wanted, lambda count: run_folder(words, options, arguments.tree, count, Path(folder)))
    yield from folder_table(_numbers(series), _inputs(arguments))


def _batches(arguments: argparse.Namespace) -> Iterator[str]:
    series, setup = _series(arguments), _setup(arguments)
    wanted = [(size, number) for number in range(arguments.rounds) for size in sorted(arguments.values or SIZES)]
    series.go_on("size", wanted, lambda size: run_batches(setup, size, arguments.seconds))
    yield from batch_table(_numbers(series), _inputs(arguments))


def _disk(arguments: argparse.Namespace) -> Iterator[str]:
    paths = first_files(arguments.tree, _COLD_FILES)
    yield f"{len(paths):,} files that the system had forgotten, for this computer's own disk:"
    yield ""
    yield "| readers | MB/s |"
    yield "|---|---|"
    for readers in (1, 2, 4, 8):
        yield f"| {readers} | {read_cold(paths, readers):,.0f} |"


def _machines(arguments: argparse.Namespace) -> Iterator[str]:
    inputs, record = _inputs(arguments), _record(arguments)
    if inputs is None or record is None or record["configuration"]["precision"] != "float32":
        sys.exit("--record must be one of `main.py bench --device cpu`, in float32, and have a prediction.")
    yield from machines_tables(inputs, record["model"]["gmacs"])


def _series(arguments: argparse.Namespace) -> Series:
    until = time.monotonic() + 60 * arguments.minutes
    marks = {"part": arguments.part, "model": arguments.model or "", "device": arguments.device}
    return Series(arguments.keep, marks, until)


def _setup(arguments: argparse.Namespace) -> Setup:
    """What `bench` would measure: the device that "auto" means here, and the first pictures of the tree."""
    profile = Profile.default() if arguments.profile is None else Profile.below(Path(arguments.profile))
    classifier = open_classifier(arguments.model, arguments.device, profile)
    classifier.network.close()
    return Setup(
        model=str(find_model(arguments.model or default_model_name(profile), profile, try_out=False).path.absolute()),
        device=classifier.network.device.value,
        batch=classifier.batch_size,
        workers=decode_workers(classifier.network.device),
        paths=tuple(first_files(arguments.tree, _PICTURES)),
        folders=(str(profile.data), str(profile.cache), str(profile.config)),
    )


def _numbers(series: Series) -> list[Run]:
    return [{name: value for name, value in run.items() if name not in series.marks} for run in series.runs()]


def _record(arguments: argparse.Namespace) -> dict[str, Any] | None:
    if arguments.record is None:
        return None
    record: dict[str, Any] = json.loads(arguments.record.read_text(encoding="utf-8"))
    return record


def _inputs(arguments: argparse.Namespace) -> Inputs | None:
    """What the model is told, from a record of `bench`."""
    record = _record(arguments)
    if record is None or record.get("prediction") is None:
        return None
    fields = record["prediction"]["inputs"]
    return Inputs(**fields | {"rule": LimitRule(fields["rule"])})


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parts = parser.add_subparsers(dest="part", required=True)
    for part in ("folder", "batches", "disk", "machines"):
        options = parts.add_parser(part)
        options.add_argument("--record", type=Path, metavar="FILE", help="of `main.py bench --format json`")
        if part == "machines":
            continue
        options.add_argument("tree", type=Path, metavar="TREE")
        if part == "disk":
            continue
        options.add_argument("--keep", type=Path, required=True, metavar="FILE", help="where runs are kept")
        options.add_argument("--minutes", type=float, default=30.0, help="begin nothing that ends later")
        options.add_argument("--rounds", type=int, default=_ROUNDS, help="runs of each, fewer of the long ones")
        options.add_argument("--values", type=_numbers_of, metavar="N,N", help="only these counts or sizes")
        options.add_argument("--seconds", type=float, default=2.0, help="of a pass, with `batches`")
        options.add_argument("--model", metavar="NAME")
        options.add_argument("--device", default="auto")
        options.add_argument("--profile", metavar="DIR")
    return parser.parse_args(words)


def _numbers_of(text: str) -> tuple[int, ...]:
    """Different numbers, for argparse."""
    return tuple(sorted({int(part) for part in text.split(",")}))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
