"""Hold all images of the session, shown or not, by their place, and tell what changes."""

from __future__ import annotations

import os
from array import array
from bisect import bisect_right
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from itertools import compress

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from gui.gallery.columns import GONE, Columns
from gui.gallery.homeless import Homeless
from gui.gallery.image_state import ImageState
from gui.gallery.thumbnail_cache import DEFAULT_LIMIT_BYTES
from gui.gallery.wanted_images import WantedImages
from gui.plain_text import file_name
from inference.sessions.marks import NO_NAME, Marks
from inference.sessions.records import NO_SCORE, ImageRows
from inference.sessions.vocabulary import Vocabulary
from inference.texts import visible

_STATES = tuple(ImageState)
_ONLY = tuple(bytes(one == state for one in range(256)) for state in ImageState)
"""By state: 1 for itself, 0 for all others."""
_LISTED = bytes(one != GONE for one in range(256))
"""By state: 1 for all that are on the list."""


@dataclass(frozen=True, slots=True)
class AnswerUpdate:
    """What became of classifying one image.

    Attributes:
        key: of the image.
        answer: QUEUED, SUGGESTED or FAILED.
        suggestion: the model's first class as the model names it (SUGGESTED), else empty.
        score: its softmax 0...1, or `NO_SCORE`.
        margin: its softmax less that of the second class, or `NO_SCORE`.
        reason: why it failed, a sentence (FAILED), else empty.
        time: of the file's last change, seconds since 1970; None leaves what is known.
    """

    key: int
    answer: ImageState
    suggestion: str = ""
    score: float = NO_SCORE
    margin: float = NO_SCORE
    reason: str = ""
    time: float | None = None


class ImageTable(QObject):
    """Every image that was opened, in the order of arrival. Nothing here reads a file.

    An image has a *key* for ever and a *place* as long as the table is not cleared. A removed image keeps both, so
    that it can come back as it was; it counts nowhere and has no state until then.

    Signals:
        appended(first: int, count: int): images joined at these places; some may be removed ones.
        answers_changed(places: array[int]): what became of classifying them changed.
        marks_changed(places: array[int]): what a person decided about them changed; also removal and return.
        relocated(place: int): the image has another path now.
        thumbnail_changed(place: int): its thumbnail came.
        cleared(): nothing is left.
        counts_changed(): how many images are in which state, after each of the others.
        thumbnails_wanted(keys: list[int]): views asked for thumbnails that are not here; see `WantedImages`.
    """

    appended = Signal(int, int)
    answers_changed = Signal(object)
    marks_changed = Signal(object)
    relocated = Signal(int)
    thumbnail_changed = Signal(int)
    cleared = Signal()
    counts_changed = Signal()
    thumbnails_wanted = Signal(list)

    def __init__(self, *, thumbnail_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        super().__init__()
        self._columns = Columns()
        self._vocabulary = Vocabulary()
        self._homeless = Homeless()
        self._thumbnails = WantedImages(thumbnail_bytes)
        self._thumbnails.wanted.connect(self.thumbnails_wanted)

    # What is at a place.

    @property
    def columns(self) -> Columns:
        """All of it, to be read and not to be changed, by place."""
        return self._columns

    @property
    def vocabulary(self) -> Vocabulary:
        """The texts behind the codes of labels and suggestions."""
        return self._vocabulary

    def __len__(self) -> int:
        return self._columns.shown_count

    def key(self, place: int) -> int:
        return self._columns.keys[place]

    def path(self, place: int) -> str:
        """The path as it was given (undecodable bytes as surrogate escapes)."""
        return self._columns.paths[place]

    def name(self, place: int) -> str:
        """The file name, ready to be shown."""
        return visible(file_name(self._columns.paths[place]))

    def is_removed(self, place: int) -> bool:
        """Whether the image was taken off the list."""
        return self._columns.states[place] == GONE

    def state(self, place: int) -> ImageState:
        """What is visible: the decision if there is one, else the answer; the answer of a removed image."""
        state = self._columns.states[place]
        return _STATES[self._columns.answers[place] if state == GONE else state]

    def answer(self, place: int) -> ImageState:
        """What became of classifying: QUEUED, SUGGESTED or FAILED."""
        return _STATES[self._columns.answers[place]]

    def suggestion_code(self, place: int) -> int:
        """Vocabulary code of the model's first class, `NO_NAME` where there is none."""
        return self._columns.suggestions[place]

    def suggestion(self, place: int) -> str:
        """The model's first class as the model names it, or empty."""
        return self._vocabulary.text(self._columns.suggestions[place])

    def label_code(self, place: int) -> int:
        """Vocabulary code of the person's label, `NO_NAME` where there is none."""
        return self._columns.labels[place]

    def label(self, place: int) -> str:
        """The person's label, or empty."""
        return self._vocabulary.text(self._columns.labels[place])

    def score(self, place: int) -> float | None:
        """Softmax of the suggestion, 0...1, or None."""
        score = self._columns.scores[place]
        return score if score >= 0 else None

    def margin(self, place: int) -> float | None:
        """Softmax of the first class less that of the second, 0...1, or None."""
        margin = self._columns.margins[place]
        return margin if margin >= 0 else None

    def time(self, place: int) -> float:
        """Of the file's last change, seconds since 1970; 0 where unknown."""
        return self._columns.times[place]

    def reason(self, place: int) -> str:
        """Why classifying failed, or empty."""
        return self._columns.reasons.get(self._columns.keys[place], "")

    def mark(self, place: int) -> int:
        """The person's decision, see `inference.sessions.marks`."""
        return self._columns.marks[place]

    def thumbnail(self, key: int) -> QImage | None:
        """The thumbnail, or None: then it is asked for with the next `thumbnails_wanted`."""
        return self._thumbnails.get(key)

    # Where things are, and how many. Removed images are in none of the lists and counts.

    def place_of(self, key: int) -> int | None:
        """The place of an image, removed or not; None if there never was one with this key."""
        return self._columns.place_of(key)

    def places_of(self, keys: Sequence[int]) -> array[int]:
        """The places of many, in the order of the keys; unknown keys are passed over."""
        return self._columns.places_of(keys)

    def keys(self) -> array[int]:
        """A copy of the keys of all images on the list, in order; made on the GUI thread and handed to workers."""
        columns = self._columns
        if GONE not in columns.states:
            return columns.keys[:]
        return array("q", compress(columns.keys, columns.states.translate(_LISTED)))

    def paths(self) -> list[str]:
        """A copy of their paths in the same order, likewise."""
        columns = self._columns
        if GONE not in columns.states:
            return columns.paths[:]
        return list(compress(columns.paths, columns.states.translate(_LISTED)))

    def keys_below(self, folder: str) -> array[int]:
        """The keys of all images in an absolute folder and below it, in order."""
        start = folder.rstrip(os.sep) + os.sep
        return array("q", compress(self.keys(), [path.startswith(start) for path in self.paths()]))

    def keys_in(self, state: ImageState) -> list[int]:
        """The keys of all images whose visible state is this one, in order."""
        return list(compress(self._columns.keys, self._columns.states.translate(_ONLY[state])))

    def keys_answered(self, answer: ImageState) -> array[int]:
        """The keys of all images that classifying left QUEUED, SUGGESTED or FAILED, whatever a person decided."""
        columns = self._columns
        keys, chosen = columns.keys, columns.answers.translate(_ONLY[answer])
        if GONE not in columns.states:
            return array("q", compress(keys, chosen))
        listed = compress(columns.states.translate(_LISTED), chosen)
        return array("q", compress(compress(keys, chosen), listed))

    def count(self, state: ImageState) -> int:
        """How many images have this visible state."""
        return self._columns.state_counts[state]

    def count_answered(self, answer: ImageState) -> int:
        """How many images classifying left QUEUED, SUGGESTED or FAILED, whatever a person decided."""
        return self._columns.answer_counts[answer]

    def label_counts(self) -> dict[int, int]:
        """How many images have each label, by vocabulary code."""
        return {code: count for code, count in self._columns.label_counts.items() if count}

    def suggestion_counts(self) -> dict[int, int]:
        """How many images have each suggestion, by vocabulary code."""
        return {code: count for code, count in self._columns.suggestion_counts.items() if count}

    def take_changed_counts(self) -> tuple[dict[int, int], dict[int, int]]:
        """How many images have those labels, and those suggestions, whose count may be another since the last call.

        For the one that shows the counts: with 20,000 labels, all of them are not shown again for each decision.
        """
        columns = self._columns
        labels = {code: columns.label_counts.get(code, 0) for code in columns.touched_labels}
        suggestions = {code: columns.suggestion_counts.get(code, 0) for code in columns.touched_suggestions}
        columns.touched_labels.clear()
        columns.touched_suggestions.clear()
        return labels, suggestions

    # Changes: each call sends its signals once, however many images it touches.

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        """Codes have these texts from now on. For an empty table."""
        self._vocabulary = vocabulary

    def append(self, rows: ImageRows) -> int:
        """Add images; those whose key is here are taken over at their place (they come back). Returns how many.

        Raises:
            ValueError: if the keys do not ascend, or an unknown key lies below a known one; nothing was changed.
        """
        if not len(rows):
            return 0
        columns = self._columns
        known = bisect_right(rows.keys, columns.keys[-1]) if columns.keys else 0
        places = columns.places_of(rows.keys[:known])
        if len(places) < known:
            raise ValueError("keys of images must ascend")
        first = len(columns)
        columns.extend(rows, known)
        self._homeless.take(rows)
        if known:
            columns.replace(rows, list(enumerate(places)))
            self.marks_changed.emit(places)
        if len(columns) > first:
            self.appended.emit(first, len(columns) - first)
        self.counts_changed.emit()
        return len(rows)

    def apply_answers(self, updates: Sequence[AnswerUpdate]) -> None:
        """Take what became of classifying some images; unknown keys are passed over."""
        places = array("i")
        for update in updates:
            place = self._columns.place_of(update.key)
            if place is not None:
                self._take_answer(place, update)
                places.append(place)
        self._tell_answers(places)

    def replace_answers(self, rows: ImageRows) -> None:
        """Take what another model says of images that are here; marks and labels stay as they are."""
        entries = [(entry, place) for entry, key in enumerate(rows.keys) if (place := self.place_of(key)) is not None]
        self._columns.replace_answers(rows, entries)
        self._tell_answers(array("i", [place for _, place in entries]))

    def forget_answers(self, keys: Sequence[int] | None = None) -> None:
        """Put images into the queue again and forget suggestions and reasons; None for all."""
        places = array("i", range(len(self._columns))) if keys is None else self.places_of(keys)
        self._columns.forget_answers(range(len(self._columns)) if keys is None else places)
        self._tell_answers(places)

    def marks_of(self, keys: Sequence[int]) -> Marks:
        """The decisions on images, as they stand; unknown keys are passed over."""
        return self._columns.marks_at(self.places_of(keys))

    def apply_marks(self, marks: Marks) -> None:
        """Put decisions down; a removed mark takes an image off the list, and its return brings it back.

        Images without a file stay off it (see `lose_files`).

        Raises:
            ValueError: if a key is unknown; then nothing was changed.
        """
        if not len(marks):
            return
        places = self.places_of(marks.keys)
        if len(places) < len(marks):
            raise ValueError("a decision on an image that is not here")
        self._columns.set_marks(places, self._homeless.staying_off(marks), marks.names)
        self.marks_changed.emit(places)
        self.counts_changed.emit()

    def lose_files(self, keys: Sequence[int]) -> None:
        """Take images off the list whose file is gone while another image's file has its name.

        Decisions may still be about them; on the list they are again when `append` or `relocate` gives them a file.
        """
        self._homeless.lose(keys)
        self.apply_marks(self.marks_of(keys))

    def relocate(self, key: int, path: str) -> None:
        """The image's file lies elsewhere now.

        Raises:
            KeyError: if the key is unknown.
        """
        place = self.place_of(key)
        if place is None:
            raise KeyError(key)
        self._columns.paths[place] = path
        self._homeless.find(key)
        self.relocated.emit(place)

    def set_thumbnail(self, key: int, image: QImage) -> None:
        """Keep the thumbnail of one image; the longest unused ones may leave."""
        place = self.place_of(key)
        if place is not None:
            self._thumbnails.put(key, image)
            self.thumbnail_changed.emit(place)

    def forget_thumbnail_requests(self, keys: Iterable[int]) -> None:
        """Say that thumbnails asked for will not come (they were scrolled out of sight): views may ask again."""
        self._thumbnails.forget_requests(keys)

    def keep_waiting_for_thumbnails(self, seen: Container[int]) -> None:
        """Of those that were put off, ask again by itself only for these, which are on screen."""
        self._thumbnails.keep_waiting_for(seen)

    def put_off_thumbnails(self, keys: Iterable[int]) -> None:
        """Say that there was no memory for thumbnails: in a while, those that views looked for are asked for again."""
        self._thumbnails.put_off(key for key in keys if self.place_of(key) is not None)

    def forget_thumbnails(self, keys: Iterable[int]) -> None:
        """Say that thumbnails no longer show what is in the files."""
        self._thumbnails.remove(keys)

    def clear(self) -> None:
        """Begin anew without images; the vocabulary stays."""
        before, self._columns = self._columns, Columns()
        self._columns.touched_labels.update(before.touched_labels, before.label_counts)
        self._columns.touched_suggestions.update(before.touched_suggestions, before.suggestion_counts)
        self._homeless.clear()
        self._thumbnails.clear()
        self.cleared.emit()
        self.counts_changed.emit()

    def _take_answer(self, place: int, update: AnswerUpdate) -> None:
        columns = self._columns
        code = self._vocabulary.code(update.suggestion) if update.suggestion else NO_NAME
        columns.set_answer(place, update.answer, code, update.score, update.margin)
        if update.time is not None:
            columns.times[place] = update.time
        if update.reason:
            columns.reasons[update.key] = update.reason
        else:
            columns.reasons.pop(update.key, None)

    def _tell_answers(self, places: array[int]) -> None:
        if places:
            self.answers_changed.emit(places)
            self.counts_changed.emit()
