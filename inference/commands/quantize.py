"""`main.py models quantize`: make an int8 copy of a model, and show how it compares with its original."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from inference.commands.options import positive
from inference.commands.terminal import EXIT_INTERRUPTED, EXIT_NOTHING_DONE, counting, put_beside, put_line, say
from inference.models.catalog import find_model
from inference.models.metadata import read_metadata
from inference.models.progress import OnProgress, Progress
from inference.models.quantize.facts import (
    WANTED_AGREEMENT,
    WANTED_PICTURES,
    WANTED_SPEED,
    Comparison,
    Quantization,
    calibrating,
    counted,
    read_quantization,
)
from inference.models.quantize.keeping import Compared, QuantizeOrder, is_installed, quantize_model
from inference.pictures.scan import ScanReport, scan
from inference.profile import Profile

_COUNT = 200


def add_verb(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the verb's options."""
    parser = verbs.add_parser(
        "quantize",
        help="make an int8 copy, faster on many processors, and compare it",
        description=(
            "Make an int8 copy of a model and compare it with the model. It is kept where both give the same first "
            f"class to at least {WANTED_AGREEMENT:.1%} of at least {WANTED_PICTURES:,} pictures, and the copy is at "
            f"least {WANTED_SPEED:g} times as fast. Others calibrate it, so about {WANTED_PICTURES + _COUNT:,} "
            "pictures are needed."
        ),
    )
    parser.add_argument("model", metavar="NAME|FILE", help="an installed model, or an .onnx file with its contract")
    parser.add_argument(
        "--pictures",
        required=True,
        metavar="FOLDER",
        help=(
            f"those that calibrate, and at least {WANTED_PICTURES:,} others to compare on; where their folders are "
            "named after classes, how many answers are right is told, too"
        ),
    )
    parser.add_argument(
        "--count",
        type=positive,
        default=_COUNT,
        metavar="N",
        help=f"pictures that calibrate, half of those in the folder at most (default {_COUNT})",
    )
    parser.add_argument(
        "--layers",
        type=positive,
        metavar="N",
        help="the last N convolutions in int8 (default: all, then half, then a quarter, until enough answers stay)",
    )
    parser.add_argument("--name", default="", help="of the copy (default: the model's, with -int8)")
    parser.add_argument("--replace", action="store_true", help="take the place of an added model of the same name")
    parser.add_argument("--force", action="store_true", help="keep it although it does not pass")


def quantize(arguments: argparse.Namespace, profile: Profile, on_progress: OnProgress) -> int:
    """Carry out the verb; 0, 2 where nothing was installed, or 130 where the person stopped it.

    Args:
        arguments: those of `add_verb`.
        profile: where models lie.
        on_progress: shows which step is being done; pictures are counted here.

    Raises:
        CardinalError: the copy cannot be made.
    """
    report = _Report(arguments.name)
    try:
        return _quantize(arguments, profile, on_progress, report)
    except KeyboardInterrupt:
        facts = report.facts
        is_there = facts is not None and is_installed(facts, report.name, profile)
        say(f"Stopped. {report.name} had been kept already." if is_there else "Stopped. Nothing was kept.")
        return EXIT_INTERRUPTED


def _quantize(arguments: argparse.Namespace, profile: Profile, on_progress: OnProgress, report: _Report) -> int:
    if not Path(arguments.pictures).is_dir():
        say(f"There is no folder {arguments.pictures}.")
        return EXIT_NOTHING_DONE
    found = sum(1 for _ in scan([arguments.pictures], report=ScanReport()))
    if not found:
        say(f"No pictures were found in {arguments.pictures}.")
        return EXIT_NOTHING_DONE
    model = find_model(arguments.model, profile)
    report.name = report.name or f"{model.name}-int8"
    order = QuantizeOrder(
        name=report.name,
        pictures=arguments.pictures,
        count=arguments.count,
        layers=arguments.layers,
        replace=arguments.replace,
        force=arguments.force,
    )
    for sentence in describe_shares(found, arguments.count):
        say(sentence)
    with contextlib.closing(_Bars(on_progress)) as bars:

        def tell(compared: Compared) -> None:
            bars.close()
            report.tell(compared)

        done = quantize_model(model, order, profile, on_progress=bars.show, on_compared=tell)
    if done.model is None:
        return EXIT_NOTHING_DONE
    put_line(f"Installed {order.name}: {len(done.model.contract.labels):,} classes, int8.")
    return 0


def describe_shares(found: int, count: int) -> Iterator[str]:
    """What will become of so many pictures, and whether they are enough, each a sentence."""
    used = calibrating(found, count)
    rest = found - used
    yield f"{counted(used, 'picture')} of {found:,} {_verb(used, 'calibrates', 'calibrate')} the copy."
    remain = f"{counted(rest, 'picture')} {_verb(rest, 'remains', 'remain')} to compare"
    if rest < WANTED_PICTURES:
        yield f"{remain}; {WANTED_PICTURES:,} are needed for a copy to be kept by itself."
    else:
        yield f"{remain}; {WANTED_PICTURES:,} of them are taken."


def _verb(number: int, one: str, many: str) -> str:
    return one if number == 1 else many


@dataclass(slots=True)
class _Report:
    """Tells a person what came of the comparison before the copy is installed.

    Attributes:
        name: of the copy.
        facts: what was told; None before.
    """

    name: str
    facts: Quantization | None = None

    def tell(self, compared: Compared) -> None:
        """Write everything that is known of the copy, and what becomes of it."""
        self.facts = compared.facts
        # A reader that has gone is no reason to lose what minutes have gone into.
        put_beside(f"{name:14} {value}" for name, value in describe_facts(compared.facts))
        if compared.unreadable:
            were = _verb(compared.unreadable, "was", "were")
            say(f"{counted(compared.unreadable, 'picture')} could not be read and {were} left out.")
        if compared.repeated:
            look, were = _verb(compared.repeated, "looks", "look"), _verb(compared.repeated, "was", "were")
            say(f"{counted(compared.repeated, 'picture')} {look} the same as others and {were} left out.")
        comparison = compared.facts.comparison
        for sentence in () if comparison is None else comparison.shortcomings:
            say(sentence)
        put_beside([f"{'decision':14} {self._decision(compared)}"])

    def _decision(self, compared: Compared) -> str:
        """In words that stay true where the copy, which is not installed yet, cannot be."""
        if not compared.is_kept:
            return "not kept; --force keeps it all the same"
        return f"to be kept as {self.name}{'' if compared.facts.passed else ' although it did not pass'}"


class _Bars:
    """Show a bar below each step that counts pictures, where standard error is a terminal."""

    def __init__(self, on_progress: OnProgress) -> None:
        self._on_progress = on_progress
        self._step = ""
        self._bar = contextlib.ExitStack()
        self._show: Callable[[int], None] | None = None

    def show(self, progress: Progress) -> None:
        """Show how far the work is."""
        if progress.step != self._step:
            self.close()
            self._step = progress.step
            # It writes the step's name.
            self._on_progress(progress)
            if progress.total is not None:
                self._show = self._bar.enter_context(counting(" pictures", progress.total))
        if self._show is not None:
            self._show(progress.done)

    def close(self) -> None:
        """Take the last bar away."""
        self._bar.close()
        self._show = None


def describe_comparison(comparison: Comparison) -> Iterator[tuple[str, str]]:
    """A copy beside its original, as name and value."""
    low, high = comparison.interval
    compared = counted(comparison.pictures, "other picture")
    turns = f", medians of {counted(comparison.turns, 'turn')}" if comparison.turns else ""
    yield (
        "same class",
        f"{comparison.agreement_words} of {compared} (95 %: {low:.2%} to {high:.2%})",
    )
    yield "right", _accuracy(comparison)
    yield (
        "logits",
        f"differ by {comparison.mean_difference:.3g} on average and {comparison.max_difference:.3g} at most; where the "
        f"classes differ, the original preferred its own by {comparison.worst_margin:.3g} at most",
    )
    yield (
        "speed",
        f"{comparison.int8_ms:.2f} ms for a picture in a batch ({comparison.int8_device}), before "
        f"{comparison.float_ms:.2f} ms ({comparison.float_device}): {comparison.speed_words}, "
        f"{counted(comparison.threads, 'thread')}{turns}",
    )
    yield "size", f"{comparison.int8_bytes:,} bytes, before {comparison.float_bytes:,}"


def _accuracy(comparison: Comparison) -> str:
    labelled = comparison.labelled
    if not labelled:
        return "not known; folders named after classes would tell"
    share, before = comparison.int8_right / labelled, comparison.float_right / labelled
    return f"{share:.2%} of {counted(labelled, 'picture')} in folders named after classes, before {before:.2%}"


def describe_facts(facts: Quantization) -> Iterator[tuple[str, str]]:
    """How a copy was made and how it compares, as name and value."""
    less = (
        "" if facts.tries == 1 else f" (the last ones; more of them changed too many answers, in {facts.tries} tries)"
    )
    yield (
        "precision",
        f"{facts.precision}: {facts.layers} of {facts.all_layers} convolutions{less}, {facts.weight_bits}-bit weights, "
        f"calibrated on {counted(facts.calibrated_on, 'picture')}",
    )
    if facts.comparison is not None:
        yield from describe_comparison(facts.comparison)
    yield "comparison", "passed" if facts.passed else "not passed"


def describe_quantization(path: Path) -> Iterator[tuple[str, str]]:
    """What the model file `path` says of its quantization, as name and value; nothing where it is no int8 copy."""
    facts = read_quantization(read_metadata(path))
    if facts is not None:
        yield "made from", f"the model with SHA-256 {facts.source_sha256}"
        yield from describe_facts(facts)
