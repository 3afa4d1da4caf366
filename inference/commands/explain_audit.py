"""The `--audit` of `explain`: per class of a folder or session where the evidence lies, and which pictures deviate."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from inference.attention.audit import GRID, AuditRow, audit, find_outliers
from inference.attention.mean_picture import mean_picture, plain_picture
from inference.attention.picture import Caption, as_png, picture_with_map
from inference.attention.suspicion import mean_scale, most_suspicious_first, strongest_place
from inference.cancel import CancelToken
from inference.classify.opening import decode_workers
from inference.commands.classify import Search
from inference.commands.explanation import MapError
from inference.commands.folder_evidence import EvidenceSource, FolderEvidence, SessionEvidence
from inference.commands.opening import open_telling
from inference.commands.overlays import make_folder, without_own_maps
from inference.commands.rows import RowFormat, percent
from inference.commands.session_images import SessionImages, open_session
from inference.commands.targets import inputs_of, require_map_target, require_rows_target
from inference.commands.terminal import EXIT_SOME_FAILED, counting, put, put_line, say
from inference.exports.audit_table import AuditReport, OutlierPicture, csv_text, json_lines
from inference.exports.folder_names import safe_component
from inference.files import replacing
from inference.models.contract import MapKind
from inference.pictures.decode_pool import DecodePool
from inference.pictures.scan import ScanReport, scan
from inference.profile import Profile
from inference.results import CropGeometry

TABLE_NAME = "audit.csv"
_OUTLIERS_IN_TABLE = 2
_MOST_IN_TABLE = 20
_DRAWN_PX = 560
"""Longer side of the mean maps, so that the legend has room."""


def run_audit(arguments: argparse.Namespace, profile: Profile) -> int:
    """Audit and tell; the exit code of DESIGN.md 8.

    Raises:
        CardinalError: nothing could be done.
        KeyboardInterrupt: the person has seen enough.
    """
    if arguments.session is not None:
        return _audit_session(arguments, profile)
    with FolderEvidence() as evidence:
        search = search_pictures(arguments)
        classifier = open_telling(arguments.model, arguments.device, profile, sharing=True)
        try:
            contract = classifier.network.contract
            if contract.maps is MapKind.NONE:
                raise MapError(f"{contract.title} has no maps: no pooling was found in it.")
            with DecodePool.open(workers=decode_workers()) as pool, counting("pictures") as show:
                wanted = arguments.output is not None
                evidence.run(classifier, pool, search.paths, show, with_thumbnails=wanted)
        finally:
            search.cancel.cancel()
            classifier.network.close()
        _tell(arguments, evidence, contract.title)
        search.tell_skipped()
    return EXIT_SOME_FAILED if evidence.failures or search.report.unreadable_folders else 0


def search_pictures(arguments: argparse.Namespace) -> Search:
    """Begin to search the given paths.

    Raises:
        MapError: there is no picture.
    """
    report, cancel = ScanReport(), CancelToken()
    paths = scan(arguments.images, recursive=arguments.recursive, report=report, cancel=cancel)
    if arguments.output is not None:
        paths = without_own_maps(paths, arguments.output, arguments.images)
    search = Search(paths, report, cancel)
    first = next(paths, None)
    if first is None:
        search.tell_skipped()
        raise MapError(f"No pictures were found in {', '.join(arguments.images)}.")
    search.paths = chain([first], paths)
    return search


def _audit_session(arguments: argparse.Namespace, profile: Profile) -> int:
    # SQLite, for this question only.
    from inference.sessions.thumbnails import ThumbnailStore  # noqa: PLC0415

    session = open_session(arguments.session, read_only=True)
    with contextlib.closing(session), contextlib.ExitStack() as stack:
        if session.model is None:
            raise MapError("Nothing in this session was classified yet.")
        keys = None
        if arguments.images:
            found = SessionImages(session.load(), session.vocabulary).find(arguments.images)
            if found.unknown:
                raise MapError(f"This session has no picture at {', '.join(found.unknown)}.")
            keys = found.keys
        store = None
        if arguments.output is not None:
            store = ThumbnailStore.open(profile)
            stack.callback(store.close)
        evidence = SessionEvidence(session, keys, store)
        _tell(arguments, evidence, session.model.title)
    return EXIT_SOME_FAILED if evidence.failures else 0


def _tell(arguments: argparse.Namespace, evidence: EvidenceSource, title: str) -> None:
    report = make_report(arguments, evidence)
    if not any(one.pictures + one.without_support + one.invalid for one in report.classes):
        raise MapError(_why_nothing(report))
    if arguments.output is not None:
        _write(arguments, report, evidence, title)
    form = RowFormat(arguments.format)
    if form is RowFormat.TABLE:
        for line in in_words(report, title):
            put_line(line)
    else:
        put(csv_text(report) if form is RowFormat.CSV else json_lines(report))
    for path, reason in report.failures:
        if form is RowFormat.TABLE:
            say(f"{path}: {reason}")


def _why_nothing(report: AuditReport) -> str:
    if report.failures:
        path, reason = report.failures[0]
        return f"None of the {len(report.failures)} pictures has an answer. The first is {path}: {reason}"
    return "There is no stored evidence: no picture was classified with maps."


def make_report(arguments: argparse.Namespace, evidence: EvidenceSource) -> AuditReport:
    """Go through the evidence twice: for the means, and for what is far from them."""
    audits = audit(_counted(evidence.rows), box=arguments.box)
    classes = most_suspicious_first(audits.values(), arguments.box)
    outliers = find_outliers(evidence.rows(), audits, most=arguments.outliers)
    found = [one for each in classes for one in outliers.get(each.class_index, ())]
    return AuditReport(
        tuple(classes),
        evidence.names,
        tuple(OutlierPicture(one.class_index, evidence.path_of(one.key), one.distance) for one in found),
        tuple(evidence.failures),
        evidence.without_maps,
        arguments.box,
    )


def _counted(rows: Callable[[], Iterator[AuditRow]]) -> Iterator[AuditRow]:
    with counting("maps") as show:
        for done, row in enumerate(rows(), 1):
            yield row
            show(done)


def in_words(report: AuditReport, title: str) -> Iterator[str]:
    """The table for people: numbers first, the most suspicious class first."""
    even = report.classes[0].border_if_even
    counted = "1 picture" if report.counted == 1 else f"{report.counted} pictures"
    yield (
        f"{counted} counted, {title}. Border: share of the positive evidence in the outer eighth of "
        f"what the network saw on each side; {percent(even)} if it were spread evenly."
    )
    yield f"{'border':>8} {'outside':>8} {'pictures':>8}  {'strongest':<13} class"
    shown = report.classes[:_MOST_IN_TABLE]
    for one in shown:
        outside = report.outside(one)
        columns = (percent(one.border), "-" if outside is None else percent(outside))
        name = _told_apart(report, one.class_index)
        if not one.pictures:
            yield f"{'-':>8} {'-':>8} {0:>8}  {'':<13} {name}"
            continue
        yield f"{columns[0]:>8} {columns[1]:>8} {one.pictures:>8}  {strongest_place(one):<13} {name}"
    if len(report.classes) > len(shown):
        yield f"and {len(report.classes) - len(shown)} more; --format csv or jsonl has all."
    without_support = sum(one.without_support for one in report.classes)
    invalid = sum(one.invalid for one in report.classes)
    if without_support:
        yield f"{without_support} with no evidence for their class do not count."
    if invalid:
        yield f"{invalid} with maps that have no valid numbers do not count."
    if report.without_maps:
        yield f"{report.without_maps} without a stored map do not count."
    if report.failures:
        yield f"{len(report.failures)} without an answer do not count."
    yield from _outliers_in_words(report, [one.class_index for one in shown])


def _outliers_in_words(report: AuditReport, shown: list[int]) -> Iterator[str]:
    wanted = [
        one
        for index in shown
        for one in [each for each in report.outliers if _deviates(each, index)][:_OUTLIERS_IN_TABLE]
    ]
    if wanted:
        yield "Farthest from their class's mean map (1: no place in common):"
    for one in wanted:
        yield f"{one.distance:>8.2f}  {_told_apart(report, one.class_index)}: {one.path}"


def _told_apart(report: AuditReport, class_index: int) -> str:
    """A class's name; with its number where the table has another of that name."""
    name = report.names.get(class_index, "")
    return f"{name} ({class_index})" if list(report.names.values()).count(name) > 1 else name


def _deviates(one: OutlierPicture, class_index: int) -> bool:
    """Whether it is one of a class and farther from the mean than nothing, which the only picture of a class is not."""
    return one.class_index == class_index and round(one.distance, 2) > 0


def _write(arguments: argparse.Namespace, report: AuditReport, evidence: EvidenceSource, title: str) -> None:
    """The table and a mean map for each class, over the mean of some of its pictures."""
    folder = Path(arguments.output)
    inputs = inputs_of(arguments.images, arguments.model)
    make_folder(folder)
    require_rows_target(folder / TABLE_NAME, inputs)
    with replacing(folder / TABLE_NAME) as file:
        file.write(csv_text(report).encode())
    scale = mean_scale(report.classes)
    for one in report.classes:
        if not one.pictures:
            continue
        name = report.names.get(one.class_index, "")
        target = folder / f"{one.class_index:04} {safe_component(name)}.png"
        require_map_target(target, inputs)
        ground = mean_picture(evidence.thumbnails(one.examples), _DRAWN_PX)
        pixels = plain_picture(_DRAWN_PX) if ground is None else ground
        size = (pixels.shape[1], pixels.shape[0])
        whole = CropGeometry(0.0, 0.0, float(size[0]), float(size[1]))
        caption = Caption(f"{name}, mean of {one.pictures}", scale, title, f"logits a field (1/{GRID[0] * GRID[1]})")
        drawn = picture_with_map(pixels, one.mean_signed.astype("float32"), whole, size, caption)
        with replacing(target) as file:
            file.write(as_png(drawn))
