"""Compose what is said about exports and imports: done, stopped, partly done, nothing to do."""

from __future__ import annotations

from gui.plain_text import for_sentence, name_of
from gui.user_message import Level, MessageAction, Place, UserMessage
from gui.words import counted, tr
from inference.texts import visible


def exported(count: int, target: str) -> UserMessage:
    """Labels were written (T-07)."""
    text = counted(count, "Exported %n label to {file}.", "Exported %n labels to {file}.").format(file=name_of(target))
    actions = (MessageAction.SHOW_FILE,)
    return UserMessage("T-07", Place.TOAST, Level.INFO, text, visible(target), actions, target)


def sidecars_written(count: int) -> UserMessage:
    """XMP sidecars were written (T-08)."""
    text = counted(count, "Wrote %n sidecar.", "Wrote %n sidecars.")
    return UserMessage("T-08", Place.TOAST, Level.INFO, text, actions=(MessageAction.REVERT,))


def sidecars_reverted(count: int) -> UserMessage:
    """Our keywords were taken out of sidecars again."""
    text = counted(count, "Reverted %n sidecar.", "Reverted %n sidecars.")
    return UserMessage("T-22", Place.TOAST, Level.INFO, text)


def file_exists(target: str) -> UserMessage:
    """The file that would be written is there (E-408, C-4)."""
    text = tr("{file} exists.").format(file=name_of(target))
    actions = (MessageAction.CHOOSE_NAME, MessageAction.REPLACE)
    return UserMessage("E-408", Place.INLINE, Level.WARNING, text, visible(target), actions, target)


def nothing_to_export() -> UserMessage:
    """No image has a label, whether nobody has looked at any, or all were rejected (E-410)."""
    text = tr("Nothing to export: no image has a label.")
    actions = (MessageAction.INCLUDE_SUGGESTIONS, MessageAction.REVIEW)
    return UserMessage("E-410", Place.INLINE, Level.WARNING, text, actions=actions)


def sidecars_not_understood(count: int, details: str) -> UserMessage:
    """Sidecars of other programs could not be read (E-411); `details` lists them, safe to show."""
    text = counted(
        count,
        "%n sidecar was left alone because it could not be understood.",
        "%n sidecars were left alone because they could not be understood.",
    )
    return UserMessage("E-411", Place.TOAST, Level.WARNING, text, details, (MessageAction.SHOW_LIST,))


def sidecars_not_written(count: int, details: str) -> UserMessage:
    """Sidecars could not be written (E-412); `details` lists them, safe to show."""
    text = counted(
        count,
        "%n sidecar could not be written: the folder is read-only.",
        "%n sidecars could not be written: the folder is read-only.",
    )
    return UserMessage("E-412", Place.TOAST, Level.WARNING, text, details, (MessageAction.SHOW_LIST,))


def no_columns(path: str, *, has_paths: bool = False) -> UserMessage:
    """A file of labels does not say which column is what (E-413); with `has_paths` the labels only are missing."""
    if has_paths:
        text = tr("{file} has no column that looks like a label.")
    else:
        text = tr("{file} has no column that looks like a path and a label.")
    text = text.format(file=name_of(path))
    actions = (MessageAction.CHOOSE_COLUMNS,)
    return UserMessage("E-413", Place.INLINE, Level.WARNING, text, visible(path), actions, path)


def imported(count: int, unmatched: int, details: str = "") -> UserMessage:
    """Labels came from a file (E-414 where rows were left over); `details` lists those rows, safe to show."""
    text = counted(count, "Imported %n label.", "Imported %n labels.")
    undo = (MessageAction.UNDO,) if count else ()  # without a label there is no step: Undo would take back another
    if not unmatched:
        return UserMessage("T-23", Place.TOAST, Level.INFO, text, actions=undo)
    text += " " + counted(unmatched, "%n row had no matching image.", "%n rows had no matching image.")
    actions = (*undo, MessageAction.SHOW_LIST)
    return UserMessage("E-414", Place.TOAST, Level.WARNING, text, details, actions)


def same_names(name: str, folder: str, new_name: str) -> UserMessage:
    """Two images would get the same name in a class folder (E-415)."""
    text = tr("Two images would get the same name {name} in {folder}. The second becomes {name2}.").format(
        name=name_of(name), folder=for_sentence(folder), name2=name_of(new_name)
    )
    return UserMessage("E-415", Place.INLINE, Level.INFO, text, subject=name)


def hard_links_impossible() -> UserMessage:
    """Images and target lie on different disks (E-416)."""
    text = tr("Hard links need both folders on one disk. Copy instead.")
    return UserMessage("E-416", Place.INLINE, Level.WARNING, text, actions=(MessageAction.COPY_INSTEAD,))


def write_into_sidecars(count: int) -> str:
    """The question before existing sidecars are written into (C-2)."""
    return counted(
        count,
        "Write into %n existing sidecar file? Keywords from other programs are kept.",
        "Write into %n existing sidecar files? Keywords from other programs are kept.",
    )
