"""The `--compare-methods` and `--curves` of `explain`: the literature's figures on a sample of a folder."""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from inference.attention.curves import CurvePair, MeanCurves, draw_curves
from inference.attention.figures import MethodFigures, compare_methods, runs_of
from inference.attention.finer import view_order
from inference.attention.making import InspectedPicture, make_map
from inference.attention.masking import Filling
from inference.attention.methods import FACTS, Method
from inference.attention.runs import CopyRunner, RunCount, SeenPicture
from inference.classify.classifier import Classifier
from inference.classify.preprocess import prepare_picture
from inference.commands.explain_audit import search_pictures
from inference.commands.explain_progress import counted_job
from inference.commands.explanation import Look, MapError
from inference.commands.opening import open_telling
from inference.commands.rows import RowFormat
from inference.commands.terminal import EXIT_SOME_FAILED, put, put_line, say
from inference.engine.network import Head
from inference.errors import ImageReadError
from inference.pictures.decode_pool import DecodePool
from inference.profile import Profile

_COLUMNS = ("method", "pictures", "average_drop", "average_increase", "deletion_area", "insertion_area", "seconds")
_CURVE_COLUMNS = ("share", "deletion", "insertion")


def run_methods(arguments: argparse.Namespace, profile: Profile) -> int:
    """Measure and tell; the exit code of DESIGN.md 8.

    Raises:
        CardinalError: nothing could be done.
        KeyboardInterrupt: the person has seen enough.
    """
    sample = _draw(arguments)
    classifier = open_telling(arguments.model, arguments.device, profile, batch_size=1)
    network = classifier.network
    try:
        if network.head is None:
            raise MapError(
                f"{network.contract.title} has no exact maps, so there is nothing to measure of its methods."
            )
        with DecodePool.open(workers=1) as pool, counted_job(len(sample.paths)) as tell:
            pictures = _Pictures(sample.paths, classifier, pool)
            runner = CopyRunner(network, on_progress=tell)
            answer = _figure_lines if arguments.curves is None else _curve_lines
            lines = answer(arguments, pictures, runner, network.head)
    finally:
        network.close()
    if RowFormat(arguments.format) is RowFormat.TABLE:
        counted = "1 picture" if pictures.count == 1 else f"{pictures.count} pictures"
        drawn = f"{counted} of {sample.total} (drawn with seed {arguments.seed})"
        hidden = f"hidden cells show {arguments.filling}"
        put_line(f"{drawn}, {network.contract.title}, {network.device.value}; {hidden}.")
    put("".join(lines))
    for path, reason in pictures.failures:
        say(f"{path}: {reason}")
    return EXIT_SOME_FAILED if pictures.failures else 0


@dataclass(frozen=True, slots=True)
class _Sample:
    """Pictures that were drawn, in the folder's order, and of how many."""

    paths: tuple[str, ...]
    total: int


def _draw(arguments: argparse.Namespace) -> _Sample:
    wanted = arguments.curves if arguments.compare_methods is None else arguments.compare_methods
    search = search_pictures(arguments)
    paths = list(search.paths)
    search.tell_skipped()
    chosen = random.Random(arguments.seed).sample(range(len(paths)), min(wanted, len(paths)))  # noqa: S311 - no secret
    return _Sample(tuple(paths[place] for place in sorted(chosen)), len(paths))


@dataclass(slots=True)
class _Pictures:
    """Looks at one picture after the other; those that cannot be read are told and not counted."""

    paths: Sequence[str]
    classifier: Classifier
    pool: DecodePool
    count: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)

    def __iter__(self) -> Iterator[InspectedPicture]:
        order = view_order(self.classifier.network.contract.preprocessing)
        for path in self.paths:
            try:
                prepared = self.pool.submit(prepare_picture, path, order).result()
                look = Look.of(prepared, self.classifier.classify([path], [prepared], inspect=True)[0])
            except ImageReadError as error:
                self.failures.append((path, str(error)))
                continue
            inspection = look.answer.inspection
            if inspection is not None and look.features is not None:
                self.count += 1
                yield InspectedPicture(SeenPicture(prepared.input, inspection.logits), look.features)
        if not self.count:
            path, reason = self.failures[0]
            raise MapError(f"None of the {len(self.failures)} pictures has an answer. The first is {path}: {reason}")


def _figure_lines(arguments: argparse.Namespace, pictures: _Pictures, runner: CopyRunner, head: Head) -> Iterator[str]:
    methods = [method for method in Method if method.value not in arguments.skip]
    if not methods:
        raise MapError("Every method is left out.")
    figures = compare_methods(runner, pictures, head, methods, with_curves=True, filling=Filling(arguments.filling))
    form = RowFormat(arguments.format)
    if form is RowFormat.TABLE:
        return iter([_figures_head(), *map(_figures_row, figures)])
    rows = [
        (
            one.method.value, one.pictures, one.average_drop, one.average_increase, one.deletion_area,
            one.insertion_area, one.seconds,
        )
        for one in figures
    ]  # fmt: skip
    return _machine_lines(form, _COLUMNS, rows, {"seed": arguments.seed})


def _figures_head() -> str:
    return (
        "Drop and increase: Chattopadhay et al. 2018, 4.1; areas: Petsiuk et al. 2018, 4.2.\n"
        f"{'drop':>8} {'increase':>8} {'deletion':>8} {'insertion':>9} {'seconds':>9}  method\n"
        f"{'less':>8} {'more':>8} {'less':>8} {'more':>9} {'a picture':>9}  is better\n"
    )


def _figures_row(one: MethodFigures) -> str:
    return (
        f"{one.average_drop:>8.1%} {one.average_increase:>8.1%} {one.deletion_area or 0:>8.3f} "
        f"{one.insertion_area or 0:>9.3f} {one.seconds:>9.4f}  {one.method.value} ({FACTS[one.method].paper})\n"
    )


def _curve_lines(arguments: argparse.Namespace, pictures: _Pictures, runner: CopyRunner, head: Head) -> Iterator[str]:
    filling = Filling(arguments.filling)
    method, mean = Method(arguments.method), MeanCurves(filling)
    for picture in pictures:
        subject = int(picture.seen.logits.argmax())
        counted = _counting_as_one(runner, runs_of(method, picture, with_curves=True) - 1)
        made = make_map(method, picture, head, subject, runner=counted)
        mean.add(draw_curves(counted, picture.seen, made, subject, filling=filling))
    curves = mean.curves()
    form = RowFormat(arguments.format)
    points = _points(curves)
    if form is not RowFormat.TABLE:
        return _machine_lines(form, _CURVE_COLUMNS, points, {"method": method.value, "seed": arguments.seed})
    rows = [f"{share:>8.1%} {deletion:>9.3f} {insertion:>9.3f}\n" for share, deletion, insertion in points]
    head_line = f"{'cells':>8} {'deletion':>9} {'insertion':>9}  {method.value}: the first class's probability\n"
    areas = f"{'area':>8} {curves.deletion.area:>9.3f} {curves.insertion.area:>9.3f}\n"
    return iter([head_line, *rows, areas])


def _counting_as_one(runner: CopyRunner, total: int) -> CopyRunner:
    """The same runner, whose questions count as one of so many runs."""
    tell = runner.on_progress
    count = RunCount(None if tell is None else lambda done: tell(done, total))
    return replace(runner, on_progress=count.add)


def _points(curves: CurvePair) -> list[tuple[float, float, float]]:
    values = (curves.deletion.shares, curves.deletion.probabilities, curves.insertion.probabilities)
    return list(zip(*(one.tolist() for one in values), strict=True))


def _machine_lines(
    form: RowFormat, columns: Sequence[str], rows: Sequence[Sequence[object]], more: dict[str, object]
) -> Iterator[str]:
    if form is RowFormat.JSONL:
        for row in rows:
            yield json.dumps(dict(zip(columns, row, strict=True)) | more, allow_nan=False) + "\n"
        return
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([*columns, *more])
    writer.writerows([*row, *more.values()] for row in rows)
    yield buffer.getvalue()
