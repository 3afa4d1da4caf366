"""Compose what is said about labels: given, accepted, taken back, refused."""

from __future__ import annotations

from gui import words
from gui.plain_text import elide_middle, for_sentence
from gui.user_message import Level, MessageAction, Place, UserMessage
from gui.words import counted, tr

_UNDO = (MessageAction.UNDO,)


def labelled(count: int, label: str) -> UserMessage:
    """Images got a label (T-01)."""
    text = counted(count, "Labelled %n image as {label}.", "Labelled %n images as {label}.")
    return _done("T-01", text.format(label=_name(label)))


def accepted(count: int) -> UserMessage:
    """Suggestions became labels (T-02)."""
    return _done("T-02", counted(count, "Accepted %n suggestion.", "Accepted %n suggestions."))


def rejected(count: int) -> UserMessage:
    """Images are not for the data set (T-03)."""
    return _done("T-03", counted(count, "Rejected %n image.", "Rejected %n images."))


def marked_unsure(count: int) -> UserMessage:
    """Images were skipped on purpose."""
    return _done("T-17", counted(count, "Marked %n image as unsure.", "Marked %n images as unsure."))


def cleared(count: int) -> UserMessage:
    """Decisions were taken off images."""
    return _done("T-18", counted(count, "Cleared the label of %n image.", "Cleared the labels of %n images."))


def merged(count: int, label: str, into: str) -> UserMessage:
    """A label became part of another one (T-06)."""
    text = counted(count, "Merged {a} into {b}: %n image.", "Merged {a} into {b}: %n images.")
    return _done("T-06", text.format(a=_name(label), b=_name(into)))


def renamed(count: int, label: str, name: str) -> UserMessage:
    """A label has another name."""
    text = counted(count, "Renamed {a} to {b}: %n image.", "Renamed {a} to {b}: %n images.")
    return _done("T-19", text.format(a=_name(label), b=_name(name)))


def undone(what: str, *, is_selected: bool = True) -> UserMessage:
    """A step was taken back (T-14); `what` is its text, safe to show, and `is_selected` as in `_with_selection`."""
    text = _with_selection(tr("Undone: {what}.").format(what=what.rstrip(".")), is_selected=is_selected)
    return UserMessage("T-14", Place.TOAST, Level.INFO, text)


def redone(what: str, *, is_selected: bool = True) -> UserMessage:
    """A step was made again; `what` is its text, safe to show, and `is_selected` as in `_with_selection`."""
    text = _with_selection(tr("Redone: {what}.").format(what=what.rstrip(".")), is_selected=is_selected)
    return UserMessage("T-20", Place.TOAST, Level.INFO, text)


def not_labelled() -> UserMessage:
    """A key of a decision was pressed where decisions cannot be kept."""
    text = tr("Nothing was changed: this session is open for reading only.")
    return UserMessage("E-420", Place.STATUS, Level.WARNING, text)


def label_empty() -> UserMessage:
    """Nothing was typed (E-406)."""
    return UserMessage("E-406", Place.INLINE, Level.WARNING, tr("A label cannot be empty."))


def label_exists(name: str) -> UserMessage:
    """A label is there that differs by case or accents only (E-406); it was made the current one."""
    text = tr("The label {name} exists already. Enter takes it; Shift+Enter again makes a new one.")
    return UserMessage("E-406", Place.INLINE, Level.WARNING, text.format(name=_name(name)), subject=name)


def accuracy_known(accuracy: float, label_count: int) -> str:
    """How often the model agreed with the person so far, for the dialog that accepts many suggestions."""
    text = counted(
        label_count,
        "Of %n image that you reviewed, the first suggestion was right for {share}.",
        "Of %n images that you reviewed, the first suggestion was right for {share}.",
    )
    return text.format(share=words.percent(accuracy))


def _with_selection(text: str, *, is_selected: bool) -> str:
    """A sentence on what was moved; where the images cannot be selected together, that no key is about them."""
    if is_selected:
        return text
    return f"{text} {tr('The images stand in too many places to be selected together, so none is selected.')}"


def _done(message_id: str, text: str) -> UserMessage:
    return UserMessage(message_id, Place.TOAST, Level.INFO, text, actions=_UNDO)


def _name(label: str) -> str:
    return for_sentence(elide_middle(label))
