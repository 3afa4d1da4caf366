"""Audit what the gallery shows: read the session's evidence beside other work, and answer what is asked about it."""

from __future__ import annotations

import importlib
from array import array
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QObject, QRectF, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from gui.audit.audit_dialog import AuditDialog
from gui.audit.audit_words import class_words, ground_words, map_words, nothing_words, summary_words
from gui.audit.class_grounds import ClassGrounds
from gui.audit.methods_desk import MethodsDesk
from gui.audit.table_saver import TableSaver
from gui.gallery.arrangement import ImageFilter
from gui.gallery.image_model import ImageModel
from gui.main_window import MainWindow, View
from gui.messages import describe, unexpected
from gui.session_holder import SessionHolder
from gui.table_tiles import TableTiles
from gui.tasks import Lane, Task, TaskRunner
from gui.words import tr
from inference.cancel import CancelToken
from inference.errors import CardinalError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gui.audit.audit_work import AuditFound, AuditRun
    from inference.attention.region import Box
    from inference.sessions.session import Session


class AuditDesk(QObject):
    """One audit at a time; it reads in portions, so that the same thread answers what a person looks at meanwhile.

    Attributes:
        dialog: the window of the audit, or None before the first.
        methods: compares the methods on the audited images.

    Signals:
        ended(): an audit came to its end, was stopped, or failed.
        arrangement_wanted(arrangement: Arrangement): the gallery shall show the images of a class.
    """

    ended = Signal()
    arrangement_wanted = Signal(object)

    def __init__(self, window: MainWindow, holder: SessionHolder, runner: TaskRunner, methods: MethodsDesk) -> None:
        super().__init__()
        self._window = window
        self._images = cast("ImageModel", window.grid.model())
        self._holder = holder
        self._runner = runner
        self.dialog: AuditDialog | None = None
        self.methods = methods
        self._run: AuditRun | None = None
        self._task: Task | None = None
        self._found: tuple[Session, AuditFound] | None = None
        self._open_model = ""
        self._box: Box | None = None
        self._keys: Sequence[int] = ()
        self._filter = ImageFilter()
        self._grounds = ClassGrounds(self._images.table, holder, runner)
        self._grounds.made.connect(self._on_ground)
        self._saver = TableSaver(runner, tr("the audit"))
        self._saver.said.connect(self._say)
        self.arrangement_wanted.connect(window.gallery.bar.arrangement_changed)
        self._images.table.cleared.connect(self._on_cleared)
        self._images.table.thumbnail_changed.connect(self._on_thumbnail_changed)

    @property
    def found(self) -> AuditFound | None:
        """What the last audit found."""
        return None if self._found is None else self._found[1]

    @Slot()
    def open(self) -> None:
        """Show the audit, and begin with what the gallery shows; a comparison under way only comes to the front."""
        if self.dialog is None:
            self.dialog = self._make_dialog()
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()
        if not self.methods.is_under_way:
            self.audit()

    @Slot()
    def audit(self) -> None:
        """Audit the images that the gallery shows now."""
        session, dialog = self._holder.session, self.dialog
        if session is None or dialog is None:
            return
        self._stop()
        self._forget()
        self._filter = self._images.arrangement.filter
        keys: array[int] = self._images.shown_keys()
        self._run = _work().AuditRun(session, keys)
        self._keys = keys
        dialog.set_busy(busy=True)
        dialog.set_progress(0, 2 * len(keys))
        dialog.say(tr("Reading what the session keeps..."))
        self._advance(session)

    @property
    def _is_of_before(self) -> bool:
        """Another model is open than the one whose answers were audited: the gallery shows other suggestions."""
        return self.found is not None and self._open_model not in {"", self.found.model_hash}

    @property
    def _shared(self) -> frozenset[str]:
        """The names that several classes of the audited model have, as far as that one is open."""
        return frozenset() if self._is_of_before else self.methods.shared_names

    def on_model_changed(self, model_hash: str) -> None:
        """A model was opened, perhaps the one of the audit again; an audit under way begins anew with its answers."""
        self._open_model = model_hash
        self._say_of_all()
        self._show_lines()

    def _advance(self, session: Session) -> None:
        run = self._run

        def work(_tell: object, cancel: CancelToken) -> tuple[Session, AuditRun]:
            assert run is not None  # noqa: S101 - `audit` made it
            run.advance(cancel)
            return session, run

        self._task = self._runner.create(work, Lane.READING)
        self._task.succeeded.connect(self._on_advanced)
        self._task.failed.connect(self._on_failed)
        self._runner.start(self._task)

    @Slot(object)
    def _on_advanced(self, came: tuple[Session, AuditRun]) -> None:
        session, run = came
        if run is not self._run or self.dialog is None:
            return
        self.dialog.set_progress(run.done, run.total)
        if run.found is None:
            self._advance(session)
            return
        self._end()
        self._found = (session, run.found)
        self.methods.set_images(self._keys)
        self._show_found(run.found)
        self.ended.emit()

    @Slot(object)
    def _on_failed(self, error: BaseException) -> None:
        if self.sender() is not self._task or self.dialog is None:
            return
        self._end()
        message = describe(error) if isinstance(error, CardinalError) else unexpected(tr("the audit"), repr(error))
        self.dialog.say(message.text)
        self.ended.emit()

    def _end(self) -> None:
        self._run = self._task = None
        if self.dialog is not None:
            self.dialog.set_busy(busy=False)

    @Slot()
    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._end()
            if self.dialog is not None:
                self.dialog.say(tr("The audit was stopped."))
            self.ended.emit()

    def _forget(self) -> None:
        self._found = None
        self.methods.set_images(())
        self._grounds.forget()
        dialog = self.dialog
        if dialog is not None:
            dialog.set_available(available=False)
            dialog.classes.set_lines((), 0.0, has_box=self._box is not None)
            dialog.outliers.show_outliers(())
            dialog.mean.set_map(QImage())
            dialog.mean.set_picture(QImage())
            dialog.say_of_class("", "")
            dialog.say_of_map("")

    def _show_found(self, found: AuditFound) -> None:
        dialog = self.dialog
        if dialog is None:
            return
        if not found.counted:
            dialog.say(nothing_words(found))
            return
        dialog.set_available(available=True)
        self._say_of_all()
        dialog.say_of_map(map_words(found))
        self._show_lines()
        dialog.classes.choose(0)
        dialog.classes.setFocus()

    def _say_of_all(self) -> None:
        if self.dialog is not None and self.found is not None and self.found.counted:
            self.dialog.say(summary_words(self.found, is_of_before=self._is_of_before))
            self.dialog.allow_images(allowed=not self._is_of_before)

    def _show_lines(self) -> None:
        if self.dialog is not None and self.found is not None and self.found.counted:
            lines = _work().lines(self.found, self._box, self._shared)
            self.dialog.classes.set_lines(lines, self.found.border_if_even, has_box=self._box is not None)
            self._say_of_class()

    @Slot(int)
    def _on_class_chosen(self, class_index: int) -> None:
        dialog, found = self.dialog, self.found
        if dialog is None or found is None:
            return
        dialog.mean.set_map(_work().overlay(found, class_index))
        dialog.outliers.show_outliers([(one.key, one.distance) for one in found.outliers.get(class_index, ())])
        self._show_ground(class_index)
        self._say_of_class()

    def _show_ground(self, class_index: int) -> None:
        """The mean of some of the class's small pictures, as soon as it is made."""
        known, dialog, current = self._grounds.known(class_index), self.dialog, self._found
        if dialog is None or current is None:
            return
        dialog.mean.set_picture(QImage() if known is None else known[0])
        session, found = current
        if known is None and session is self._holder.session:
            self._grounds.ask(found, class_index)

    @Slot(int)
    def _on_ground(self, class_index: int) -> None:
        ground, dialog = self._grounds.known(class_index), self.dialog
        if ground is not None and dialog is not None and dialog.classes.current_class == class_index:
            dialog.mean.set_picture(ground[0])
            self._say_of_class()

    def _say_of_class(self) -> None:
        dialog = self.dialog
        line = None if dialog is None else dialog.classes.current_line
        if dialog is None or line is None or self.found is None:
            return
        ground = self._grounds.known(line.index)
        dialog.say_of_class(class_words(line, self.found), ground_words(line, None if ground is None else ground[1]))

    @Slot(QRectF, bool)
    def _on_box_drawn(self, box: QRectF, is_final: bool) -> None:
        self._set_box(box)
        if is_final and self.dialog is not None:
            # Most suspicious first, by the new box.
            self._show_lines()

    @Slot()
    def _box_around_middle(self) -> None:
        self._on_box_drawn(QRectF(0.25, 0.25, 0.5, 0.5), True)

    @Slot()
    def _clear_box(self) -> None:
        self._box = None
        if self.dialog is not None:
            self.dialog.mean.set_box(None)
        self._show_lines()

    def _set_box(self, drawn: QRectF) -> None:
        self._box = _work().make_box(drawn.left(), drawn.top(), drawn.right(), drawn.bottom())
        box, dialog = self._box, self.dialog
        if dialog is None or self.found is None or box is None:
            return
        dialog.mean.set_box(QRectF(box.left, box.top, box.width, box.height))
        line = dialog.classes.current_line
        if line is not None:
            shown = _work().line_of(self.found, line.index, box, self._shared)
            dialog.say_of_class(class_words(shown, self.found), "")

    @Slot()
    def _show_class(self) -> None:
        """Let the gallery show the images of the current class, of those that were audited."""
        line = None if self.dialog is None else self.dialog.classes.current_line
        code = None if line is None else self._images.table.vocabulary.find(line.name)
        if code is not None and not self._is_of_before:
            wanted = replace(self._filter, suggestions=frozenset({code}))
            self._window.show_view(View.GALLERY)
            self.arrangement_wanted.emit(self._images.arrangement.with_filter(wanted))

    @Slot(int)
    def _show_image(self, key: int) -> None:
        """Open an image in the viewer, also one that a filter hides by now."""
        if self._images.row_of(key) is None:
            self._images.show_also([key])
        row = self._images.row_of(key)
        if row is not None:
            self._window.grid.set_current_row(row)
            self._window.show_view(View.VIEWER)

    @Slot()
    def _export(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self.dialog, tr("Export table"), "audit.csv", tr("CSV files (*.csv)"))
        if path:
            self.export_to(path)

    def export_to(self, path: str) -> None:
        """Write the table there."""
        if self._found is None:
            return
        (session, found), box = self._found, self._box
        self._saver.write(lambda: _work().write_table(found, box, session, path))

    @Slot(str)
    def _say(self, text: str) -> None:
        if self.dialog is not None:
            self.dialog.say(text)

    def _make_dialog(self) -> AuditDialog:
        dialog = AuditDialog(TableTiles(self._images.table), self._window)
        dialog.again_requested.connect(self.audit)
        dialog.stop_requested.connect(self._stop)
        dialog.export_requested.connect(self._export)
        dialog.images_requested.connect(self._show_class)
        dialog.middle_requested.connect(self._box_around_middle)
        dialog.clear_requested.connect(self._clear_box)
        dialog.mean.box_drawn.connect(self._on_box_drawn)
        dialog.classes.class_chosen.connect(self._on_class_chosen)
        dialog.tiles.image_chosen.connect(self._show_image)
        dialog.finished.connect(self._stop)
        dialog.finished.connect(self.methods.stop)
        self.methods.attach(dialog.methods)
        return dialog

    @Slot(int)
    def _on_thumbnail_changed(self, place: int) -> None:
        if self.dialog is not None and self.dialog.isVisible():
            self.dialog.outliers.refresh(self._images.table.key(place))

    @Slot()
    def _on_cleared(self) -> None:
        """Another session comes: its keys mean other images."""
        self._stop()
        if self.dialog is not None:
            self._forget()
            self.methods.clear()
            self.dialog.close()


def _work() -> Any:  # noqa: ANN401 - a module
    """numpy, at the first use."""
    return importlib.import_module("gui.audit.audit_work")
