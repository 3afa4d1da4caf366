"""Decide about images and take it back: each decision is one step, on screen at once and on the disk right after."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Sequence
from itertools import compress

from PySide6.QtCore import QObject, Signal, Slot

from gui.decision_writer import DecisionWriter
from gui.gallery.columns import matches, taken
from gui.gallery.image_table import ImageTable
from gui.words import counted, tr
from inference.sessions.marks import NO_NAME, UNMARKED, Marks, is_removed, make_mark, with_removed
from inference.sessions.states import ImageState
from inference.sessions.steps import Step, StepKind, kept_steps
from inference.texts import visible

_OFF = bytes(with_removed(mark, removed=True) for mark in range(256))
"""By mark: the same decision, off the list."""

_IS_OFF = bytes(is_removed(mark) for mark in range(256))

_MARKS_OF_AGREEMENT = bytes([make_mark(ImageState.CORRECTED), make_mark(ImageState.ACCEPTED), *bytes(254)])
"""By whether the label is what the model suggests: 0 or 1."""


class Labelling(QObject):
    """Every decision of the person goes through here, by key of image. Where none can be kept, none is made.

    Attributes:
        last_label: the label that was given last, for "same as last"; empty before the first.

    Signals:
        decided(step: Step): a step was carried out.
        taken_back(step: Step): a step was taken back; the images have what they had before.
        repeated(step: Step): a step that had been taken back was carried out again.
        journal_changed(): other steps can be taken back or repeated; told before the step is.
    """

    decided = Signal(object)
    taken_back = Signal(object)
    repeated = Signal(object)
    journal_changed = Signal()

    def __init__(self, table: ImageTable, writer: DecisionWriter, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._table = table
        self._writer = writer
        self._clock = clock
        self._steps: list[Step] = []
        self._in_force = 0
        self._changed_files: set[int] = set()
        self.last_label = ""

    @property
    def can_write(self) -> bool:
        """Whether a session is open that takes decisions and answers."""
        return self._writer.can_write

    def note_changed_file(self, key: int) -> None:
        """An image's file is another one than before: whoever decides the same again says it of the new picture."""
        self._changed_files.add(key)

    def start(self, steps: Sequence[Step], in_force: int) -> None:
        """Go on with the journal of a session."""
        self._steps, self._in_force = list(steps), in_force
        self._changed_files.clear()
        self.last_label = ""
        for step in self.steps:
            if step.kind is StepKind.LABEL:
                self.last_label = step.subject
            elif step.kind is StepKind.RENAME:
                self._follow_name(step)
        self.journal_changed.emit()

    @property
    def next_undo(self) -> Step | None:
        """What `undo` would take back."""
        return self._steps[self._in_force - 1] if self._in_force else None

    @property
    def next_redo(self) -> Step | None:
        """What `redo` would carry out again."""
        return self._steps[self._in_force] if self._in_force < len(self._steps) else None

    @property
    def steps(self) -> tuple[Step, ...]:
        """What can be taken back, oldest first."""
        return tuple(self._steps[: self._in_force])

    def accept(self, keys: Sequence[int], *, kind: StepKind = StepKind.ACCEPT, subject: str = "") -> Step | None:
        """Agree with the suggestion of each image that has one."""
        known, suggestions = self._suggestions_of(keys)
        if NO_NAME in suggestions:
            chosen = [code != NO_NAME for code in suggestions]
            known, suggestions = array("q", compress(known, chosen)), array("i", compress(suggestions, chosen))
        if not subject and suggestions and suggestions == suggestions[:1] * len(suggestions):
            subject = self._table.vocabulary.text(suggestions[0])
        marks = bytes([make_mark(ImageState.ACCEPTED)]) * len(known)
        return self._carry_out(kind, subject, Marks(known, marks, suggestions))

    def choose(self, keys: Sequence[int], label: str) -> Step | None:
        """Give images a label: ACCEPTED where the model suggests it, CORRECTED elsewhere."""
        code = self._table.vocabulary.code(label)
        known, suggestions = self._suggestions_of(keys)
        marks = matches(suggestions, code).translate(_MARKS_OF_AGREEMENT)
        if known and self._writer.can_write:
            self.last_label = label
        return self._carry_out(StepKind.LABEL, label, Marks(known, marks, array("i", [code]) * len(known)))

    def import_labels(self, labels: Sequence[tuple[int, str, ImageState | None]], file_name: str) -> Step | None:
        """Take what a file says of images: key, label (empty where it says only a state), state (None: a label)."""
        keys = array("q", [key for key, _, _ in labels])
        known, suggestions = self._suggestions_of(keys)
        if len(known) < len(keys):
            here = {*known}
            labels = [one for one in labels if one[0] in here]
        codes = {text: self._table.vocabulary.code(text) for text in {text for _, text, _ in labels} if text}
        names = array("i", [codes.get(text, NO_NAME) for _, text, _ in labels])
        accepted, corrected = (make_mark(one, imported=True) for one in (ImageState.ACCEPTED, ImageState.CORRECTED))
        marks = bytes(
            make_mark(state, imported=True) if name == NO_NAME else accepted if name == suggestion else corrected
            for (_, _, state), name, suggestion in zip(labels, names, suggestions, strict=True)
        )
        return self._carry_out(StepKind.IMPORT, file_name, Marks(known, marks, names))

    def set_unsure(self, keys: Sequence[int]) -> Step | None:
        """Skip images on purpose."""
        return self._carry_out(StepKind.UNSURE, "", Marks.same(keys, make_mark(ImageState.UNSURE)))

    def reject(self, keys: Sequence[int]) -> Step | None:
        """Say that images do not belong to the data set."""
        return self._carry_out(StepKind.REJECT, "", Marks.same(keys, make_mark(ImageState.REJECTED)))

    def clear(self, keys: Sequence[int]) -> Step | None:
        """Take decisions off images."""
        return self._carry_out(StepKind.CLEAR, "", Marks.same(keys, UNMARKED))

    def rename(self, old: int, new: str) -> Step | None:
        """Give every image with the label `old` (a code) the label `new` (a text)."""
        keys = self._labelled(old)
        before = self._table.marks_of(keys)
        code = self._table.vocabulary.code(new)
        after = Marks(before.keys, before.marks, array("i", [code]) * len(before))
        step = self._carry_out(StepKind.RENAME, new, after)
        if step is not None:
            self._follow_name(step)
        return step

    def unlabel(self, code: int) -> Step | None:
        """Take a label off every image that has it."""
        return self._carry_out(StepKind.CLEAR, "", Marks.same(self._labelled(code), UNMARKED))

    def remove(self, keys: Sequence[int]) -> Step | None:
        """Take images off the list; files and labels stay."""
        before = self._table.marks_of(keys)
        return self._carry_out(StepKind.REMOVE, "", Marks(before.keys, before.marks.translate(_OFF), before.names))

    def note_added(self, keys: Sequence[int]) -> None:
        """Let the opening of images be taken back as one step; they are on the list already."""
        after = self._table.marks_of(keys)
        if len(after) and self._writer.can_write:
            before = Marks(after.keys, after.marks.translate(_OFF), after.names)
            self._push(Step(StepKind.ADD, "", before, after, self._clock()))

    @Slot()
    def undo(self) -> Step | None:
        """Take the newest step back; None where there is none, or none can be taken back."""
        step = self.next_undo if self._writer.can_write else None
        if step is not None:
            self._in_force -= 1
            if step.before.marks == step.after.marks and step.before.names == step.after.names:
                # It was said again of a changed file; that can be said once more.
                self._changed_files.update(step.after.keys)
            self._table.apply_marks(step.before)
            self._writer.take_back(step)
            self.journal_changed.emit()
            self.taken_back.emit(step)
        return step

    @Slot()
    def redo(self) -> Step | None:
        """Carry the step out again that was taken back last; None likewise."""
        step = self.next_redo if self._writer.can_write else None
        if step is not None:
            self._in_force += 1
            self._table.apply_marks(step.after)
            self._writer.repeat(step)
            self.journal_changed.emit()
            self.repeated.emit(step)
        return step

    def _carry_out(self, kind: StepKind, subject: str, after: Marks) -> Step | None:
        """Do one step; None where nothing would change, or can. Keys that are unknown are passed over."""
        if not self._writer.can_write:
            return None
        before = self._table.marks_of(after.keys)
        if len(before) < len(after):
            after = self._only_known(after)
        if kind is not StepKind.REMOVE:
            after = _staying_off(before, after)
        is_same = before.marks == after.marks and before.names == after.names
        if is_same and not (kind.is_about_pictures and self._is_about_changed_files(after)):
            return None
        if kind.is_about_pictures:
            self._changed_files.difference_update(after.keys)
        step = Step(kind, subject, Marks(after.keys, before.marks, before.names), after, self._clock())
        self._table.apply_marks(after)
        self._push(step)
        self.decided.emit(step)
        return step

    def _is_about_changed_files(self, marks: Marks) -> bool:
        """Whether one image was given, whose file is another one now, and something stands there to be said again."""
        [only] = marks.keys if len(marks) == 1 else [None]
        return only in self._changed_files and marks.marks[0] != UNMARKED

    def _labelled(self, code: int) -> array[int]:
        """The keys of all images with a label, of those that were taken off the list, too."""
        columns = self._table.columns
        return array("q", compress(columns.keys, map(code.__eq__, columns.labels)))

    def _suggestions_of(self, keys: Sequence[int]) -> tuple[array[int], array[int]]:
        """The keys that are known, and the code of each one's suggestion."""
        places, columns = self._table.places_of(keys), self._table.columns
        return taken(columns.keys, places), taken(columns.suggestions, places)

    def _only_known(self, marks: Marks) -> Marks:
        rows = [row for row, key in enumerate(marks.keys) if self._table.place_of(key) is not None]
        return Marks.of(
            (marks.keys[row] for row in rows), (marks.marks[row] for row in rows), (marks.names[row] for row in rows)
        )

    def _follow_name(self, step: Step) -> None:
        """A label has another name: "same as last" means that one."""
        if step.before.names and self.last_label == self._table.vocabulary.text(step.before.names[0]):
            self.last_label = step.subject

    def _push(self, step: Step) -> None:
        del self._steps[self._in_force :]
        self._steps.append(step)
        del self._steps[: len(self._steps) - kept_steps([len(one) for one in self._steps])]
        self._in_force = len(self._steps)
        self._writer.carry_out(step)
        self.journal_changed.emit()


def _staying_off(before: Marks, after: Marks) -> Marks:
    """The decisions `after`, with images that are off the list staying off it: only undo brings them back."""
    were_off = before.marks.translate(_IS_OFF)
    if not any(were_off):
        return after
    marks = bytes(with_removed(mark, removed=bool(off)) for mark, off in zip(after.marks, were_off, strict=True))
    return Marks(after.keys, marks, after.names)


def in_words(step: Step) -> str:
    """What a step did, as the object of "Undo ...": "label 1,248 images as magpie"."""
    count, subject = len(step), visible(step.subject)
    sentences = {
        StepKind.LABEL: counted(count, "label %n image as {label}", "label %n images as {label}"),
        StepKind.ACCEPT: counted(count, "accept %n suggestion", "accept %n suggestions"),
        StepKind.ACCEPT_ABOVE: counted(count, "accept %n suggestion", "accept %n suggestions"),
        StepKind.UNSURE: counted(count, "set %n image unsure", "set %n images unsure"),
        StepKind.REJECT: counted(count, "reject %n image", "reject %n images"),
        StepKind.CLEAR: counted(count, "clear %n label", "clear %n labels"),
        StepKind.RENAME: counted(count, "rename the label of %n image", "rename the label of %n images"),
        StepKind.ADD: counted(count, "add %n image", "add %n images"),
        StepKind.REMOVE: counted(count, "remove %n image", "remove %n images"),
        StepKind.IMPORT: counted(count, "import %n label", "import %n labels"),
    }
    return sentences[step.kind].format(label=subject)


def decision_in_words(state: ImageState, label: str) -> str:
    """What was decided about an image: "magpie (corrected)", "unsure", or "none yet"."""
    if state.is_reviewed:
        word = tr("accepted") if state is ImageState.ACCEPTED else tr("corrected")
        return f"{visible(label)} ({word})"
    words = {ImageState.UNSURE: tr("unsure"), ImageState.REJECTED: tr("rejected")}
    return words.get(state, tr("none yet"))
