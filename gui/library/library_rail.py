"""The library of a narrow window: a rail of icons, each of which opens one section."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from gui.gallery.arrangement import ImageFilter
from gui.icons import IconName, icon
from gui.library.facet_delegate import paint_tick
from gui.library.facet_section import FacetSection
from gui.library.library_panel import LibraryPanel
from gui.library.library_search import LibrarySearch
from gui.library.sections import LONG_SECTIONS, Section, keys_of, section_title
from gui.theme import theme_of
from gui.words import counted, tr

RAIL_PX = 44
"""The rail's width."""

_BUTTON_PX = 36
_ICON_PX = 20
_BADGE_PX = 14
_POPUP_CHARACTERS = 40
_ICONS = {
    Section.SOURCES: IconName.OPEN_FOLDER,
    Section.STATE: IconName.STATE_UNSURE,
    Section.LABELS: IconName.STATE_ACCEPTED,
    Section.SUGGESTIONS: IconName.MODEL,
}


class LibraryRail(QWidget):
    """One button for each section of a panel; the panel itself need not be shown."""

    def __init__(self, panel: LibraryPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panel = panel
        self.buttons = {section: RailButton(section) for section in Section}
        self._popups: dict[Section, SectionPopup] = {}
        column = QVBoxLayout(self)
        margin = (RAIL_PX - _BUTTON_PX) // 2
        column.setContentsMargins(margin, margin, margin, margin)
        column.setSpacing(margin)
        for button in self.buttons.values():
            button.open_requested.connect(self._on_open_requested)
            column.addWidget(button)
        column.addStretch(1)
        self.setFixedWidth(RAIL_PX)
        self.setAccessibleName(tr("Library"))
        panel.filter_shown.connect(self._show_filter)
        self._show_filter(panel.filter)

    def popup_of(self, section: Section) -> SectionPopup:
        """The section's rows in a window of their own; made when first needed."""
        popup = self._popups.get(section)
        if popup is None:
            popup = self._popups[section] = SectionPopup(self._panel, section, self)
        return popup

    @Slot(object)
    def _show_filter(self, images: ImageFilter) -> None:
        for section, button in self.buttons.items():
            button.set_chosen_count(len(keys_of(images, section)))

    @Slot(object)
    def _on_open_requested(self, section: Section) -> None:
        self.popup_of(section).open_beside(self.buttons[section])

    def paintEvent(self, _event: QPaintEvent) -> None:
        edge = 0 if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else self.width() - 1
        QPainter(self).fillRect(edge, 0, 1, self.height(), QColor(theme_of(self.palette()).border))


class RailButton(QToolButton):
    """Opens one section; a tick says that the filter asks for some of its rows.

    Signals:
        open_requested(section: Section): it was clicked.
    """

    open_requested = Signal(object)

    def __init__(self, section: Section, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._section = section
        self._chosen_count = 0
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(_BUTTON_PX, _BUTTON_PX)
        self.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self.setToolTip(section_title(section))
        self.setIcon(icon(_ICONS[section], self.palette()))
        self.clicked.connect(self._on_clicked)
        self.set_chosen_count(0)

    def set_chosen_count(self, count: int) -> None:
        """How many rows of the section the filter asks for."""
        self._chosen_count = count
        title = section_title(self._section)
        chosen = counted(count, "%n chosen", "%n chosen")
        self.setAccessibleName(tr("{section}, {chosen}").format(section=title, chosen=chosen) if count else title)
        self.update()

    @Slot()
    def _on_clicked(self) -> None:
        self.open_requested.emit(self._section)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.setIcon(icon(_ICONS[self._section], self.palette()))
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._chosen_count:
            return
        theme = theme_of(self.palette())
        badge = QRectF(self.width() - _BADGE_PX - 1, self.height() - _BADGE_PX - 1, _BADGE_PX, _BADGE_PX)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.selection))
        painter.drawEllipse(badge)
        paint_tick(painter, badge.adjusted(3, 3, -3, -3), QColor(theme.selection_text))


class SectionPopup(QFrame):
    """The rows of one section over the window, with a search for long ones. Escape or a click elsewhere closes it.

    Attributes:
        panel: whose rows they are.
        section: the rows.
        search: None where the rows are few.
    """

    def __init__(self, panel: LibraryPanel, section: Section, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.panel = panel
        self.section: FacetSection = panel.make_section(section, can_close=False)
        self.search = LibrarySearch() if section in LONG_SECTIONS else None
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(section_title(section))
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.addWidget(self.section, 1)
        if self.search is not None:
            self.search.textChanged.connect(panel.set_search)
            column.addWidget(self.search)

    def open_beside(self, button: QWidget) -> None:
        """Appear next to a button of the rail, on the side of the pictures."""
        width = self.fontMetrics().averageCharWidth() * _POPUP_CHARACTERS
        screen = button.screen().availableGeometry()
        around = self.sizeHint().height() - self.section.sizeHint().height()
        height = min(around + self.section.full_height, screen.height() // 2)
        before, after = (button.mapToGlobal(QPoint(x, 0)) for x in (-width, button.width()))
        is_mirrored = button.layoutDirection() == Qt.LayoutDirection.RightToLeft
        # The rail may also stand at the other edge of the window.
        is_before = (is_mirrored and before.x() >= screen.left()) or after.x() + width > screen.right()
        corner = before if is_before else after
        self.resize(width, max(height, self.minimumSizeHint().height()))
        self.move(corner.x(), max(screen.top(), min(corner.y(), screen.bottom() - self.height())))
        self.show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.section.rows.setFocus(Qt.FocusReason.PopupFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        """The search ends with the popup: nobody could see why rows are missing."""
        super().hideEvent(event)
        if self.search is not None:
            self.search.clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)
