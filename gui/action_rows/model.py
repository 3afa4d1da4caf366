"""List what the Model menu offers: which model answers, and its runs."""

from __future__ import annotations

from gui.action_words import ActionId, ActionRow, Condition, Menu, in_window
from gui.icons import IconName

MODEL_ROWS: tuple[ActionRow, ...] = (
    ActionRow(
        ActionId.MODEL_PICK,
        Menu.MODEL,
        "&Choose model...",
        "Choose which of the installed models answers.",
        in_window("Ctrl+M"),
        IconName.MODEL,
    ),
    ActionRow(ActionId.MODEL_ADD, Menu.MODEL, "&Add model...", "Add a model from an .onnx file.", (), IconName.ADD),
    ActionRow(
        ActionId.RUN,
        Menu.MODEL,
        "Classify a&ll",
        "Classify every image that is still queued.",
        in_window("Ctrl+B"),
        IconName.PLAY,
        Condition.MODEL | Condition.QUEUED | Condition.IDLE,
        separator=True,
    ),
    ActionRow(
        ActionId.PAUSE,
        Menu.MODEL,
        "&Pause",
        "Let the run wait, or go on.",
        in_window("Ctrl+."),
        IconName.PAUSE,
        Condition.JOB,
        checkable=True,
    ),
    ActionRow(
        ActionId.STOP,
        Menu.MODEL,
        "&Stop",
        "End the run. Results are kept, the rest stays queued.",
        in_window("Ctrl+Shift+."),
        IconName.STOP,
        Condition.JOB,
    ),
)
