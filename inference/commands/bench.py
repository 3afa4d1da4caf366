"""`main.py bench`: measure how fast this machine classifies, beside its limit and what others' loops do."""

from __future__ import annotations

import argparse
import contextlib
import re
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path

from inference.bench.facts import Facts, find_facts, system_load
from inference.bench.made_pictures import make_pictures
from inference.bench.measuring import Plan, measure
from inference.bench.orders import Setup
from inference.bench.record import Int8Of, Record
from inference.classify.opening import decode_workers, learn_engine_once, open_classifier
from inference.commands.bench_table import as_markdown
from inference.commands.options import add_model_options, positive
from inference.commands.targets import inputs_of, require_rows_target
from inference.commands.terminal import EXIT_NOTHING_DONE, EXIT_SOME_FAILED, progress_bar, put, say
from inference.engine.devices import AUTO
from inference.errors import OutputWriteError
from inference.files import replacing
from inference.models.catalog import ModelFile, default_model_name, find_model
from inference.models.progress import Progress
from inference.models.quantize.facts import Quantization
from inference.models.quantize.standing_in import original_of
from inference.pictures.scan import ScanReport, scan
from inference.profile import Profile

_BATCHES = (1, 8, 32)
_REPEATS = 5
_PASS_S = 2.0
_MOST_PICTURES = 256
_LARGEST_BATCH = 1024
_LONGEST_PASS_S = 60.0
_DESCRIPTION = (
    "Measure how fast this machine classifies, beside the most that it could do and beside what others write. It takes "
    "some minutes and wants the computer for itself: whatever else runs makes its figures worse, and the table says so."
)
_KEPT_BYTES = 2**16
"""More than both forms of a record take."""

_NO_WORD = re.compile(r"[^a-z0-9_]+")


class BenchFormat(StrEnum):
    """The forms that `bench --format` offers."""

    TABLE = "table"
    JSON = "json"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command's options."""
    parser = subparsers.add_parser(
        "bench", help="measure speed, latency and memory on this machine", description=_DESCRIPTION
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="pictures and folders to measure with (default: made from samples)"
    )
    add_model_options(parser)
    parser.add_argument(
        "--batch",
        type=_batches,
        default=_BATCHES,
        metavar="N,N",
        help="pictures in one run, for the network alone (default 1,8,32)",
    )
    parser.add_argument(
        "--pictures",
        type=positive,
        default=_MOST_PICTURES,
        metavar="N",
        help=f"take at most so many (default {_MOST_PICTURES})",
    )
    parser.add_argument("--repeats", type=positive, default=_REPEATS, metavar="N", help=f"rounds (default {_REPEATS})")
    parser.add_argument(
        "--seconds", type=_seconds, default=_PASS_S, metavar="S", help=f"of one pass, about (default {_PASS_S:g})"
    )
    parser.add_argument(
        "--baselines",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="also measure what others write with ONNX Runtime, PyTorch and torchvision",
    )
    parser.add_argument("--format", choices=[form.value for form in BenchFormat], default=BenchFormat.TABLE.value)
    parser.add_argument("--output", metavar="FILE", help="write it there instead of standard output")
    parser.add_argument(
        "--keep", metavar="DIR", help="also write both forms into this folder, named by date, processor and model"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, profile: Profile) -> int:
    """Run the command; 0, or 1 where some pictures could not be read, or 2 where nothing could be measured."""
    if arguments.output is not None:
        require_rows_target(Path(arguments.output), inputs_of(arguments.paths, arguments.model))
    if arguments.keep is not None and not Path(arguments.keep).is_dir():
        say(f"There is no folder {arguments.keep}.")
        return EXIT_NOTHING_DONE
    if arguments.keep is not None:
        _try_folder(Path(arguments.keep))
    record: Record | None = None
    try:
        with contextlib.ExitStack() as stack:
            found = _find_pictures(arguments, stack)
            if not found.paths:
                say(f"No pictures were found in {', '.join(arguments.paths)}.")
                return EXIT_NOTHING_DONE
            # Opened before, so that a name that cannot be written is told before minutes of work.
            file = None if arguments.output is None else stack.enter_context(replacing(Path(arguments.output)))
            record = _measure_or_stop(arguments, profile, found)
            if file is None:
                put(_text(record, arguments.format))
            else:
                file.write(_text(record, arguments.format).encode())
    except OutputWriteError:
        # What minutes have gone into is not lost with the file that it was meant for.
        if record is not None and arguments.output is not None:
            put(_text(record, arguments.format))
        raise
    finally:
        # Nor with a reader that has gone.
        if record is not None and arguments.keep is not None:
            _keep(record, Path(arguments.keep))
    return EXIT_SOME_FAILED if record.pictures.failed else 0


def _text(record: Record, form: str) -> str:
    return record.to_json() if form == BenchFormat.JSON else as_markdown(record)


def _measure_or_stop(arguments: argparse.Namespace, profile: Profile, found: _Found) -> Record:
    try:
        return _measure(arguments, profile, found)
    except KeyboardInterrupt:
        say("Stopped. A benchmark that is not finished has no figures.")
        raise


def _try_folder(folder: Path) -> None:
    """Write into a folder what leaves nothing behind, so that one that cannot be written is told before the work.

    Raises:
        OutputWriteError: it is read-only, or its disk is full.
    """
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(_KEPT_BYTES))
    except OSError as error:
        raise OutputWriteError(str(folder), f"{error.strerror or error}.") from error


def _keep(record: Record, folder: Path) -> None:
    """Write both forms; an earlier record of the same day, processor, model and device is replaced.

    Raises:
        OutputWriteError: the disk is full, for example.
    """
    cores = f"{record.machine.usable_cores} cores"
    parts = (record.date[:10], record.machine.processor, cores, record.model.name, record.configuration.device)
    name = "-".join(_NO_WORD.sub("-", part.lower()).strip("-") for part in parts)
    for suffix, text in (("json", record.to_json()), ("md", as_markdown(record))):
        with replacing(folder / f"{name}.{suffix}") as file:
            file.write(text.encode())


@dataclass(frozen=True, slots=True)
class _Found:
    """Pictures to measure with.

    Attributes:
        paths: absolute.
        is_made: from the program's samples.
        has_more: there are more than may be taken.
    """

    paths: tuple[str, ...]
    is_made: bool = False
    has_more: bool = False


def _find_pictures(arguments: argparse.Namespace, stack: contextlib.ExitStack) -> _Found:
    if not arguments.paths:
        try:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cardinal-bench-")))
            return _Found(tuple(map(str, make_pictures(folder))), is_made=True)
        except OSError as error:
            words = f"{error.strerror or error}. Name pictures or a folder of your own instead."
            raise OutputWriteError("Pictures to measure with", words) from error
    # One more than may be taken tells whether there are more.
    found = list(islice(scan(arguments.paths, report=ScanReport()), arguments.pictures + 1))
    taken = found[: arguments.pictures]
    return _Found(tuple(str(Path(path).absolute()) for path in taken), has_more=len(found) > len(taken))


def _try_card(model: str | None, device: str, profile: Profile) -> None:
    """Where a card will run the model, find out once how it does so fastest."""
    # ONNX Runtime takes 0.3 s to import; what is wrong with the arguments should be told at once.
    from inference.engine.card.asking import card_for, is_card_unknown, learn_card  # noqa: PLC0415

    card = card_for(device)
    if card is not None and is_card_unknown(model, card, profile):
        say("Trying what is fastest on the graphics card for this model (once, about a minute)...")
        learn_card(model, card, profile)


def _measure(arguments: argparse.Namespace, profile: Profile, found: _Found) -> Record:
    load_before = system_load()
    if arguments.device == AUTO:
        words = "Measuring which engine of the processor is faster for this model (once)..."
        learn_engine_once(arguments.model, profile, before_measuring=lambda: say(words))
    _try_card(arguments.model, arguments.device, profile)
    model = find_model(arguments.model or default_model_name(profile), profile, try_out=False)
    copied = original_of(model.path, profile)
    classifier = open_classifier(arguments.model, arguments.device, profile)
    workers = decode_workers(classifier.network.device)
    try:
        facts = find_facts(
            classifier,
            workers=workers,
            repeats=arguments.repeats,
            pass_s=arguments.seconds,
            load_before=load_before,
            int8_of=None if copied is None else _int8_of(*copied),
        )
    finally:
        classifier.network.close()
    original = None if copied is None else copied[1]
    setup = Setup(
        model=str(model.path.absolute()),
        device=facts.configuration.device,
        batch=facts.configuration.batch,
        workers=workers,
        paths=found.paths,
        folders=(str(profile.data), str(profile.cache), str(profile.config)),
        original="" if original is None else str(original.path.absolute()),
    )
    plan = Plan(
        setup,
        is_made=found.is_made,
        has_more=found.has_more,
        batches=arguments.batch,
        repeats=arguments.repeats,
        pass_s=arguments.seconds,
        baselines=arguments.baselines,
    )
    return _watched(plan, facts)


def _int8_of(facts: Quantization, original: ModelFile | None) -> Int8Of:
    compared = facts.comparison
    return Int8Of(
        name="" if original is None else original.name,
        sha256=facts.source_sha256,
        layers=facts.layers,
        all_layers=facts.all_layers,
        same_class=compared.agreement if compared is not None and compared.pictures else None,
        pictures=0 if compared is None else compared.pictures,
        passed=facts.passed,
    )


def _watched(plan: Plan, facts: Facts) -> Record:
    """Measure, and tell a person at a terminal how far it is."""
    with progress_bar(" passes") as bar:

        def show(progress: Progress) -> None:
            bar.set_description(progress.step, refresh=False)
            bar.total, bar.n = progress.total, progress.done
            bar.refresh()

        return measure(plan, facts, show)


def _batches(text: str) -> tuple[int, ...]:
    """Different sizes of batches, for argparse."""
    sizes = tuple(dict.fromkeys(positive(part) for part in text.split(",")))
    if max(sizes) > _LARGEST_BATCH:
        raise argparse.ArgumentTypeError(f"must be at most {_LARGEST_BATCH}")
    return sizes


def _seconds(text: str) -> float:
    """A time, for argparse."""
    try:
        seconds = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"must be a number of seconds, not {text!r}") from error
    if not 0 < seconds <= _LONGEST_PASS_S:
        raise argparse.ArgumentTypeError(f"must be more than 0 and at most {_LONGEST_PASS_S:g}")
    return seconds
