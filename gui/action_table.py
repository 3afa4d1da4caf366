"""List everything a person can ask for: its name, menu, text, keys and when it applies. Nothing else names a key."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntFlag, StrEnum, auto

from gui.icons import IconName


class ActionId(StrEnum):
    """The actions, by the ids of the specification."""

    OPEN_IMAGES = "open.images"
    OPEN_FOLDER = "open.folder"
    SAVE_VIEW = "save.view"
    QUIT = "quit"
    PASTE = "paste.images"
    COPY_LABEL = "copy.label"
    COPY_PATH = "copy.path"
    SELECT_ALL = "select.all"
    REMOVE = "remove"
    VIEW_GALLERY = "view.gallery"
    VIEW_VIEWER = "view.viewer"
    VIEW_BACK = "view.back"
    FULLSCREEN = "fullscreen"
    ZOOM_FIT = "zoom.fit"
    ZOOM_100 = "zoom.100"
    ZOOM_TOGGLE = "zoom.toggle"
    ZOOM_IN = "zoom.in"
    ZOOM_OUT = "zoom.out"
    MAP_TOGGLE = "map.toggle"
    MAP_MODE = "map.mode"
    MAP_WEAKER = "map.weaker"
    MAP_STRONGER = "map.stronger"
    MAP_HOLD = "map.hold"
    MAP_SUGGESTION = "map.suggestion"
    THEME_SYSTEM = "theme.system"
    THEME_LIGHT = "theme.light"
    THEME_DARK = "theme.dark"
    NEXT = "next"
    PREVIOUS = "prev"
    FIRST = "first"
    LAST = "last"
    RECLASSIFY = "reclassify"
    REVEAL = "reveal"
    MODEL_PICK = "model.pick"
    MODEL_ADD = "model.add"
    RUN = "run"
    PAUSE = "pause"
    STOP = "stop"
    KEYS = "keys"
    LOG = "log"
    ABOUT = "about"


class Menu(Enum):
    """The menus, in their order, with their titles."""

    FILE = "&File"
    EDIT = "&Edit"
    VIEW = "&View"
    IMAGE = "&Image"
    MODEL = "&Model"
    HELP = "&Help"


class Scope(Enum):
    """Where the focus must be for a key to work.

    Keys without a modifier never have the window's scope: they would fire while a combo box has the focus.
    """

    WINDOW = auto()
    VIEWS = auto()
    """Gallery or viewer."""
    GALLERY = auto()
    VIEWER = auto()
    PICTURE = auto()
    """The picture or the filmstrip: keys that slider, buttons and lists of the viewer need for themselves."""


class Condition(IntFlag):
    """What must be so for an action to make sense; an action is enabled when all of its conditions hold."""

    NOTHING = 0
    IMAGES = auto()
    """The list is not empty."""
    CURRENT = auto()
    """One image is current."""
    SUGGESTION = auto()
    """The current image has a suggestion."""
    MAP = auto()
    """The current image has a map."""
    VIEWER = auto()
    """The viewer is shown."""
    MODEL = auto()
    """A model is ready."""
    QUEUED = auto()
    """At least one image waits to be classified."""
    IDLE = auto()
    """No job runs."""
    JOB = auto()
    """A job runs or is paused."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an action, in Qt's portable notation, and where it works."""

    sequence: str
    scope: Scope


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One action.

    Attributes:
        id: its name in the program.
        menu: where it stands.
        text: what the menu says (translated when the action is made), with its access key marked by `&`.
        tip: one sentence for the status bar.
        keys: the first is the one shown in the menu.
        icon: its icon, or None.
        needs: when it is enabled.
        checkable: it is on or off.
        group: of the actions with one group name, exactly one is on.
        taught: not an action of a menu but keys that a view handles itself (held keys, digits); listed in the sheet.
        separator: a line stands before it in the menu.
    """

    id: ActionId
    menu: Menu
    text: str
    tip: str
    keys: tuple[Key, ...] = ()
    icon: IconName | None = None
    needs: Condition = Condition.NOTHING
    checkable: bool = False
    group: str = ""
    taught: bool = False
    separator: bool = False


def _window(*sequences: str) -> tuple[Key, ...]:
    return tuple(Key(sequence, Scope.WINDOW) for sequence in sequences)


def _views(*sequences: str) -> tuple[Key, ...]:
    return tuple(Key(sequence, Scope.VIEWS) for sequence in sequences)


def _viewer(*sequences: str) -> tuple[Key, ...]:
    return tuple(Key(sequence, Scope.VIEWER) for sequence in sequences)


def _picture(*sequences: str) -> tuple[Key, ...]:
    return tuple(Key(sequence, Scope.PICTURE) for sequence in sequences)


def _gallery(*sequences: str) -> tuple[Key, ...]:
    return tuple(Key(sequence, Scope.GALLERY) for sequence in sequences)


_A, _M, _C, _I = ActionId, Menu, Condition, IconName

ACTIONS: tuple[ActionRow, ...] = (
    ActionRow(
        _A.OPEN_IMAGES,
        _M.FILE,
        "&Open images...",
        "Choose images to look at and classify.",
        _window("Ctrl+O"),
        _I.OPEN_IMAGES,
    ),
    ActionRow(
        _A.OPEN_FOLDER,
        _M.FILE,
        "Open &folder...",
        "Choose a folder; all images in it and below are added.",
        _window("Ctrl+Shift+O"),
        _I.OPEN_FOLDER,
    ),
    ActionRow(
        _A.SAVE_VIEW,
        _M.FILE,
        "&Save this picture with map...",
        "Write the picture as it is shown to a file.",
        _window("Ctrl+Shift+S"),
        _I.SAVE,
        _C.CURRENT | _C.VIEWER,
        separator=True,
    ),
    ActionRow(
        _A.QUIT,
        _M.FILE,
        "&Quit",
        "Close the program. A run that is under way stops at once.",
        _window("Ctrl+Q"),
        _I.QUIT,
        separator=True,
    ),
    ActionRow(
        _A.PASTE,
        _M.EDIT,
        "&Paste images or paths",
        "Add the picture or the paths on the clipboard.",
        _window("Ctrl+V"),
        _I.PASTE,
    ),
    ActionRow(
        _A.COPY_LABEL,
        _M.EDIT,
        "&Copy suggestion text",
        "Copy the name of the suggested class.",
        _views("Ctrl+C"),
        _I.COPY,
        _C.SUGGESTION,
        separator=True,
    ),
    ActionRow(
        _A.COPY_PATH,
        _M.EDIT,
        "Copy &file path",
        "Copy the full path of the current image.",
        _views("Ctrl+Shift+C"),
        None,
        _C.CURRENT,
    ),
    ActionRow(
        _A.SELECT_ALL,
        _M.EDIT,
        "Select &all",
        "Select every image in the gallery.",
        _gallery("Ctrl+A"),
        None,
        _C.IMAGES,
        separator=True,
    ),
    ActionRow(
        _A.REMOVE,
        _M.EDIT,
        "&Remove from list (file stays)",
        "Take the selected images off the list.",
        _views("Del"),
        _I.REMOVE,
        _C.CURRENT,
    ),
    ActionRow(
        _A.VIEW_GALLERY,
        _M.VIEW,
        "&Gallery",
        "Show all images as tiles.",
        (*_window("Ctrl+1"), *_views("G")),
        _I.GALLERY,
        _C.IMAGES,
    ),
    ActionRow(
        _A.VIEW_VIEWER,
        _M.VIEW,
        "&Viewer",
        "Show the current image, its suggestions and its map.",
        (*_window("Ctrl+2"), *_views("E"), *_gallery("Space", "Return", "Enter")),
        _I.VIEWER,
        _C.CURRENT,
    ),
    ActionRow(_A.VIEW_BACK, _M.VIEW, "One level &out", "Leave full screen, then the viewer.", _views("Esc")),
    ActionRow(
        _A.FULLSCREEN,
        _M.VIEW,
        "F&ull screen",
        "Give the images the whole screen.",
        (*_window("F11"), *_views("F")),
        _I.FULLSCREEN,
        checkable=True,
    ),
    ActionRow(
        _A.ZOOM_FIT,
        _M.VIEW,
        "&Fit to window",
        "Show the whole picture.",
        _window("Ctrl+0"),
        _I.ZOOM_FIT,
        _C.CURRENT | _C.VIEWER,
        separator=True,
    ),
    ActionRow(
        _A.ZOOM_100,
        _M.VIEW,
        "&100 %",
        "Show one pixel of the image as one pixel of the screen.",
        _window("Ctrl+Shift+0"),
        None,
        _C.CURRENT | _C.VIEWER,
    ),
    ActionRow(
        _A.ZOOM_TOGGLE,
        _M.VIEW,
        "Switch fit and 100 %",
        "Switch between the whole picture and 100 %.",
        _viewer("Z"),
        None,
        _C.CURRENT | _C.VIEWER,
    ),
    ActionRow(
        _A.ZOOM_IN,
        _M.VIEW,
        "&Larger",
        "Enlarge the picture or the tiles.",
        _window("Ctrl++", "Ctrl+="),
        _I.ZOOM_IN,
        _C.IMAGES,
    ),
    ActionRow(
        _A.ZOOM_OUT,
        _M.VIEW,
        "S&maller",
        "Make the picture or the tiles smaller.",
        _window("Ctrl+-"),
        _I.ZOOM_OUT,
        _C.IMAGES,
    ),
    ActionRow(
        _A.MAP_TOGGLE,
        _M.VIEW,
        "Ma&p",
        "Show or hide the map of evidence.",
        _viewer("H"),
        _I.MAP,
        _C.MAP,
        checkable=True,
        separator=True,
    ),
    ActionRow(
        _A.MAP_MODE,
        _M.VIEW,
        "&Next map style",
        "Draw the map in the next style.",
        _viewer("Shift+H"),
        None,
        _C.MAP,
    ),
    ActionRow(_A.MAP_WEAKER, _M.VIEW, "Map &weaker", "Show more of the picture.", _viewer("["), None, _C.MAP),
    ActionRow(_A.MAP_STRONGER, _M.VIEW, "Map s&tronger", "Show more of the map.", _viewer("]"), None, _C.MAP),
    ActionRow(
        _A.MAP_HOLD,
        _M.VIEW,
        "Plain image while held",
        "Show the picture without its map while held.",
        _viewer("O"),
        None,
        _C.MAP,
        taught=True,
    ),
    ActionRow(
        _A.MAP_SUGGESTION,
        _M.VIEW,
        "Map of suggestion 1 to 5",
        "Show the map of one of the suggestions.",
        _viewer("1", "2", "3", "4", "5"),
        None,
        _C.MAP,
        taught=True,
    ),
    ActionRow(
        _A.THEME_SYSTEM,
        _M.VIEW,
        "Colours of the s&ystem",
        "Light or dark, as the system prefers.",
        checkable=True,
        group="theme",
        separator=True,
    ),
    ActionRow(_A.THEME_LIGHT, _M.VIEW, "Light colours", "Dark text on light.", checkable=True, group="theme"),
    ActionRow(_A.THEME_DARK, _M.VIEW, "Dark colours", "Light text on dark.", checkable=True, group="theme"),
    ActionRow(_A.NEXT, _M.IMAGE, "&Next", "Go to the next image.", _picture("Right", "Space"), _I.NEXT, _C.CURRENT),
    ActionRow(
        _A.PREVIOUS,
        _M.IMAGE,
        "&Previous",
        "Go to the previous image.",
        _picture("Left", "Backspace"),
        _I.PREVIOUS,
        _C.CURRENT,
    ),
    ActionRow(_A.FIRST, _M.IMAGE, "&First", "Go to the first image.", _picture("Home"), None, _C.IMAGES),
    ActionRow(_A.LAST, _M.IMAGE, "&Last", "Go to the last image.", _picture("End"), None, _C.IMAGES),
    ActionRow(
        _A.RECLASSIFY,
        _M.IMAGE,
        "&Classify again",
        "Read the current image again and classify it.",
        _views("Ctrl+R"),
        _I.REFRESH,
        _C.CURRENT | _C.MODEL,
        separator=True,
    ),
    ActionRow(
        _A.REVEAL,
        _M.IMAGE,
        "&Show in file manager",
        "Open the folder that holds the current image.",
        _views("Ctrl+Shift+R"),
        _I.REVEAL,
        _C.CURRENT,
    ),
    ActionRow(
        _A.MODEL_PICK,
        _M.MODEL,
        "&Choose model...",
        "Choose which of the installed models answers.",
        _window("Ctrl+M"),
        _I.MODEL,
    ),
    ActionRow(_A.MODEL_ADD, _M.MODEL, "&Add model...", "Add a model from an .onnx file.", (), _I.ADD),
    ActionRow(
        _A.RUN,
        _M.MODEL,
        "Classify a&ll",
        "Classify every image that is still queued.",
        _window("Ctrl+B"),
        _I.PLAY,
        _C.MODEL | _C.QUEUED | _C.IDLE,
        separator=True,
    ),
    ActionRow(
        _A.PAUSE,
        _M.MODEL,
        "&Pause",
        "Let the run wait, or go on.",
        _window("Ctrl+."),
        _I.PAUSE,
        _C.JOB,
        checkable=True,
    ),
    ActionRow(
        _A.STOP,
        _M.MODEL,
        "&Stop",
        "End the run. Results are kept, the rest stays queued.",
        _window("Ctrl+Shift+."),
        _I.STOP,
        _C.JOB,
    ),
    ActionRow(
        _A.KEYS,
        _M.HELP,
        "&Keyboard shortcuts",
        "List all keys.",
        (*_window("F1"), *_views("?")),
        _I.KEYBOARD,
    ),
    ActionRow(
        _A.LOG,
        _M.HELP,
        "Copy &report for a bug",
        "Copy versions, device and the end of the log.",
        (),
        _I.REPORT,
    ),
    ActionRow(_A.ABOUT, _M.HELP, "&About Cardinal", "Version, licences and the model's card.", (), _I.INFO),
)
