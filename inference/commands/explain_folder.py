"""Ask `explain` about folders: declare the options, and hand over to who answers."""

from __future__ import annotations

import argparse
import math

from inference.attention.methods import Method
from inference.attention.region import Box
from inference.commands.options import positive
from inference.commands.rows import RowFormat
from inference.profile import Profile

SAMPLE = 10
"""So many pictures are taken where nobody says how many."""

OUTLIERS = 5
"""So many deviating pictures of each class are told where nobody says how many."""


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
    many.add_argument(
        "--outliers", type=positive, default=OUTLIERS, metavar="K", help="with --audit: so many for each class"
    )
    many.add_argument(
        "--skip",
        action="append",
        default=[],
        choices=[method.value for method in Method],
        metavar="METHOD",
        help="with --compare-methods: leave this one out (score-cam takes most of the time)",
    )
    many.add_argument("--seed", type=int, default=0, metavar="S", help="which N pictures are drawn (default 0)")
    many.add_argument(
        "--format",
        choices=[form.value for form in RowFormat],
        default=RowFormat.TABLE.value,
        help="of the rows (default: table)",
    )
    many.add_argument(
        "--recursive", action=argparse.BooleanOptionalAction, default=True, help="enter subfolders (default: yes)"
    )


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


def run_folder(arguments: argparse.Namespace, profile: Profile) -> int:
    """Answer; the exit code of DESIGN.md 8.

    Raises:
        CardinalError: nothing could be done.
    """
    if arguments.audit:
        # Each reads what the others do not need.
        from inference.commands.explain_audit import run_audit  # noqa: PLC0415

        return run_audit(arguments, profile)
    from inference.commands.explain_methods import run_methods  # noqa: PLC0415

    return run_methods(arguments, profile)
