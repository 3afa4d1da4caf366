"""List everything a person can ask for, in the order of the menus. Nothing else names a key."""

from __future__ import annotations

from gui.action_rows.edit import EDIT_ROWS
from gui.action_rows.file import FILE_ROWS
from gui.action_rows.help import HELP_ROWS
from gui.action_rows.image import IMAGE_ROWS
from gui.action_rows.label import LABEL_ROWS
from gui.action_rows.model import MODEL_ROWS
from gui.action_rows.view import VIEW_ROWS
from gui.action_words import ActionId, ActionRow, Condition, Key, Menu, Scope

__all__ = ["ACTIONS", "ActionId", "ActionRow", "Condition", "Key", "Menu", "Scope"]

ACTIONS: tuple[ActionRow, ...] = (
    *FILE_ROWS,
    *EDIT_ROWS,
    *VIEW_ROWS,
    *LABEL_ROWS,
    *IMAGE_ROWS,
    *MODEL_ROWS,
    *HELP_ROWS,
)
"""Every action once, by the menus and by its place in them."""
