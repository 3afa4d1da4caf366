"""The library: sources, states, labels and suggestions with their counts; each row filters the gallery."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QStyle, QVBoxLayout, QWidget

from gui.gallery.arrangement import ImageFilter
from gui.gallery.image_state import state_word
from gui.library.facet_model import FacetEntry, FacetModel
from gui.library.facet_section import FacetSection
from gui.library.folder_counts import FolderCount
from gui.library.folder_entries import folder_entries
from gui.library.library_search import LibrarySearch
from gui.library.row_menu import RowMenu, RowVerb
from gui.library.sections import LONG_SECTIONS, FacetKey, Section, after_click, keys_of, only, toggled
from gui.library.state_shapes import STATE_ORDER
from gui.words import tr
from inference.sessions.states import ImageState


class LibraryPanel(QWidget):
    """Four sections of rows. A click filters to exactly one row, Ctrl+click adds a row or takes it out.

    The panel knows the filter that is in force, changes its own conditions of it, and tells the whole.

    Attributes:
        sections: the four sections as they stand in the panel.

    Signals:
        filter_changed(images: ImageFilter): the person wants to see other images.
        filter_shown(images: ImageFilter): the rows that this filter asks for are marked now, whoever wanted it.
        rows_dropped_on_label(code: int): images of this window were dropped on a label.
        files_dropped_on_label(code: int, uri_list: bytes): files were dropped on a label.
        rename_requested(code: int): a label shall get another name.
        merge_requested(code: int): a label shall become another one.
        set_key_requested(code: int): a label shall get a key.
        export_label_requested(code: int): only the images of a label shall be exported.
        remove_label_requested(code: int): a label shall be taken off all images.
        source_reveal_requested(folder: str): a folder shall be shown in the file manager.
        source_rescan_requested(folder: str): a source shall be looked through for new files.
        source_remove_requested(folder: str): the images of a source shall leave the session.
    """

    filter_changed = Signal(object)
    filter_shown = Signal(object)
    rows_dropped_on_label = Signal(int)
    files_dropped_on_label = Signal(int, bytes)
    rename_requested = Signal(int)
    merge_requested = Signal(int)
    set_key_requested = Signal(int)
    export_label_requested = Signal(int)
    remove_label_requested = Signal(int)
    # Objects: as a QString, a path would lose the bytes that are not UTF-8.
    source_reveal_requested = Signal(object)
    source_rescan_requested = Signal(object)
    source_remove_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filter = ImageFilter()
        self._facets = {section: FacetModel(self, is_ranked=section in LONG_SECTIONS) for section in Section}
        self._menu: RowMenu | None = None
        self.sections = {
            section: self.make_section(section, is_open=section is not Section.SUGGESTIONS) for section in Section
        }
        self._search = LibrarySearch()
        self._search.textChanged.connect(self.set_search)
        self._arrange()
        self.set_states({})

    # What the owner tells

    def set_sources(self, folders: Sequence[FolderCount]) -> None:
        """Show the folders that were opened and the ones directly below them, in the order given."""
        self._facets[Section.SOURCES].set_entries(folder_entries(folders))

    def set_states(self, counts: Mapping[ImageState, int]) -> None:
        """Show how many images are in each state; states without images keep their rows."""
        entries = [FacetEntry(state, state_word(state), counts.get(state, 0)) for state in STATE_ORDER]
        self._facets[Section.STATE].set_entries(entries)

    def set_labels(self, counts: Sequence[tuple[int, str, int]]) -> None:
        """Show people's labels: (code, name, images) in any order."""
        self._facets[Section.LABELS].set_counts(counts)

    def set_suggestions(self, counts: Sequence[tuple[int, str, int]]) -> None:
        """Show the first classes of the model's answers: (code, name, images) in any order."""
        self._facets[Section.SUGGESTIONS].set_counts(counts)

    def update_counts(
        self, labels: Iterable[tuple[int, str, int]], suggestions: Iterable[tuple[int, str, int]]
    ) -> None:
        """Show other counts of these labels and suggestions only: (code, name, images); those without images leave."""
        self._facets[Section.LABELS].update_counts(labels)
        self._facets[Section.SUGGESTIONS].update_counts(suggestions)

    def set_filter(self, images: ImageFilter) -> None:
        """Mark the rows that a filter asks for; tells nobody."""
        self._filter = images
        for section, facets in self._facets.items():
            facets.set_active(keys_of(images, section))
        self.filter_shown.emit(images)

    @property
    def filter(self) -> ImageFilter:
        """The filter as the panel knows it."""
        return self._filter

    @Slot(str)
    def set_search(self, text: str) -> None:
        """Show only labels and suggestions whose names contain this text."""
        for section in LONG_SECTIONS:
            self._facets[section].set_search(text)
        if text != self._search.text():
            self._search.setText(text)

    def make_section(self, section: Section, *, is_open: bool = True, can_close: bool = True) -> FacetSection:
        """Another view of a section, which does the same as the one in the panel; its owner is the caller."""
        made = FacetSection(section, self._facets[section], is_open=is_open, can_close=can_close)
        rows = made.rows
        rows.row_chosen.connect(self._on_row_chosen)
        rows.menu_requested.connect(self._on_menu_requested)
        rows.rename_requested.connect(self._on_rename_requested)
        rows.rows_dropped.connect(self._on_rows_dropped)
        rows.files_dropped.connect(self._on_files_dropped)
        return made

    # Within

    def _arrange(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(6)
        for section in Section:
            column.addWidget(self.sections[section], 1000 if section in LONG_SECTIONS else 0)
        column.addStretch(1)
        scroll = _Column()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        for transparent in (scroll.viewport(), content):
            transparent.setAutoFillBackground(False)
        below = QVBoxLayout()
        below.setContentsMargins(8, 4, 8, 8)
        below.addWidget(self._search)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroll, 1)
        whole.addLayout(below)
        self.setAccessibleName(tr("Library"))

    def _take(self, images: ImageFilter) -> None:
        if images != self._filter:
            self.set_filter(images)
            self.filter_changed.emit(images)

    @Slot(object, object, bool)
    def _on_row_chosen(self, section: Section, key: FacetKey, add: bool) -> None:
        self._take((toggled if add else after_click)(self._filter, section, key))

    @Slot(object, object, QPoint)
    def _on_menu_requested(self, section: Section, key: FacetKey, where: QPoint) -> None:
        self.menu_of(section, key).popup(where)

    @Slot(object)
    def _on_rename_requested(self, code: int) -> None:
        self.rename_requested.emit(code)

    @Slot(object)
    def _on_rows_dropped(self, code: int) -> None:
        self.rows_dropped_on_label.emit(code)

    @Slot(object, bytes)
    def _on_files_dropped(self, code: int, uri_list: bytes) -> None:
        self.files_dropped_on_label.emit(code, uri_list)

    @Slot(object, object, object)
    def _on_verb(self, verb: RowVerb, section: Section, key: FacetKey) -> None:
        match verb:
            case RowVerb.SHOW_ONLY:
                self._take(only(self._filter, section, key))
            case RowVerb.ADD | RowVerb.TAKE_OUT:
                self._take(toggled(self._filter, section, key))
            case RowVerb.RENAME:
                self.rename_requested.emit(key)
            case RowVerb.MERGE:
                self.merge_requested.emit(key)
            case RowVerb.SET_KEY:
                self.set_key_requested.emit(key)
            case RowVerb.EXPORT:
                self.export_label_requested.emit(key)
            case RowVerb.REMOVE_LABEL:
                self.remove_label_requested.emit(key)
            case RowVerb.REVEAL:
                self.source_reveal_requested.emit(key)
            case RowVerb.RESCAN:
                self.source_rescan_requested.emit(key)
            case RowVerb.REMOVE_SOURCE:
                self.source_remove_requested.emit(key)

    def menu_of(self, section: Section, key: FacetKey) -> RowMenu:
        """The menu of a row; it lives until the next one is asked for."""
        if self._menu is not None:
            self._menu.deleteLater()
        entry = self._facets[section].entry_of(key)
        is_active = key in keys_of(self._filter, section)
        self._menu = RowMenu(section, key, self, is_active=is_active, level=entry.level if entry is not None else 0)
        self._menu.verb_chosen.connect(self._on_verb)
        return self._menu


class _Column(QScrollArea):
    """Scrolls up and down only, so it is never narrower than what it holds and the bar beside it."""

    def minimumSizeHint(self) -> QSize:
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        held, hint = self.widget(), super().minimumSizeHint()
        return QSize(held.minimumSizeHint().width() + bar, hint.height()) if held is not None else hint

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What it holds has become wider or narrower: so has this."""
        if event.type() == QEvent.Type.LayoutRequest and watched is self.widget():
            self.updateGeometry()
        return super().eventFilter(watched, event)
