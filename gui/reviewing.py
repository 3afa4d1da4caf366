"""Go through images one decision at a time: which is next, what stands around the picture, how fast it goes."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable
from dataclasses import replace
from itertools import compress

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from gui import review_notices
from gui.gallery.columns import GONE, taken, view
from gui.gallery.image_model import ImageModel
from gui.gallery.image_state import ImageState
from gui.labelling import Labelling
from gui.main_window import MainWindow, View
from gui.plain_text import file_name, for_sentence
from gui.review.queue_order import QueueColumns, build_queue
from gui.review.review_pace import ReviewPace
from gui.review.review_queue import QueueOrder, ReviewQueue
from gui.review.review_words import done_text
from gui.review.strip_frame import StripEntry
from gui.viewing import Viewing
from gui.words import tr
from inference.sessions.steps import Step, StepKind

_AHEAD = 3
"""So many of the next pictures are read ahead."""

_BESIDE = 8
"""So many images stand before and after the current one in the strip at most."""

_DECIDING = frozenset(
    {StepKind.LABEL, StepKind.ACCEPT, StepKind.ACCEPT_ABOVE, StepKind.UNSURE, StepKind.REJECT, StepKind.IMPORT}
)

_LEFT = bytes(one == GONE for one in range(256))
_WAITING = bytes(one in {ImageState.QUEUED, ImageState.SUGGESTED, ImageState.FAILED} for one in range(256))
_DECIDED = bytes(not left and not waiting for left, waiting in zip(_LEFT, _WAITING, strict=True))
"""By state: 1 for images that left the list, that wait for a decision, that have one."""


class Reviewing(QObject):
    """One review at a time over a queue that is fixed when it starts.

    Attributes:
        order: of the queue that is gone through, or was last.

    Signals:
        message_raised(message: UserMessage): there is nothing to review, or nothing left.
        ended(): the person is done, or the session was left.
    """

    message_raised = Signal(object)
    ended = Signal()

    def __init__(self, window: MainWindow, images: ImageModel, labelling: Labelling, viewing: Viewing) -> None:
        super().__init__()
        self._window = window
        self._images = images
        self._table = images.table
        self._labelling = labelling
        self._viewing = viewing
        self._queue: ReviewQueue | None = None
        self._pace = ReviewPace()
        self._page = 0
        self.order = QueueOrder.LEAST_CERTAIN
        header, strip, page = window.review_header, window.review_strip, window.class_page
        header.order_chosen.connect(self.start)
        header.done_requested.connect(self.stop)
        strip.entry_clicked.connect(self.go_to)
        strip.undo_requested.connect(labelling.undo)
        strip.thumbnails_wanted.connect(self._on_thumbnails_wanted)
        page.page_accepted.connect(self._on_page_accepted)
        page.image_activated.connect(self._on_image_activated)
        page.previous_requested.connect(self._on_previous_page)
        page.next_requested.connect(self._on_next_page)
        page.thumbnails_wanted.connect(self._on_thumbnails_wanted)
        page.order_chosen.connect(self.start)
        page.done.connect(self.stop)
        labelling.decided.connect(self._on_decided)
        labelling.repeated.connect(self._on_repeated)
        labelling.taken_back.connect(self._on_taken_back)
        self._table.marks_changed.connect(self._on_marks_changed)
        self._table.thumbnail_changed.connect(self._on_thumbnail_changed)
        self._table.cleared.connect(self._on_cleared)

    @property
    def is_active(self) -> bool:
        """Whether a review is going on."""
        return self._queue is not None

    @property
    def current(self) -> int | None:
        """The key of the image that is asked about, or None."""
        return None if self._queue is None else self._queue.current

    @Slot(object)
    def start(self, order: QueueOrder | None = None) -> None:
        """Begin a review of the shown images that wait for a decision; without an order, in that of last time."""
        self.order = order or self.order
        queue = build_queue(self._columns(), self.order)
        if not len(queue):
            self.message_raised.emit(review_notices.nothing_to_review())
            if self._queue is None:
                return
        else:
            self._queue = queue
            self._page = 0
            self._window.class_page.forget_left_out()
        self._pace = ReviewPace()
        self._show()

    @Slot()
    def stop(self) -> None:
        """End the review; what was decided stays."""
        if self._queue is not None:
            key = self._queue.current
            self._queue = None
            row = None if key is None else self._images.row_of(key)
            if row is not None:
                self._window.grid.set_current_row(row)
            self._window.show_view(View.GALLERY)
            self.ended.emit()

    @Slot()
    def advance(self) -> None:
        """Go to the next image that waits for a decision; at the end say so and stay."""
        if self._queue is None:
            return
        if self._queue.advance() is None:
            self.message_raised.emit(review_notices.review_finished(self._pace.reviewed))
        self._show()

    def step(self, steps: int) -> None:
        """Go to the next image or the one before, decided or not."""
        if self._queue is not None:
            (self._queue.forward if steps > 0 else self._queue.back)()
            self._show()

    @Slot(int)
    def go_to(self, key: int) -> None:
        """Show an image of the queue."""
        if self._queue is not None and self._queue.go_to(key):
            self._show()

    def neighbours(self) -> list[int]:
        """The keys whose pictures will be looked at next."""
        return [] if self._queue is None else self._queue.upcoming(_AHEAD)

    def back_to_page(self) -> bool:
        """From one image of a class's page back to the page; whether there was one to go back to."""
        if self._queue is None or not self._queue.page_count or self._window.view is not View.REVIEW:
            return False
        self._show_page()
        return True

    def _columns(self) -> QueueColumns:
        table, columns = self._table, self._table.columns
        keys = self._images.shown_keys()
        places = table.places_of(keys)
        folders, folder_names = array("i"), [""]
        if self.order is QueueOrder.DISAGREES:
            folders, folder_names = _folders_of(map(columns.paths.__getitem__, places))
        return QueueColumns(
            keys=keys,
            states=view(columns.states, "B")[view(places, "i")],
            suggestions=taken(columns.suggestions, places),
            scores=taken(columns.scores, places),
            margins=taken(columns.margins, places),
            names=table.vocabulary.since(0),
            folders=folders,
            folder_names=folder_names,
        )

    def _show(self) -> None:
        if self._queue is None:
            return
        if self._queue.page_count:
            self._show_page()
        else:
            self._show_image()

    def _show_image(self) -> None:
        queue = self._queue
        if queue is None or queue.current is None:
            return
        self._window.show_view(View.REVIEW)
        self._viewing.show_key(queue.current, ahead=self.neighbours())
        self._show_header()
        self._show_strip()

    def _show_page(self) -> None:
        queue = self._queue
        if queue is None:
            return
        page = queue.page(self._page)
        page = replace(page, keys=queue.waiting_of(page.keys))
        name = self._table.vocabulary.text(page.suggestion)
        self._window.show_view(View.CLASSES)
        self._window.class_page.show_page(name, page)
        self._window.class_page.show_pace(self._pace.reviewed)
        self._window.class_page.set_pages_beside(
            has_previous=self._page > 0, has_next=self._page + 1 < queue.page_count
        )

    def _show_header(self) -> None:
        if self._queue is not None:
            header = self._window.review_header
            header.show_queue(self._queue.remaining, self._queue.order, seed=self._queue.seed)
            header.show_pace(self._pace.reviewed, self._pace.per_minute())
            self._window.class_page.show_pace(self._pace.reviewed)

    def _show_strip(self) -> None:
        queue = self._queue
        if queue is None:
            return
        keys = queue.recent(_BESIDE)
        if queue.current is not None:
            keys.append(queue.current)
        keys += queue.upcoming(_BESIDE)
        self._window.review_strip.set_entries([self._entry(key) for key in dict.fromkeys(keys)], queue.current)
        step = self._labelling.next_undo
        self._window.review_strip.show_decision("" if step is None else done_text(step))

    def _entry(self, key: int) -> StripEntry:
        table, place = self._table, self._table.place_of(key)
        if place is None:
            return StripEntry(key, ImageState.QUEUED)
        label = table.label(place) or table.suggestion(place)
        return StripEntry(key, table.state(place), label, file_name(table.path(place)), table.thumbnail(key))

    @Slot(list)
    def _on_thumbnails_wanted(self, keys: list[int]) -> None:
        for key in keys:
            self._table.thumbnail(key)  # asks for it where it is not here

    @Slot(int)
    def _on_thumbnail_changed(self, place: int) -> None:
        if self._queue is None:
            return
        key = self._table.key(place)
        image = self._table.thumbnail(key)
        if key in self._queue and isinstance(image, QImage):
            self._window.review_strip.set_thumbnail(key, image)
            self._window.class_page.refresh([key])

    @Slot(list, list)
    def _on_page_accepted(self, accepted: list[int], left_out: list[int]) -> None:
        if self._queue is None:
            return
        self._labelling.accept(accepted)
        del left_out  # they wait for a decision of their own, in another order
        self._on_next_page()

    @Slot()
    def _on_next_page(self) -> None:
        queue = self._queue
        if queue is not None and self._page + 1 < queue.page_count:
            self._page += 1
            self._show_page()
        elif queue is not None:
            left_over = queue.remaining
            finished = review_notices.review_finished(self._pace.reviewed)
            self.message_raised.emit(review_notices.last_page(left_over) if left_over else finished)
            self._show_page()

    @Slot()
    def _on_previous_page(self) -> None:
        if self._page > 0:
            self._page -= 1
            self._show_page()

    @Slot(int)
    def _on_image_activated(self, key: int) -> None:
        if self._queue is not None and self._queue.go_to(key):
            self._show_image()

    @Slot(object)
    def _on_marks_changed(self, places: array[int]) -> None:
        """Keep the queue in step with the list, whoever changed it: a person, undo, or a scan that missed files."""
        queue, columns = self._queue, self._table.columns
        if queue is None:
            return
        ours = queue.known(taken(columns.keys, places))
        where = places if len(ours) == len(places) else self._table.places_of(ours)
        states = view(columns.states, "B")[view(where, "i")].tobytes()
        queue.follow(
            *(
                ours if chosen.count(1) == len(ours) else list(compress(ours, chosen))
                for chosen in (states.translate(_WAITING), states.translate(_DECIDED), states.translate(_LEFT))
            )
        )
        self._leave_gone()

    def _leave_gone(self) -> None:
        """Not to stay at an image that left the list: a decision there would be about nothing that is seen."""
        queue = self._queue
        if queue is None or queue.current is not None or self._window.view is not View.REVIEW:
            return
        if queue.advance() is None and queue.forward() is None and queue.back() is None:
            self.stop()
        else:
            self._show_image()

    @Slot(object)
    def _on_decided(self, step: Step) -> None:
        if self._queue is None:
            return
        if step.kind in _DECIDING:
            self._pace.count(len(self._queue.known(step.after.keys)))
        self._show_header()
        self._show_strip()

    @Slot(object)
    def _on_repeated(self, step: Step) -> None:
        self._on_decided(step)
        self._return_to(step)

    @Slot(object)
    def _on_taken_back(self, step: Step) -> None:
        if self._queue is None:
            return
        if step.kind in _DECIDING:
            self._pace.take_back(len(self._queue.known(step.before.keys)))
        self._return_to(step)

    def _return_to(self, step: Step) -> None:
        """Put the image on screen that was changed; a whole page stays a page."""
        queue = self._queue
        if queue is None:
            return
        keys = [key for key in step.before.keys[:1] if key in queue]
        if self._window.view is View.CLASSES:
            page = queue.page_of(keys[0]) if keys else None
            self._page = self._page if page is None else page
            self._show_page()
        else:
            if keys:
                queue.go_to(keys[0])
            self._show_image()

    @Slot()
    def _on_cleared(self) -> None:
        if self._queue is not None:
            self._queue = None
            self.ended.emit()


def current_in_words(images: ImageModel, key: int) -> str:
    """What a screen reader says when the next image comes: its name and its suggestion."""
    place = images.table.place_of(key)
    if place is None:
        return ""
    name = for_sentence(images.table.name(place))
    suggestion = images.table.suggestion(place)
    if not suggestion:
        return tr("Next: {name}.").format(name=name)
    return tr("Next: {name}, suggestion {suggestion}.").format(name=name, suggestion=for_sentence(suggestion))


def _folders_of(paths: Iterable[str]) -> tuple[array[int], list[str]]:
    """The number of the folder that each file lies in, and the names of the folders."""
    folders = [path[: max(0, path.rfind(os.sep))] for path in paths]
    numbers = {folder: number for number, folder in enumerate(dict.fromkeys(folders))}
    return array("i", map(numbers.__getitem__, folders)), list(map(file_name, numbers))
