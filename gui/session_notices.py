"""Compose what is said about sessions: continued, restored, read only, damaged with a copy at hand."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QDateTime, QLocale

from gui.messages import describe
from gui.plain_text import elide_middle, for_sentence, name_of
from gui.user_message import Level, MessageAction, Place, UserMessage
from gui.words import counted, locale, number, tr
from inference.errors import SessionDamagedError, SessionError, SessionSaveError
from inference.texts import visible


def session_continued(name: str, images: int, labelled: int) -> UserMessage:
    """A session that was there before goes on."""
    text = tr("Continuing session {name}: {images}, {labelled} labelled.").format(
        name=for_sentence(elide_middle(name)),
        images=counted(images, "%n image", "%n images"),
        labelled=number(labelled),
    )
    return UserMessage("T-16", Place.TOAST, Level.INFO, text, subject=name)


def session_restored(at_s: float) -> UserMessage:
    """The program did not end properly; what it had saved is here (E-602)."""
    text = tr("The program did not close properly last time. Everything up to {time} was restored.")
    return UserMessage("E-602", Place.BANNER, Level.INFO, text.format(time=moment(at_s)))


def session_read_only(reason: str) -> UserMessage:
    """The session can be looked at, but decisions cannot be kept; `reason` is a sentence."""
    text = tr("Nothing can be changed in this session. {reason}").format(reason=visible(reason)).rstrip()
    actions = (MessageAction.SAVE_ELSEWHERE,)
    return UserMessage("E-419", Place.BANNER, Level.WARNING, text, actions=actions)


def closing_unsaved(error: SessionError, unsaved: int) -> UserMessage:
    """The window is to be closed while decisions cannot be written (E-401); closing again leaves without them."""
    said = describe(error)
    text = counted(
        unsaved,
        "{why} %n step is not saved. Close the window again to leave without it.",
        "{why} %n steps are not saved. Close the window again to leave without them.",
    )
    return replace(said, text=text.replace("{why}", said.text), place=Place.BANNER)


def damaged_with_copy(error: SessionDamagedError, copy_at_s: float, labelled: int) -> UserMessage:
    """The session file is damaged, and there is a copy from before (E-404)."""
    text = counted(
        labelled,
        "The session file is damaged. A copy from {time} has %n label.",
        "The session file is damaged. A copy from {time} has %n labels.",
    ).format(time=moment(copy_at_s))
    actions = (MessageAction.RESTORE_COPY, MessageAction.SAVE_DAMAGED, MessageAction.START_EMPTY)
    return replace(describe(error), text=text, actions=actions)


def copy_restored(labelled: int, kept_at: str) -> UserMessage:
    """A copy took the place of a damaged session file, which is kept."""
    text = counted(
        labelled,
        "Restored a copy with %n label. The damaged file is kept as {file}.",
        "Restored a copy with %n labels. The damaged file is kept as {file}.",
    ).format(file=name_of(kept_at))
    actions = (MessageAction.SHOW_FILE,)
    return UserMessage("T-21", Place.TOAST, Level.INFO, text, visible(kept_at), actions, kept_at)


def saved_elsewhere(error: SessionSaveError, fallback: str) -> UserMessage:
    """The session's place refuses; labels go somewhere else (E-402)."""
    if error.is_disk_full:
        text = tr("Labels cannot be saved in {path}: the disk is full. Saved in {fallback} instead.")
    elif error.is_read_only:
        text = tr("Labels cannot be saved in {path}: no permission. Saved in {fallback} instead.")
    else:
        text = tr("Labels cannot be saved in {path}: {reason} Saved in {fallback} instead.")
    text = text.format(path=name_of(error.path), reason=visible(error.reason), fallback=name_of(fallback))
    details = "\n".join((visible(error.path), visible(fallback)))
    return UserMessage("E-402", Place.BANNER, Level.WARNING, text, details, (MessageAction.SHOW_FILE,), fallback)


def not_renamed(reason: str) -> UserMessage:
    """The session keeps its name; `reason` is a sentence."""
    text = tr("The session was not renamed. {reason}").format(reason=visible(reason))
    return UserMessage("E-423", Place.TOAST, Level.WARNING, text)


def not_put_away(name: str) -> UserMessage:
    """The desktop has no trash for the session's folder; it stays where it is."""
    text = tr("The session {name} could not be moved to the trash.").format(name=for_sentence(name))
    return UserMessage("E-422", Place.TOAST, Level.WARNING, text)


def moment(at_s: float) -> str:
    """A time since 1970 as the person's clock and calendar show it."""
    return locale().toString(QDateTime.fromMSecsSinceEpoch(round(at_s * 1000)), QLocale.FormatType.ShortFormat)
