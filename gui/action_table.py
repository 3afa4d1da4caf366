"""List everything a person can ask for: its name, menu, text, keys and when it applies. Nothing else names a key."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntFlag, StrEnum, auto

from gui.icons import IconName


class ActionId(StrEnum):
    """The actions, by the ids of the specification."""

    OPEN_IMAGES = "open.images"
    OPEN_FOLDER = "open.folder"
    OPEN_RECENT = "open.recent"
    SESSION_NEW = "session.new"
    SESSION_RENAME = "session.rename"
    RESCAN = "rescan"
    EXPORT_LABELS = "export.labels"
    EXPORT_AGAIN = "export.again"
    REVERT_SIDECARS = "export.revert-sidecars"
    IMPORT_LABELS = "import.labels"
    IMPORT_FOLDERS = "import.folders"
    SAVE_VIEW = "save.view"
    QUIT = "quit"
    UNDO = "undo"
    REDO = "redo"
    PASTE = "paste.images"
    COPY_LABEL = "copy.label"
    COPY_PATH = "copy.path"
    SELECT_ALL = "select.all"
    SELECT_NONE = "select.none"
    SELECT_INVERT = "select.invert"
    FIND = "find"
    REMOVE = "remove"
    VIEW_GALLERY = "view.gallery"
    VIEW_VIEWER = "view.viewer"
    VIEW_REVIEW = "view.review"
    VIEW_BACK = "view.back"
    PANEL_LIBRARY = "panels.library"
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
    MAP_TILES = "map.tiles"
    THEME_SYSTEM = "theme.system"
    THEME_LIGHT = "theme.light"
    THEME_DARK = "theme.dark"
    NEXT = "next"
    NEXT_TODO = "next.todo"
    PREVIOUS_TODO = "prev.todo"
    PREVIOUS = "prev"
    FIRST = "first"
    LAST = "last"
    RECLASSIFY = "reclassify"
    REVEAL = "reveal"
    LABEL_ACCEPT = "label.accept"
    LABEL_NTH = "label.nth"
    LABEL_TYPE = "label.type"
    LABEL_CUSTOM = "label.custom"
    LABEL_AGAIN = "label.again"
    LABEL_CLEAR = "label.clear"
    LABEL_UNSURE = "label.unsure"
    LABEL_REJECT = "label.reject"
    LABEL_PAGE = "label.acceptpage"
    LABEL_ABOVE = "label.acceptabove"
    LABEL_KEYS = "label.keys"
    ADVANCE = "advance"
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
    LABEL = "&Label"
    IMAGE = "&Image"
    MODEL = "&Model"
    HELP = "&Help"


class Scope(Enum):
    """Where the focus must be for a key to work.

    Keys without a modifier never have the window's scope: they would fire while a combo box has the focus.
    """

    WINDOW = auto()
    VIEWS = auto()
    """Gallery, viewer or review."""
    GALLERY = auto()
    VIEWER = auto()
    PICTURE = auto()
    """The picture or the filmstrip: keys that slider, buttons and lists of the viewer need for themselves."""
    PAGE = auto()
    """The page of a class in review."""


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
    UNDO = auto()
    """There is a step to take back."""
    REDO = auto()
    """There is a step to repeat."""
    SESSION = auto()
    """A session is open."""
    WRITABLE = auto()
    """A session is open and can be changed."""
    LABEL = auto()
    """The current image has a decision."""
    SUGGESTED = auto()
    """At least one image has a suggestion that nobody has looked at."""
    LAST_LABEL = auto()
    """A label was given before."""
    EXPORTED = auto()
    """Labels were exported before in this session."""
    SIDECARS = auto()
    """Sidecars were written in this session."""


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
        decides: a decision: its keys are handled by `gui.decision_keys`, in any layout, with and without Shift.
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
    decides: bool = False
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
        _A.OPEN_RECENT,
        _M.FILE,
        "&Recent sessions...",
        "Go on with an earlier session.",
        (),
    ),
    ActionRow(
        _A.SESSION_NEW,
        _M.FILE,
        "&New session",
        "Begin with an empty list; this session is kept.",
        _window("Ctrl+N"),
        None,
        _C.SESSION,
        separator=True,
    ),
    ActionRow(
        _A.SESSION_RENAME,
        _M.FILE,
        "Rena&me session...",
        "Give this session another name.",
        (),
        None,
        _C.WRITABLE,
    ),
    ActionRow(
        _A.RESCAN,
        _M.FILE,
        "&Look for new files",
        "Look through the folders of this session again.",
        _window("F5"),
        None,
        _C.WRITABLE,
    ),
    ActionRow(
        _A.EXPORT_LABELS,
        _M.FILE,
        "&Export labels...",
        "Take the labels to a file, to class folders, to lists or to sidecars.",
        _window("Ctrl+E"),
        None,
        _C.IMAGES | _C.SESSION,
        separator=True,
    ),
    ActionRow(
        _A.EXPORT_AGAIN,
        _M.FILE,
        "Export a&gain",
        "Export with the same settings as before.",
        _window("Ctrl+Shift+E"),
        None,
        _C.IMAGES | _C.EXPORTED,
    ),
    ActionRow(
        _A.REVERT_SIDECARS,
        _M.FILE,
        "Re&vert sidecars",
        "Take back the keywords that were written beside the images.",
        (),
        None,
        _C.SIDECARS,
    ),
    ActionRow(
        _A.IMPORT_LABELS,
        _M.FILE,
        "&Import labels...",
        "Read labels from a CSV, JSON or JSON Lines file.",
        (),
        None,
        _C.IMAGES | _C.WRITABLE,
    ),
    ActionRow(
        _A.IMPORT_FOLDERS,
        _M.FILE,
        "Labels from folder na&mes...",
        "Take the name of each image's folder as its label.",
        (),
        None,
        _C.IMAGES | _C.WRITABLE,
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
        _A.UNDO,
        _M.EDIT,
        "&Undo",
        "Take the last step back.",
        _window("Ctrl+Z"),
        None,
        _C.UNDO | _C.WRITABLE,
    ),
    ActionRow(
        _A.REDO,
        _M.EDIT,
        "&Redo",
        "Do again what was taken back.",
        _window("Ctrl+Shift+Z", "Ctrl+Y"),
        None,
        _C.REDO | _C.WRITABLE,
    ),
    ActionRow(
        _A.PASTE,
        _M.EDIT,
        "&Paste images or paths",
        "Add the picture or the paths on the clipboard.",
        _window("Ctrl+V"),
        _I.PASTE,
        separator=True,
    ),
    ActionRow(
        _A.COPY_LABEL,
        _M.EDIT,
        "&Copy label text",
        "Copy the label of the current image, or the suggestion where it has none.",
        _views("Ctrl+C"),
        _I.COPY,
        _C.CURRENT,
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
        _A.SELECT_NONE,
        _M.EDIT,
        "Select n&one",
        "Select only the current image.",
        _gallery("Ctrl+Shift+A"),
        None,
        _C.IMAGES,
    ),
    ActionRow(
        _A.SELECT_INVERT,
        _M.EDIT,
        "&Invert selection",
        "Select what is not selected now.",
        _gallery("Ctrl+I"),
        None,
        _C.IMAGES,
    ),
    ActionRow(
        _A.FIND,
        _M.EDIT,
        "&Filter by name...",
        "Show only images whose name, label or suggestion holds a text.",
        _window("Ctrl+F"),
        None,
        _C.IMAGES,
        separator=True,
    ),
    ActionRow(
        _A.REMOVE,
        _M.EDIT,
        "Re&move from session (file stays)",
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
    ActionRow(
        _A.VIEW_REVIEW,
        _M.VIEW,
        "&Review",
        "Go through the suggestions of the shown images: one key, one decision, next image.",
        (*_window("Ctrl+3"), *_views("R")),
        None,
        _C.IMAGES | _C.WRITABLE,
    ),
    ActionRow(_A.VIEW_BACK, _M.VIEW, "One level &out", "Leave full screen, then review or viewer.", _views("Esc")),
    ActionRow(
        _A.PANEL_LIBRARY,
        _M.VIEW,
        "&Library",
        "Show or hide sources, states and labels.",
        _window("F7"),
        checkable=True,
    ),
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
        _A.MAP_TILES,
        _M.VIEW,
        "Maps on tiles",
        "Show on the tiles where the evidence for the suggestion lies.",
        _gallery("H"),
        None,
        _C.IMAGES,
        checkable=True,
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
    ActionRow(
        _A.NEXT_TODO,
        _M.IMAGE,
        "Next &unlabelled",
        "Go to the next image about which nobody has decided.",
        _views("N"),
        None,
        _C.CURRENT,
    ),
    ActionRow(
        _A.PREVIOUS_TODO,
        _M.IMAGE,
        "Previous un&labelled",
        "Go back to one about which nobody has decided.",
        _views("Shift+N"),
        None,
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
        _A.LABEL_ACCEPT,
        _M.LABEL,
        "&Accept suggestion",
        "Agree with the first suggestion.",
        (*_views("P"), *_picture("Return", "Enter")),
        None,
        _C.SUGGESTION | _C.WRITABLE,
        decides=True,
    ),
    ActionRow(
        _A.LABEL_NTH,
        _M.LABEL,
        "Choose suggestion 1 to 5",
        "Take one of the suggestions as the label.",
        _views("1", "2", "3", "4", "5"),
        None,
        _C.SUGGESTION | _C.WRITABLE,
        taught=True,
        decides=True,
    ),
    ActionRow(
        _A.LABEL_TYPE,
        _M.LABEL,
        "&Type a label...",
        "Choose among all classes and your own labels, or make a new one.",
        _views("T", "/"),
        None,
        _C.CURRENT | _C.WRITABLE,
        decides=True,
    ),
    ActionRow(
        _A.LABEL_AGAIN,
        _M.LABEL,
        "&Same as last",
        "Give the label that was given last.",
        _views("."),
        None,
        _C.CURRENT | _C.WRITABLE | _C.LAST_LABEL,
        decides=True,
    ),
    ActionRow(
        _A.LABEL_UNSURE,
        _M.LABEL,
        "&Unsure",
        "Skip on purpose.",
        _views("S"),
        None,
        _C.CURRENT | _C.WRITABLE,
        decides=True,
    ),
    ActionRow(
        _A.LABEL_REJECT,
        _M.LABEL,
        "&Reject",
        "Not for the data set; the file stays.",
        _views("X"),
        None,
        _C.CURRENT | _C.WRITABLE,
        decides=True,
    ),
    ActionRow(
        _A.LABEL_CLEAR,
        _M.LABEL,
        "&Clear label",
        "Take the decision back.",
        _views("U", "0"),
        None,
        _C.CURRENT | _C.WRITABLE,
        decides=True,
    ),
    ActionRow(
        _A.LABEL_CUSTOM,
        _M.LABEL,
        "My label keys",
        "Give one of your own labels.",
        _views("A", "B", "J", "K", "L", "M", "Q", "V", "W", "Y"),
        None,
        _C.CURRENT | _C.WRITABLE,
        taught=True,
        decides=True,
    ),
    ActionRow(
        _A.LABEL_PAGE,
        _M.LABEL,
        "Accept all on this &page",
        "In the review by class: accept everything that was not left out.",
        (Key("Ctrl+Return", Scope.PAGE),),
        None,
        _C.WRITABLE,
        taught=True,
    ),
    ActionRow(
        _A.LABEL_ABOVE,
        _M.LABEL,
        "Accept all suggestions a&t or above...",
        "Accept the shown suggestions from a score on, as one step.",
        (),
        None,
        _C.SUGGESTED | _C.WRITABLE,
        separator=True,
    ),
    ActionRow(
        _A.LABEL_KEYS,
        _M.LABEL,
        "My &keys...",
        "Give letters to the labels that you use most.",
        (),
        None,
        _C.WRITABLE,
    ),
    ActionRow(
        _A.ADVANCE,
        _M.LABEL,
        "&Go to next after labelling",
        "In review and viewer: one key, one decision, next image. Shift inverts it once.",
        checkable=True,
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
