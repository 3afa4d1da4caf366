"""Refuse what does not go together in one call of `explain`, with a sentence; nothing that was asked is ignored."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from inference.attention.masking import Filling
from inference.attention.methods import Method
from inference.attention.picture import Style
from inference.commands.explain_compare import LEAST, MOST, is_compared
from inference.commands.explain_files import NUMBERS, PICTURE, changed_numbers
from inference.commands.explain_folder import OUTLIERS, is_about_folder
from inference.commands.rows import RowFormat
from inference.commands.terminal import EXIT_NOTHING_DONE, say

_Rules: TypeAlias = Mapping[str, bool]
"""Sentences, and whether what they forbid was asked."""


@dataclass(frozen=True, slots=True)
class _Option:
    """An option, and where its value lies among the parsed ones."""

    flag: str
    name: str
    unset: object = None

    def is_given(self, arguments: argparse.Namespace) -> bool:
        return bool(getattr(arguments, self.name) != self.unset)


_OF_ONE_MAP = (
    _Option("--region", "region"),
    _Option("--alone", "alone", unset=False),
    _Option("--hide", "hide"),
    _Option("--minimal-set", "minimal_set", unset=False),
    _Option("--check", "check", unset=False),
    _Option("--save-region", "save_region"),
    _Option("--stage", "stage"),
    _Option("--finer", "finer", unset=1),
    _Option("--whole", "whole", unset=False),
)
_OF_NAMED_PICTURES = (
    _Option("--class", "subject"),
    _Option("--against", "against"),
    _Option("--relative", "relative", unset=False),
    _Option("--outline", "outline", unset=False),
    _Option("--mode", "mode", unset=Style.EVIDENCE.value),
)
_OF_MANY = (
    _Option("--format", "format", unset=RowFormat.TABLE.value),
    _Option("--no-recursive", "recursive", unset=True),
)
_AUDIT, _METHODS, _CURVES = "--audit", "--compare-methods", "--curves"
_SAMPLED = f"{_METHODS} and {_CURVES}"


def refuse(arguments: argparse.Namespace) -> int | None:
    """Say what does not go together; the exit code, or None where all is well."""
    sentence = refusal(arguments)
    if not sentence:
        return None
    say(sentence)
    return EXIT_NOTHING_DONE


def refusal(arguments: argparse.Namespace) -> str:
    """What is wrong with options that do not go together, a sentence, or empty."""
    if is_about_folder(arguments):
        rules = {**_of_folders(arguments), **_belongings(arguments), **_of_targets(arguments)}
    elif is_compared(arguments):
        rules = {**_of_comparisons(arguments), **_belongings(arguments), **_of_targets(arguments)}
    else:
        rules = {**_belongings(arguments), **_of_one_picture(arguments), **_of_targets(arguments)}
    return next((sentence for sentence, is_broken in rules.items() if is_broken), "")


def _first_given(arguments: argparse.Namespace, options: Iterable[_Option]) -> str:
    """The flag of the first of these options that was given, or empty."""
    return next((option.flag for option in options if option.is_given(arguments)), "")


def _question(arguments: argparse.Namespace) -> str:
    """The question about many pictures, or empty."""
    asked = {
        _AUDIT: arguments.audit,
        _METHODS: arguments.compare_methods is not None,
        _CURVES: arguments.curves is not None,
    }
    return next((flag for flag, is_asked in asked.items() if is_asked), "")


def _of_targets(arguments: argparse.Namespace) -> _Rules:
    """Names of what is written that cannot be meant."""
    draws = arguments.output is not None and Path(arguments.output).suffix.lower() == PICTURE
    return {
        "--output needs a name.": arguments.output == "",
        "--save-region needs a name.": arguments.save_region == "",
        "--session needs a name.": arguments.session == "",
        "--with-model needs a name.": arguments.with_model == "",
        f"--mode and --outline draw a picture; name one with --output that ends in {PICTURE}.": (
            (arguments.outline or arguments.mode != Style.EVIDENCE.value) and not draws
        ),
        "--output and --save-region would write one file; name two that differ, by more than the ending.": (
            _is_one_file(arguments.output, arguments.save_region, hides=arguments.hide is not None)
        ),
    }


def _is_one_file(output: str | None, region: str | None, *, hides: bool) -> bool:
    """Whether the region would be written over the map, its numbers or their manifest, or the other way round.

    With parts hidden, the numbers of the changed copy have a name of their own beside those of the map.
    """
    if not output or not region:
        return False
    # Unlike `Path.with_suffix` this takes names that are none, such as "/"; what is wrong with them is told later.
    (stem, ending), (other, its_ending) = (os.path.splitext(os.path.abspath(name)) for name in (output, region))  # noqa: PTH100, PTH122
    has_numbers = ending.lower() == NUMBERS
    if other == stem:
        return has_numbers or ending.lower() == its_ending.lower()
    changed = os.path.splitext(changed_numbers(Path(f"{stem}{NUMBERS}")))[0]  # noqa: PTH122
    return hides and has_numbers and other == changed


def _belongings(arguments: argparse.Namespace) -> _Rules:
    """Options that mean something with some questions only."""
    question = _question(arguments)
    hides = arguments.hide is not None or arguments.minimal_set or arguments.check
    of_many = _first_given(arguments, _OF_MANY)
    return {
        "--session and --box go with --audit.": (
            (arguments.session is not None or arguments.box is not None) and question != _AUDIT
        ),
        "--outliers goes with --audit.": arguments.outliers != OUTLIERS and question != _AUDIT,
        "--skip goes with --compare-methods.": bool(arguments.skip) and question != _METHODS,
        f"--seed goes with {_SAMPLED}.": arguments.seed != 0 and question not in (_METHODS, _CURVES),
        f"{of_many} goes with {_AUDIT}, {_SAMPLED}.": bool(of_many) and not question,
        f"--filling goes with --hide, --minimal-set, --check, {_SAMPLED}.": (
            arguments.filling != Filling.BLUR.value and not hides and question not in (_METHODS, _CURVES)
        ),
    }


def _of_folders(arguments: argparse.Namespace) -> _Rules:
    question = _question(arguments)
    misplaced = _first_given(arguments, (*_OF_NAMED_PICTURES, *_OF_ONE_MAP))
    return {
        f"{question} and {_compared_by(arguments)} are two questions; ask one.": is_compared(arguments),
        f"{misplaced} is asked of one picture.": bool(misplaced),
        "--output goes with --audit and with one picture; these rows go to standard output.": (
            question != _AUDIT and arguments.output is not None
        ),
        "The audit is of the evidence; --method goes with --curves and with one picture.": (
            question == _AUDIT and arguments.method != Method.EVIDENCE.value
        ),
        "All methods are compared; --method goes with --curves and with one picture.": (
            question == _METHODS and arguments.method != Method.EVIDENCE.value
        ),
        "A session has the evidence of its own model; --model does not go with --session.": (
            arguments.session is not None and arguments.model is not None
        ),
        "Name a folder, or with --audit a session.": not arguments.images and arguments.session is None,
    }


def _of_comparisons(arguments: argparse.Namespace) -> _Rules:
    images, classes = len(arguments.images), len(arguments.subject or ())
    misplaced = _first_given(arguments, _OF_ONE_MAP)
    has_two_models, folder = arguments.with_model is not None, _first_folder(arguments)
    twice = next((path for place, path in enumerate(arguments.images) if path in arguments.images[:place]), "")
    return {
        f"{misplaced} is asked of one map; it does not go with {_compared_by(arguments)}.": bool(misplaced),
        "Side by side the evidence is shown, on one scale; --method goes with one map.": (
            arguments.method != Method.EVIDENCE.value
        ),
        "--with-model compares what two models say of one picture; name one.": has_two_models and images != 1,
        f"{twice} is named twice; it cannot be compared with itself.": bool(twice),
        _no_folder(folder): bool(folder),
        "Two models are compared by one class; name one --class at most.": has_two_models and classes > 1,
        f"Name two to four pictures to compare, or one to compare its classes; here are {images}.": not (
            1 <= images <= MOST
        ),
        "Several pictures are compared by one class; name one --class at most.": images > 1 and classes > 1,
        f"Name two to four classes, each with --class, or none for the first four; here are {classes}.": (
            not has_two_models and images == 1 and classes != 0 and not LEAST <= classes <= MOST
        ),
    }


def _of_one_picture(arguments: argparse.Namespace) -> _Rules:
    folder = _first_folder(arguments)
    return {
        "Name one picture, or ask about several with --compare, --audit, --compare-methods or --curves.": (
            len(arguments.images) != 1
        ),
        _no_folder(folder): bool(folder),
        "Several classes are shown side by side: add --compare.": len(arguments.subject or ()) > 1,
        "--alone asks about --region.": arguments.alone and arguments.region is None,
    }


def _first_folder(arguments: argparse.Namespace) -> str:
    """The first folder among the pictures, or empty."""
    return next((path for path in arguments.images if os.path.isdir(path)), "")  # noqa: PTH112 - paths as given


def _no_folder(folder: str) -> str:
    return f"{folder} is a folder; ask about folders with {_AUDIT}, {_SAMPLED}."


def _compared_by(arguments: argparse.Namespace) -> str:
    return "--with-model" if arguments.with_model is not None else "--compare"
