"""Bring the parts of the attention inspector together and into the window."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import cast

from PySide6.QtCore import QObject, Qt, Slot

from gui.action_runner import ActionRunner
from gui.action_table import ActionId
from gui.attention.check_desk import CheckDesk
from gui.attention.duel_desk import DuelDesk
from gui.attention.examiner import Examiner
from gui.attention.finer_desk import FinerDesk
from gui.attention.keep_desk import KeepDesk
from gui.attention.method_desk import MethodDesk
from gui.attention.method_gradients import MethodGradients
from gui.attention.preloading import Preloading
from gui.attention.region_desk import RegionDesk
from gui.attention.what_if_desk import WhatIfDesk
from gui.audit.audit_desk import AuditDesk
from gui.audit.methods_desk import MethodsDesk
from gui.compare.comparing import Comparing
from gui.dragging_map import MapDragging
from gui.engine_link import EngineLink
from gui.gallery.image_model import ImageModel
from gui.main_window import MainWindow
from gui.session_holder import SessionHolder
from gui.tasks import TaskRunner
from gui.viewer.section import Section
from gui.viewing import Viewing
from inference.classify.events import ModelOpened
from inference.errors import CardinalError, ImageProblem, ImageReadError
from inference.profile import Profile


@dataclass(frozen=True, slots=True)
class AttentionParts:
    """What the parts of the attention inspector work with.

    Attributes:
        window: with the viewer page.
        viewing: tells which picture can be asked about (`examined`, `examined_changed`).
        examiner: for questions that need runs of the network.
        link: to the engine room.
        runner: for work off the GUI thread that needs no network.
        holder: of the session that is open.
        profile: where files of the program lie.
    """

    window: MainWindow
    viewing: Viewing
    examiner: Examiner
    link: EngineLink
    runner: TaskRunner
    holder: SessionHolder
    profile: Profile


class AttentionSide(QObject):
    """Makes the parts; each connects itself to the window."""

    def __init__(self, parts: AttentionParts) -> None:
        super().__init__()
        self.parts = parts
        self._model_hash = ""
        parts.viewing.examined_changed.connect(parts.examiner.cancel_all)
        parts.examiner.failed.connect(self._on_failed)
        self.duel = DuelDesk(parts.window.page, parts.viewing, parts.examiner)
        self.region = RegionDesk(parts.window.page, parts.viewing, parts.examiner, parts.runner)
        self.finer = FinerDesk(parts.window.page, parts.viewing, parts.examiner)
        self.gradients = MethodGradients(parts.link, parts.runner, parts.profile)
        self.methods = MethodDesk(parts.window.page, parts.viewing, parts.examiner, self.gradients)
        self.check = CheckDesk(parts.window.page, parts.viewing, parts.examiner, self.gradients)
        table = cast("ImageModel", parts.window.grid.model()).table
        comparing = MethodsDesk(table, parts.holder, parts.link, parts.runner)
        self.audit = AuditDesk(parts.window, parts.holder, parts.runner, comparing)
        parts.window.close_requested.connect(comparing.stop)
        self.keep = KeepDesk(parts.window.page, parts.viewing, parts.examiner, parts.runner)
        # First what was asked to be saved: it waits for an answer that is given up next.
        parts.window.close_requested.connect(self.keep.finish)
        parts.window.close_requested.connect(parts.examiner.cancel_all)
        self.what_if = WhatIfDesk(parts.window.page, parts.viewing, parts.examiner, parts.link)
        self.compare = Comparing(parts.window, parts.viewing, parts.examiner, parts.link, parts.runner, parts.profile)
        self.dragging = MapDragging(parts.window.page, parts.viewing)
        parts.window.close_requested.connect(self.dragging.close)
        for changed in (self.duel.panel.wanted_changed, self.duel.panel.rival_chosen):
            changed.connect(self.what_if.redraw)
        panel = parts.window.page.inspector.map_panel
        for drawn_anew in (panel.methods.choice_changed, panel.outline_changed, self.methods.map_came):
            drawn_anew.connect(self.what_if.redraw)
        self.preloading = Preloading(parts.viewing, parts.runner)
        parts.viewing.scale_changed.connect(self.finer.rescale)
        parts.viewing.scale_changed.connect(self.what_if.rescale)
        for other_map in (self.methods.map_came, self.duel.panel.wanted_changed, self.duel.panel.rival_chosen):
            other_map.connect(self._compare_again)
        parts.link.event_arrived.connect(self._on_event)
        parts.window.view_changed.connect(self._on_view_changed)
        self._connect_looks()

    @Slot()
    def _compare_again(self) -> None:
        self.check.compare_again()

    @Slot(str, int, object)
    def _on_failed(self, _kind: str, key: int, error: CardinalError) -> None:
        if isinstance(error, ImageReadError) and error.problem is ImageProblem.CHANGED:
            self.parts.viewing.tell_changed(key)

    @Slot(object)
    def _on_view_changed(self, _view: object) -> None:
        """A review has no inspector: what was asked is put away, and the picture shows as it is."""
        if not self.parts.window.page.has_inspector:
            self.finer.back()
            self.what_if.put_away()
            self.region.clear()
            self.duel.panel.set_wanted(False)

    @Slot(object)
    def _on_event(self, event: object) -> None:
        if isinstance(event, ModelOpened) and event.classifier.network.model_hash != self._model_hash:
            self._model_hash = event.classifier.network.model_hash
            self.audit.on_model_changed(self._model_hash)

    def _connect_looks(self) -> None:
        """Another look at the picture is what duel, region and checks are about; painting ends it."""
        self.finer.rival = lambda: self.duel.rival
        self.finer.is_painted = lambda: self.what_if.is_painted
        self.finer.look_changed.connect(self.duel.set_look)
        self.finer.look_changed.connect(self.region.set_look)
        self.finer.look_changed.connect(self.check.set_look)
        self.check.look = lambda: self.finer.on_screen
        self.duel.redrawn.connect(self.finer.redraw)
        self.what_if.panel.brush_wanted.connect(self.finer.back)
        self.region.hide_wanted.connect(self.finer.back)
        self.region.hide_wanted.connect(self.what_if.cover)
        self.what_if.shown_changed.connect(self.finer.set_painted)
        self.what_if.shown_changed.connect(self.duel.set_painted)
        self.what_if.shown_changed.connect(self.check.set_painted)
        self.keep.look = lambda: self.finer.kept
        self.keep.is_painted = lambda: self.what_if.is_painted

    def _show(self, section: Section) -> None:
        """Open a part of the inspector, which may lie below the window, and go on with the keys there."""
        self.parts.window.page.inspector.reveal(section)
        section.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def take_actions(self, runner: ActionRunner) -> None:
        """Carry out the actions that are about attention."""
        runner.add_orders({ActionId.AUDIT: self.audit.open})
        self.compare.take_actions(runner)
        panel = self.parts.window.page.inspector.map_panel
        runner.add_orders({ActionId.SAVE_MAP: self.keep.save, ActionId.MAP_OUTLINE: panel.toggle_outline})
        self.parts.viewing.message_raised.connect(runner.message_raised)
        self.keep.first_folder = lambda: runner.folder
        self.keep.message_raised.connect(runner.message_raised)
        self.region.saver.first_folder = lambda: runner.folder
        self.region.saver.message_raised.connect(runner.message_raised)
        runner.add_orders({ActionId.MAP_DUEL: self.duel.toggle, ActionId.WHAT_IF: self.what_if.toggle})
        for action, section in (
            (ActionId.MAP_REGION, self.region.section),
            (ActionId.MAP_CLOSER, self.finer.section),
            (ActionId.MAP_CHECK, self.check.section),
        ):
            runner.add_orders({action: partial(self._show, section)})
        for drawn_anew in (ActionId.MAP_MODE, ActionId.MAP_TOGGLE):
            runner.add_orders({drawn_anew: self.what_if.redraw})
