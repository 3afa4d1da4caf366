"""`main.py explain`: where the evidence for a class lies, in one picture, side by side in several, or in a folder."""

from __future__ import annotations

import argparse

from inference.commands.explain_compare import is_compared, run_compare
from inference.commands.explain_folder import is_about_folder, run_folder
from inference.commands.explain_options import DESCRIPTION, EXAMPLES, USAGE, declare
from inference.commands.explain_picture import run_picture
from inference.commands.explain_rules import refuse
from inference.commands.terminal import EXIT_INTERRUPTED, EXIT_NOTHING_DONE, EXIT_SOME_FAILED, say
from inference.errors import CardinalError, ImageReadError
from inference.profile import Profile


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command's options."""
    parser = subparsers.add_parser(
        "explain",
        help="show where the evidence for one class lies in one picture",
        usage=USAGE,
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    declare(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, profile: Profile) -> int:
    """Run the command; the exit code of DESIGN.md 8."""
    refused = refuse(arguments)
    if refused is not None:
        return refused
    try:
        if is_about_folder(arguments):
            return run_folder(arguments, profile)
        return run_compare(arguments, profile) if is_compared(arguments) else run_picture(arguments, profile)
    except KeyboardInterrupt:
        # A table and mean maps of --audit may be written already, each of them whole.
        say("Stopped before the end.")
        return EXIT_INTERRUPTED
    except ImageReadError as error:
        say(f"{error.path}: {error}")
        return EXIT_SOME_FAILED
    except CardinalError as error:
        say(str(error))
        return EXIT_NOTHING_DONE
