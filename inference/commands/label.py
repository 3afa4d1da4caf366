"""`main.py label`: decide about the images of a session without a window, list what was decided, take it back."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from inference.commands.decisions import Decisions, counted, in_words
from inference.commands.label_files import Import, from_file, from_folders
from inference.commands.session_images import Said, SessionImages, open_session
from inference.commands.terminal import EXIT_NOTHING_DONE, EXIT_SOME_FAILED, put, say
from inference.errors import CardinalError
from inference.profile import Profile
from inference.sessions.states import ImageState
from inference.sessions.steps import Step, StepKind
from inference.texts import clean_label, visible

if TYPE_CHECKING:
    from inference.sessions.session import Session

MOST_NAMED = 20
"""So many paths that lead to nothing are named one by one."""

_DECIDED = frozenset({ImageState.ACCEPTED, ImageState.CORRECTED, ImageState.REJECTED})
"""Where `--accept` and imports change nothing: somebody chose a label or rejected the image."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command's options."""
    parser = subparsers.add_parser(
        "label",
        help="decide about the images of a session, or list and take back what was decided",
        description="PATH is a picture, or a folder for all of the session's images below it. Each change is one step, "
        "which --undo takes back.",
    )
    parser.add_argument("session", metavar="SESSION", help="the session's file (classify --session makes one)")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--set", nargs="+", metavar=("LABEL", "PATH"), help="give images a label")
    what.add_argument("--accept", nargs="+", metavar="PATH", help="agree with suggestions where nothing is decided yet")
    what.add_argument(
        "--accept-above", type=share, metavar="SCORE", help="agree with those of at least this score 0...1"
    )
    what.add_argument("--unsure", nargs="+", metavar="PATH", help="skip images on purpose")
    what.add_argument("--reject", nargs="+", metavar="PATH", help="images are not for the data set")
    what.add_argument("--clear", nargs="+", metavar="PATH", help="take decisions off images")
    what.add_argument("--from", dest="file", metavar="FILE", help="take labels from a CSV, JSON or JSON Lines file")
    what.add_argument("--from-folders", metavar="ROOT", help="take labels from the names of the folders in ROOT")
    what.add_argument("--rename", nargs=2, metavar=("OLD", "NEW"), help="give a label another name, or merge it")
    what.add_argument("--undo", action="store_true", help="take the newest step back")
    what.add_argument("--redo", action="store_true", help="do again what was taken back last")
    what.add_argument("--list", action="store_true", help="count the images of each state and label")
    parser.add_argument("--class", dest="subject", metavar="C", help="with --accept-above: only this class")
    parser.add_argument(
        "--replace", action="store_true", help="with --from and --from-folders: also where a decision is"
    )
    parser.add_argument("--format", choices=["table", "jsonl"], default="table", help="of --list")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    parser.set_defaults(run=run)


def share(text: str) -> float:
    """A score from 0 to 1, for argparse."""
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError("must be from 0 to 1")
    return number


def run(arguments: argparse.Namespace, _profile: Profile) -> int:
    """Run the command; the exit code of DESIGN.md 8: 1 where some paths lead to no image of the session."""
    misplaced = _misplaced(arguments)
    if misplaced:
        say(misplaced)
        return EXIT_NOTHING_DONE
    try:
        session = open_session(arguments.session, read_only=arguments.list or arguments.dry_run)
        try:
            return _Label(arguments, session).run()
        finally:
            session.close()
    except CardinalError as error:
        say(str(error))
        return EXIT_NOTHING_DONE


def _misplaced(arguments: argparse.Namespace) -> str:
    """What is wrong with options that do not go together: ignoring one would do more than was asked for."""
    if arguments.subject is not None and arguments.accept_above is None:
        return "--class goes with --accept-above."
    if arguments.replace and arguments.file is None and arguments.from_folders is None:
        return "--replace goes with --from or --from-folders."
    return ""


class _Label:
    """One call of the command."""

    def __init__(self, arguments: argparse.Namespace, session: Session) -> None:
        self._arguments = arguments
        self._session = session
        self._answered_anew: frozenset[int] = frozenset()

    def run(self) -> int:
        if self._arguments.undo or self._arguments.redo:
            return self._go_through_journal()
        images = SessionImages(self._session.load(), self._session.vocabulary)
        if self._arguments.list:
            return _list(images, as_lines=self._arguments.format == "jsonl")
        return self._decide(images)

    def _decide(self, images: SessionImages) -> int:
        arguments = self._arguments
        self._answered_anew = self._session.answered_anew()
        decisions = Decisions(images, answered_anew=self._answered_anew)
        if arguments.accept_above is not None:
            return self._accept_above(images, decisions)
        if arguments.rename is not None:
            return self._rename(images, decisions)
        if arguments.file is not None:
            return self._import(from_file(arguments.file, images, self._session.sources()), images, decisions)
        if arguments.from_folders is not None:
            roots = self._session.sources()
            return self._import(from_folders(arguments.from_folders, images, roots), images, decisions)
        return self._decide_on_paths(images, decisions)

    def _decide_on_paths(self, images: SessionImages, decisions: Decisions) -> int:
        arguments = self._arguments
        if arguments.set is not None:
            label, paths = _label(arguments.set[0], images), arguments.set[1:]
            if not paths or not label:
                say("--set needs a label and at least one PATH.")
                return EXIT_NOTHING_DONE
            return self._decide_on(paths, images, lambda keys: decisions.choose(keys, label))
        verbs: tuple[tuple[list[str] | None, Callable[[Sequence[int]], Step | None]], ...] = (
            (arguments.accept, lambda keys: decisions.accept([k for k in keys if self._awaits_word(images, k)])),
            (arguments.unsure, decisions.set_unsure),
            (arguments.reject, decisions.reject),
            (arguments.clear, decisions.clear),
        )
        given, decide = next((paths, decide) for paths, decide in verbs if paths is not None)
        return self._decide_on(given, images, decide)

    def _decide_on(
        self, paths: Sequence[str], images: SessionImages, decide: Callable[[Sequence[int]], Step | None]
    ) -> int:
        found = images.find(paths)
        _name(found.unknown, "{} is not in the session.", "not in the session.")
        if not found.keys:
            return EXIT_NOTHING_DONE
        self._warn_of_changes(found.named)
        self._carry_out(decide(found.keys))
        return EXIT_SOME_FAILED if found.unknown else 0

    def _warn_of_changes(self, keys: Sequence[int]) -> None:
        """Tell whose file has changed. Of whole folders nobody asks: each costs a look at the disk."""
        changed = self._session.changed_on_disk(keys)
        _name(changed, "{} changed on disk after it was classified.", "changed.")
        if changed:
            say("Classify again with `classify --session`: until then, what is decided is about the picture before.")

    def _accept_above(self, images: SessionImages, decisions: Decisions) -> int:
        code = None
        if self._arguments.subject is not None:
            code = images.vocabulary.find(self._arguments.subject)
            if code is None:
                say(f"No suggestion of this session is {self._arguments.subject!r}.")
                return EXIT_NOTHING_DONE
        score = self._arguments.accept_above
        keys = images.keys_suggested(score, code)
        self._carry_out(decisions.accept(keys, kind=StepKind.ACCEPT_ABOVE, subject=f"{score * 100:g}"))
        return 0

    def _rename(self, images: SessionImages, decisions: Decisions) -> int:
        old, new = self._arguments.rename
        code = images.vocabulary.find(old)
        if code is None or not images.keys_labelled(code):
            say(f"No image has the label {old!r}.")
            return EXIT_NOTHING_DONE
        label = _label(new, images)
        if not label:
            say("A label needs a name.")
            return EXIT_NOTHING_DONE
        self._carry_out(decisions.rename(code, label))
        return 0

    def _import(self, imported: Import, images: SessionImages, decisions: Decisions) -> int:
        for sentence in imported.notes:
            say(sentence)
        if not imported.said:
            say(f"{imported.source} says nothing that could be taken over about an image of the session.")
            return EXIT_NOTHING_DONE
        anew = self._answered_anew
        said = {key: one for key, one in imported.said.items() if key in anew or not _stands(images, key, one)}
        if not self._arguments.replace:
            kept = {key for key, one in said.items() if images.state(key) in _DECIDED and not _stands(images, key, one)}
            said = {key: one for key, one in said.items() if key not in kept}
            if kept:
                say(f"{counted(len(kept), 'image')} kept another decision; --replace takes the imported one.")
        self._carry_out(decisions.take_over(said, imported.source))
        return 0 if imported.is_complete else EXIT_SOME_FAILED

    def _awaits_word(self, images: SessionImages, key: int) -> bool:
        """Whether an image can be accepted: nobody decided, or somebody accepted what was said of the file before."""
        state = images.state(key)
        return state not in _DECIDED or (state is ImageState.ACCEPTED and key in self._answered_anew)

    def _carry_out(self, step: Step | None) -> None:
        if step is None:
            say("Nothing had to be changed.")
        elif self._arguments.dry_run:
            say(f"Nothing was changed. It would be: {in_words(step)}.")
        else:
            self._session.carry_out(step)
            say(f"Done: {in_words(step)}.")

    def _go_through_journal(self) -> int:
        backwards: bool = self._arguments.undo
        steps, in_force = self._session.journal()
        place = in_force - 1 if backwards else in_force
        if not 0 <= place < len(steps):
            say("There is nothing to take back." if backwards else "Nothing was taken back.")
            return EXIT_NOTHING_DONE
        step: Step | None = steps[place]
        if not self._arguments.dry_run:
            step = self._session.take_back() if backwards else self._session.repeat()
        words = "" if step is None else in_words(step)
        if self._arguments.dry_run:
            say(f"Nothing was changed. It would be {'taken back' if backwards else 'done again'}: {words}.")
        else:
            say(f"{'Taken back' if backwards else 'Done again'}: {words}.")
        return 0


def _name(paths: Sequence[str], sentence: str, rest: str) -> None:
    """Say a sentence of each path, for `{}` in it; of very many, only the number of the others with the `rest`."""
    for path in paths[:MOST_NAMED]:
        say(sentence.format(path))
    if len(paths) > MOST_NAMED:
        say(f"{counted(len(paths) - MOST_NAMED, 'more path')} {rest}")


def _stands(images: SessionImages, key: int, said: Said) -> bool:
    """Whether an image has what a file says of it, whoever stood behind it."""
    if not said.label:
        return images.state(key) is said.state
    return images.state(key).is_reviewed and images.vocabulary.text(images.label(key)) == said.label


def _label(text: str, images: SessionImages) -> str:
    """A label as people mean it, unless it is, as it stands, a class or a label of the session."""
    return text if text and images.vocabulary.find(text) is not None else clean_label(text)


def _list(images: SessionImages, *, as_lines: bool) -> int:
    states, labels = images.counts()
    if as_lines:
        rows = [{"state": state.word, "count": count} for state, count in states.items()]
        rows += [{"label": label, "count": count} for label, count in labels.items()]
        put("".join(json.dumps(row) + "\n" for row in rows))
        return 0
    lines = [f"{count:>9,}  {state.word}" for state, count in states.items() if count]
    lines += ["", *(f"{count:>9,}  {visible(label)}" for label, count in labels.items())] if labels else []
    put("".join(f"{line}\n" for line in [f"{len(images):>9,}  images", "", *lines]))
    return 0
