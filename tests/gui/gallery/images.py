"""Fill image models and tables as sessions do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gui.gallery.image_model import ImageModel
from gui.gallery.image_state import ImageState
from gui.gallery.image_table import AnswerUpdate, ImageTable
from inference.sessions.marks import NO_NAME, Marks, make_mark, with_removed
from inference.sessions.records import ImageRows


def paths(count: int, folder: str = "p") -> list[str]:
    """So many paths in one folder."""
    return [f"/{folder}/IMG_{number:06d}.jpg" for number in range(count)]


def append(table: ImageTable, names: Sequence[str]) -> None:
    """New images, with the next keys."""
    keys = table.columns.keys
    table.append(ImageRows.queued(names, keys[-1] + 1 if keys else 0))


def model_of(count: int) -> ImageModel:
    """A model that shows so many queued images; their keys are their rows."""
    model = ImageModel()
    append(model.table, paths(count))
    return model


def suggested(key: int, name: str = "tabby", score: float = 0.5, margin: float = 0.1) -> AnswerUpdate:
    """The model has spoken."""
    return AnswerUpdate(key, ImageState.SUGGESTED, name, score, margin)


def failed(key: int, reason: str = "It is damaged.") -> AnswerUpdate:
    """It could not be read."""
    return AnswerUpdate(key, ImageState.FAILED, reason=reason)


def decide(table: ImageTable, keys: Iterable[int], state: ImageState | None, label: str = "") -> Marks:
    """A person's decision; returns what stood there before."""
    chosen = list(keys)
    before = table.marks_of(chosen)
    name = table.vocabulary.code(label) if label else NO_NAME
    table.apply_marks(Marks.same(chosen, make_mark(state), name))
    return before


def remove(table: ImageTable, keys: Iterable[int]) -> Marks:
    """Take images off the list; returns what stood there before."""
    before = table.marks_of(list(keys))
    marks = bytes(with_removed(mark, removed=True) for mark in before.marks)
    table.apply_marks(Marks(before.keys, marks, before.names))
    return before
