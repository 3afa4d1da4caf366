"""Say what an action is made of: its name, menu, keys, where they work, and when it applies."""

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
    SAVE_MAP = "save.map"
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
    ZONE_NEXT = "zone.next"
    ZONE_PREVIOUS = "zone.prev"
    FULLSCREEN = "fullscreen"
    ZOOM_FIT = "zoom.fit"
    ZOOM_100 = "zoom.100"
    ZOOM_TOGGLE = "zoom.toggle"
    ZOOM_IN = "zoom.in"
    ZOOM_OUT = "zoom.out"
    MAP_TOGGLE = "map.toggle"
    MAP_MODE = "map.mode"
    MAP_OUTLINE = "map.outline"
    MAP_DUEL = "map.duel"
    REGION_MOVE = "region.move"
    REGION_SIZE = "region.size"
    WHAT_IF = "map.whatif"
    MAP_REGION = "map.region"
    MAP_CLOSER = "map.closer"
    MAP_CHECK = "map.check"
    MAP_WEAKER = "map.weaker"
    MAP_STRONGER = "map.stronger"
    MAP_HOLD = "map.hold"
    MAP_TILES = "map.tiles"
    COMPARE = "compare"
    AUDIT = "audit"
    THEME_SYSTEM = "theme.system"
    THEME_LIGHT = "theme.light"
    THEME_DARK = "theme.dark"
    LABEL_ACCEPT = "label.accept"
    LABEL_NTH = "label.nth"
    LABEL_TYPE = "label.type"
    LABEL_AGAIN = "label.again"
    LABEL_UNSURE = "label.unsure"
    LABEL_REJECT = "label.reject"
    LABEL_CLEAR = "label.clear"
    LABEL_CUSTOM = "label.custom"
    LABEL_PAGE = "label.acceptpage"
    LABEL_ABOVE = "label.acceptabove"
    LABEL_KEYS = "label.keys"
    ADVANCE = "advance"
    NEXT = "next"
    PREVIOUS = "prev"
    NEXT_TODO = "next.todo"
    PREVIOUS_TODO = "prev.todo"
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
    INSPECTOR = auto()
    """The current image has a map, and the inspector stands beside it, where questions about it are answered."""
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


def in_window(*sequences: str) -> tuple[Key, ...]:
    """Keys that work anywhere in the window."""
    return tuple(Key(sequence, Scope.WINDOW) for sequence in sequences)


def in_views(*sequences: str) -> tuple[Key, ...]:
    """Keys that work in gallery, viewer and review."""
    return tuple(Key(sequence, Scope.VIEWS) for sequence in sequences)


def in_viewer(*sequences: str) -> tuple[Key, ...]:
    """Keys that work in the viewer."""
    return tuple(Key(sequence, Scope.VIEWER) for sequence in sequences)


def in_picture(*sequences: str) -> tuple[Key, ...]:
    """Keys that work on the picture and the filmstrip."""
    return tuple(Key(sequence, Scope.PICTURE) for sequence in sequences)


def in_gallery(*sequences: str) -> tuple[Key, ...]:
    """Keys that work in the gallery."""
    return tuple(Key(sequence, Scope.GALLERY) for sequence in sequences)
