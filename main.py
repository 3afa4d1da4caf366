"""Parse the command line; open the window or run a command."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import TextIO

from inference.commands.terminal import EXIT_INTERRUPTED, EXIT_NOTHING_DONE, abandon, say
from inference.errors import CardinalError
from inference.profile import Profile
from inference.sessions.suffix import SUFFIX

COMMANDS = ("classify", "explain", "label", "export", "models", "doctor", "bench")
"""Each is a module of `inference.commands`; only the one that was asked for is imported."""

_DESCRIPTION = """\
Cardinal: drop pictures on a window, read what a ResNeXt network says of each, and see where the evidence lies.
Without a command the window opens with the given paths dropped on it."""


def main(argv: Sequence[str]) -> int:
    """Run the program; the exit code of DESIGN.md 8: 0 all answered, 1 some files failed, 2 nothing done."""
    if not _has_working_folder():
        # Also for absolute paths: worker processes cannot start there.
        say("The folder that this was started in is gone. Change to another one and start again.")
        return EXIT_NOTHING_DONE
    try:
        if "-h" in argv[:1] or "--help" in argv[:1] or _first_word(argv) in COMMANDS:
            return _run_command(argv)
        return _open_window(argv)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def _has_working_folder() -> bool:
    try:
        Path.cwd()
    except OSError:
        return False
    return True


_TIDYING_S = 10.0
"""So long a command that was interrupted and then loses its terminal may go on tidying up."""


class _Interruption:
    """Answers a signal with `KeyboardInterrupt`.

    Attributes:
        came: it did. A library that was just being imported makes another exception of it.
    """

    def __init__(self) -> None:
        self.came = False

    def __call__(self, kind: int, _frame: FrameType | None) -> None:
        if self.came and sys.platform != "win32" and kind == signal.SIGHUP:
            # Both the shell and the system tell that the terminal closes, and people close it after Ctrl-C: what is
            # being tidied up (results that are not in their place yet) goes on. But a library may have swallowed the
            # first interruption, and nobody can press it again.
            signal.setitimer(signal.ITIMER_REAL, _TIDYING_S)
            return
        self.came = True
        raise KeyboardInterrupt


@contextlib.contextmanager
def _alarm(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Let the alarm that `_Interruption` sets be answered while the block runs; none comes later."""
    if sys.platform == "win32":
        yield
        return
    with _answering(signal.SIGALRM, handler):
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


@contextlib.contextmanager
def _answering(
    kind: signal.Signals, handler: Callable[[int, FrameType | None], object] | signal.Handlers
) -> Iterator[None]:
    """Let a signal be answered in another way while the block runs."""
    before = signal.signal(kind, handler)
    try:
        yield
    finally:
        signal.signal(kind, before)


def _first_word(argv: Sequence[str]) -> str | None:
    """The first argument that is no option; `--profile DIR` may stand before a command."""
    words = iter(argv)
    for word in words:
        if word == "--profile":
            next(words, None)
        elif not word.startswith("-"):
            return word
    return None


def _run_command(argv: Sequence[str]) -> int:
    parser = _parser()
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    wanted = _first_word(argv)
    for name in COMMANDS:
        if wanted in (name, None):
            importlib.import_module(f"inference.commands.{name}").add_parser(subparsers)
    arguments = parser.parse_args(argv)
    interruption = _Interruption()
    try:
        # A polite kill ends a command as Ctrl-C does, so that no unfinished file stays behind.
        with contextlib.ExitStack() as answering:
            answering.enter_context(_alarm(interruption))
            for kind in _interrupting():
                answering.enter_context(_answering(kind, interruption))
            code: int = arguments.run(arguments, _profile(arguments.profile))
    except BrokenPipeError:
        # Whoever read the results has seen enough.
        abandon(sys.stdout)
        return 0
    except CardinalError as error:
        say(str(error))
        return EXIT_NOTHING_DONE
    except Exception as error:
        if interruption.came:
            return EXIT_INTERRUPTED
        words = _shortage(error)
        if words is None:
            raise
        say(words)
        return EXIT_NOTHING_DONE
    return code


def _interrupting() -> tuple[signal.Signals, ...]:
    """The signals that end a command politely, the terminal's closing (HUP) among them where somebody wants that."""
    kinds = [signal.SIGINT, signal.SIGTERM]
    # `nohup` lets it be ignored.
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        kinds.append(signal.SIGHUP)
    return tuple(kinds)


def _shortage(error: Exception) -> str | None:
    """What the computer is short of, in a sentence; None for other errors."""
    if isinstance(error, MemoryError):
        return "The memory is too small."
    # Python has no kinds of their own for these two.
    if isinstance(error, FileNotFoundError) and str(error.strerror).startswith("No usable temporary directory"):
        return f"{error.strerror}."
    if isinstance(error, RuntimeError) and str(error) == "can't start new thread":
        return "The system allows no more threads."
    return None


def _open_window(argv: Sequence[str]) -> int:
    parser = _parser()
    parser.add_argument("paths", nargs="*", metavar="PATH", help="pictures, folders or .onnx models to open")
    parser.add_argument("--model", metavar="NAME|FILE", help="an installed model or an .onnx file")
    parser.add_argument("--device", help="where the network runs (default: what the settings say)")
    arguments = parser.parse_args(argv)
    # Until there is a window to close, Ctrl-C ends the program as it is: as an exception it would get lost in the
    # imports of Qt, or in its painting.
    with _answering(signal.SIGINT, signal.SIG_DFL):
        problem: str | None = importlib.import_module("gui.display").missing()
        if problem is None:
            code: int = importlib.import_module("gui.app").run(
                arguments.paths, profile_folder=arguments.profile, model=arguments.model, device=arguments.device
            )
            return code
    say(problem)
    if not arguments.paths:
        return EXIT_NOTHING_DONE
    if any(path.endswith(SUFFIX) for path in arguments.paths):
        say("A session is opened in a window; `label` and `export` work with it here.")
        return EXIT_NOTHING_DONE
    say("Classifying the paths here instead.")
    options = ["--model", arguments.model] if arguments.model else []
    options += ["--device", arguments.device] if arguments.device else []
    profile = ["--profile", arguments.profile] if arguments.profile else []
    return _run_command([*profile, "classify", *options, "--", *arguments.paths])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--profile", metavar="DIR", help="keep settings, models and caches below this folder")
    return parser


def _profile(folder: str | None) -> Profile:
    return Profile.default() if folder is None else Profile.below(Path(folder).absolute())


def _replace_closed_streams() -> None:
    """Give closed standard streams a stand-in, so that no file gets their numbers and writing fails in words."""
    if os.name == "nt":
        return
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number is this one. Nobody misses messages; results that go nowhere are an error.
            os.open(os.devnull, os.O_WRONLY if number == 2 else os.O_RDONLY)  # noqa: PLR2004 - standard error
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - a number, for good
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - likewise


def _prepare_stream(stream: TextIO | None) -> None:
    """Let a stream show what its encoding lacks as escapes; to a program it is UTF-8 with the line ends as written."""
    if not isinstance(stream, io.TextIOWrapper):
        return
    stream.reconfigure(errors="backslashreplace")
    if not stream.isatty():
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="")


if __name__ == "__main__":
    _replace_closed_streams()
    _prepare_stream(sys.stdout)
    _prepare_stream(sys.stderr)
    sys.exit(main(sys.argv[1:]))
