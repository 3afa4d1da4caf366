"""Describe what the window says to a person: one message, its place, and the verbs it offers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gui.words import tr


class Place(StrEnum):
    """Where a message shows."""

    TOAST = "toast"
    """A single event: five seconds, longer under the pointer."""
    STATUS = "status"
    """The status bar."""
    BANNER = "banner"
    """A lasting state: stays until it is solved or dismissed."""
    INLINE = "inline"
    """At the thing it is about (in the viewer, on the start page)."""
    DIALOG = "dialog"
    """A decision is needed."""


class Level(StrEnum):
    """How bad it is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class MessageAction(StrEnum):
    """What a message's button does; `action_text` is what the button says."""

    CHOOSE_COLUMNS = "choose-columns"
    CHOOSE_MODEL = "choose-model"
    CHOOSE_NAME = "choose-name"
    CLASSIFY_AGAIN = "classify-again"
    CLEAR_FILTERS = "clear-filters"
    CONTINUE = "continue"
    COPY_INSTEAD = "copy-instead"
    COPY_PATH = "copy-path"
    COPY_REPORT = "copy-report"
    EXPORT = "export"
    INCLUDE_SUGGESTIONS = "include-suggestions"
    OPEN_FOLDER = "open-folder"
    OPEN_IMAGES = "open-images"
    OPEN_READ_ONLY = "open-read-only"
    QUIT = "quit"
    REMOVE = "remove"
    REPLACE = "replace"
    RESTORE_COPY = "restore-copy"
    REVEAL = "reveal"
    REVERT = "revert"
    REVIEW = "review"
    SAVE_DAMAGED = "save-damaged"
    SAVE_ELSEWHERE = "save-elsewhere"
    SHOW_FAILED = "show-failed"
    SHOW_FILE = "show-file"
    SHOW_LIST = "show-list"
    SORT_NOW = "sort-now"
    START_EMPTY = "start-empty"
    TRY_AGAIN = "try-again"
    UNDO = "undo"
    USE_MODEL = "use-model"
    USE_PROCESSOR = "use-processor"


def action_text(action: MessageAction) -> str:
    """The verb on the button."""
    texts = {
        MessageAction.CHOOSE_COLUMNS: tr("Choose columns..."),
        MessageAction.CHOOSE_MODEL: tr("Choose model..."),
        MessageAction.CHOOSE_NAME: tr("Choose another name"),
        MessageAction.CLASSIFY_AGAIN: tr("Classify again"),
        MessageAction.CLEAR_FILTERS: tr("Clear filters"),
        MessageAction.CONTINUE: tr("Continue"),
        MessageAction.COPY_INSTEAD: tr("Copy"),
        MessageAction.COPY_PATH: tr("Copy path"),
        MessageAction.COPY_REPORT: tr("Copy report"),
        MessageAction.EXPORT: tr("Export..."),
        MessageAction.INCLUDE_SUGGESTIONS: tr("Include suggestions"),
        MessageAction.OPEN_FOLDER: tr("Open another folder..."),
        MessageAction.OPEN_IMAGES: tr("Open images..."),
        MessageAction.OPEN_READ_ONLY: tr("Open read-only"),
        MessageAction.QUIT: tr("Quit"),
        MessageAction.REMOVE: tr("Remove"),
        MessageAction.REPLACE: tr("Replace"),
        MessageAction.RESTORE_COPY: tr("Restore copy"),
        MessageAction.REVEAL: tr("Show in file manager"),
        MessageAction.REVERT: tr("Revert"),
        MessageAction.REVIEW: tr("Review"),
        MessageAction.SAVE_DAMAGED: tr("Save damaged file..."),
        MessageAction.SAVE_ELSEWHERE: tr("Save elsewhere..."),
        MessageAction.SHOW_FAILED: tr("Show them"),
        MessageAction.SHOW_FILE: tr("Show"),
        MessageAction.SHOW_LIST: tr("Show list"),
        MessageAction.SORT_NOW: tr("Sort now"),
        MessageAction.START_EMPTY: tr("Start empty"),
        MessageAction.TRY_AGAIN: tr("Try again"),
        MessageAction.UNDO: tr("Undo"),
        MessageAction.USE_MODEL: tr("Use"),
        MessageAction.USE_PROCESSOR: tr("Use processor"),
    }
    return texts[action]


@dataclass(frozen=True, slots=True)
class UserMessage:
    """One thing said to a person.

    Attributes:
        id: stable name of the message ("E-103"); tests and logs look for it, people see only the text.
        place: where it shows.
        level: how bad it is.
        text: one or two plain sentences. Never markup.
        details: codes, full paths, tracebacks; shown on request. May be empty.
        actions: what the person can do next, most likely first.
        subject: what it is about (a path as it was given, a model name); for whoever carries an action out.
    """

    id: str
    place: Place
    level: Level
    text: str
    details: str = ""
    actions: tuple[MessageAction, ...] = ()
    subject: str = ""
