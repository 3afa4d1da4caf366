"""`main.py classify`: say what each picture shows, one row a file."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from inference.cancel import Cancelled, CancelToken
from inference.classify.classifier import Classifier
from inference.classify.events import Answered
from inference.classify.opening import decode_workers, learn_engine_once, learn_stand_in
from inference.classify.pipeline import Pipeline
from inference.classify.work_queue import IteratorSource
from inference.commands.decisions import counted
from inference.commands.opening import open_telling
from inference.commands.options import add_model_options, positive
from inference.commands.overlays import OverlayWriter, make_folder, without_own_maps
from inference.commands.rows import RowFormat, RowFormatter, formatter
from inference.commands.session_rows import KEPT_CLASSES, SessionRows, create_or_open, require_session_name
from inference.commands.targets import inputs_of, require_rows_target
from inference.commands.terminal import (
    EXIT_INTERRUPTED,
    EXIT_NOTHING_DONE,
    EXIT_SOME_FAILED,
    progress_bar,
    put,
    say,
)
from inference.engine.devices import AUTO
from inference.errors import CardinalError, InferenceError, SessionError
from inference.files import replacing
from inference.pictures.decode_pool import DecodePool
from inference.pictures.scan import ScanReport, scan
from inference.profile import Profile
from inference.results import Failure, Outcome
from inference.texts import visible

_WAIT_S = 0.25
_WAIT_BESIDE_SESSION_S = 0.02
"""Answers that a session knows come without the network; nobody is told, so they are looked for."""

_MOST_WAITING_ROWS = 4_096
"""So many rows may wait for an earlier one while more are taken from a session."""


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
    parser.add_argument(
        "--session", metavar="FILE", help="keep the answers in this session, and take those from it that it has"
    )
    parser.add_argument("--recursive", action=argparse.BooleanOptionalAction, default=True, help="enter subfolders")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, profile: Profile) -> int:
    """Run the command; the exit code of DESIGN.md 8."""
    if arguments.session is not None and arguments.top > KEPT_CLASSES:
        say(f"A session keeps {KEPT_CLASSES} classes of each picture: --top is at most that with --session.")
        return EXIT_NOTHING_DONE
    try:
        if arguments.session is not None:
            require_session_name(arguments.session)
        if arguments.output is not None:
            inputs = inputs_of(arguments.paths, arguments.model)
            inputs += () if arguments.session is None else (arguments.session,)
            require_rows_target(Path(arguments.output), inputs)
        search = Search.start(arguments)
        first = next(search.paths, None)
        if first is None:
            say(f"No pictures were found in {', '.join(arguments.paths)}.")
            search.tell_skipped()
            return EXIT_NOTHING_DONE
        search.paths = chain([first], search.paths)
        return _classify(arguments, profile, search)
    except CardinalError as error:
        say(str(error))
        return EXIT_NOTHING_DONE


@dataclass(slots=True)
class Search:
    """The search for pictures, which goes on while they are classified.

    Attributes:
        paths: what it finds, lazily; ends early, without an exception, when it is cancelled.
        report: what it passed over.
        cancel: ends it, also in the middle of a large folder.
    """

    paths: Iterator[str]
    report: ScanReport
    cancel: CancelToken

    @classmethod
    def start(cls, arguments: argparse.Namespace) -> Search:
        """Begin to search the given paths, less the maps that earlier runs left in the folder for overlays."""
        report, cancel = ScanReport(), CancelToken()
        paths = _until_cancelled(scan(arguments.paths, recursive=arguments.recursive, report=report, cancel=cancel))
        if arguments.overlays is not None:
            paths = without_own_maps(paths, arguments.overlays, arguments.paths)
        return cls(paths, report, cancel)

    def tell_skipped(self) -> None:
        """Say what was left out, once."""
        if self.report.other_files:
            say(_counted(self.report.other_files, "other file was not a picture", "other files were not pictures"))
        if self.report.links:
            say(_counted(self.report.links, "link to a folder was not followed", "links to folders were not followed"))
        for folder in self.report.unreadable_folders:
            say(f"The folder {folder} could not be opened.")


def _counted(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}."


def _until_cancelled(paths: Iterator[str]) -> Iterator[str]:
    with contextlib.suppress(Cancelled):
        yield from paths


def _classify(arguments: argparse.Namespace, profile: Profile, search: Search) -> int:
    form = RowFormat(arguments.format)
    if arguments.overlays is not None:
        # The rows may go into the same new folder.
        make_folder(Path(arguments.overlays))
    with contextlib.ExitStack() as stack:
        # Opened first, so that a name that cannot be written is told before any work, and closed last.
        write = _opened(arguments.output, stack)
        classifier = _open_classifier(arguments, profile)
        stack.callback(classifier.network.close)
        batch_size = classifier.batch_size
        session = _session_rows(arguments, search.paths, classifier, stack)
        pool = stack.enter_context(DecodePool.open(workers=decode_workers(classifier.network.device)))
        rows = OrderedRows(formatter(form, top_count=arguments.top), write)
        overlays = _overlays(arguments, pool, classifier)
        source = session or IteratorSource(search.paths)
        pipeline = Pipeline(classifier, pool, source, embed=session is not None)
        ended_by = _drain(pipeline, rows, overlays, search.cancel, session)
        if overlays is not None:
            overlays.finish()
        if session is not None and ended_by is None:
            session.finish()
        if ended_by is not None and not rows.written:
            # Nothing is known, so an older file of that name stays.
            if isinstance(ended_by, KeyboardInterrupt):
                say("Stopped. No picture is done.")
            raise ended_by
    search.tell_skipped()
    if classifier.smallest_batch_size < batch_size:
        device, left = classifier.network.device, counted(classifier.smallest_batch_size, "picture")
        say(f"The memory of {device} was too small for {batch_size} pictures at a time; it went on with {left}.")
    if session is not None and session.known:
        say(f"{counted(session.known, 'answer')} from the session.")
    if isinstance(ended_by, CardinalError):
        say(f"{ended_by} {_counted(rows.written, 'picture is done', 'pictures are done')}")
        return EXIT_NOTHING_DONE
    if ended_by is not None:
        say(f"Stopped. {_counted(rows.written, 'picture is done', 'pictures are done')}")
        return EXIT_INTERRUPTED
    some_failed = rows.failed or search.report.unreadable_folders or (overlays is not None and overlays.failed)
    return EXIT_SOME_FAILED if some_failed else 0


def _open_classifier(arguments: argparse.Namespace, profile: Profile) -> Classifier:
    model = arguments.model
    if arguments.device == AUTO:
        words = "Measuring which engine of the processor is faster for this model (once)..."
        learn_engine_once(model, profile, before_measuring=lambda: say(words))
        # A session has one model, and its other answers come from the window, which does not use copies.
        if arguments.session is None:
            model = _stand_in(model, profile) or model
    top_count = arguments.top if arguments.session is None else KEPT_CLASSES
    size = arguments.batch_size
    return open_telling(model, arguments.device, profile, batch_size=size, top_count=top_count, sharing=True)


def _stand_in(model: str | None, profile: Profile) -> str | None:
    """The int8 copy to use in the model's place, which is told; None where there is none that passed and is faster."""
    words = "Measuring whether the int8 copy is faster here (once)..."
    found = learn_stand_in(model, profile, before_measuring=lambda: say(words))
    if found is None:
        return None
    say(
        f"Using the int8 copy {visible(found.name)}, which passed its comparison with the model and is faster here "
        f"({found.copy_ms:.1f} ms a picture instead of {found.model_ms:.1f}). `--device cpu` uses the model itself."
    )
    return found.name


def _session_rows(
    arguments: argparse.Namespace, paths: Iterator[str], classifier: Classifier, stack: contextlib.ExitStack
) -> SessionRows | None:
    if arguments.session is None:
        return None
    if not any(os.path.lexists(path) for path in (arguments.session, *arguments.paths)):
        say(f"No session was made at {visible(arguments.session)}: none of the pictures and folders is there.")
        return None
    session = create_or_open(arguments.session, arguments.paths)
    stack.callback(session.close)
    return SessionRows(session, paths, classifier.network, top_count=arguments.top)


def _drain(
    pipeline: Pipeline,
    rows: OrderedRows,
    overlays: OverlayWriter | None,
    stop_search: CancelToken,
    session: SessionRows | None = None,
) -> InferenceError | SessionError | KeyboardInterrupt | None:
    """Run the pipeline to its end, or until Ctrl-C, or until the network or the session fails; what ended it early."""
    pipeline.start()
    progress = progress_bar(" pictures")
    try:
        for answered in _answers(pipeline, rows, session):
            if overlays is not None:
                overlays.write(answered.outcome)
            rows.add(answered)
            progress.update()
    except (InferenceError, SessionError, KeyboardInterrupt) as end:
        return end
    finally:
        progress.close()
        stop_search.cancel()
        pipeline.stop()
        while not pipeline.is_finished:
            pipeline.next_answers(0)
        rows.flush()
    return None


def _answers(pipeline: Pipeline, rows: OrderedRows, session: SessionRows | None) -> Iterator[Answered]:
    """What the network says, and what the session knows; the former is in the session when it comes."""
    if session is None:
        while not pipeline.is_finished:
            yield from pipeline.next_answers(_WAIT_S)
        return
    while not pipeline.is_finished:
        yield from session.keep(pipeline.next_answers(_WAIT_BESIDE_SESSION_S))
        if rows.waiting < _MOST_WAITING_ROWS:
            yield from session.take_known()
    yield from session.take_known()


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

    @property
    def waiting(self) -> int:
        """How many rows wait for an earlier one."""
        return len(self._waiting)

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
        return put
    file = stack.enter_context(replacing(Path(output)))
    return lambda text: file.write(text.encode())


def _overlays(arguments: argparse.Namespace, pool: DecodePool, classifier: Classifier) -> OverlayWriter | None:
    if arguments.overlays is None:
        return None
    contract = classifier.network.contract
    return OverlayWriter.open(Path(arguments.overlays), pool, contract, inputs=arguments.paths, tell=say)
