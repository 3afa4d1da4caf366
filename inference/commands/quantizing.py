"""Make an int8 copy of a model and compare both on a person's pictures, in a process of its own that may die."""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inference.errors import CardinalError
from inference.models.answering import answer
from inference.models.progress import OnProgress, Progress
from inference.models.quantize.facts import (
    WANTED_AGREEMENT,
    WANTED_PICTURES,
    Comparison,
    Quantization,
    calibrating,
)
from inference.models.quantize.keeping import COPY_NAME
from inference.models.quantize.truth import TrueClasses
from inference.pictures.scan import ScanReport, scan

if TYPE_CHECKING:
    from inference.commands.quantizing_runs import Example, Pictures

_PLAN_NAME = "float.onnx"
_SEED = 0
_TELL_EVERY_S = 0.1
_SHARES = (1.0, 0.5, 0.25)
"""Of the layers, from the last one, that are tried in int8 until enough answers stay the same."""


class NoPicturesError(CardinalError):
    """Too few different pictures of the folder can be read to calibrate with and to compare on."""

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self.folder = folder

    def __str__(self) -> str:
        found = f"Too few different pictures in {self.folder} can be read"
        return f"{found}; some to calibrate with and others to compare on are needed."


def main(argv: list[str] | None = None) -> int:
    """Make and compare the copy that the arguments describe; 0, or 1 after an error line."""
    parser = argparse.ArgumentParser(prog="python -m inference.commands.quantizing", description=__doc__)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="an empty folder; the copy is made there")
    parser.add_argument("--name", required=True, help="of the copy")
    parser.add_argument("--pictures", required=True, help="a folder")
    parser.add_argument("--count", type=int, required=True, help="pictures that calibrate, at most")
    parser.add_argument("--layers", type=int, help="convolutions in int8, from the last one")
    arguments = parser.parse_args(argv)

    def work(on_progress: OnProgress) -> dict[str, Any]:
        return _quantize(arguments, on_progress)

    return answer(work)


def _quantize(arguments: argparse.Namespace, on_progress: OnProgress) -> dict[str, Any]:
    # These take time to import; bad usage should be told at once.
    from inference.classify.opening import decode_workers  # noqa: PLC0415
    from inference.commands.quantizing_runs import Pictures  # noqa: PLC0415
    from inference.engine import machine  # noqa: PLC0415
    from inference.engine.network import hash_model  # noqa: PLC0415
    from inference.models.quantize.plan import write_facts, write_plan  # noqa: PLC0415
    from inference.pictures.decode_pool import DecodePool  # noqa: PLC0415

    plan = write_plan(arguments.source, arguments.folder / _PLAN_NAME)
    paths = _mixed(arguments.pictures)
    middle = calibrating(len(paths), arguments.count)
    classes = TrueClasses.of(plan.contract)
    contract = replace(plan.contract, name=arguments.name, title=f"{plan.contract.title}, int8")
    facts = Quantization(hash_model(str(arguments.source)), 0, 0, plan.all_layers, machine.int8_weight_bits())
    counts = layer_counts(len(plan.layers), arguments.layers)
    with DecodePool.open(workers=decode_workers()) as pool:
        for tries, layers in enumerate(counts, 1):
            pictures = Pictures(pool, plan.contract.preprocessing, classes)
            facts = replace(facts, layers=layers, tries=tries, comparison=None)
            trial = _Trial(arguments, pictures, on_progress, f"{layers} of {plan.all_layers} convolutions in int8")
            seen = trial.make(plan.last(layers), paths[:middle], facts.weight_bits)
            facts = replace(facts, calibrated_on=seen)
            write_facts(trial.copy, contract, facts)
            comparison = trial.compare(paths[middle:], is_last=tries == len(counts))
            facts = replace(facts, comparison=comparison)
            if not is_worth_another_try(comparison):
                break
        write_facts(trial.copy, contract, facts)
    return {"unreadable": pictures.unreadable, "repeated": pictures.repeated}


def layer_counts(layers: int, wanted: int | None = None) -> list[int]:
    """How many layers, from the last one, to try in int8, most first.

    The errors of early layers reach all others, so these are the first to stay in float32.

    Args:
        layers: that can be quantized.
        wanted: by the person, who then gets just these; None tries.
    """
    if wanted is not None:
        return [min(wanted, layers)]
    return list(dict.fromkeys(max(1, round(layers * share)) for share in _SHARES))


def is_worth_another_try(comparison: Comparison) -> bool:
    """Whether a copy with fewer layers in int8 could pass where this one did not.

    One that agrees needs no other. One that is not faster, in as many turns as can show it, would not be faster with
    fewer layers, either.
    """
    return comparison.agreement < WANTED_AGREEMENT and comparison.is_faster


def _mixed(folder: str) -> list[str]:
    """The pictures of a folder, not in the order of their names, which often follow their classes."""
    paths = list(scan([folder], report=ScanReport()))
    random.Random(_SEED).shuffle(paths)  # noqa: S311 - the same pictures each time, not secret ones
    return paths


@dataclass(frozen=True, slots=True)
class _Trial:
    """One copy, made and compared.

    Attributes:
        arguments: of the command line.
        pictures: prepares them.
        on_progress: told how far the work is.
        what: the copy, in words.
    """

    arguments: argparse.Namespace
    pictures: Pictures
    on_progress: OnProgress
    what: str

    @property
    def copy(self) -> Path:
        """Where the copy is made."""
        folder: Path = self.arguments.folder
        return folder / COPY_NAME

    def make(self, nodes: tuple[str, ...], paths: list[str], bits: int) -> int:
        """Write the copy; how many pictures calibrated it."""
        from inference.commands.quantizing_runs import in_batches  # noqa: PLC0415 - see `_quantize`
        from inference.engine.static_quantization import write_int8  # noqa: PLC0415

        seen = _Counted(self.on_progress, f"Calibrating ({self.what})", len(paths))
        batches = (batch.inputs for batch in in_batches(seen.counting(self.pictures.prepared(paths))))
        first = next(batches, None)
        if first is None:
            raise NoPicturesError(self.arguments.pictures)
        folder: Path = self.arguments.folder
        with _temporary_files_in(folder):
            write_int8(folder / _PLAN_NAME, self.copy, nodes, chain([first], batches), bits=bits)
        return seen.done

    def compare(self, paths: list[str], *, is_last: bool) -> Comparison:
        """Compare it with its original; not to the end where it cannot pass and another copy follows."""
        from inference.commands.quantizing_runs import compare  # noqa: PLC0415 - see `_quantize`

        seen = _Counted(self.on_progress, f"Comparing ({self.what})", min(len(paths), WANTED_PICTURES))
        comparison = compare(
            self.arguments.source,
            self.copy,
            seen.counting(self.pictures.prepared(paths)),
            planned=len(paths),
            may_stop=not is_last,
            on_progress=self.on_progress,
        )
        if not comparison.pictures:
            raise NoPicturesError(self.arguments.pictures)
        return comparison


@dataclass(slots=True)
class _Counted:
    """Tells how many pictures of a step are done."""

    on_progress: OnProgress
    step: str
    total: int
    done: int = 0
    _told: float = 0.0

    def counting(self, pictures: Iterable[Example]) -> Iterator[Example]:
        """The same pictures, told."""
        for picture in pictures:
            now = time.monotonic()
            if now - self._told >= _TELL_EVERY_S:
                self._told = now
                self.on_progress(Progress(self.step, self.done, self.total))
            self.done += 1
            yield picture


@contextlib.contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Whoever gives this process its folder deletes the tool's own files, too, when the process is killed.

    Not before the first picture is there: the decode pool's server has a socket among the temporary files, and
    sockets have short names only.
    """
    usual = tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = usual


if __name__ == "__main__":
    sys.exit(main())
