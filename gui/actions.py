"""Make the actions of the table; keep them enabled only where they make sense."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QPalette
from PySide6.QtWidgets import QWidget

from gui.action_table import ACTIONS, ActionId, ActionRow, Condition, Scope
from gui.icons import icon
from gui.plain_text import for_tooltip
from gui.words import tr

Actions = Mapping[ActionId, QAction]

_OWN_CONTEXT = Qt.ShortcutContext.WidgetWithChildrenShortcut


def create_actions(
    window: QWidget,
    *,
    gallery: QWidget,
    viewer: QWidget,
    picture: QWidget | None = None,
    filmstrip: QWidget | None = None,
    class_page: QWidget | None = None,
) -> dict[ActionId, QAction]:
    """Make every action of the table.

    A key works where its scope says: a window's key anywhere in the window, a view's key only while the focus is in
    that view. A key whose scope differs from the action's first one gets a hidden action of its own that triggers it.

    Args:
        window: parent of the actions.
        gallery: the widget whose focus means "in the gallery".
        viewer: the widget whose focus means "in the viewer"; neither may lie inside the other.
        picture: the viewer's picture; None for the widget to which the viewer hands the focus.
        filmstrip: the viewer's strip of images; None where it has none.
        class_page: the page of a class in review; None where there is none.
    """
    in_viewer = (picture or viewer.focusProxy() or viewer, filmstrip)
    in_review = () if class_page is None else (class_page,)
    places = {
        Scope.WINDOW: (window,),
        Scope.VIEWS: (gallery, viewer, *in_review),
        Scope.PAGE: in_review,
        Scope.GALLERY: (gallery,),
        Scope.VIEWER: (viewer,),
        Scope.PICTURE: tuple(place for place in in_viewer if place is not None),
    }
    groups: dict[str, QActionGroup] = {}
    actions: dict[ActionId, QAction] = {}
    for row in ACTIONS:
        action = actions[row.id] = _action(row, window)
        if row.group:
            groups.setdefault(row.group, QActionGroup(window)).addAction(action)
        if not row.taught and not row.decides:
            _give_keys(action, row, window, places)
    return actions


def update_enabled(actions: Actions, conditions: Condition) -> None:
    """Enable exactly the actions whose needs hold."""
    for row in ACTIONS:
        actions[row.id].setEnabled(row.needs in conditions)


def update_icons(actions: Actions, palette: QPalette) -> None:
    """Tint the icons again, after the palette changed."""
    for row in ACTIONS:
        if row.icon is not None:
            actions[row.id].setIcon(icon(row.icon, palette))


def keys_of(action: QAction) -> tuple[QKeySequence, ...]:
    """Every key that triggers an action, its hidden companions' included, as they are set now."""
    companions = [child for child in action.children() if isinstance(child, QAction)]
    return tuple(key for owner in (action, *companions) for key in owner.shortcuts())


def native_text(sequence: str) -> str:
    """A key of the table as this system writes it."""
    return QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText)


def _action(row: ActionRow, window: QWidget) -> QAction:
    action = QAction(_text(row), window)
    action.setObjectName(row.id.value)
    action.setStatusTip(for_tooltip(tr(row.tip)))
    action.setCheckable(row.checkable)
    if row.icon is not None:
        action.setIcon(icon(row.icon, window.palette()))
    if row.id is ActionId.QUIT:
        action.setMenuRole(QAction.MenuRole.QuitRole)
    elif row.id is ActionId.ABOUT:
        action.setMenuRole(QAction.MenuRole.AboutRole)
    return action


def _text(row: ActionRow) -> str:
    """The text in the menu; Qt knows nothing of the keys of decisions, so the first of them is written behind it."""
    text = tr(row.text)
    return f"{text}\t{native_text(row.keys[0].sequence)}" if row.decides and row.keys else text


def _give_keys(action: QAction, row: ActionRow, window: QWidget, places: Mapping[Scope, tuple[QWidget, ...]]) -> None:
    scopes = list(dict.fromkeys(key.scope for key in row.keys))
    for position, scope in enumerate(scopes or [Scope.WINDOW]):
        owner = action if position == 0 else _companion(action)
        owner.setShortcuts([QKeySequence(key.sequence) for key in row.keys if key.scope is scope])
        if scope is not Scope.WINDOW:
            owner.setShortcutContext(_OWN_CONTEXT)
        for place in places[scope]:
            place.addAction(owner)
    # Window keys must work while the menu bar is hidden (full screen), so the window always knows the action.
    if scopes and scopes[0] is Scope.WINDOW:
        window.addAction(action)


def _companion(action: QAction) -> QAction:
    """A hidden action that triggers another one, and is enabled with it."""
    companion = QAction(action)
    companion.setVisible(True)
    companion.triggered.connect(action.trigger)
    action.enabledChanged.connect(companion.setEnabled)
    return companion
