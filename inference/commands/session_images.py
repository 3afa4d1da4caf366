"""Find images of a session by the paths that a person gives, and hold what is decided about them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from inference.errors import NoSessionError
from inference.sessions.marks import NO_NAME, Marks, decision_of, is_removed
from inference.sessions.records import NO_SCORE, ImageRows
from inference.sessions.states import ImageState
from inference.sessions.suffix import SUFFIX
from inference.sessions.vocabulary import Vocabulary

if TYPE_CHECKING:
    from inference.sessions.session import Session


def open_session(path: str, *, read_only: bool = False) -> Session:
    """Open a session that is there.

    Args:
        path: its file.
        read_only: look only; possible while a window has it open.

    Raises:
        SessionError: there is none, another program writes it, it is damaged, or of a newer version.
    """
    # SQLite and what belongs to it, for these commands only.
    from inference.sessions.session import Session  # noqa: PLC0415

    # By its name first: opening something else would leave a lock beside it.
    if not path.endswith(SUFFIX) or not os.path.lexists(path):
        raise NoSessionError(path, SUFFIX)
    return Session.open(Path(path), read_only=read_only)


def absolute(path: str) -> str:
    """A path as sessions keep it."""
    return os.path.abspath(path)  # noqa: PTH100 - paths stay str as given


@dataclass(slots=True)
class Found:
    """Images that a person named.

    Attributes:
        keys: of the images, in the session's order, each once.
        named: of those among them whose own path was given, and not only that of a folder above.
        unknown: paths, as given, that lead to no image of the session.
    """

    keys: list[int]
    named: list[int] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Said:
    """What a file says of one image.

    Attributes:
        label: empty where it says only a state.
        state: ACCEPTED, CORRECTED, UNSURE or REJECTED where it says so.
    """

    label: str
    state: ImageState | None = None


class SessionImages:
    """The images of a session that are on its list, in columns; an image is known by its *place* in them."""

    def __init__(self, chunks: Iterable[ImageRows], vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._keys: list[int] = []
        self._paths: list[str] = []
        self._answers = bytearray()
        self._marks = bytearray()
        self._labels: list[int] = []
        self._suggestions: list[int] = []
        self._scores: list[float] = []
        # Those that were taken off the list and have a label, which stays for the day they come back: mark and label.
        self._off: dict[int, tuple[int, int]] = {}
        for rows in chunks:
            self._append(rows)
        self._place_of_path = {path: place for place, path in enumerate(self._paths)}
        self._place_of_key = {key: place for place, key in enumerate(self._keys)}

    def _append(self, rows: ImageRows) -> None:
        for row, mark in enumerate(rows.marks):
            if is_removed(mark):
                if rows.labels[row] != NO_NAME:
                    self._off[rows.keys[row]] = mark, rows.labels[row]
                continue
            self._keys.append(rows.keys[row])
            self._paths.append(rows.paths[row])
            self._answers.append(rows.answers[row])
            self._marks.append(mark)
            self._labels.append(rows.labels[row])
            self._suggestions.append(rows.suggestions[row])
            self._scores.append(rows.scores[row])

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def paths(self) -> Sequence[str]:
        """The files, absolute."""
        return self._paths

    def key_of(self, path: str) -> int | None:
        """The image of a file (absolute path)."""
        place = self._place_of_path.get(path)
        return None if place is None else self._keys[place]

    def find(self, paths: Sequence[str]) -> Found:
        """The images of files, and all images below folders."""
        places: set[int] = set()
        named: set[int] = set()
        unknown = []
        for path in paths:
            wanted = absolute(path)
            place = self._place_of_path.get(wanted)
            if place is not None:
                named.add(place)
                continue
            below = self._places_below(wanted)
            if not below:
                unknown.append(path)
            places.update(below)
        return Found(self._keys_at(places | named), self._keys_at(named), unknown)

    def _keys_at(self, places: Iterable[int]) -> list[int]:
        return [self._keys[place] for place in sorted(places)]

    def _places_below(self, folder: str) -> list[int]:
        prefix = folder if folder.endswith(os.sep) else folder + os.sep
        return [place for place, path in enumerate(self._paths) if path.startswith(prefix)]

    def state(self, key: int) -> ImageState:
        """Where an image stands: what a person decided, else what became of classifying."""
        place = self._place_of_key[key]
        return decision_of(self._marks[place]) or ImageState(self._answers[place])

    def suggestion(self, key: int) -> int:
        """The vocabulary's code of the model's first class, `NO_NAME` where there is none."""
        return self._suggestions[self._place_of_key[key]]

    def label(self, key: int) -> int:
        """The vocabulary's code of the person's label, `NO_NAME` where there is none."""
        return self._labels[self._place_of_key[key]]

    def marks_of(self, keys: Sequence[int]) -> Marks:
        """What is decided about some images."""
        decisions = [self._off.get(key) or self._decision(self._place_of_key[key]) for key in keys]
        return Marks.of(keys, (mark for mark, _ in decisions), (label for _, label in decisions))

    def _decision(self, place: int) -> tuple[int, int]:
        return self._marks[place], self._labels[place]

    def keys_labelled(self, code: int) -> list[int]:
        """The images that a person gave this label, those that were taken off the list, too."""
        off = [key for key, (_, label) in self._off.items() if label == code]
        return sorted([*off, *self._keys_where(lambda place: self._labels[place] == code)])

    def keys_suggested(self, score: float, code: int | None = None) -> list[int]:
        """The images that nobody has decided about and whose suggestion has at least this score (and is this class)."""
        return self._keys_where(
            lambda place: (
                decision_of(self._marks[place]) is None
                and self._answers[place] == ImageState.SUGGESTED
                and self._suggestions[place] != NO_NAME
                and self._scores[place] >= max(score, NO_SCORE)
                and code in (None, self._suggestions[place])
            )
        )

    def counts(self) -> tuple[dict[ImageState, int], dict[str, int]]:
        """How many images are in each state, and how many have each label, the most frequent first."""
        states = dict.fromkeys(ImageState, 0)
        labels: dict[str, int] = {}
        for place, key in enumerate(self._keys):
            states[self.state(key)] += 1
            if self._labels[place] != NO_NAME:
                text = self.vocabulary.text(self._labels[place])
                labels[text] = labels.get(text, 0) + 1
        return states, dict(sorted(labels.items(), key=lambda item: (-item[1], item[0])))

    def _keys_where(self, holds: Callable[[int], bool]) -> list[int]:
        return [key for place, key in enumerate(self._keys) if holds(place)]
