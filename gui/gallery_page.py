"""Put the gallery together: its bar, the grid, and the word where no image passes the filter."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.gallery.image_grid import ImageGrid
from gui.gallery.image_model import ImageModel
from gui.gallery_bar.empty_notice import EmptyNotice
from gui.gallery_bar.gallery_bar import GalleryBar


class GalleryPage(QWidget):
    """The gallery as a place of the window.

    Attributes:
        bar: order and filter.
        grid: the images.

    Signals:
        clear_requested(): the person wants to see all images again.
    """

    clear_requested = Signal()

    def __init__(self, images: ImageModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images = images
        self.bar = GalleryBar(self)
        self.grid = ImageGrid(images, self)
        self._notice = EmptyNotice(self.grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.grid, 1)
        self.bar.left.connect(self._focus_grid)
        self._notice.clear_requested.connect(self.clear_requested)

    def begin_at(self, row: int) -> None:
        """Make a row current and the first on screen.

        Right after the page has come on screen the grid does not have its size yet; "scroll as far as needed" would be
        too far then.
        """
        self.grid.set_current_row(row)
        if self.grid.current_row() == row:
            self.grid.scroll_row_to(row, 0)

    @Slot()
    def show_counts(self) -> None:
        """Say how many images are shown, and what to do if none is."""
        shown, total = len(self._images), len(self._images.table)
        self.bar.set_counts(shown, total)
        self._notice.setVisible(not shown and total > 0)

    @Slot()
    def _focus_grid(self) -> None:
        self.grid.setFocus()
