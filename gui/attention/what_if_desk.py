"""Let a person paint over the picture, and keep scores and map true to what is left while the brush moves."""

from __future__ import annotations

import importlib
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLineF, QObject, QPointF, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from gui.attention.examined import Examined
from gui.attention.examiner import Examiner
from gui.attention.needs import needed_words
from gui.attention.what_if_bars import ChangeRow
from gui.attention.what_if_legend import explain
from gui.attention.what_if_panel import WhatIfPanel
from gui.engine_events import PictureLoaded
from gui.engine_link import EngineLink
from gui.messages import describe
from gui.plain_text import for_sentence
from gui.viewer.brush_hand import BrushHand
from gui.viewer.brush_keys import BrushKeys
from gui.viewer.number_texts import percent_text
from gui.viewer.viewer_page import ViewerPage
from gui.viewing import Viewing
from gui.words import tr
from inference.errors import CardinalError
from inference.models.class_names import distinct_name

if TYPE_CHECKING:
    from gui.attention.what_if_strokes import PaintedCopy
    from inference.arrays import RgbImage
    from inference.attention.masking import PixelMask
    from inference.classify.classifier import Inspection

_KIND = "what-if"
_UNDO, _REDO = ("Ctrl+Z",), ("Ctrl+Y", "Ctrl+Shift+Z")
_FRAME_MS = 16
"""What a moving brush changes is drawn once a frame of the screen, however often the mouse reports."""


class WhatIfDesk(QObject):
    """Keeps the brush, what it painted and what the network says of it together; all go with the picture.

    One run of the network is under way at most: when it ends, the next one takes the picture as it is then, so the
    brush never runs ahead by more than one answer.

    Signals:
        shown_changed(bool): what is painted is on screen now, in place of the picture as it is; or no longer.
    """

    shown_changed = Signal(bool)

    def __init__(self, page: ViewerPage, viewing: Viewing, examiner: Examiner, link: EngineLink) -> None:
        super().__init__()
        self._page = page
        self._viewing = viewing
        self._examiner = examiner
        self._examined: Examined | None = None
        self._copy: PaintedCopy | None = None
        self._now: Inspection | None = None
        self._failure = ""
        self._before: tuple[int, QImage] | None = None
        self._is_stale = False
        self._is_shown = False
        self._frame = QTimer(self, interval=_FRAME_MS, singleShot=True)
        self._frame.timeout.connect(self._draw_frame)
        self.panel = WhatIfPanel()
        self.section = page.inspector.add_section(tr("What if?"), self.panel)
        self.hand = BrushHand(page.picture)
        self._keys = BrushKeys(page, page.picture, self._key_orders())
        self._connect_panel()
        self.hand.stroke_began.connect(self._on_stroke_began)
        self.hand.stroke_continued.connect(self._on_stroke_continued)
        self.hand.size_stepped.connect(self.panel.step_size)
        viewing.examined_changed.connect(self._on_examined_changed)
        page.class_shown_changed.connect(self.redraw)
        self.shown_changed.connect(page.set_painted)
        page.inspector.map_panel.mode_changed.connect(self.redraw)
        page.inspector.map_panel.strength_changed.connect(self.redraw)
        examiner.answered.connect(self._on_answered)
        examiner.failed.connect(self._on_failed)
        link.event_arrived.connect(self._on_event)
        self._on_examined_changed()

    @property
    def is_painted(self) -> bool:
        """Whether something is painted over the picture on screen."""
        return self._copy is not None and not self._copy.is_blank

    @property
    def is_settled(self) -> bool:
        """Whether what is on screen is what the network says of all that is painted."""
        return not (self._is_stale or self._frame.isActive() or self._examiner.is_open(_KIND))

    @property
    def now(self) -> Inspection | None:
        """What the network said last of the painted picture; None where it has not, or nothing is painted."""
        return self._now

    def copy_now(self) -> RgbImage | None:
        """(H, W, 3) uint8: the painted picture as the network shall see it, or None."""
        return None if self._copy is None else self._copy.changed()

    @Slot()
    def toggle(self) -> None:
        """Take the brush, or put it away; what was painted stays."""
        self.panel.take_brush(taken=not self.panel.has_brush)

    @Slot()
    def redraw(self) -> None:
        """Others drew the map of the picture as it is: draw that of the painted one, if there is one."""
        examined, copy = self._examined, self._copy
        if examined is None or copy is None or copy.is_blank:
            self._show_original()
            return
        if not self._is_shown:
            self._is_shown = True
            self.shown_changed.emit(True)
        panel, shown = self._page.inspector.map_panel, self._page.class_shown
        # Before the first answer the map is that of the picture as it was; where there is none, neither is a map.
        inspection = examined.inspection if self._now is None else self._now
        drawn = None
        if not self._failure:
            drawn = _work().map_of(inspection, examined, shown, panel.mode, outline=panel.has_outline)
        overlay = _work().covered(copy.patch(), drawn, panel.mode, panel.strength)
        lines = () if drawn is None else tuple(QLineF(*piece) for piece in drawn.lines.tolist())
        # The strength of the map is in the overlay already, whose painted parts are opaque.
        self._page.picture.set_overlay_opacity(1.0)
        self._page.picture.show_overlay(overlay, examined.classification.crop, lines=lines)
        name = distinct_name(examined.contract.labels, shown) if drawn is not None else ""
        explain(self._page, drawn, name, is_answered=self._now is not None)
        if self._now is not None:
            self._compare(examined, self._now, shown)
        else:
            self.panel.show_nothing()

    @Slot()
    def rescale(self) -> None:
        """The fixed scale has become another: what is painted is shown on that, too, without a run."""
        examined, before = self._viewing.examined, self._examined
        if examined is not None and before is not None and examined.inspection is before.inspection:
            self._examined, self._before = examined, None
            if self._is_shown:
                self.redraw()

    def _key_orders(self) -> dict[str, Any]:
        panel = self.panel
        return {
            "[": partial(panel.step_size, -1),
            "]": partial(panel.step_size, 1),
            **dict.fromkeys(_UNDO, self._undo),
            **dict.fromkeys(_REDO, self._redo),
            "Esc": partial(panel.take_brush, taken=False),
        }

    def _connect_panel(self) -> None:
        panel = self.panel
        panel.brush_wanted.connect(self._on_brush_wanted)
        panel.size_changed.connect(self._set_diameter)
        panel.filling_chosen.connect(self._on_filling_chosen)
        panel.undo_requested.connect(self._undo)
        panel.redo_requested.connect(self._redo)
        panel.restart_requested.connect(self._restart)

    @Slot()
    def _on_examined_changed(self) -> None:
        examined = self._viewing.examined
        before = self._examined
        if examined is not None and before is not None and examined.inspection is before.inspection:
            # Whatever was open was given up with the old one, and the map was drawn anew.
            self._examined = examined
            if self.is_painted:
                self._draw_soon()
            return
        self._examiner.cancel(_KIND)
        self._examined, self._copy, self._now, self._is_stale = examined, None, None, False
        self._before, self._failure = None, ""
        self._frame.stop()
        self._show_original()
        self.panel.set_available(examined is not None)
        self.panel.take_brush(taken=False)
        self._update_panel()

    @Slot(object)
    def cover(self, pixels: PixelMask) -> None:
        """Paint some pixels of the network's input, without a brush."""
        self._begin()
        if self._copy is not None:
            self._copy.cover(pixels)
            self._page.inspector.reveal(self.section)
            self._on_painted()

    def _begin(self) -> None:
        if self._copy is None and self._examined is not None:
            self._copy = _work().begin(self._examined, _work().Filling(self.panel.filling))

    def put_away(self) -> None:
        """The picture as it is, and no brush; strokes can be repeated."""
        self.panel.take_brush(taken=False)
        self._restart()

    @Slot(bool)
    def _on_brush_wanted(self, wanted: bool) -> None:
        if wanted:
            self._begin()
        self.hand.take(taken=wanted)
        self._keys.set_active(wanted)
        self._set_diameter()
        if wanted:
            self._page.inspector.reveal(self.section)
        self._update_panel()

    @Slot()
    def _set_diameter(self) -> None:
        self.hand.set_diameter(self._diameter())

    def _diameter(self) -> float:
        """Of the brush, in original pixels."""
        if self._examined is None:
            return 0.0
        crop = self._examined.classification.crop
        return self.panel.brush_size / 100 * min(crop.right - crop.left, crop.bottom - crop.top)

    @Slot(QPointF)
    def _on_stroke_began(self, at: QPointF) -> None:
        if self._copy is not None:
            self._copy.begin(at.x(), at.y(), self._diameter())
            self._draw_soon()
            # At once: the next key may take it back already.
            self._update_panel()

    @Slot(QPointF)
    def _on_stroke_continued(self, at: QPointF) -> None:
        if self._copy is not None:
            self._copy.extend(at.x(), at.y(), self._diameter())
            self._draw_soon()

    @Slot(str)
    def _on_filling_chosen(self, filling: str) -> None:
        if self._copy is not None:
            self._copy.set_filling(_work().Filling(filling))
            self._on_painted()

    @Slot()
    def _undo(self) -> None:
        if self._copy is not None:
            self._copy.undo()
            self._on_painted()

    @Slot()
    def _redo(self) -> None:
        if self._copy is not None:
            self._copy.redo()
            self._on_painted()

    @Slot()
    def _restart(self) -> None:
        if self._copy is not None:
            self._copy.clear()
            self._on_painted()

    def _draw_soon(self, *, is_stale: bool = True) -> None:
        """Something is to be drawn with the next frame; where other pixels are painted, the network is asked then."""
        self._is_stale = is_stale
        if not self._frame.isActive():
            self._frame.start()

    def _on_painted(self) -> None:
        """Other pixels are painted than before, by no brush that moves: show them at once."""
        self._is_stale = True
        self._draw_frame()

    @Slot()
    def _draw_frame(self) -> None:
        self._frame.stop()
        if self.is_painted:
            self._ask()
        else:
            self._examiner.cancel(_KIND)
            self._is_stale, self._now, self._failure = False, None, ""
        self.redraw()
        self._update_panel()

    def _ask(self) -> None:
        examined, copy = self._examined, self._copy
        if examined is None or copy is None or not self._is_stale or self._examiner.is_open(_KIND):
            return
        self._is_stale = not self._examiner.ask(_KIND, examined.key, partial(_work().ask, copy.changed()))

    @Slot(str, int, object)
    def _on_answered(self, kind: str, key: int, now: Inspection) -> None:
        if kind != _KIND or self._examined is None or key != self._examined.key:
            return
        if self._now is None:
            self._page.inspector.follow(self.section)
        self._now, self._failure = now, ""
        self._draw_soon(is_stale=self._is_stale)

    @Slot(str, int, object)
    def _on_failed(self, kind: str, _key: int, error: CardinalError) -> None:
        if kind == _KIND:
            # What was said of fewer strokes is not said of these.
            self._now, self._failure = None, describe(error).text
            self._draw_soon(is_stale=self._is_stale)

    @Slot(object)
    def _on_event(self, event: object) -> None:
        """A sharper copy of the picture came, with which the map of the unchanged one was drawn again."""
        if isinstance(event, PictureLoaded) and self._is_shown and event.key == self._viewing.key:
            self.redraw()

    def _show_original(self) -> None:
        """Nothing is painted (any more): scores and map are those of the picture as it is."""
        self.panel.show_nothing()
        if self._is_shown:
            self._is_shown = False
            self.shown_changed.emit(False)
            self._page.picture.set_overlay_opacity(self._page.inspector.map_panel.strength)
            # Whoever shows the map of the picture shows it again.
            self._viewing.set_mode(self._page.inspector.map_panel.mode)

    def _compare(self, examined: Examined, now: Inspection, shown: int) -> None:
        work = _work()
        rows = [ChangeRow(one.name, one.before, one.now) for one in work.changes(examined, now.logits, shown)]
        if self._before is None or self._before[0] != shown:
            self._before = (shown, work.picture(examined.inspection, examined, shown))
        self.panel.show_changes(rows, self._before[1], work.picture(now, examined, shown))

    def _update_panel(self) -> None:
        copy = self._copy
        can_undo = copy is not None and copy.can_undo
        can_redo = copy is not None and copy.can_redo
        self.panel.set_steps(can_undo=can_undo, can_redo=can_redo, can_restart=self.is_painted)
        # Where nothing was painted, the keys take back and repeat decisions, as they do without a brush. Else they stay
        # with it to the last stroke and beyond: one too many must not take back a label.
        self._keys.leave(*(() if can_undo or can_redo else (*_UNDO, *_REDO)))
        self.panel.say(self._sentence())

    def _sentence(self) -> str:
        examined, copy = self._examined, self._copy
        if examined is None:
            return needed_words(self._viewing)
        if copy is not None and copy.is_blank and copy.can_redo and self.panel.has_brush:
            return tr("Every stroke is taken back. Esc lays the brush down; Undo is about decisions again then.")
        if copy is None or copy.is_blank:
            return tr("Take the brush and paint over a part of the picture: the network answers while you paint.")
        sentences = [
            tr("{share} of what the network sees is painted over. The file is not touched.").format(
                share=percent_text(copy.share)
            )
        ]
        if self._failure:
            sentences.append(self._failure)
        if self._now is not None:
            first = int(self._now.logits.argmax())
            was_first = int(examined.inspection.logits.argmax())
            name = for_sentence(distinct_name(examined.contract.labels, first))
            template = tr("{name} still leads.") if first == was_first else tr("Now {name} leads.")
            sentences.append(template.format(name=name))
        sentences.append(tr("The parts above speak of the picture as it is."))
        return " ".join(sentences)


def _work() -> Any:  # noqa: ANN401 - a module
    """numpy, at the first use."""
    return importlib.import_module("gui.attention.what_if_work")
