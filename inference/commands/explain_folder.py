"""Ask `explain` about folders: declare the options, refuse what does not go together, hand over to who answers."""

from __future__ import annotations

import argparse
import math

from inference.attention.methods import Method
from inference.attention.picture import Style
from inference.attention.region import Box
from inference.commands.options import positive
from inference.commands.rows import RowFormat
from inference.commands.terminal import EXIT_INTERRUPTED, EXIT_NOTHING_DONE, say
from inference.profile import Profile

SAMPLE = 10
"""So many pictures are taken where nobody says how many."""

_ABOUT_ONE_PICTURE = {
    "subject": "--class", "against": "--against", "relative": "--relative", "region": "--region",
    "minimal_set": "--minimal-set", "stage": "--stage", "check": "--check",
    "alone": "--alone", "hide": "--hide", "whole": "--whole", "save_region": "--save-region", "outline": "--outline",
}  # fmt: skip


def add_folder_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of questions about many pictures."""
    many = parser.add_argument_group("about many pictures")
    what = many.add_mutually_exclusive_group()
    what.add_argument(
        "--audit",
        action="store_true",
        help="per class: mean map, evidence on the border and outside --box, pictures that deviate",
    )
    what.add_argument(
        "--compare-methods",
        nargs="?",
        type=positive,
        const=SAMPLE,
        metavar="N",
        help=f"average drop and increase, deletion and insertion areas of every method on N pictures ({SAMPLE})",
    )
    what.add_argument(
        "--curves",
        nargs="?",
        type=positive,
        const=SAMPLE,
        metavar="N",
        help=f"mean deletion and insertion curves of --method on N pictures ({SAMPLE})",
    )
    many.add_argument(
        "--session", metavar="FILE", help="with --audit: take the evidence from this session, run nothing"
    )
    many.add_argument(
        "--box", type=parse_shares, metavar="L,T,R,B", help="with --audit: where objects are, in shares 0...1"
    )
    many.add_argument("--outliers", type=positive, default=5, metavar="K", help="with --audit: so many for each class")
    many.add_argument(
        "--skip",
        action="append",
        default=[],
        choices=[method.value for method in Method],
        help="with --compare-methods: leave this one out (score-cam takes most of the time)",
    )
    many.add_argument("--seed", type=int, default=0, help="which N pictures are drawn (default 0)")
    many.add_argument("--format", choices=[form.value for form in RowFormat], default=RowFormat.TABLE.value)
    many.add_argument("--recursive", action=argparse.BooleanOptionalAction, default=True, help="enter subfolders")


def parse_shares(text: str) -> Box:
    """`left,top,right,bottom` in shares of the sides, for argparse."""
    try:
        left, top, right, bottom = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError("must be four numbers: left,top,right,bottom") from None
    box = Box(left, top, right, bottom)
    if not all(math.isfinite(one) and 0 <= one <= 1 for one in (left, top, right, bottom)) or box.is_empty:
        raise argparse.ArgumentTypeError("must be from 0 to 1, left below right and top below bottom")
    return box


def is_about_folder(arguments: argparse.Namespace) -> bool:
    """Whether many pictures are meant."""
    return arguments.audit or arguments.compare_methods is not None or arguments.curves is not None


def refusal(arguments: argparse.Namespace) -> str:
    """What is wrong with options that do not go together, a sentence, or empty."""
    asked_of_many = is_about_folder(arguments)
    misplaced = [option for name, option in _ABOUT_ONE_PICTURE.items() if getattr(arguments, name) not in (None, False)]
    misplaced += ["--finer"] if arguments.finer != 1 else []
    misplaced += ["--mode"] if arguments.mode != Style.EVIDENCE.value else []
    of_audit = arguments.session is not None or arguments.box is not None
    rules = {
        "--session and --box go with --audit.": of_audit and not arguments.audit,
        "Name one picture, or ask about many with --audit, --compare-methods or --curves.": (
            not asked_of_many and len(arguments.images) != 1
        ),
        f"{''.join(misplaced[:1])} is asked of one picture.": asked_of_many and bool(misplaced),
        "--alone asks about --region.": arguments.alone and arguments.region is None,
        "--output goes with --audit and with one picture; these rows go to standard output.": (
            asked_of_many and not arguments.audit and arguments.output is not None
        ),
        "The audit is of the evidence; --method goes with --curves and with one picture.": (
            arguments.method != Method.EVIDENCE.value and asked_of_many and arguments.curves is None
        ),
        "A session has the evidence of its own model; --model does not go with --session.": (
            arguments.session is not None and arguments.model is not None
        ),
        "Name a folder, or with --audit a session.": (
            asked_of_many and not arguments.images and arguments.session is None
        ),
    }
    return next((sentence for sentence, is_broken in rules.items() if is_broken), "")


def run_folder(arguments: argparse.Namespace, profile: Profile) -> int:
    """Answer; the exit code of DESIGN.md 8.

    Raises:
        CardinalError: nothing could be done.
    """
    try:
        if arguments.audit:
            # Each reads what the others do not need.
            from inference.commands.explain_audit import run_audit  # noqa: PLC0415

            return run_audit(arguments, profile)
        from inference.commands.explain_methods import run_methods  # noqa: PLC0415

        return run_methods(arguments, profile)
    except KeyboardInterrupt:
        say("Stopped. Nothing is done.")
        return EXIT_INTERRUPTED


def refuse(arguments: argparse.Namespace) -> int | None:
    """Say what does not go together; the exit code, or None where all is well."""
    sentence = refusal(arguments)
    if not sentence:
        return None
    say(sentence)
    return EXIT_NOTHING_DONE
