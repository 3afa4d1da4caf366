"""Offer what can be done with a row of the library, at a right click or the menu key."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from gui.library.sections import FacetKey, Section
from gui.words import tr


class RowVerb(StrEnum):
    """What can be done with a row."""

    SHOW_ONLY = "show only"
    ADD = "add"
    TAKE_OUT = "take out"
    RENAME = "rename"
    MERGE = "merge"
    SET_KEY = "set key"
    EXPORT = "export"
    REMOVE_LABEL = "remove label"
    REVEAL = "reveal"
    RESCAN = "rescan"
    REMOVE_SOURCE = "remove source"


def verb_text(verb: RowVerb) -> str:
    """The verb as the menu says it."""
    texts = {
        RowVerb.SHOW_ONLY: tr("Show only these"),
        RowVerb.ADD: tr("Add to the filter"),
        RowVerb.TAKE_OUT: tr("Take out of the filter"),
        RowVerb.RENAME: tr("Rename..."),
        RowVerb.MERGE: tr("Merge into..."),
        RowVerb.SET_KEY: tr("Set key..."),
        RowVerb.EXPORT: tr("Export only these..."),
        RowVerb.REMOVE_LABEL: tr("Remove label from all..."),
        RowVerb.REVEAL: tr("Show in file manager"),
        RowVerb.RESCAN: tr("Look for new files"),
        RowVerb.REMOVE_SOURCE: tr("Remove from session"),
    }
    return texts[verb]


def verbs_of(section: Section, *, is_active: bool, level: int) -> tuple[RowVerb | None, ...]:
    """The verbs of a row in the order of the menu; None is a line.

    Args:
        section: where the row stands.
        is_active: whether the filter asks for it.
        level: 0 for a folder that was opened; one below it can neither be looked through nor removed by itself.
    """
    filtering = (RowVerb.SHOW_ONLY, RowVerb.TAKE_OUT if is_active else RowVerb.ADD)
    match section:
        case Section.LABELS:
            own = (RowVerb.RENAME, RowVerb.MERGE, RowVerb.SET_KEY, None, RowVerb.EXPORT, None, RowVerb.REMOVE_LABEL)
            return (*filtering, None, *own)
        case Section.SOURCES if level == 0:
            return (*filtering, None, RowVerb.REVEAL, RowVerb.RESCAN, None, RowVerb.REMOVE_SOURCE)
        case Section.SOURCES:
            return (*filtering, None, RowVerb.REVEAL)
        case _:
            return filtering


class RowMenu(QMenu):
    """The menu of one row.

    Signals:
        verb_chosen(verb: RowVerb, section: Section, key: FacetKey): what the person wants done with the row.
    """

    verb_chosen = Signal(object, object, object)

    def __init__(self, section: Section, key: FacetKey, parent: QWidget, *, is_active: bool, level: int) -> None:
        super().__init__(parent)
        self._section = section
        self._key = key
        for verb in verbs_of(section, is_active=is_active, level=level):
            if verb is None:
                self.addSeparator()
                continue
            action = QAction(verb_text(verb), self)
            action.setData(verb.value)
            self.addAction(action)
        self.triggered.connect(self._on_triggered)

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        self.verb_chosen.emit(RowVerb(action.data()), self._section, self._key)
