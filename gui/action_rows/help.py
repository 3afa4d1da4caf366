"""List what the Help menu offers."""

from __future__ import annotations

from gui.action_words import ActionId, ActionRow, Menu, in_views, in_window
from gui.icons import IconName

HELP_ROWS: tuple[ActionRow, ...] = (
    ActionRow(
        ActionId.KEYS,
        Menu.HELP,
        "&Keyboard shortcuts",
        "List all keys.",
        (*in_window("F1"), *in_views("?")),
        IconName.KEYBOARD,
    ),
    ActionRow(
        ActionId.LOG,
        Menu.HELP,
        "Copy &report for a bug",
        "Copy versions, device and the end of the log.",
        (),
        IconName.REPORT,
    ),
    ActionRow(
        ActionId.ABOUT, Menu.HELP, "&About Cardinal", "Version, licences and the model's card.", (), IconName.INFO
    ),
)
