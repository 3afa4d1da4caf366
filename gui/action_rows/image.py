"""List what the Image menu offers: the way through the images, and what can be done with one of them."""

from __future__ import annotations

from gui.action_words import ActionId, ActionRow, Condition, Menu, in_picture, in_views
from gui.icons import IconName

IMAGE_ROWS: tuple[ActionRow, ...] = (
    ActionRow(
        ActionId.NEXT,
        Menu.IMAGE,
        "&Next",
        "Go to the next image.",
        in_picture("Right", "Space"),
        IconName.NEXT,
        Condition.CURRENT,
    ),
    ActionRow(
        ActionId.PREVIOUS,
        Menu.IMAGE,
        "&Previous",
        "Go to the previous image.",
        in_picture("Left", "Backspace"),
        IconName.PREVIOUS,
        Condition.CURRENT,
    ),
    ActionRow(
        ActionId.NEXT_TODO,
        Menu.IMAGE,
        "Next &unlabelled",
        "Go to the next image about which nobody has decided.",
        in_views("N"),
        IconName.NEXT_TODO,
        Condition.CURRENT,
    ),
    ActionRow(
        ActionId.PREVIOUS_TODO,
        Menu.IMAGE,
        "Previous unla&belled",
        "Go back to one about which nobody has decided.",
        in_views("Shift+N"),
        IconName.PREVIOUS_TODO,
        Condition.CURRENT,
    ),
    ActionRow(
        ActionId.FIRST, Menu.IMAGE, "&First", "Go to the first image.", in_picture("Home"), None, Condition.IMAGES
    ),
    ActionRow(ActionId.LAST, Menu.IMAGE, "&Last", "Go to the last image.", in_picture("End"), None, Condition.IMAGES),
    ActionRow(
        ActionId.RECLASSIFY,
        Menu.IMAGE,
        "&Classify again",
        "Read the current image again and classify it.",
        in_views("Ctrl+R"),
        IconName.REFRESH,
        Condition.CURRENT | Condition.MODEL,
        separator=True,
    ),
    ActionRow(
        ActionId.REVEAL,
        Menu.IMAGE,
        "&Show in file manager",
        "Open the folder that holds the current image.",
        in_views("Ctrl+Shift+R"),
        IconName.REVEAL,
        Condition.CURRENT,
    ),
)
