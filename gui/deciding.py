"""Carry out what a person decides about the images at hand, by key, menu, panel or palette, and go on to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

from gui import label_notices, notices
from gui.action_table import ActionId
from gui.changed_again import ChangedAgain
from gui.decision_keys import DecisionKeys
from gui.gallery.image_model import ImageModel
from gui.labelling import decision_in_words, in_words
from gui.main_window import MainWindow, View
from gui.recalling import Recalling
from gui.review.label_keys import LabelAction, LabelKey, should_advance
from gui.review.letters import LetterKeys
from gui.review.letters_dialog import LettersDialog
from gui.review.review_words import done_text
from gui.reviewing import Reviewing, current_in_words
from gui.selected_count import SelectedCount
from gui.session_desk import SessionDesk
from gui.user_message import UserMessage
from gui.viewing import Viewing
from inference.results import Classification
from inference.sessions.states import ImageState
from inference.sessions.steps import Step, StepKind

_LETTERS = "letters"


class Deciding(QObject):
    """Knows which images a decision is about: the selection, the image on screen, or the review's.

    Attributes:
        letters: the person's own keys for labels.
        advances: whether a decision in the viewer goes on to the next image.

    Signals:
        message_raised(message: UserMessage): several images changed at once, or something was taken back.
        letters_changed(): other keys are in force.
    """

    message_raised = Signal(object)
    letters_changed = Signal()

    def __init__(
        self,
        window: MainWindow,
        images: ImageModel,
        viewing: Viewing,
        reviewing: Reviewing,
        desk: SessionDesk,
        recalling: Recalling,
        keys: DecisionKeys,
    ) -> None:
        super().__init__()
        self._window = window
        self._images = images
        self._table = images.table
        self._viewing = viewing
        self._reviewing = reviewing
        self._desk = desk
        self._labelling = desk.labelling
        self._recalling = recalling
        self._class_names: tuple[str, ...] = ()
        # Digits that were pressed before it was known what the model said: which suggestion, of which images.
        self._awaited: dict[int, tuple[int, Sequence[int]]] = {}
        self._changed = ChangedAgain(window, images)
        self._selected = SelectedCount(window)
        self.letters = LetterKeys()
        self.advances = True
        keys.pressed.connect(self._on_key)
        self._connect_panels()
        self._labelling.decided.connect(self._on_decided)
        self._labelling.taken_back.connect(self._on_taken_back)
        self._labelling.repeated.connect(self._on_repeated)
        viewing.shown_changed.connect(self.show_decision)
        self._table.marks_changed.connect(self.show_decision)
        recalling.answer_recalled.connect(self._on_recalled)
        desk.loaded.connect(self._on_session_loaded)
        desk.left.connect(self._on_session_left)

    def _connect_panels(self) -> None:
        panel, window = self._window.review_panel, self._window
        panel.accept_requested.connect(self.accept)
        panel.nth_requested.connect(self.choose_nth)
        panel.type_requested.connect(self.type_label)
        panel.again_requested.connect(self.same_again)
        panel.unsure_requested.connect(self.set_unsure)
        panel.reject_requested.connect(self.reject)
        panel.clear_requested.connect(self.clear)
        panel.letter_requested.connect(self.choose_letter)
        panel.letters_requested.connect(self.edit_letters)
        panel.suggestion_hovered.connect(window.page.hover_class)
        window.page.predictions_shown.connect(self._on_predictions_shown)
        window.page.sentence_shown.connect(panel.show_sentence)
        window.page.inspector.label.accept_requested.connect(self.accept)
        window.page.inspector.label.type_requested.connect(self.type_label)
        window.palette_of_labels.label_chosen.connect(self._on_label_typed)

    def orders(self) -> dict[ActionId, Callable[[], object]]:
        """What the actions of labels do."""
        return {
            ActionId.LABEL_ACCEPT: self.accept,
            ActionId.LABEL_TYPE: self.type_label,
            ActionId.LABEL_AGAIN: self.same_again,
            ActionId.LABEL_CLEAR: self.clear,
            ActionId.LABEL_UNSURE: self.set_unsure,
            ActionId.LABEL_REJECT: self.reject,
            ActionId.LABEL_KEYS: self.edit_letters,
            ActionId.UNDO: self._labelling.undo,
            ActionId.REDO: self._labelling.redo,
        }

    def set_class_names(self, names: Sequence[str]) -> None:
        """The classes of the model, which the palette offers besides own labels."""
        self._class_names = tuple(names)

    def targets(self) -> Sequence[int]:
        """The keys of the images that a decision would be about now."""
        match self._window.view:
            case View.REVIEW:
                key = self._reviewing.current
                return [] if key is None else [key]
            case View.GALLERY:
                selected = self._window.grid.selected_keys()
                if len(selected):
                    return selected
                row = self._window.grid.current_row()
                return [self._images.key_at(row)] if row >= 0 else []
            case View.VIEWER:
                return [] if self._viewing.key is None else [self._viewing.key]
            case _:
                return []

    @Slot()
    def accept(self, *, shift: bool = False) -> None:
        """Agree with the suggestions."""
        self._decide(self._labelling.accept, shift=shift)

    @Slot(int)
    def choose_nth(self, nth: int, *, shift: bool = False) -> None:
        """Give the images at hand the nth suggestion (from 1) of the current one."""
        targets = self.targets()
        key = self._current(targets)
        if key is None:
            return
        known, place = self._viewing.result_of(key), self._table.place_of(key)
        if known is None and place is not None and self._table.answer(place) is ImageState.QUEUED:
            # What the session may know is of another file, or of another model.
            return
        if known is None:
            self._awaited[key] = (nth, targets)
            self._recalling.recall(key)
        elif nth <= len(known.predictions):
            self._choose(known.predictions[nth - 1].label, targets, shift=shift)

    @Slot()
    def same_again(self, *, shift: bool = False) -> None:
        """Give the label that was given last."""
        if self._labelling.last_label:
            self._choose(self._labelling.last_label, self.targets(), shift=shift)

    @Slot(str)
    def choose_letter(self, letter: str, *, shift: bool = False) -> None:
        """Give the label of one of the person's own keys."""
        label = self.letters.label(letter)
        if label is not None:
            self._choose(label, self.targets(), shift=shift)

    @Slot()
    def set_unsure(self, *, shift: bool = False) -> None:
        """Skip on purpose."""
        self._decide(self._labelling.set_unsure, shift=shift)

    @Slot()
    def reject(self, *, shift: bool = False) -> None:
        """Not for the data set."""
        self._decide(self._labelling.reject, shift=shift)

    @Slot()
    def clear(self) -> None:
        """Take the decision back; the image stays, since it waits for another one."""
        if self.may_decide():
            self._labelling.clear(self.targets())

    @Slot()
    def type_label(self) -> None:
        """Let the person type a label."""
        targets = self.targets()
        if not len(targets) or not self.may_decide():
            return
        palette = self._window.palette_of_labels
        counts = self._table.label_counts()
        own = sorted(counts, key=counts.__getitem__, reverse=True)
        palette.set_names([self._table.vocabulary.text(code) for code in own], self._class_names)
        known = self._viewing.result_of(targets[0]) if len(targets) == 1 else None
        scores = {} if known is None else {one.label: one.probability for one in known.predictions}
        palette.open_palette(len(targets), scores)

    @Slot()
    def edit_letters(self) -> None:
        """Let the person give letters to labels."""
        counts = self._table.label_counts()
        names = [self._table.vocabulary.text(code) for code in counts]
        dialog = LettersDialog(self.letters, [*names, *self._class_names], self._window)
        dialog.letters_changed.connect(self._on_letters_edited)
        dialog.open()

    @Slot()
    def show_decision(self) -> None:
        """Say in viewer and review what is decided about the image on screen."""
        place = None if self._viewing.key is None else self._table.place_of(self._viewing.key)
        if place is None:
            return
        state = self._table.state(place)
        text = decision_in_words(state, self._table.label(place))
        suggestion = self._table.suggestion(place)
        self._window.page.inspector.label.show_decision(text, suggestion, can_decide=self._desk.is_writable)
        has_decision = state not in {ImageState.QUEUED, ImageState.SUGGESTED, ImageState.FAILED}
        self._window.review_panel.show_decision(text if has_decision else "")

    def _current(self, targets: Sequence[int]) -> int | None:
        """The image whose suggestions count: the current one among the targets."""
        if not len(targets):
            return None
        row = self._window.grid.current_row()
        if self._window.view is View.GALLERY and row >= 0:
            return self._images.key_at(row)
        return targets[0]

    def _choose(self, label: str, targets: Sequence[int], *, shift: bool) -> None:
        self._carry_out(lambda: self._labelling.choose(targets, label), targets, shift=shift)

    def _decide(self, decision: Callable[[Sequence[int]], Step | None], *, shift: bool) -> None:
        targets = self.targets()
        self._carry_out(lambda: decision(targets), targets, shift=shift)

    def _carry_out(self, decision: Callable[[], Step | None], targets: Sequence[int], *, shift: bool) -> None:
        if not len(targets) or not self.may_decide():
            return
        has_decided = decision() is not None or self._is_decided(targets[0])
        in_review = self._window.view is View.REVIEW
        wants_next = in_review or (self.advances and self._window.view is View.VIEWER)
        if has_decided and should_advance(
            in_review=in_review, selected_count=len(targets), advance_setting=wants_next, shift=shift
        ):
            self._go_on(targets[0])

    def may_decide(self) -> bool:
        """Whether decisions can be kept now; if not, the person is told why nothing happened."""
        session = self._desk.session
        if session is None or not session.is_read_only:
            return self._desk.is_writable
        self.message_raised.emit(label_notices.not_labelled())
        return False

    def _is_decided(self, key: int) -> bool:
        """Whether somebody had decided the same before: the key is an answer to the question all the same."""
        place = self._table.place_of(key)
        return place is not None and self._table.mark(place) != 0

    def _go_on(self, key: int) -> None:
        # Not from an image that is no longer on screen: its answer came late, or a filter took it away.
        row = self._window.grid.current_row()
        if self._window.view is View.REVIEW:
            if self._reviewing.current == key:
                self._reviewing.advance()
        elif self._images.row_of(key) == row and row + 1 < len(self._images):
            self._window.grid.set_current_row(row + 1)

    @Slot(object)
    def _on_key(self, key: LabelKey) -> None:
        match key.action:
            case LabelAction.ACCEPT:
                self.accept(shift=key.has_shift)
            case LabelAction.NTH:
                self.choose_nth(key.nth, shift=key.has_shift)
            case LabelAction.TYPE:
                self.type_label()
            case LabelAction.AGAIN:
                self.same_again(shift=key.has_shift)
            case LabelAction.UNSURE:
                self.set_unsure(shift=key.has_shift)
            case LabelAction.REJECT:
                self.reject(shift=key.has_shift)
            case LabelAction.CLEAR:
                self.clear()
            case LabelAction.LETTER:
                self.choose_letter(key.letter, shift=key.has_shift)

    @Slot(str, bool)
    def _on_label_typed(self, label: str, stay: bool) -> None:
        in_place = stay and (self.advances or self._window.view is View.REVIEW)
        self._choose(label, self.targets(), shift=in_place)

    @Slot(int, object)
    def _on_recalled(self, key: int, classification: Classification | None) -> None:
        awaited = self._awaited.pop(key, None)
        if awaited is None or classification is None:
            return
        nth, targets = awaited
        if nth <= len(classification.predictions):
            self._choose(classification.predictions[nth - 1].label, targets, shift=False)

    @Slot(object, int)
    def _on_predictions_shown(self, predictions: object, class_count: int) -> None:
        if isinstance(predictions, tuple):
            self._window.review_panel.show_predictions(predictions, class_count=class_count)

    @Slot(object)
    def _on_decided(self, step: Step) -> None:
        # What was decided since counts more than a digit that waits for its answer.
        for key in self._awaited.keys() & step.after.keys if self._awaited else ():
            del self._awaited[key]
        self._window.review_panel.set_last_label(self._labelling.last_label)
        if step.kind is StepKind.REMOVE:
            self.message_raised.emit(notices.removed(len(step)))
        elif len(step) > 1 and step.kind not in {StepKind.IMPORT, StepKind.RENAME}:
            self.message_raised.emit(_told(step))
        elif len(step) == 1:
            self._announce(done_text(step))

    @Slot(object)
    def _on_taken_back(self, step: Step) -> None:
        self._tell_moved(label_notices.undone(in_words(step), is_selected=self._show_again(step)))

    @Slot(object)
    def _on_repeated(self, step: Step) -> None:
        self._tell_moved(label_notices.redone(in_words(step), is_selected=self._show_again(step)))

    def _tell_moved(self, message: UserMessage) -> None:
        """In a review the strip says it, and the image comes back on screen."""
        if self._reviewing.is_active:
            self._announce(message.text)
        else:
            self.message_raised.emit(message)

    def _show_again(self, step: Step) -> bool:
        """Bring what changed into view, also where the filter hides it now; False where it cannot be selected."""
        if self._reviewing.is_active or step.kind is StepKind.ADD:
            return True
        return self._changed.show(step.before.keys)

    def _announce(self, sentence: str) -> None:
        """Tell a screen reader what a single key did."""
        if QAccessible.isActive():
            key = self._reviewing.current
            follows = "" if key is None else f" {current_in_words(self._images, key)}"
            event = QAccessibleAnnouncementEvent(self._window, f"{sentence}.{follows}")
            QAccessible.updateAccessibility(event)

    @Slot()
    def _on_session_left(self) -> None:
        """Keys begin anew in the next session: a digit that still waits would label an image of that one."""
        self._awaited.clear()

    @Slot(object)
    def _on_session_loaded(self) -> None:
        self.letters = LetterKeys.from_json(self._desk.remembered(_LETTERS))
        self._window.review_panel.set_last_label(self._labelling.last_label)
        self._show_letters()

    @Slot()
    def _on_letters_edited(self) -> None:
        self._desk.remember(_LETTERS, self.letters.to_json())
        self._show_letters()

    @Slot(str, str)
    def rename_letter(self, old: str, new: str) -> None:
        """A label has another name; its key goes with it."""
        self.letters.rename(old, new)
        self._on_letters_edited()

    def _show_letters(self) -> None:
        self._window.review_panel.set_letters(list(self.letters))
        self.letters_changed.emit()


def _told(step: Step) -> UserMessage:
    """What is said of a decision about several images."""
    count = len(step)
    match step.kind:
        case StepKind.ACCEPT | StepKind.ACCEPT_ABOVE:
            return label_notices.accepted(count)
        case StepKind.REJECT:
            return label_notices.rejected(count)
        case StepKind.UNSURE:
            return label_notices.marked_unsure(count)
        case StepKind.CLEAR:
            return label_notices.cleared(count)
        case _:
            return label_notices.labelled(count, step.subject)
