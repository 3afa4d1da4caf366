"""Answer what was asked of one picture, all of it in one view: the map, and whatever else was asked about it."""

from __future__ import annotations

import argparse
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from inference.attention.backbone_sanity import CHECKED_METHODS
from inference.attention.masking import CellMask, Filling
from inference.attention.methods import Method
from inference.attention.picture import Style, as_png
from inference.attention.region import Box
from inference.attention.runs import CopyRunner
from inference.classify.classifier import Classifier
from inference.classify.preprocess import view_picture
from inference.commands.explain_alone import ask_alone
from inference.commands.explain_changed import ChangedMap, before_after
from inference.commands.explain_checks import check_map
from inference.commands.explain_files import (
    PICTURE,
    Drawing,
    changed_numbers,
    checked_output,
    checked_region_output,
    write_numbers,
    write_picture,
)
from inference.commands.explain_hidden import HiddenFound, HiddenParts, compare_hidden, hide_parts
from inference.commands.explain_progress import counted_runner
from inference.commands.explain_region import chosen_region, find_region, save_region
from inference.commands.explain_stage import at_stage, opened_gradients, require_stage_method
from inference.commands.explain_turning import find_turning
from inference.commands.explain_views import View, logits_of, look_again, look_at
from inference.commands.explain_words import in_words
from inference.commands.explanation import Explanation, Look, MapError, Question, explain
from inference.commands.opening import open_telling
from inference.commands.overlays import LONGEST_SIDE
from inference.commands.terminal import put_line
from inference.engine.gradient_network import GradientNetwork
from inference.errors import ImageReadError, OutputWriteError
from inference.files import replacing
from inference.models.gradient_file import NoGradientsError
from inference.pictures.decode_pool import DecodePool
from inference.profile import Profile


@dataclass(frozen=True, slots=True, eq=False)
class _Hidden:
    """What became of the picture, of the answer and of the map when parts were hidden."""

    parts: HiddenParts
    found: HiddenFound
    changed: ChangedMap

    def as_fields(self) -> dict[str, Any]:
        return self.found.as_fields() | {"map": self.changed.as_fields()}


@dataclass(frozen=True, slots=True, eq=False)
class _Inquiry:
    """One picture that is asked about, and what was found out.

    Attributes:
        arguments: what was asked.
        profile: where models lie.
        question: which map.
        classifier: with the open network.
        pool: reads the picture.
        view: how the picture is looked at.
        lines: what is said.
        more: what else was found out, by name, for the manifest.
    """

    arguments: argparse.Namespace
    profile: Profile
    question: Question
    classifier: Classifier
    pool: DecodePool
    view: View
    lines: list[str] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)

    def explained(self, question: Question, look: Look) -> Explanation:
        """The map that was asked for, of the picture or of a changed copy."""
        with counted_runner(self.classifier.network, look.prepared.input) as runner:
            explanation = explain(question, look, runner)
        if self.arguments.stage is None:
            return explanation
        with opened_gradients(self.arguments.model, self.classifier, self.profile) as gradients:
            return at_stage(self.arguments.stage, explanation, look, gradients)

    def ask_region(self, region: Box | CellMask, explanation: Explanation) -> None:
        """What a region says by itself, and with `--alone` also cut out and run alone."""
        network, look = self.classifier.network, self.view.look
        found = find_region(region, explanation, look, network.contract, network.head)
        self.lines.extend(found.in_words())
        self.more["region"] = found.as_fields()
        if self.arguments.alone:
            alone = ask_alone(found.box, look, self.classifier, self.pool)
            self.lines.extend(alone.in_words())
            self.more["region"]["alone"] = alone.as_fields()

    def ask_hidden(self, explanation: Explanation) -> _Hidden:
        """Hide parts, run once, and ask for the same map again."""
        contract, look = self.classifier.network.contract, self.view.look
        filling = Filling(self.arguments.filling)
        parts = hide_parts(self.arguments.hide, filling, look, contract.preprocessing)
        after = look_again(look, parts.image, self.classifier)
        found = compare_hidden(parts, explanation, logits_of(look), logits_of(after), contract)
        hidden = _Hidden(parts, found, self._map_again(explanation, after))
        self.lines.extend([*found.in_words(), *hidden.changed.in_words()])
        self.more["hidden"] = hidden.as_fields()
        return hidden

    def _map_again(self, explanation: Explanation, after: Look) -> ChangedMap:
        against = None if explanation.against_index is None else str(explanation.against_index)
        same = replace(self.question, subject=str(explanation.class_index), against=against)
        try:
            return ChangedMap(after, self.explained(same, after), "")
        except MapError as error:
            return ChangedMap(after, None, str(error))

    def ask_cells(self, explanation: Explanation) -> None:
        """Which cells decide, and whether the network bears the map out."""
        classifier, filling = self.classifier, Filling(self.arguments.filling)
        if self.arguments.minimal_set:
            turning = find_turning(explanation, self.view.look, CopyRunner(classifier.network), filling)
            self.lines.extend(turning.in_words())
            self.more["minimal_set"] = turning.as_fields()
        if self.arguments.check:
            counted = counted_runner(classifier.network, self.view.look.prepared.input)
            with self._gradients_for(explanation.method) as gradients, counted as runner:
                checked = check_map(explanation, self.view.look, runner, filling, gradients)
            self.lines.extend(checked.in_words())
            self.more["check"] = checked.as_fields()

    def _gradients_for(self, method: Method) -> AbstractContextManager[GradientNetwork | NoGradientsError | None]:
        """What the network is randomised by; their second file is not made for a method that they do not serve."""
        if method not in CHECKED_METHODS:
            return nullcontext()
        return opened_gradients(self.arguments.model, self.classifier, self.profile)

    def write(self, output: Path, explanation: Explanation, hidden: _Hidden | None, drawing: Drawing) -> None:
        """Write the picture or the numbers, by the name's suffix."""
        if output.suffix.lower() == PICTURE:
            self._draw(output, explanation, hidden, drawing)
            return
        network = self.classifier.network
        write_numbers(output, explanation, network, self.view.look.classification, self.more)
        if hidden is not None and hidden.changed.explanation is not None:
            changed = hidden.changed
            of_copy = {"view": self.view.as_fields(), "hidden": hidden.found.as_fields()}
            said = changed.look.classification
            write_numbers(changed_numbers(output), hidden.changed.explanation, network, said, of_copy)

    def _draw(self, output: Path, explanation: Explanation, hidden: _Hidden | None, drawing: Drawing) -> None:
        look, contract, scale = self.view.look, self.classifier.network.contract, self.view.scale
        pixels = self.pool.submit(view_picture, look.classification.path, LONGEST_SIDE).result().pixels
        if hidden is None:
            explanation = replace(explanation, subject=f"{explanation.subject}{self.view.beside_class}")
            write_picture(output, pixels, explanation, contract, look.classification, scale=scale, drawing=drawing)
            return
        title = hidden.found.title
        drawn = before_after(
            pixels, self.view, explanation, hidden.changed, hidden.parts, contract, title=title, drawing=drawing
        )
        with replacing(output) as file:
            file.write(as_png(drawn))


def run_picture(arguments: argparse.Namespace, profile: Profile) -> int:
    """Answer; the exit code of DESIGN.md 8.

    Raises:
        CardinalError: the question has no answer, or it cannot be written.
        ImageReadError: the picture cannot be read.
    """
    (image,) = arguments.images
    drawing = Drawing(Style(arguments.mode), arguments.outline)
    hides = arguments.hide is not None
    output = checked_output(arguments.output, image, arguments.model, also_changed=hides)
    region_output = checked_region_output(arguments.save_region)
    subject = arguments.subject[0] if arguments.subject else None
    question = Question(subject, arguments.against, Method(arguments.method), arguments.relative)
    if arguments.stage is not None:
        require_stage_method(question.method)
    classifier = open_telling(arguments.model, arguments.device, profile, batch_size=1)
    try:
        with DecodePool.open(workers=1) as pool:
            view = look_at(image, classifier, pool, factor=arguments.finer, whole=arguments.whole)
            inquiry = _Inquiry(arguments, profile, question, classifier, pool, view)
            found = _answer(inquiry)
            try:
                _write(inquiry, found, output, region_output, drawing)
            except (ImageReadError, OutputWriteError):
                # What took minutes to find out is told all the same.
                _tell(inquiry)
                raise
        _tell(inquiry)
    finally:
        classifier.network.close()
    return 0


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What there is to write."""

    explanation: Explanation
    region: Box | CellMask | None
    hidden: _Hidden | None


def _answer(inquiry: _Inquiry) -> _Found:
    """Find everything out before anything is written: nothing is where a question has no answer."""
    look, arguments = inquiry.view.look, inquiry.arguments
    explanation = inquiry.explained(inquiry.question, look)
    inquiry.lines.extend([*in_words(explanation, look.classification), *inquiry.view.in_words()])
    inquiry.more["view"] = inquiry.view.as_fields()
    region = chosen_region(arguments.region, explanation)
    if region is not None:
        inquiry.ask_region(region, explanation)
    hidden = None if arguments.hide is None else inquiry.ask_hidden(explanation)
    inquiry.ask_cells(explanation)
    return _Found(explanation, region, hidden)


def _write(inquiry: _Inquiry, found: _Found, output: Path | None, region_output: Path | None, drawing: Drawing) -> None:
    if region_output is not None:
        contract = inquiry.classifier.network.contract
        save_region(region_output, found.region, found.explanation, inquiry.view.look, contract)
    if output is not None:
        inquiry.write(output, found.explanation, found.hidden, drawing)


def _tell(inquiry: _Inquiry) -> None:
    for line in inquiry.lines:
        put_line(line)
