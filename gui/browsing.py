"""Show the images that a person wants to see, in the order that they want; bar and library say the same."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gui.gallery.arrangement import Arrangement, GroupKey, ImageFilter, SortKey
from gui.gallery.image_model import ImageModel
from gui.gallery_page import GalleryPage
from gui.library.library_panel import LibraryPanel
from gui.session_desk import SessionDesk
from gui.tasks import Lane, Task, TaskRunner
from inference.cancel import CancelToken
from inference.sessions.states import ImageState

if TYPE_CHECKING:
    from gui.library.folder_counts import FolderCount

COUNT_MS = 100
"""Counts are shown at most this often."""

FOLDERS_MS = 2000
"""Folders are counted at most this often, in a worker."""

_REMEMBERED = "arrangement"


class Browsing(QObject):
    """Keeps the arrangement of the gallery, and the counts of the library.

    Signals:
        arranged(): other images are shown, or in another order.
    """

    arranged = Signal()

    def __init__(
        self, runner: TaskRunner, images: ImageModel, page: GalleryPage, library: LibraryPanel, desk: SessionDesk
    ) -> None:
        super().__init__()
        self._runner = runner
        self._images = images
        self._page = page
        self._library = library
        self._desk = desk
        self._computing: Task | None = None
        self._sources: tuple[str, ...] = ()
        self._counting: Task | None = None
        self._listed = 0
        self._count_timer = self._timer(COUNT_MS, self._count)
        self._folder_timer = self._timer(FOLDERS_MS, self._count_folders)
        page.bar.arrangement_changed.connect(self.arrange)
        page.bar.sort_now_requested.connect(self.sort_now)
        page.clear_requested.connect(self.show_all)
        library.filter_changed.connect(self._on_filter_wanted)
        images.arranged.connect(self._on_arranged)
        images.stale_changed.connect(page.bar.set_stale)
        images.counts_changed.connect(self._on_counts_changed)
        images.arranged.connect(self._on_counts_changed)
        images.table.appended.connect(self.count_folders_soon)
        images.table.relocated.connect(self.count_folders_soon)
        desk.shown.connect(self._on_session_shown)
        desk.loaded.connect(self._on_session_loaded)
        desk.left.connect(self._on_left)

    @Slot(object)
    def arrange(self, wanted: Arrangement) -> None:
        """Show these images in this order; long computing happens in a worker, and the newest wish counts."""
        if self._computing is not None:
            self._computing.cancel()
            self._computing = None
        if self._images.is_quick(wanted):
            self._images.set_arrangement(wanted)
            return
        snapshot = self._images.snapshot(wanted)

        def work(_tell: object, cancel: CancelToken) -> object:
            from gui.gallery.arranging import compute  # noqa: PLC0415 - numpy, in a worker

            return compute(snapshot, cancel)

        self._computing = self._runner.create(work, Lane.READING)
        self._computing.succeeded.connect(self._on_computed)
        self._runner.start(self._computing)

    @Slot()
    def sort_now(self) -> None:
        """Bring order and filter up to date with what came since."""
        self.arrange(self._images.arrangement)

    @Slot()
    def show_all(self) -> None:
        """Filter nothing."""
        self.arrange(self._images.arrangement.with_filter(ImageFilter()))

    def close(self) -> None:
        """The window goes: nothing is counted any more."""
        self._images.counts_changed.disconnect(self._on_counts_changed)
        self._count_timer.stop()
        self._folder_timer.stop()

    def show_only(self, states: Sequence[ImageState]) -> None:
        """Filter to these states and nothing else."""
        self.arrange(self._images.arrangement.with_filter(ImageFilter(states=frozenset(states))))

    def _timer(self, interval_ms: int, slot: Any) -> QTimer:  # noqa: ANN401 - a slot
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval_ms)
        timer.timeout.connect(slot)
        return timer

    @Slot(object)
    def _on_computed(self, arranged: Any) -> None:  # noqa: ANN401 - an `Arranged`, whose module needs numpy
        self._computing = None
        self._images.take_order(arranged)

    @Slot(object)
    def _on_filter_wanted(self, wanted: ImageFilter) -> None:
        self.arrange(self._images.arrangement.with_filter(wanted))

    @Slot()
    def _on_arranged(self) -> None:
        arrangement = self._images.arrangement
        self._page.bar.set_arrangement(arrangement)
        self._library.set_filter(arrangement.filter)
        self._page.show_counts()
        self._desk.remember(_REMEMBERED, to_json(arrangement))
        self.arranged.emit()

    @Slot()
    def _on_counts_changed(self) -> None:
        if not self._count_timer.isActive():
            self._count_timer.start()
        if len(self._images.table) != self._listed:
            self.count_folders_soon()

    @Slot()
    def count_folders_soon(self) -> None:
        """Other images are on the list, or lie elsewhere, or there are other sources; nothing else changes a count."""
        self._listed = len(self._images.table)
        if self._sources and not self._folder_timer.isActive():
            self._folder_timer.start()

    @Slot()
    def _count(self) -> None:
        table = self._images.table
        vocabulary = table.vocabulary
        self._page.show_counts()
        self._library.set_states({state: table.count(state) for state in ImageState})
        labels, suggestions = table.take_changed_counts()
        self._library.update_counts(
            [(code, vocabulary.text(code) if count else "", count) for code, count in labels.items()],
            [(code, vocabulary.text(code) if count else "", count) for code, count in suggestions.items()],
        )

    @Slot()
    def _count_folders(self) -> None:
        session = self._desk.session
        if session is None:
            return
        if self._counting is not None:
            self._folder_timer.start()
            return
        paths = self._images.table.paths()

        def work(_tell: object, _cancel: CancelToken) -> list[FolderCount]:
            from gui.library.folder_counts import folder_counts  # noqa: PLC0415 - with the work

            return folder_counts(paths, session.sources())

        self._counting = self._runner.create(work, Lane.READING)
        self._counting.succeeded.connect(self._library.set_sources)
        self._counting.finished.connect(self._on_folders_counted)
        self._runner.start(self._counting)

    @Slot()
    def _on_folders_counted(self) -> None:
        if self.sender() is self._counting:
            self._counting = None

    @Slot(object)
    def _on_session_shown(self) -> None:
        self._page.bar.set_names(self._images.table.vocabulary.text)
        self._sources = ("",)
        self._folder_timer.start()

    @Slot(object)
    def _on_session_loaded(self) -> None:
        wanted = from_json(self._desk.remembered(_REMEMBERED))
        if wanted != self._images.arrangement:
            self.arrange(wanted)
        # Not `start(0)`: that would be the interval from now on, and all paths would be counted after each change.
        self._folder_timer.stop()
        self._count_folders()

    @Slot()
    def _on_left(self) -> None:
        self._sources = ()
        if self._counting is not None:
            self._counting.cancel()
            self._counting = None
        self._library.set_sources([])
        self._images.set_arrangement(Arrangement())


def to_json(arrangement: Arrangement) -> dict[str, object]:
    """The arrangement as a value for JSON; codes are those of the session's vocabulary."""
    value: dict[str, object] = asdict(arrangement)
    value["filter"] = {
        name: sorted(entry) if isinstance(entry, frozenset) else entry
        for name, entry in asdict(arrangement.filter).items()
    }
    return value


def from_json(value: object) -> Arrangement:
    """From such a value; whatever is not valid in it counts as not said."""
    if not isinstance(value, dict):
        return Arrangement()
    kept = value.get("filter")
    facts: dict[str, Any] = kept if isinstance(kept, dict) else {}
    try:
        images = ImageFilter(
            states=frozenset(ImageState(one) for one in facts.get("states", ())),
            labels=frozenset(array("i", facts.get("labels", ()))),
            suggestions=frozenset(array("i", facts.get("suggestions", ()))),
            folders=frozenset(str(one) for one in facts.get("folders", ())),
            score_from=_share(facts.get("score_from")),
            score_to=_share(facts.get("score_to")),
            text=str(facts.get("text", "")),
        )
        sort, group = SortKey(value.get("sort", "added")), GroupKey(value.get("group", "none"))
    except (ValueError, TypeError, OverflowError):
        return Arrangement()
    return Arrangement(images, sort, bool(value.get("descending", False)), group)


def _share(value: object) -> float | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{value!r} is not a number from 0 to 1")
    return float(value)
