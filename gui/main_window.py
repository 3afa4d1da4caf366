"""Arrange the places of the window: start page, gallery, viewer, review, comparison, library, messages, bars, drops."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QImage,
    QKeyEvent,
    QPaintEvent,
)
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from gui.dropping import Drop, decide, uri_list_of
from gui.icons import app_icon
from gui.labels import plain_label
from gui.menu_bar import add_menus
from gui.message_list import MessageListButton
from gui.message_places import MessagePlaces
from gui.model_line import ModelLine
from gui.notices import drop_refused
from gui.start.drop_overlay import DropOverlay
from gui.start.start_page import StartPage
from gui.theme import TARGET_PX
from gui.words import counted, tr
from inference.texts import visible

if TYPE_CHECKING:
    from gui.compare.compare_page import ComparePage
    from gui.gallery.filmstrip import Filmstrip
    from gui.gallery.image_grid import ImageGrid
    from gui.gallery.image_model import ImageModel
    from gui.gallery_page import GalleryPage
    from gui.job_bar import JobBar
    from gui.labelling_widgets.label_palette import LabelPalette
    from gui.library.library_dock import LibraryDock
    from gui.library.library_panel import LibraryPanel
    from gui.review.class_page import ClassPage
    from gui.review.review_header import ReviewHeader
    from gui.review.review_panel import ReviewPanel
    from gui.review.review_strip import ReviewStrip
    from gui.viewer.viewer_page import ViewerPage

MINIMUM_WIDTH, MINIMUM_HEIGHT = 900, 600
USUAL_WIDTH, USUAL_HEIGHT = 1280, 800
_COUNTS_LEFT_PX = 4
"""The counts begin where a status message does."""


class View(IntEnum):
    """What the centre of the window shows."""

    START = 0
    GALLERY = 1
    VIEWER = 2
    REVIEW = 3
    """The viewer's picture with the review's parts around it."""
    CLASSES = 4
    """Review by class: a page of images."""
    COMPARE = 5
    """Pictures, classes or models side by side."""


class MainWindow(QMainWindow):
    """Holds the parts and takes drops anywhere. The parts are public to whoever connects them.

    It is there in two steps: with its start page, so that it is on screen early, and with all the rest when `furnish`
    was called; before that it takes no drops, and only the parts that say so may be used.

    Attributes:
        start_page: the window without images; there from the start, as are `messages` and `model_line`.
        gallery: the bar and the grid.
        grid: the gallery's images.
        page: the viewer.
        filmstrip: below the viewer; shares the grid's selection.
        review_header, review_panel, review_strip: around the picture while a review is going on.
        class_page: a page of images of one class in review.
        compare: pictures, classes or models side by side.
        library: sources, states, labels; in a dock at the left.
        palette_of_labels: over the centre, where a label is typed.
        messages: banners below the menu bar, toasts over the images.
        job_bar: above the status bar.
        model_line: at the right of the status bar.

    Signals:
        dropped(drop: Drop, uri_list: bytes, picture: QImage | None, new: bool): something was dropped on the window;
            with `new` a new session is wanted for it.
        view_changed(view: View): the centre shows something else.
        full_screen_changed(full: bool): the window has taken the whole screen or given it back, whoever asked for it.
        painted(): the window was painted for the first time.
        close_requested(): the window is about to close; whoever computes must stop.

    `may_close` is asked before that; where it says no, the window stays.
    """

    dropped = Signal(object, bytes, object, bool)
    view_changed = Signal(object)
    full_screen_changed = Signal(bool)
    painted = Signal()
    close_requested = Signal()

    gallery: GalleryPage
    grid: ImageGrid
    page: ViewerPage
    filmstrip: Filmstrip
    review_header: ReviewHeader
    review_panel: ReviewPanel
    review_strip: ReviewStrip
    class_page: ClassPage
    compare: ComparePage
    library: LibraryPanel
    library_dock: LibraryDock
    palette_of_labels: LabelPalette
    job_bar: JobBar

    def __init__(self, images: ImageModel | None = None) -> None:
        """Make the window; with `images` it is furnished at once."""
        super().__init__()
        self._was_painted = False
        self._was_full_screen = False
        self._drop: Drop | None = None
        self._view = View.START
        self._can_start_new = False
        self.may_close: Callable[[], bool] = lambda: True
        self.start_page = StartPage()
        self.messages = MessagePlaces()
        self.model_line = ModelLine()
        self._counts = plain_label(secondary=True)
        self._counts.setContentsMargins(_COUNTS_LEFT_PX, 0, 0, 0)
        self._zoom = plain_label(secondary=True)
        self._unsaved = plain_label(secondary=True)
        self._stack = QStackedWidget()
        self._centre = QWidget()
        self._arrange()
        self.messages.float_over(self._stack)
        self._overlay = DropOverlay(self._centre)
        add_menus(self.menuBar())
        self.setWindowTitle(tr("Cardinal"))
        self.setWindowIcon(app_icon())
        self.setMinimumSize(MINIMUM_WIDTH, MINIMUM_HEIGHT)
        self.resize(USUAL_WIDTH, USUAL_HEIGHT)
        if images is not None:
            self.furnish(images)

    @property
    def was_painted(self) -> bool:
        """Whether it has been on screen."""
        return self._was_painted

    def furnish(self, images: ImageModel) -> None:
        """Add what the window shows of images. Once."""
        # Half of the program is behind these: they come when the window is on screen.
        from gui.compare.compare_page import ComparePage  # noqa: PLC0415
        from gui.gallery.filmstrip import Filmstrip  # noqa: PLC0415
        from gui.gallery_page import GalleryPage  # noqa: PLC0415
        from gui.job_bar import JobBar  # noqa: PLC0415
        from gui.labelling_widgets.label_palette import LabelPalette  # noqa: PLC0415
        from gui.library.library_dock import LibraryDock  # noqa: PLC0415
        from gui.library.library_panel import LibraryPanel  # noqa: PLC0415
        from gui.review.class_page import ClassPage  # noqa: PLC0415
        from gui.review.review_header import ReviewHeader  # noqa: PLC0415
        from gui.review.review_panel import ReviewPanel  # noqa: PLC0415
        from gui.review.review_strip import ReviewStrip  # noqa: PLC0415
        from gui.table_tiles import TableTiles  # noqa: PLC0415
        from gui.viewer.viewer_page import ViewerPage  # noqa: PLC0415

        self.gallery = GalleryPage(images)
        self.grid = self.gallery.grid
        self.page = ViewerPage()
        self.filmstrip = Filmstrip(images)
        self.review_header = ReviewHeader()
        self.review_panel = ReviewPanel()
        self.review_strip = ReviewStrip()
        self.class_page = ClassPage(TableTiles(images.table))
        self.compare = ComparePage()
        self.library = LibraryPanel()
        self.library_dock = LibraryDock(self.library, self)
        self.job_bar = JobBar()
        self.palette_of_labels = LabelPalette(self._centre)
        for widget in (self.gallery, self.page, self.class_page, self.compare):
            self._stack.addWidget(widget)
        self.page.set_filmstrip(self.filmstrip)
        self.page.set_companions(self.review_header, self.review_panel, self.review_strip)
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.library_dock)
        self.filmstrip.setSelectionModel(self.grid.selectionModel())
        self._column.addWidget(self.job_bar)
        self.setAcceptDrops(True)

    @property
    def view(self) -> View:
        """What the centre shows."""
        return self._view

    def show_view(self, view: View) -> None:
        """Show another place; the focus goes to its centre."""
        if view is self.view:
            return
        self._view = view
        places: dict[View, QWidget] = {
            View.START: self.start_page,
            View.GALLERY: self.gallery,
            View.VIEWER: self.page,
            View.REVIEW: self.page,
            View.CLASSES: self.class_page,
            View.COMPARE: self.compare,
        }
        self.page.show_companions(shown=view is View.REVIEW)
        # Before the centre changes: it comes with the width that the library leaves it, not with two in a row.
        self.library_dock.set_wanted(is_wanted=view in {View.GALLERY, View.VIEWER})
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self._stack.setCurrentWidget(places[view])
        # The gallery has no focus proxy: Tab would pass over its bar, and go from the library to the images at once.
        centres: dict[View, QWidget] = {View.GALLERY: self.grid, View.COMPARE: self.compare.first_focus}
        centres.get(view, places[view]).setFocus(Qt.FocusReason.OtherFocusReason)
        over: dict[View, QWidget] = {
            View.START: self._stack,
            View.GALLERY: self.grid,
            View.CLASSES: self.class_page.tiles,
            View.COMPARE: self.compare.area,
        }
        self.messages.float_over(over.get(view, self.page.picture))
        self._zoom.setVisible(view in {View.VIEWER, View.REVIEW})
        self.view_changed.emit(view)

    @property
    def shows_picture(self) -> bool:
        """Whether one picture is on screen, in the viewer or in a review."""
        return self._view in {View.VIEWER, View.REVIEW}

    def set_session(self, name: str, *, is_read_only: bool = False) -> None:
        """Say in the title which session is open; empty for none."""
        words = tr("{name} (read-only) - Cardinal") if is_read_only else tr("{name} - Cardinal")
        self.setWindowTitle(words.format(name=visible(name)) if name else tr("Cardinal"))
        self._can_start_new = bool(name)

    def show_unsaved(self, count: int) -> None:
        """Say how many decisions are not on the disk yet."""
        self._unsaved.setText(counted(count, "Saving %n decision...", "Saving %n decisions...") if count else "")

    def show_counts(self, text: str) -> None:
        """Say how many images there are and what became of them."""
        self._counts.setText(text)

    def show_status(self, text: str) -> None:
        """Say something that matters for a moment; status tips use the same place."""
        self.statusBar().showMessage(text, 6000)

    @Slot(float)
    def show_zoom(self, zoom: float) -> None:
        """Say how large the picture is shown."""
        self._zoom.setText(tr("{percent} %").format(percent=round(zoom * 100)) if zoom > 0 else "")

    def set_full_screen(self, full: bool) -> None:
        """Give the images the whole screen, or take it back."""
        self.setWindowState(
            self.windowState() | Qt.WindowState.WindowFullScreen
            if full
            else self.windowState() & ~Qt.WindowState.WindowFullScreen
        )

    def _arrange(self) -> None:
        self._stack.addWidget(self.start_page)
        self._column = QVBoxLayout(self._centre)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.messages)
        self._column.addWidget(self._stack, 1)
        self.setCentralWidget(self._centre)
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        bar.addWidget(self._counts)
        bar.addPermanentWidget(self._unsaved)
        bar.addPermanentWidget(self._zoom)
        self.model_line.setMinimumHeight(TARGET_PX)
        bar.addPermanentWidget(self.model_line)
        bar.addPermanentWidget(MessageListButton(self.messages, self))
        self._zoom.hide()

    # Drops: the decision is made once, when something enters; moving only uses it again (UX.md 2.4).

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._drop = None
        drop = None if self._is_own(event) else decide(event.mimeData())
        if drop is None or not drop.is_accepted:
            # The pointer says "forbidden", and the status line why.
            event.ignore()
            if drop is not None:
                self.show_status(drop_refused(drop.kind).text)
            return
        self._drop = drop
        self._overlay.show_drop(drop, can_start_new=self._can_start_new)
        self._overlay.set_starts_new(starts_new=_starts_new(event))
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._drop is not None:
            self._overlay.set_starts_new(starts_new=_starts_new(event))
            # A file manager that believes in a move would delete the source.
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop = None
        self._overlay.hide()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        drop, self._drop = self._drop, None
        self._overlay.hide()
        if drop is None:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.dropped.emit(drop, uri_list_of(event.mimeData()), picture_of(event.mimeData()), _starts_new(event))
        self.raise_()
        self.activateWindow()

    def _is_own(self, event: QDropEvent) -> bool:
        source = event.source()
        return isinstance(source, QWidget) and source.window() is self

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._overlay.isVisible():
            self._overlay.hide()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            # Compared with what was told, not with the event's old state: one change may come as two events.
            full = self.isFullScreen()
            if full != self._was_full_screen:
                self._was_full_screen = full
                self.full_screen_changed.emit(full)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            self.painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Disappear at once; what computes is stopped while nobody waits for a window."""
        if not self.may_close():
            event.ignore()
            return
        self.hide()
        self.close_requested.emit()
        event.accept()


def _starts_new(event: QDropEvent) -> bool:
    """Whether the key is held that makes a drop begin a new session."""
    return bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)


def picture_of(mime: QMimeData) -> QImage | None:
    """The picture in a drop or a clipboard that has no file, or None."""
    if mime.hasUrls() or not mime.hasImage():
        return None
    picture = mime.imageData()
    return picture if isinstance(picture, QImage) and not picture.isNull() else None
