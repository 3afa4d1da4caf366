"""The `--compare` and `--with-model` of `explain`: classes, pictures or models side by side, as in the window."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from inference.arrays import RgbImage
from inference.attention.methods import Method
from inference.attention.picture import Style
from inference.attention.runs import CopyRunner
from inference.classify.classifier import Classifier
from inference.classify.preprocess import view_picture
from inference.commands.explain_files import PICTURE, Drawing
from inference.commands.explain_panels import (
    Compared,
    Comparison,
    Kind,
    Speaker,
    require_comparison_target,
    write_comparison,
)
from inference.commands.explain_views import look_at
from inference.commands.explanation import Look, MapError, Question, class_name, explain, find_class
from inference.commands.opening import open_telling
from inference.commands.overlays import LONGEST_SIDE
from inference.commands.targets import inputs_of
from inference.commands.terminal import EXIT_SOME_FAILED, put_line, say
from inference.errors import ImageProblem, ImageReadError, OutputWriteError, UnknownClassError
from inference.models.contract import ModelContract
from inference.models.paired_classes import PairedClasses
from inference.pictures.decode_pool import DecodePool
from inference.profile import Profile

LEAST, MOST = 2, 4
"""So many panels stand side by side, as in the window."""


def is_compared(arguments: argparse.Namespace) -> bool:
    """Whether several maps are wanted side by side."""
    return arguments.compare or arguments.with_model is not None


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A picture for looking at, and what the model says of it."""

    look: Look
    pixels: RgbImage


@dataclass(frozen=True, slots=True, eq=False)
class _Asking:
    """What was asked, with what answers it.

    Attributes:
        arguments: what was asked.
        profile: where models lie.
        pool: reads pictures.
        failures: (path, reason) of pictures without an answer; they come in here.
    """

    arguments: argparse.Namespace
    profile: Profile
    pool: DecodePool
    failures: list[tuple[str, str]] = field(default_factory=list)

    def open(self, model: str | None) -> Classifier:
        return open_telling(model, self.arguments.device, self.profile, batch_size=1)

    def see(self, path: str, classifier: Classifier) -> _Seen:
        view = look_at(path, classifier, self.pool, factor=1, whole=False)
        return _Seen(view.look, self.pool.submit(view_picture, path, LONGEST_SIDE).result().pixels)

    def see_with_two(self, path: str, classifier: Classifier) -> _Seen:
        try:
            return self.see(path, classifier)
        except ImageReadError as error:
            if error.problem is not ImageProblem.NO_VALID_NUMBERS:
                raise
            raise MapError(f"{classifier.network.contract.title} gave no valid numbers for the picture.") from error

    def compared(
        self, title: str, seen: _Seen, classifier: Classifier, class_index: int, against: int | None
    ) -> Compared:
        """One panel: the evidence for a class, or why there is none."""
        network = classifier.network
        speaker = Speaker(network.contract, network.model_hash)
        rival = None if against is None else str(against)
        question = Question(str(class_index), rival, Method.EVIDENCE, self.arguments.relative)
        try:
            explanation = explain(question, seen.look, CopyRunner(network))
        except (MapError, ImageReadError) as error:
            return Compared(title, speaker, seen.pixels, seen.look, class_index, None, str(error))
        return Compared(title, speaker, seen.pixels, seen.look, class_index, explanation, "")


def run_compare(arguments: argparse.Namespace, profile: Profile) -> int:
    """Compare and tell; the exit code of DESIGN.md 8.

    Raises:
        CardinalError: nothing could be done.
        ImageReadError: the only picture cannot be read.
    """
    drawing = Drawing(Style(arguments.mode), arguments.outline)
    output = _checked_output(arguments)
    with DecodePool.open(workers=1) as pool:
        asking = _Asking(arguments, profile, pool)
        comparison = _compare(asking)
    for path, reason in asking.failures:
        say(f"{path}: {reason}")
    if comparison is None:
        return EXIT_SOME_FAILED
    if all(panel.explanation is None for panel in comparison.panels):
        raise MapError(comparison.panels[0].sentence)
    try:
        if output is not None:
            write_comparison(output, comparison, drawing)
    finally:
        for line in comparison.in_words():
            put_line(line)
    return EXIT_SOME_FAILED if comparison.failures else 0


def _compare(asking: _Asking) -> Comparison | None:
    """What was asked for; None where no picture can be read."""
    if asking.arguments.with_model is not None:
        return _models(asking)
    return _pictures(asking) if len(asking.arguments.images) > 1 else _classes(asking)


def _checked_output(arguments: argparse.Namespace) -> Path | None:
    """Where the comparison goes.

    Raises:
        OutputWriteError: it is no name of a picture, or something would be lost there.
    """
    if arguments.output is None:
        return None
    output = Path(arguments.output)
    if output.suffix.lower() != PICTURE:
        raise OutputWriteError(
            str(output), f"side by side maps are drawn; the name must end in {PICTURE}. The numbers go beside it."
        )
    models = inputs_of(arguments.images, arguments.model)
    require_comparison_target(output, inputs_of(models, arguments.with_model))
    return output


def _pictures(asking: _Asking) -> Comparison | None:
    """One class of several pictures; None where none of them can be read."""
    arguments = asking.arguments
    classifier = asking.open(arguments.model)
    try:
        contract = classifier.network.contract
        subject = None if not arguments.subject else find_class(arguments.subject[0], contract)
        against = _against(asking, contract)
        panels: list[Compared] = []
        titles = _titles(arguments.images)
        for path, title in zip(arguments.images, titles, strict=True):
            try:
                seen = asking.see(path, classifier)
            except ImageReadError as error:
                asking.failures.append((path, str(error)))
                continue
            if subject is None:
                subject = seen.look.classification.predictions[0].index
            panels.append(asking.compared(title, seen, classifier, subject, against))
    finally:
        classifier.network.close()
    if not panels:
        return None
    title = f"{len(arguments.images)} pictures, {contract.title}"
    return Comparison(Kind.PICTURES, title, tuple(panels), tuple(asking.failures))


def _classes(asking: _Asking) -> Comparison:
    """Several classes of one picture, which is asked once."""
    arguments = asking.arguments
    (path,) = arguments.images
    classifier = asking.open(arguments.model)
    try:
        contract = classifier.network.contract
        named = [find_class(name, contract) for name in arguments.subject or ()]
        against = _against(asking, contract)
        _require_different(named if against is None else [*named, against], contract)
        if len(contract.labels) < LEAST:
            raise MapError(f"{contract.title} has one class, so there is nothing to compare.")
        if against is not None and len(contract.labels) == LEAST:
            raise MapError(
                f"{contract.title} has two classes, so with one of them in --against there is nothing to compare side "
                "by side; leave out --compare."
            )
        seen = asking.see(path, classifier)
        ranked = [one.index for one in seen.look.classification.predictions if one.index != against]
        panels = [
            asking.compared(class_name(contract, index), seen, classifier, index, against)
            for index in named or ranked[:MOST]
        ]
    finally:
        classifier.network.close()
    [name] = _titles([path])
    return Comparison(Kind.CLASSES, f"{name}: classes of {contract.title}", tuple(panels), ())


def _models(asking: _Asking) -> Comparison:
    """What two models say of one picture, one after the other: only one of them is in the memory."""
    arguments = asking.arguments
    (path,) = arguments.images
    name = arguments.subject[0] if arguments.subject else None
    classifier = asking.open(arguments.model)
    try:
        first = Speaker(classifier.network.contract, classifier.network.model_hash)
        seen = asking.see_with_two(path, classifier)
        subject = seen.look.classification.predictions[0].index if name is None else _known(name, first.contract)
        rival = None if arguments.against is None else _known(arguments.against, first.contract)
        panels = [_of_model(asking, seen, classifier, (subject, rival), (name or "", arguments.against))]
    finally:
        classifier.network.close()
    classifier = asking.open(arguments.with_model)
    try:
        second = Speaker(classifier.network.contract, classifier.network.model_hash)
        if second.model_hash == first.model_hash:
            raise MapError(f"Both are one model, {first.contract.title}; name another one with --with-model.")
        seen = asking.see_with_two(path, classifier)
        paired = PairedClasses(first.contract.labels, second.contract.labels)
        # By the name that the first model has for it: the second one numbers its classes otherwise.
        wanted, against = (
            given if known is None else first.contract.labels[known].name
            for given, known in ((name, subject), (arguments.against, rival))
        )
        subject = _known(wanted or "", second.contract) if subject is None else paired.in_second(subject)
        if against is not None:
            rival = _known(against, second.contract) if rival is None else paired.in_second(rival)
        panels.append(_of_model(asking, seen, classifier, (subject, rival), (wanted or "", against)))
    finally:
        classifier.network.close()
    titles = _model_titles(first.contract, second.contract, (arguments.model, arguments.with_model))
    panels = [replace(panel, title=title) for panel, title in zip(panels, titles, strict=True)]
    [file] = _titles([path])
    return Comparison(Kind.MODELS, f"{file}: two models", tuple(panels), ())


def _of_model(
    asking: _Asking,
    seen: _Seen,
    classifier: Classifier,
    classes: tuple[int | None, int | None],
    names: tuple[str, str | None],
) -> Compared:
    """The panel of one of two models, which may lack one of the classes.

    Args:
        asking: what was asked.
        seen: the picture.
        classifier: with the open model.
        classes: the class and the one that it is compared with; None where the model does not know it or there is none.
        names: of both; None where it is compared with none.
    """
    contract, (subject, rival), (wanted, against) = classifier.network.contract, classes, names
    if subject is not None and (against is None or rival is not None):
        return asking.compared(contract.title, seen, classifier, subject, rival)
    lacking = wanted if subject is None else against
    speaker = Speaker(contract, classifier.network.model_hash)
    sentence = f"{contract.title} does not know {lacking}."
    return Compared(contract.title, speaker, seen.pixels, seen.look, subject, None, sentence)


def _model_titles(first: ModelContract, second: ModelContract, given: tuple[str | None, str]) -> tuple[str, str]:
    """By what two models are told apart: their titles, or their names, or what they were asked for by."""
    if first.title != second.title:
        return first.title, second.title
    if first.name != second.name:
        return first.name, second.name
    return given[0] or first.name, given[1]


def _known(name: str, contract: ModelContract) -> int | None:
    """The class of that name, or None where the model has none."""
    try:
        return find_class(name, contract)
    except UnknownClassError:
        return None


def _against(asking: _Asking, contract: ModelContract) -> int | None:
    against = asking.arguments.against
    return None if against is None else find_class(against, contract)


def _require_different(named: Sequence[int], contract: ModelContract) -> None:
    """Refuse a class that is named twice.

    Raises:
        MapError: with its name.
    """
    for place, index in enumerate(named):
        if index in named[:place]:
            raise MapError(f"{class_name(contract, index)} is named twice; it cannot be compared with itself.")


def _titles(paths: Sequence[str]) -> tuple[str, ...]:
    """The names of files; whole paths where two have one name."""
    names = tuple(os.path.basename(path) for path in paths)  # noqa: PTH119 - paths stay str as given
    return names if len(set(names)) == len(names) else tuple(paths)
