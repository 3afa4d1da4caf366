"""Decide about images and take it back: each decision is one step, on screen at once and on the disk right after."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Sequence
from itertools import compress
from typing import TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from gui.decision_writer import DecisionWriter
from gui.gallery.columns import view
from gui.gallery.image_table import ImageTable
from gui.words import counted, tr
from inference.sessions.marks import NO_NAME, UNMARKED, Marks, make_mark, with_removed
from inference.sessions.states import ImageState
from inference.sessions.steps import MOST_STEPS, Step, StepKind
from inference.texts import visible

_Column = TypeVar("_Column", "array[int]", "array[float]")

_FEW = 1000
"""More images than this are looked up by numpy."""


class Labelling(QObject):
    """Every decision of the person goes through here, by key of image.

    Attributes:
        last_label: the label that was given last, for "same as last"; empty before the first.

    Signals:
        decided(step: Step): a step was carried out.
        taken_back(step: Step): a step was taken back; the images have what they had before.
        repeated(step: Step): a step that had been taken back was carried out again.
        journal_changed(): other steps can be taken back or repeated.
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
        self.last_label = ""

    def start(self, steps: Sequence[Step], in_force: int) -> None:
        """Go on with the journal of a session."""
        self._steps, self._in_force = list(steps), in_force
        labelled = (step.subject for step in reversed(self._steps[:in_force]) if step.kind is StepKind.LABEL)
        self.last_label = next(labelled, "")
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
        chosen = [code != NO_NAME for code in suggestions]
        codes = array("i", compress(suggestions, chosen))
        mark = make_mark(ImageState.ACCEPTED)
        after = Marks(array("q", compress(known, chosen)), bytes([mark]) * len(codes), codes)
        if not subject and len({*codes}) == 1:
            subject = self._table.vocabulary.text(codes[0])
        return self._carry_out(kind, subject, after)

    def choose(self, keys: Sequence[int], label: str) -> Step | None:
        """Give images a label: ACCEPTED where the model suggests it, CORRECTED elsewhere."""
        code = self._table.vocabulary.code(label)
        known, suggestions = self._suggestions_of(keys)
        accepted, corrected = make_mark(ImageState.ACCEPTED), make_mark(ImageState.CORRECTED)
        marks = bytes(accepted if suggestion == code else corrected for suggestion in suggestions)
        self.last_label = label
        return self._carry_out(StepKind.LABEL, label, Marks(known, marks, array("i", [code]) * len(known)))

    def import_labels(self, labels: Sequence[tuple[int, str, ImageState | None]], file_name: str) -> Step | None:
        """Take what a file says of images: key, label (empty where it says only a state), state (None: a label)."""
        keys, marks, names = array("q"), bytearray(), array("i")
        for key, text, state in labels:
            place = self._table.place_of(key)
            if place is None:
                continue
            code = self._table.vocabulary.code(text) if text else NO_NAME
            if text:
                agrees = self._table.suggestion_code(place) == code
                state = ImageState.ACCEPTED if agrees else ImageState.CORRECTED  # noqa: PLW2901 - as it is here
            keys.append(key)
            marks.append(make_mark(state, imported=True))
            names.append(code)
        return self._carry_out(StepKind.IMPORT, file_name, Marks(keys, bytes(marks), names))

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
        after = Marks(before.keys, before.marks, Marks.same(before.keys, UNMARKED, code).names)
        return self._carry_out(StepKind.RENAME, new, after)

    def unlabel(self, code: int) -> Step | None:
        """Take a label off every image that has it."""
        return self._carry_out(StepKind.CLEAR, "", Marks.same(self._labelled(code), UNMARKED))

    def remove(self, keys: Sequence[int]) -> Step | None:
        """Take images off the list; files and labels stay."""
        before = self._table.marks_of(keys)
        marks = bytes(with_removed(mark, removed=True) for mark in before.marks)
        return self._carry_out(StepKind.REMOVE, "", Marks(before.keys, marks, before.names))

    def note_added(self, keys: Sequence[int]) -> None:
        """Let the opening of images be taken back as one step; they are on the list already."""
        after = self._table.marks_of(keys)
        if len(after):
            marks = bytes(with_removed(mark, removed=True) for mark in after.marks)
            before = Marks(after.keys, marks, after.names)
            self._push(Step(StepKind.ADD, "", before, after, self._clock()))

    @Slot()
    def undo(self) -> Step | None:
        """Take the newest step back."""
        step = self.next_undo
        if step is not None:
            self._in_force -= 1
            self._table.apply_marks(step.before)
            self._writer.take_back()
            self.taken_back.emit(step)
            self.journal_changed.emit()
        return step

    @Slot()
    def redo(self) -> Step | None:
        """Carry the step out again that was taken back last."""
        step = self.next_redo
        if step is not None:
            self._in_force += 1
            self._table.apply_marks(step.after)
            self._writer.repeat()
            self.repeated.emit(step)
            self.journal_changed.emit()
        return step

    def _carry_out(self, kind: StepKind, subject: str, after: Marks) -> Step | None:
        """Do one step, for the images that it changes; None where it changes nothing."""
        after = self._only_known(after)
        before = self._table.marks_of(after.keys)
        if before.marks == after.marks and before.names == after.names:
            return None
        step = Step(kind, subject, before, after, self._clock())
        self._table.apply_marks(after)
        self._push(step)
        self.decided.emit(step)
        return step

    def _labelled(self, code: int) -> array[int]:
        columns = self._table.columns
        return array("q", [key for key, label in zip(columns.keys, columns.labels, strict=True) if label == code])

    def _suggestions_of(self, keys: Sequence[int]) -> tuple[array[int], array[int]]:
        """The keys that are known, and the code of each one's suggestion."""
        places, columns = self._table.places_of(keys), self._table.columns
        return taken(columns.keys, places, "q"), taken(columns.suggestions, places, "i")

    def _only_known(self, marks: Marks) -> Marks:
        if len(self._table.places_of(marks.keys)) == len(marks):
            return marks
        rows = [row for row, key in enumerate(marks.keys) if self._table.place_of(key) is not None]
        return Marks.of(
            (marks.keys[row] for row in rows), (marks.marks[row] for row in rows), (marks.names[row] for row in rows)
        )

    def _push(self, step: Step) -> None:
        del self._steps[self._in_force :]
        self._steps.append(step)
        del self._steps[: max(0, len(self._steps) - MOST_STEPS)]
        self._in_force = len(self._steps)
        self._writer.carry_out(step)
        self.journal_changed.emit()


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


def taken(column: _Column, places: array[int], kind: str) -> _Column:
    """What stands at these places of a column of this type."""
    if len(places) <= _FEW:
        return array(kind, [column[place] for place in places])
    return array(kind, view(column, kind)[view(places, "i")].tobytes())
