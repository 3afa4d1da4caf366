"""`main.py classify`: say what each picture shows, one row a file."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from tqdm import tqdm

from inference.classify.classifier import Classifier
from inference.classify.events import Answered
from inference.classify.opening import decode_workers, is_engine_unknown, learn_engine, open_classifier
from inference.classify.pipeline import Pipeline
from inference.classify.work_queue import IteratorSource
from inference.commands.options import add_model_options, positive
from inference.commands.overlays import OverlayWriter
from inference.commands.rows import RowFormat, RowFormatter, formatter
from inference.engine.devices import AUTO
from inference.errors import CardinalError, OutputWriteError
from inference.files import replacing
from inference.pictures.decode_pool import DecodePool
from inference.pictures.scan import ScanReport, scan
from inference.profile import Profile
from inference.results import Failure, Outcome
from inference.texts import visible

EXIT_SOME_FAILED = 1
EXIT_NOTHING_DONE = 2
EXIT_INTERRUPTED = 130
_WAIT_S = 0.25


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command's options."""
    parser = subparsers.add_parser("classify", help="say what pictures and folders of pictures show")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a picture or a folder")
    add_model_options(parser)
    parser.add_argument("--top", type=positive, default=5, metavar="K", help="how many classes a row has (default 5)")
    parser.add_argument("--batch-size", type=positive, metavar="N", help="pictures in one run (default: measured)")
    parser.add_argument("--format", choices=[form.value for form in RowFormat], default=RowFormat.TABLE.value)
    parser.add_argument("--output", metavar="FILE", help="write the rows there instead of standard output")
    parser.add_argument("--overlays", metavar="DIR", help="also write each picture with the map of its first class")
    parser.add_argument("--session", metavar="FILE", help="not in this version: sessions come with labelling")
    parser.add_argument("--recursive", action=argparse.BooleanOptionalAction, default=True, help="enter subfolders")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, profile: Profile) -> int:
    """Run the command; the exit code of DESIGN.md 8."""
    if arguments.session is not None:
        _say("--session is not in this version: sessions come with labelling. Nothing was done.")
        return EXIT_NOTHING_DONE
    report = ScanReport()
    paths = scan(arguments.paths, recursive=arguments.recursive, report=report)
    first = next(paths, None)
    if first is None:
        _say(f"No pictures were found in {', '.join(map(visible, arguments.paths))}.")
        _say_skipped(report)
        return EXIT_NOTHING_DONE
    try:
        return _classify(arguments, profile, chain([first], paths), report)
    except BrokenPipeError:
        # Whoever read the rows has seen enough.
        _abandon_stdout()
        return 0
    except CardinalError as error:
        _say(str(error))
        return EXIT_NOTHING_DONE


def _classify(arguments: argparse.Namespace, profile: Profile, paths: Iterator[str], report: ScanReport) -> int:
    if arguments.device == AUTO and is_engine_unknown(arguments.model, profile):
        _say("Measuring which engine of the processor is faster for this model (once)...")
        learn_engine(arguments.model, profile)
    classifier = open_classifier(
        arguments.model,
        arguments.device,
        profile,
        batch_size=arguments.batch_size,
        top_count=arguments.top,
        spinning=True,
    )
    form = RowFormat(arguments.format)
    with contextlib.ExitStack() as stack:
        stack.callback(classifier.network.close)
        pool = stack.enter_context(DecodePool.open(workers=decode_workers()))
        write = _opened(arguments.output, stack)
        rows = OrderedRows(formatter(form, top_count=arguments.top), write)
        overlays = _overlays(arguments.overlays, pool, classifier, stack)
        pipeline = Pipeline(classifier, pool, IteratorSource(paths))
        interrupted = _drain(pipeline, rows, overlays)
    _say_skipped(report)
    if interrupted:
        _say(f"Stopped. {rows.written} picture(s) are done.")
        return EXIT_INTERRUPTED
    return EXIT_SOME_FAILED if rows.failed else 0


def _drain(pipeline: Pipeline, rows: OrderedRows, overlays: OverlayWriter | None) -> bool:
    """Run the pipeline to its end, or until Ctrl-C; whether it was interrupted."""
    pipeline.start()
    progress = tqdm(unit=" pictures", disable=not sys.stderr.isatty(), leave=False)
    try:
        while not pipeline.is_finished:
            for answered in pipeline.next_answers(_WAIT_S):
                if overlays is not None:
                    overlays.write(answered.outcome)
                rows.add(answered)
                progress.update()
    except KeyboardInterrupt:
        return True
    finally:
        progress.close()
        pipeline.stop()
        while not pipeline.is_finished:
            pipeline.next_answers(0)
        rows.flush()
    return False


class OrderedRows:
    """Writes rows in the order of the input, however the answers arrive.

    Attributes:
        written: how many rows are out.
        failed: how many of them are failures.
    """

    def __init__(self, form: RowFormatter, write: Callable[[str], None]) -> None:
        self._form = form
        self._write = write
        self._waiting: dict[int, Outcome] = {}
        self._next = 0
        self._begun = False
        self.written = 0
        self.failed = 0

    def add(self, answered: Answered) -> None:
        """Take an answer; write it and those that waited for it when its turn has come."""
        self._waiting[answered.key] = answered.outcome
        while self._next in self._waiting:
            self._put(self._waiting.pop(self._next))
            self._next += 1

    def flush(self) -> None:
        """Write what still waits for an earlier row (after an interruption), in order."""
        for key in sorted(self._waiting):
            self._put(self._waiting.pop(key))

    def _put(self, outcome: Outcome) -> None:
        if not self._begun:
            self._write(self._form.head())
            self._begun = True
        self._write(self._form.row(outcome))
        self.written += 1
        self.failed += isinstance(outcome, Failure)


def _opened(output: str | None, stack: contextlib.ExitStack) -> Callable[[str], None]:
    """Where rows go: standard output, or a file that appears when all of them are in it."""
    if output is None:
        return _write_to_stdout
    file = stack.enter_context(replacing(Path(output)))
    return lambda text: file.write(text.encode())


def _overlays(
    folder: str | None, pool: DecodePool, classifier: Classifier, stack: contextlib.ExitStack
) -> OverlayWriter | None:
    if folder is None:
        return None
    writer = OverlayWriter.open(Path(folder), pool, classifier.network.contract)
    stack.callback(writer.finish)
    return writer


def _write_to_stdout(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _abandon_stdout()
        raise OutputWriteError("standard output", f"{error.strerror or error}.") from error


def _abandon_stdout() -> None:
    """Nothing can be written there any more; Python must not try to flush the rest when the program ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say_skipped(report: ScanReport) -> None:
    """What the scan left out, once, on standard error; it does not change the exit code."""
    if report.other_files:
        _say(f"{report.other_files} other file(s) were not pictures.")
    if report.links:
        _say(f"{report.links} link(s) to folders were not followed.")
    for folder in report.unreadable_folders:
        _say(f"The folder {visible(folder)} could not be opened.")


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
