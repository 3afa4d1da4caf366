"""Change labels as a whole: rename, merge, take off, and accept suggestions in bulk."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QInputDialog

from gui import label_notices
from gui.action_table import ActionId
from gui.dropping import local_paths
from gui.gallery.columns import view
from gui.gallery.image_model import ImageModel
from gui.intake import Intake
from gui.main_window import MainWindow
from gui.session_desk import SessionDesk
from gui.tasks import Lane, TaskRunner
from gui.words import tr
from inference.sessions.marks import NO_NAME
from inference.sessions.states import ImageState
from inference.sessions.steps import StepKind
from inference.texts import clean_label

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class LabelAdmin(QObject):
    """Answers the library's menus and the dialog "Accept all at or above".

    Signals:
        message_raised(message: UserMessage): what came of it.
        label_renamed(old: str, new: str): a label has another name.
        export_requested(label: str): only the images of a label are to be exported.
    """

    message_raised = Signal(object)
    label_renamed = Signal(str, str)
    export_requested = Signal(str)

    def __init__(
        self, window: MainWindow, images: ImageModel, desk: SessionDesk, intake: Intake, runner: TaskRunner
    ) -> None:
        super().__init__()
        self._window = window
        self._images = images
        self._table = images.table
        self._desk = desk
        self._labelling = desk.labelling
        self._intake = intake
        self._runner = runner
        library = window.library
        library.rename_requested.connect(self.rename)
        library.merge_requested.connect(self.merge)
        library.remove_label_requested.connect(self.remove)
        library.export_label_requested.connect(self._on_export_wanted)
        library.rows_dropped_on_label.connect(self._on_rows_dropped)
        library.files_dropped_on_label.connect(self._on_files_dropped)

    def orders(self) -> dict[ActionId, Callable[[], object]]:
        """What the actions do."""
        return {ActionId.LABEL_ABOVE: self.accept_above}

    @Slot(int)
    def rename(self, code: int) -> None:
        """Ask for another name of a label; the name of another label merges the two."""
        if not self._can_decide():
            return
        session, old = self._desk.session, self._table.vocabulary.text(code)
        name, is_wanted = QInputDialog.getText(self._window, tr("Rename label"), tr("Name of the label:"), text=old)
        if is_wanted and self._desk.session is session:  # which another start may have replaced meanwhile
            self._rename(code, clean_label(name))

    @Slot(int)
    def merge(self, code: int) -> None:
        """Ask into which other label this one goes."""
        if not self._can_decide():
            return
        session, vocabulary = self._desk.session, self._table.vocabulary
        others = sorted(vocabulary.text(one) for one in self._table.label_counts() if one != code)
        if not others:
            return
        name, is_wanted = QInputDialog.getItem(
            self._window, tr("Merge label"), tr("Into which label?"), others, editable=False
        )
        if is_wanted and self._desk.session is session:
            self._rename(code, name)

    @Slot(int)
    def remove(self, code: int) -> None:
        """Take a label off every image."""
        if self._can_decide():
            self._labelling.unlabel(code)

    @Slot()
    def accept_above(self) -> None:
        """Ask from which score on the shown suggestions are accepted."""
        from gui.labelling_widgets.accept_above import AcceptAboveDialog  # noqa: PLC0415 - with its first use

        table, columns = self._table, self._table.columns
        waiting = self._waiting(self._images.shown_keys())
        dialog = AcceptAboveDialog(self._window)
        scores, codes = view(columns.scores, "f")[waiting], view(columns.suggestions, "i")[waiting]
        dialog.set_suggestions(scores, codes, table.vocabulary.text)
        accepted, corrected = table.count(ImageState.ACCEPTED), table.count(ImageState.CORRECTED)
        if accepted + corrected:
            share = accepted / (accepted + corrected)
            dialog.set_accuracy_text(label_notices.accuracy_known(share, accepted + corrected))
        dialog.threshold_chosen.connect(self._on_threshold_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(float, int)
    def _on_threshold_chosen(self, threshold: float, code: int) -> None:
        import numpy as np  # noqa: PLC0415 - not at the start

        columns = self._table.columns
        places = self._waiting(self._images.shown_keys())
        # As doubles, which is how the dialog counted them.
        chosen = view(columns.scores, "f")[places] >= np.float64(threshold)
        if code != NO_NAME:
            chosen &= view(columns.suggestions, "i")[places] == code
        accepted = array("q", view(columns.keys, "q")[places][chosen].tobytes())
        self._labelling.accept(accepted, kind=StepKind.ACCEPT_ABOVE, subject=f"{100 * threshold:g}")

    def _waiting(self, keys: array[int]) -> NDArray[np.int32]:
        """The places of the images that have a suggestion and no decision."""
        places: NDArray[np.int32] = view(self._table.places_of(keys), "i")
        waiting: NDArray[np.int32] = places[view(self._table.columns.states, "B")[places] == ImageState.SUGGESTED]
        return waiting

    def _can_decide(self) -> bool:
        """Whether labels can be changed now; why not is said where it is not a matter of moments."""
        session = self._desk.session
        if session is not None and session.is_read_only:
            self.message_raised.emit(label_notices.not_labelled())
        return self._desk.is_writable

    def _rename(self, code: int, name: str) -> None:
        old = self._table.vocabulary.text(code)
        if not name:
            self.message_raised.emit(label_notices.label_empty())
            return
        known = self._table.vocabulary.find(name)
        is_merge = known is not None and bool(self._table.label_counts().get(known))
        step = None if name == old else self._labelling.rename(code, name)
        if step is not None:
            told = label_notices.merged if is_merge else label_notices.renamed
            self.message_raised.emit(told(len(step), old, name))
            self.label_renamed.emit(old, name)

    @Slot(int)
    def _on_export_wanted(self, code: int) -> None:
        self.export_requested.emit(self._table.vocabulary.text(code))

    @Slot(int)
    def _on_rows_dropped(self, code: int) -> None:
        """Images of this window were dropped on a label: the selected ones."""
        if self._can_decide():
            self._labelling.choose(self._window.grid.selected_keys(), self._table.vocabulary.text(code))

    @Slot(int, bytes)
    def _on_files_dropped(self, code: int, uri_list: bytes) -> None:
        """Files were dropped on a label: they are added, and those that are images get it."""
        if self._can_decide():
            label = self._table.vocabulary.text(code)
            # Half a second for 100,000 files.
            task = self._runner.create(lambda _tell, _cancel: (local_paths(uri_list), label), Lane.FILES)
            task.succeeded.connect(self._on_paths_read)
            self._runner.start(task)

    @Slot(object)
    def _on_paths_read(self, dropped: tuple[list[str], str]) -> None:
        self._intake.open_labelled(*dropped)
