"""Make steps of what a person decides on the command line, and say them in words."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence, Set

from inference.commands.session_images import Said, SessionImages
from inference.sessions.marks import NO_NAME, UNMARKED, Marks, make_mark
from inference.sessions.states import ImageState
from inference.sessions.steps import Step, StepKind


class Decisions:
    """Makes steps; each holds only the images that it changes, and is None where it changes none.

    Args:
        images: what is decided about.
        answered_anew: keys of images whose file is another one than the decisions are about: the same decision again
            is one about the new picture, and changes that.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        images: SessionImages,
        *,
        answered_anew: Set[int] = frozenset(),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._images = images
        self._answered_anew = answered_anew
        self._clock = clock

    def choose(self, keys: Sequence[int], label: str) -> Step | None:
        """Give images a label: ACCEPTED where the model suggests it, CORRECTED elsewhere."""
        code = self._images.vocabulary.code(label)
        marks = [make_mark(self._state(key, code)) for key in keys]
        return self._step(StepKind.LABEL, label, Marks.of(keys, marks, [code] * len(keys)))

    def take_over(self, said: Mapping[int, Said], source: str) -> Step | None:
        """Give images what a file or folder names say of them; `source` says which file."""
        codes = [self._images.vocabulary.code(one.label) if one.label else NO_NAME for one in said.values()]
        states = [one.state or self._state(key, code) for (key, one), code in zip(said.items(), codes, strict=True)]
        marks = [make_mark(state, imported=state.is_reviewed) for state in states]
        return self._step(StepKind.IMPORT, source, Marks.of(said, marks, codes))

    def accept(
        self, keys: Sequence[int], *, kind: StepKind = StepKind.ACCEPT, subject: str | None = None
    ) -> Step | None:
        """Agree with the suggestions of images; those without one are passed over."""
        chosen = [key for key in keys if self._images.suggestion(key) != NO_NAME]
        codes = [self._images.suggestion(key) for key in chosen]
        if subject is None:
            subject = self._images.vocabulary.text(codes[0]) if len({*codes}) == 1 else ""
        return self._step(kind, subject, Marks.of(chosen, [make_mark(ImageState.ACCEPTED)] * len(chosen), codes))

    def set_unsure(self, keys: Sequence[int]) -> Step | None:
        """Skip images on purpose."""
        return self._step(StepKind.UNSURE, "", Marks.same(keys, make_mark(ImageState.UNSURE)))

    def reject(self, keys: Sequence[int]) -> Step | None:
        """Say that images do not belong to the data set."""
        return self._step(StepKind.REJECT, "", Marks.same(keys, make_mark(ImageState.REJECTED)))

    def clear(self, keys: Sequence[int]) -> Step | None:
        """Take decisions off images."""
        return self._step(StepKind.CLEAR, "", Marks.same(keys, UNMARKED))

    def rename(self, old: int, new: str) -> Step | None:
        """Give every image with the label `old` (a code) the label `new`."""
        before = self._images.marks_of(self._images.keys_labelled(old))
        code = self._images.vocabulary.code(new)
        return self._step(StepKind.RENAME, new, Marks.of(before.keys, before.marks, [code] * len(before)))

    def _state(self, key: int, code: int) -> ImageState:
        return ImageState.ACCEPTED if self._images.suggestion(key) == code else ImageState.CORRECTED

    def _step(self, kind: StepKind, subject: str, wanted: Marks) -> Step | None:
        stands = self._images.marks_of(wanted.keys)
        anew = self._answered_anew if kind.is_about_pictures else frozenset()
        rows = [
            row
            for row in range(len(wanted))
            if (wanted.marks[row], wanted.names[row]) != (stands.marks[row], stands.names[row])
            or (wanted.keys[row] in anew and wanted.marks[row] != UNMARKED)
        ]
        if not rows:
            return None
        return Step(kind, subject, _only(stands, rows), _only(wanted, rows), self._clock())


def _only(marks: Marks, rows: Sequence[int]) -> Marks:
    return Marks.of(
        (marks.keys[row] for row in rows), (marks.marks[row] for row in rows), (marks.names[row] for row in rows)
    )


def in_words(step: Step) -> str:
    """What a step does: "label 1,248 images as magpie"."""
    subject = step.subject
    images, suggestions = counted(len(step), "image"), counted(len(step), "suggestion")
    words = {
        StepKind.LABEL: f"label {images} as {subject}",
        StepKind.ACCEPT: f"accept {suggestions}",
        StepKind.ACCEPT_ABOVE: f"accept {suggestions} from {subject} % on",
        StepKind.UNSURE: f"set {images} unsure",
        StepKind.REJECT: f"reject {images}",
        StepKind.CLEAR: f"take the decision off {images}",
        StepKind.RENAME: f"rename the label of {images} to {subject}",
        StepKind.ADD: f"add {images}",
        StepKind.REMOVE: f"remove {images}",
        StepKind.IMPORT: f"take {counted(len(step), 'decision')} from {subject}",
    }
    return words[step.kind]


def counted(number: int, noun: str) -> str:
    """A number and what is counted: "1 image", "2,400 images"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
