"""`main.py models quantize`: make an int8 copy of a model, and show how it compares with its original."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from inference.commands.options import positive
from inference.commands.terminal import EXIT_NOTHING_DONE, put_line, say
from inference.models.catalog import find_model
from inference.models.metadata import read_metadata
from inference.models.progress import OnProgress
from inference.models.quantize.facts import Comparison, Quantization, read_quantization
from inference.models.quantize.keeping import Quantized, QuantizeOrder, quantize_model
from inference.pictures.scan import ScanReport, scan
from inference.profile import Profile

_COUNT = 200


def add_verb(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the verb's options."""
    parser = verbs.add_parser("quantize", help="make an int8 copy, faster on many processors, and compare it")
    parser.add_argument("model", metavar="NAME|FILE", help="an installed model, or an .onnx file with its contract")
    parser.add_argument("--pictures", required=True, metavar="FOLDER", help="to calibrate with and to compare on")
    parser.add_argument(
        "--count", type=positive, default=_COUNT, metavar="N", help=f"pictures that calibrate (default {_COUNT})"
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
    """Carry out the verb; 0, or 2 where nothing was installed.

    Raises:
        CardinalError: the copy cannot be made.
    """
    if not Path(arguments.pictures).is_dir():
        say(f"There is no folder {arguments.pictures}.")
        return EXIT_NOTHING_DONE
    if next(scan([arguments.pictures], report=ScanReport()), None) is None:
        say(f"No pictures were found in {arguments.pictures}.")
        return EXIT_NOTHING_DONE
    model = find_model(arguments.model, profile)
    order = QuantizeOrder(
        name=arguments.name or f"{model.name}-int8",
        pictures=arguments.pictures,
        count=arguments.count,
        layers=arguments.layers,
        replace=arguments.replace,
        force=arguments.force,
    )
    return _tell(order, quantize_model(model, order, profile, on_progress=on_progress))


def _tell(order: QuantizeOrder, done: Quantized) -> int:
    comparison = done.facts.comparison
    shortcomings = () if comparison is None else comparison.shortcomings
    for name, value in describe_facts(done.facts):
        put_line(f"{name:14} {value}")
    if done.unreadable:
        say(f"{done.unreadable} picture(s) could not be read and were left out.")
    for sentence in shortcomings:
        say(sentence)
    if done.model is None:
        say("It was not kept; --force keeps it all the same.")
        return EXIT_NOTHING_DONE
    although = ", kept although it did not pass" if shortcomings else ""
    put_line(f"Installed {order.name}: {len(done.model.contract.labels):,} classes, int8{although}.")
    return 0


def describe_comparison(comparison: Comparison) -> Iterator[tuple[str, str]]:
    """A copy beside its original, as name and value."""
    low, high = comparison.interval
    yield (
        "same class",
        f"{comparison.agreement:.2%} of {comparison.pictures:,} other pictures (95 %: {low:.2%} to {high:.2%})",
    )
    yield (
        "logits",
        f"differ by {comparison.mean_difference:.3g} on average and {comparison.max_difference:.3g} at most; where the "
        f"classes differ, the original preferred its own by {comparison.worst_margin:.3g} at most",
    )
    yield (
        "speed",
        f"{comparison.int8_ms:.2f} ms for a picture in a batch ({comparison.int8_device}), before "
        f"{comparison.float_ms:.2f} ms ({comparison.float_device}): {comparison.speed_ratio:.2f} times as fast, "
        f"{comparison.threads} thread(s)",
    )
    yield "size", f"{comparison.int8_bytes:,} bytes, before {comparison.float_bytes:,}"


def describe_facts(facts: Quantization) -> Iterator[tuple[str, str]]:
    """How a copy was made and how it compares, as name and value."""
    less = (
        "" if facts.tries == 1 else f" (the last ones; more of them changed too many answers, in {facts.tries} tries)"
    )
    yield (
        "precision",
        f"{facts.precision}: {facts.layers} of {facts.all_layers} convolutions{less}, {facts.weight_bits}-bit weights, "
        f"calibrated on {facts.calibrated_on:,} pictures",
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
