"""Assemble the Viewer: the picture and its legend, the inspector beside them, the filmstrip below.

While a review is going on, its own header, panel and strip stand in their places around the same picture.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPalette, QShowEvent
from PySide6.QtWidgets import QApplication, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from gui.theme import theme_of
from gui.viewer.inspector import Inspector
from gui.viewer.legend import Legend
from gui.viewer.picture_view import PictureView
from gui.viewer.suggestions_model import NO_CLASS
from gui.viewer.viewer_colors import ViewerColors, viewer_colors
from gui.words import tr
from inference.results import Prediction
from inference.texts import visible

_LEGEND_SHARE = 0.25
"""How high, at most, a legend is that is enlarged with a saved picture, in heights of that."""

_HOLD_KEY = Qt.Key.Key_O
"""While it is down, the picture shows without map; the table of actions teaches it."""

_NEVER_TOLD = NO_CLASS - 1
"""Unlike any class that can be shown: the next one is told in any case."""


class ViewerPage(QWidget):
    """One picture large, with everything that is known of it.

    Which class's map is on screen is settled here: the one under the pointer or the arrow keys, else the chosen one.
    Everything else is done by the parts, which are public to their owner.

    Attributes:
        picture: the picture with its map.
        legend: under the picture.
        inspector: beside the picture; holds suggestions, class_search, map_panel, facts.

    Signals:
        class_shown_changed(int): the map must now show this class; -1: none, and nothing that belongs to one.
        classify_requested(): the person wants the picture classified now.
        reclassify_requested(): the person wants a picture that failed to be read and classified again.
        reveal_requested(): the person wants to see a picture that failed in the file manager.
        predictions_shown(predictions: tuple[Prediction, ...], class_count: int): what is said of the picture now.
        sentence_shown(text: str): what is said instead.
    """

    class_shown_changed = Signal(int)
    classify_requested = Signal()
    reclassify_requested = Signal()
    reveal_requested = Signal()
    predictions_shown = Signal(object, int)
    sentence_shown = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._class_shown = self._class_told = NO_CLASS
        self._is_plain_held = False
        self._model_title = ""
        self._is_painted = False
        self._filmstrip: QWidget | None = None
        self._companions: tuple[QWidget, QWidget, QWidget] | None = None
        self.picture = PictureView(self)
        self.legend = Legend(self)
        self.inspector = Inspector(self)
        self._side = QStackedWidget(self)
        self._column = QVBoxLayout(self)
        self._lay_out()
        self.inspector.suggestions.suggestion_hovered.connect(self._on_suggestion_hovered)
        self.inspector.suggestions.suggestion_chosen.connect(self._on_class_chosen)
        self.inspector.class_search.class_chosen.connect(self._on_class_chosen)
        self.inspector.class_search.class_chosen.connect(self._on_search_ended)
        self.inspector.map_panel.strength_changed.connect(self._on_strength_changed)
        self.inspector.classify_requested.connect(self.classify_requested)
        self.inspector.reclassify_requested.connect(self.reclassify_requested)
        self.inspector.reveal_requested.connect(self.reveal_requested)
        self.picture.set_overlay_opacity(self.inspector.map_panel.strength)

    def set_colors(self, colors: ViewerColors) -> None:
        """Take the theme's colours."""
        self.picture.set_colors(colors)
        self.legend.set_colors(colors)
        self.inspector.set_colors(colors)

    def set_filmstrip(self, filmstrip: QWidget) -> None:
        """Put a strip of thumbnails below everything, in place of the one before."""
        if self._filmstrip is not None:
            self._column.removeWidget(self._filmstrip)
            self._filmstrip.setParent(None)
        self._filmstrip = filmstrip
        self._column.addWidget(filmstrip)

    def set_companions(self, header: QWidget, side: QWidget, strip: QWidget) -> None:
        """Give the page what stands around the picture during a review; nothing of it shows before `show_companions`.

        Args:
            header: above everything.
            side: in place of the inspector.
            strip: in place of the filmstrip.
        """
        self._companions = (header, side, strip)
        self._column.insertWidget(0, header)
        self._side.addWidget(side)
        self._column.addWidget(strip)
        header.hide()
        strip.hide()

    def show_companions(self, *, shown: bool) -> None:
        """Put the review's parts around the picture, or the Viewer's own."""
        if self._companions is not None:
            header, side, strip = self._companions
            header.setVisible(shown)
            strip.setVisible(shown)
            self._side.setCurrentWidget(side if shown else self.inspector)
            if self._filmstrip is not None:
                self._filmstrip.setVisible(not shown)

    @property
    def has_inspector(self) -> bool:
        """Whether the inspector stands beside the picture, where questions about it are answered."""
        return self._side.currentWidget() is self.inspector

    def hover_class(self, class_index: int) -> None:
        """Show the map of a class while something points at it; -1 goes back to the chosen one."""
        self._on_suggestion_hovered(class_index)

    @Slot(bool)
    def set_painted(self, is_painted: bool) -> None:
        """The picture on screen is painted over, or no longer: what is saved of it says so."""
        self._is_painted = is_painted

    def set_model_title(self, title: str) -> None:
        """Take the name of the model whose maps are shown, for pictures that are saved."""
        self._model_title = visible(title)

    def set_strength(self, strength: float) -> None:
        """Show the map this strong (0...1), as it was when the program was last open."""
        self.inspector.map_panel.set_strength(strength)
        self.picture.set_overlay_opacity(strength)

    def show_file(self, path: str) -> None:
        """Begin with another picture: its name. What is said of it follows in the same turn of the event loop.

        Its pixels and words take the place of the ones before when they come: taking these away first would have the
        page laid out twice.
        """
        self.inspector.facts.show_file(path)
        self._forget_map()
        self._class_shown = NO_CLASS

    def show_not_classified(self) -> None:
        """Say that the model has not spoken, and offer to ask it."""
        self.show_sentence(self.tr("Not classified yet."), can_classify=True)

    def show_sentence(self, text: str, *, can_classify: bool = False, has_failed: bool = False) -> None:
        """Say why there are no suggestions now ("Classifying…"); the map goes, the picture stays."""
        self.inspector.show_sentence(text, can_classify=can_classify, has_failed=has_failed)
        self._forget_map()
        self._show_class(NO_CLASS)
        self.sentence_shown.emit(text)

    def show_failure(self, reason: str) -> None:
        """Say in place of the picture why it cannot be shown or classified, and offer what can be done about it."""
        self.show_sentence(self.tr("No suggestions: the picture could not be classified."), has_failed=True)
        self.picture.show_message(reason)

    def show_predictions(self, predictions: tuple[Prediction, ...], *, class_count: int) -> None:
        """Show what the model says; the first class becomes the map's class, and `class_shown_changed` tells so.

        Args:
            predictions: best first, at least one.
            class_count: how many classes the model has.
        """
        self._forget_map()
        self.inspector.show_predictions(predictions, class_count=class_count)
        # The same class of another picture is told again.
        self._class_shown, self._class_told = NO_CLASS, _NEVER_TOLD
        self.predictions_shown.emit(predictions, class_count)
        self._show_class(self.inspector.suggestions.chosen)

    @property
    def class_shown(self) -> int:
        """The index of the class whose map belongs on screen now, or -1."""
        return self._class_shown

    def snapshot(self, *, original_size: bool = False) -> QImage:
        """The picture with its map, frame and, where there is a map or paint, what explains it below: an image to save.

        Below stand the legend, the model and that a map is no proof (UX.md 5.4); a narrow picture stands in the middle
        of an image that is wide enough for their words.

        Args:
            original_size: the whole picture, as large as the original or nearly; else what is seen, in device pixels.

        Returns:
            An opaque image, or a null one where no picture is shown.
        """
        picture = self.picture.snapshot(original_size=original_size)
        if picture.isNull() or not (self.legend.is_shown or self._is_painted):
            return picture
        ratio = picture.devicePixelRatio()
        picture.setDevicePixelRatio(1.0)
        width = max(picture.width(), round(self.legend.whole_width() * ratio))
        # Below a very wide picture letters as wide would make a legend higher than the picture.
        largest = max(ratio, _LEGEND_SHARE * picture.height() / max(1, self.legend.height()))
        room = min(width, round(max(self.legend.width(), self.legend.whole_width()) * largest))
        legend = self.legend.rendered(room, self._caution(), ratio=ratio)
        image = QImage(width, picture.height() + legend.height(), QImage.Format.Format_RGB32)
        if image.isNull():
            return image
        image.fill(self.legend.palette().color(QPalette.ColorRole.Window))
        painter = QPainter(image)
        painter.drawImage((width - picture.width()) // 2, 0, picture)
        painter.drawImage(0, picture.height(), legend)
        painter.end()
        return image

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._put_filmstrip_last()

    def _put_filmstrip_last(self) -> None:
        """Tab leads through all of the inspector, whose parts came one by one, before it leads to the filmstrip."""
        last = self.inspector.last_stop()
        if self._filmstrip is not None and last is not None:
            QWidget.setTabOrder(last, self._filmstrip)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.set_colors(viewer_colors(theme_of(self.palette())))

    def focusNextPrevChild(self, next_one: bool) -> bool:
        """Where Tab leads into the inspector, that part of it comes into view."""
        moved = super().focusNextPrevChild(next_one)
        widget = QApplication.focusWidget()
        if moved and widget is not None and self.inspector.isAncestorOf(widget):
            self.inspector.ensureWidgetVisible(widget)
        return moved

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_hold_key(event):
            if not event.isAutoRepeat():
                self._hold_plain(held=True)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() != _HOLD_KEY:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat():
            self._hold_plain(held=False)

    def _caution(self) -> str:
        """What stands below everything in a picture that is saved."""
        if not self.legend.is_shown:
            return tr("Not the picture as it is: a part was painted over to ask what if.")
        caution = tr("Shows which parts moved the score; not a proof of cause.")
        return f"{self._model_title}. {caution}" if self._model_title else caution

    def _lay_out(self) -> None:
        left = QWidget(self)
        picture_column = QVBoxLayout(left)
        picture_column.setContentsMargins(0, 0, 0, 0)
        picture_column.setSpacing(0)
        picture_column.addWidget(self.picture, 1)
        picture_column.addWidget(self.legend)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setObjectName("viewer")  # under this name its place is kept for the next start
        splitter.addWidget(left)
        self._side.addWidget(self.inspector)
        splitter.addWidget(self._side)
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 0)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(splitter, 1)
        self.setFocusProxy(self.picture)

    def _hold_plain(self, *, held: bool) -> None:
        if held == self._is_plain_held:
            return
        self._is_plain_held = held
        self.picture.hold_plain(held)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            # The release goes to whatever has the focus then, so a change of focus counts as one.
            if held:
                application.focusChanged.connect(self._on_focus_changed)
            else:
                application.focusChanged.disconnect(self._on_focus_changed)

    def _forget_map(self) -> None:
        self.picture.remove_overlay()
        self.legend.clear()
        self.inspector.map_panel.set_class_name("")

    def _show_class(self, class_index: int) -> None:
        self._class_shown = class_index
        if class_index != self._class_told:
            self._class_told = class_index
            self.class_shown_changed.emit(class_index)

    @Slot()
    def _on_focus_changed(self) -> None:
        self._hold_plain(held=False)

    @Slot(int)
    def _on_suggestion_hovered(self, class_index: int) -> None:
        self._show_class(self.inspector.suggestions.chosen if class_index == NO_CLASS else class_index)

    @Slot(int)
    def _on_class_chosen(self, class_index: int) -> None:
        self.inspector.suggestions.set_chosen(class_index)
        self._show_class(class_index)

    @Slot(int)
    def _on_search_ended(self) -> None:
        self.picture.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(float)
    def _on_strength_changed(self, strength: float) -> None:
        self.picture.set_overlay_opacity(strength)


def _is_hold_key(event: QKeyEvent) -> bool:
    return event.key() == _HOLD_KEY and event.modifiers() == Qt.KeyboardModifier.NoModifier
