"""Hold the images of the window, one row each, in columns that carry 100,000 rows at no cost per repaint."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import compress
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from gui.gallery.image_state import ImageState
from gui.gallery.image_words import spoken, tooltip
from gui.gallery.thumbnail_cache import DEFAULT_LIMIT_BYTES, ThumbnailCache
from gui.plain_text import file_name, for_tooltip
from inference.texts import visible

_NO_PARENT = QModelIndex()
_NO_SCORE = -1.0
_MOST_RUNS = 50
"""More separate runs of rows than this are removed in one reset: each run alone moves all that lies behind it."""
_AnyIndex = QModelIndex | QPersistentModelIndex


class ImageRole(IntEnum):
    """What `data` answers besides Qt's own roles."""

    NAME = Qt.ItemDataRole.UserRole + 1
    PATH = Qt.ItemDataRole.UserRole + 2
    STATE = Qt.ItemDataRole.UserRole + 3
    SUGGESTION = Qt.ItemDataRole.UserRole + 4
    SCORE = Qt.ItemDataRole.UserRole + 5
    REASON = Qt.ItemDataRole.UserRole + 6
    THUMBNAIL = Qt.ItemDataRole.UserRole + 7


@dataclass(frozen=True, slots=True)
class RowUpdate:
    """What became of one image.

    Attributes:
        row: where it stands now.
        state: where it stands from now on.
        text: the suggestion's class name (SUGGESTED) or the reason in a sentence (FAILED), else empty.
        score: softmax of the suggestion, 0...1; 0 where there is none.
    """

    row: int
    state: ImageState
    text: str = ""
    score: float = 0.0


class ImageModel(QAbstractListModel):
    """One row for each image, in the order in which they came. Nothing here reads a file.

    Each image also has a key: a number that it keeps while rows before it are removed (`key_at`, `row_of`).

    Signals:
        thumbnails_wanted(rows: list[int]): views asked for thumbnails that are not here; at most once per turn of the
            event loop, and once per image until `set_thumbnail` or `forget_thumbnail_requests`.
        counts_changed(): images were added or removed, or changed their state.
    """

    thumbnails_wanted = Signal(list)
    counts_changed = Signal()

    def __init__(self, *, thumbnail_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        super().__init__()
        self._paths: list[str] = []
        self._keys = array("q")
        self._states = bytearray()
        self._texts: list[str] = []
        self._scores = array("f")
        self._key_of_path: dict[str, int] = {}
        self._next_key = 0
        self._counts = [0] * len(ImageState)
        self._thumbnails = ThumbnailCache(thumbnail_bytes)
        self._wanted: dict[int, None] = {}
        self._asked: set[int] = set()
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.setInterval(0)
        self._asking.timeout.connect(self._ask)

    # What is in a row: views that paint use these, not `data`.

    def __len__(self) -> int:
        return len(self._paths)

    def path_at(self, row: int) -> str:
        """The path as it was given (undecodable bytes as surrogate escapes, which `data` cannot carry)."""
        return self._paths[row]

    def name_at(self, row: int) -> str:
        """The file name, ready to be shown."""
        return visible(file_name(self._paths[row]))

    def state_at(self, row: int) -> ImageState:
        return ImageState(self._states[row])

    def suggestion_at(self, row: int) -> str:
        """The suggested class as the model names it, or empty."""
        return self._texts[row] if self._states[row] == ImageState.SUGGESTED else ""

    def score_at(self, row: int) -> float | None:
        """Softmax of the suggestion, 0...1, or None."""
        score = self._scores[row]
        return score if score >= 0 else None

    def reason_at(self, row: int) -> str:
        """Why the image failed, or empty."""
        return self._texts[row] if self._states[row] == ImageState.FAILED else ""

    def thumbnail_at(self, row: int) -> QImage | None:
        """The thumbnail, or None: then it is asked for with the next `thumbnails_wanted`."""
        key = self._keys[row]
        image = self._thumbnails.get(key)
        if image is None and key not in self._asked:
            self._wanted[key] = None
            if not self._asking.isActive():
                self._asking.start()
        return image

    def key_at(self, row: int) -> int:
        return self._keys[row]

    def row_of(self, key: int) -> int | None:
        """The row of an image by its key, or None if it was removed."""
        row = bisect_left(self._keys, key)
        return row if row < len(self._keys) and self._keys[row] == key else None

    def first_row_from(self, key: int) -> int:
        """The row of an image, or of the first one behind it that is left; the number of rows if there is none."""
        return bisect_left(self._keys, key)

    def row_of_path(self, path: str) -> int | None:
        """The row of an image by its exact path, or None."""
        key = self._key_of_path.get(path)
        return None if key is None else self.row_of(key)

    def keys(self) -> array[int]:
        """A copy of all keys in order, cheap enough to make on the GUI thread and hand to a worker."""
        return self._keys[:]

    def paths(self) -> list[str]:
        """A copy of all paths in order, likewise."""
        return self._paths[:]

    def count(self, state: ImageState) -> int:
        """How many images are in a state."""
        return self._counts[state]

    def rows_in(self, state: ImageState) -> list[int]:
        """All rows in a state, in order."""
        rows, row = [], self._states.find(state)
        while row >= 0:
            rows.append(row)
            row = self._states.find(state, row + 1)
        return rows

    # Changes: each call sends one signal, however many rows it touches.

    def append_paths(self, paths: Sequence[str]) -> int:
        """Add images at the end, QUEUED; those already here are passed over. Returns how many were added."""
        new = [path for path in dict.fromkeys(paths) if path not in self._key_of_path]
        if not new:
            return 0
        first, count = len(self._paths), len(new)
        self.beginInsertRows(_NO_PARENT, first, first + count - 1)
        keys = range(self._next_key, self._next_key + count)
        self._next_key += count
        self._paths.extend(new)
        self._keys.extend(keys)
        self._key_of_path.update(zip(new, keys, strict=True))
        self._states.extend(bytes([ImageState.QUEUED]) * count)
        self._texts.extend([""] * count)
        self._scores.extend([_NO_SCORE] * count)
        self._counts[ImageState.QUEUED] += count
        self.endInsertRows()
        self.counts_changed.emit()
        return count

    def set_state(self, rows: Iterable[int], state: ImageState) -> None:
        """Put images into a state and forget their suggestion or reason."""
        self.apply([RowUpdate(row, state) for row in rows])

    def reset_states(self) -> None:
        """Put all images into QUEUED (another model answers from now on) and forget their suggestions and reasons."""
        count = len(self._paths)
        if not count:
            return
        self._states[:] = bytes([ImageState.QUEUED]) * count
        self._texts[:] = [""] * count
        self._scores = array("f", [_NO_SCORE]) * count
        self._count_states()
        self.dataChanged.emit(self.index(0), self.index(count - 1))
        self.counts_changed.emit()

    def apply(self, updates: Sequence[RowUpdate]) -> None:
        """Take what became of some images.

        Raises:
            IndexError: if a row does not exist; then nothing was changed.
        """
        if not updates:
            return
        rows = [update.row for update in updates]
        first, last = min(rows), max(rows)
        if first < 0 or last >= len(self._paths):
            raise IndexError(f"rows {first} to {last} of {len(self._paths)}")
        for update in updates:
            self._counts[self._states[update.row]] -= 1
            self._counts[update.state] += 1
            self._states[update.row] = update.state
            self._texts[update.row] = update.text
            self._scores[update.row] = update.score if update.state is ImageState.SUGGESTED else _NO_SCORE
        self.dataChanged.emit(self.index(first), self.index(last))
        self.counts_changed.emit()

    def set_thumbnail(self, row: int, image: QImage) -> None:
        """Keep the thumbnail of one image; the longest unused ones may leave."""
        key = self._keys[row]
        self._thumbnails.put(key, image)
        if self._thumbnails.get(key) is None:
            self._asked.add(key)  # too large to keep: it is not asked for again and again
        else:
            self._asked.discard(key)  # so that it is, once it had to leave
        index = self.index(row)
        self.dataChanged.emit(index, index, [ImageRole.THUMBNAIL, Qt.ItemDataRole.DecorationRole])

    def forget_thumbnail_requests(self, rows: Iterable[int]) -> None:
        """Say that thumbnails asked for will not come (they were scrolled out of sight): views may ask again."""
        self._asked.difference_update(self._keys[row] for row in rows)

    def remove_rows(self, rows: Iterable[int]) -> None:
        """Take images off the list. The files stay; one signal pair for each run of neighbouring rows, or one reset."""
        chosen = sorted(set(rows))
        runs = _runs(chosen)
        if len(runs) > _MOST_RUNS:
            self._remove_scattered(chosen)
        else:
            for first, last in reversed(runs):
                self._remove_run(first, last)
        self.counts_changed.emit()

    def clear(self) -> None:
        """Take all images off the list."""
        self.beginResetModel()
        self._paths.clear()
        self._keys = array("q")
        self._states.clear()
        self._texts.clear()
        self._scores = array("f")
        self._key_of_path.clear()
        self._counts = [0] * len(ImageState)
        self._thumbnails.clear()
        self._wanted.clear()
        self._asked.clear()
        self.endResetModel()
        self.counts_changed.emit()

    def _remove_run(self, first: int, last: int) -> None:
        self.beginRemoveRows(_NO_PARENT, first, last)
        cut = slice(first, last + 1)
        self._forget_images(self._keys[cut], self._paths[cut])
        for state in self._states[cut]:
            self._counts[state] -= 1
        del self._paths[cut], self._keys[cut], self._states[cut], self._texts[cut], self._scores[cut]
        self.endRemoveRows()

    def _remove_scattered(self, rows: Sequence[int]) -> None:
        """Rebuild every column once, without these rows."""
        self.beginResetModel()
        stays = bytearray(b"\1") * len(self._paths)
        for row in rows:
            stays[row] = 0
        self._forget_images([self._keys[row] for row in rows], [self._paths[row] for row in rows])
        self._paths = list(compress(self._paths, stays))
        self._keys = array("q", compress(self._keys, stays))
        self._states = bytearray(compress(self._states, stays))
        self._texts = list(compress(self._texts, stays))
        self._scores = array("f", compress(self._scores, stays))
        self._count_states()
        self.endResetModel()

    def _forget_images(self, keys: Sequence[int], paths: Sequence[str]) -> None:
        self._thumbnails.remove(keys)
        self._asked.difference_update(keys)
        for key in keys:
            self._wanted.pop(key, None)
        for path in paths:
            del self._key_of_path[path]

    def _count_states(self) -> None:
        self._counts = [self._states.count(state) for state in ImageState]

    @Slot()
    def _ask(self) -> None:
        rows = [row for key in self._wanted if (row := self.row_of(key)) is not None]
        self._asked.update(self._wanted)
        self._wanted.clear()
        if rows:
            self.thumbnails_wanted.emit(rows)

    # What Qt asks.

    def rowCount(self, parent: _AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._paths)

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401, PLR0911  # one answer for each role
        row = index.row()
        if not index.isValid() or row >= len(self._paths):
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole | ImageRole.NAME:
                return self.name_at(row)
            case Qt.ItemDataRole.ToolTipRole:
                return for_tooltip(tooltip(self, row))
            case Qt.ItemDataRole.AccessibleTextRole:
                return spoken(self, row)
            case Qt.ItemDataRole.AccessibleDescriptionRole | ImageRole.PATH:
                return visible(self._paths[row])
            case ImageRole.STATE:
                return int(self._states[row])
            case ImageRole.SUGGESTION:
                return visible(self.suggestion_at(row))
            case ImageRole.SCORE:
                return self.score_at(row)
            case ImageRole.REASON:
                return visible(self.reason_at(row))
            case Qt.ItemDataRole.DecorationRole | ImageRole.THUMBNAIL:
                return self.thumbnail_at(row)
        return None


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbouring rows as (first, last) pairs."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
