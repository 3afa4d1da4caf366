"""Say what the map's colours mean: a scale with its ends and unit, the class, the method, the ledger of its logit."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont, QImage, QPainter, QPalette
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.labels import ElidedLabel, plain_label
from gui.viewer.ledger_words import LedgerEntry, ledger_words
from gui.viewer.map_choice import EVIDENCE, MapChoice, full_name
from gui.viewer.map_mode import MapMode
from gui.viewer.number_texts import decimal_text, decimals_for
from gui.viewer.scale_bar import ScaleBar
from gui.viewer.viewer_colors import ViewerColors, viewer_colors
from gui.words import tr
from inference.attention.methods import FACTS, Method, Unit
from inference.texts import visible

__all__ = ["Legend", "ScaleBar"]

_SIDE_PX, _FOOT_PX = 12, 10
_WIDEST_PX = 900
_HIGHEST_PX = 10_000
_WRAPPED = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)


class Legend(QWidget):
    """The line under a picture that explains its map; keeps its room while there is no map.

    The scale of exact maps is fixed for a session, so the ends are the same for each picture, and two pictures can be
    compared. Other maps run to their own largest value, and the legend says so.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_shown = False
        self._choice = EVIDENCE
        self._bar = ScaleBar(self)
        self._low, self._high, self._unit = plain_label(), plain_label(), plain_label()
        self._subject, self._ledger = ElidedLabel(self), ElidedLabel(self)
        bold = QFont(self._subject.font())
        bold.setBold(True)
        self._subject.setFont(bold)
        self.setAutoFillBackground(True)
        self.setToolTip(self.tr("Shows which parts moved the score. It does not prove cause or position."))
        self._lay_out()
        self.set_colors(viewer_colors())
        self.clear()

    def set_colors(self, colors: ViewerColors) -> None:
        """Take the theme's colours; the legend lies on the picture's neutral surround."""
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Window, colors.surround)
        palette.setColor(QPalette.ColorRole.WindowText, colors.surround_text)
        self.setPalette(palette)
        self._bar.set_outline(colors.surround_text)

    def show_scale(
        self,
        mode: MapMode,
        *,
        scale: float,
        class_name: str,
        choice: MapChoice = EVIDENCE,
        outline: bool = False,
    ) -> None:
        """Explain a map.

        Args:
            mode: how it is drawn; OFF clears the legend.
            scale: s of the fixed scale -s...+s, in logits; of a map that is in no logits, its largest value.
            class_name: whose map it is.
            choice: what kind of map it is.
            outline: lines are drawn over the colours, too.
        """
        if mode is MapMode.OFF or not math.isfinite(scale) or scale <= 0:
            self.clear()
            return
        self._choice = choice
        is_scaled = mode is not MapMode.OUTLINE
        is_signed = mode is MapMode.EVIDENCE and choice.is_signed
        self._bar.set_mode(mode, is_signed=choice.is_signed)
        low, high = _ends(scale, choice, is_signed=is_signed)
        self._low.setText(low if is_scaled else "")
        self._high.setText(high if is_scaled else "")
        self._unit.setText(_unit(choice, is_scaled=is_scaled, outline=outline))
        class_name = visible(class_name)
        self._subject.set_text(
            self.tr("for {class_name}").format(class_name=class_name)
            if choice.depends_on_class
            else self.tr("whatever the class")
        )
        self._ledger.set_text("" if choice.is_exact else _method_words(choice))
        self._tell(_told(choice, is_scaled=is_scaled).format(class_name=class_name, low=low, high=high))
        self._set_shown(True, has_bar=is_scaled)

    def set_ledger(
        self,
        *,
        positive: float,
        negative: float,
        bias: float,
        logit: float,
        is_gap: bool = False,
        network: float | None = None,
        adds_up: bool | None = None,
        is_approximate: bool = False,
    ) -> None:
        """Say how the logit comes about; of a map whose numbers add up to nothing, nothing is said.

        Args:
            positive: sum of the cells that speak for the class.
            negative: sum of the cells that speak against it, 0 or below.
            bias: of the class.
            logit: of the class; what the other three add up to.
            is_gap: all of it is about the difference of two classes.
            network: what the network itself says the logit is, where that is known.
            adds_up: whether both are the same; None where that is not known.
            is_approximate: the parts do not add up, since the model has hidden layers after pooling.
        """
        if not self._choice.is_exact:
            return
        words = ledger_words(
            LedgerEntry(
                positive, negative, bias, logit, network, adds_up, is_gap, self._choice.relative, is_approximate
            )
        )
        if words and self._choice.method is not Method.EVIDENCE:
            words = f"{full_name(self._choice)}: {words}"
        self._ledger.set_text(words)

    def clear(self) -> None:
        """Explain nothing: no map is on screen."""
        self._choice = EVIDENCE
        for label in (self._low, self._high, self._unit):
            label.setText("")
        self._subject.set_text("")
        self._ledger.set_text("")
        self._tell("")
        self._set_shown(False)

    def whole_width(self) -> int:
        """So wide, in logical pixels, that no word is cut; names without end are cut all the same."""
        layout = self.layout()
        if layout is not None:
            # What was said in this moment counts.
            layout.activate()
        return min(_WIDEST_PX, self.sizeHint().width())

    def rendered(self, width: int, words: str = "", *, ratio: float = 1.0) -> QImage:
        """The legend as an opaque image `width` pixels wide, to be put under a saved picture.

        It is enlarged with a wide picture and never shrunk, so that it can be read under a small one.

        Args:
            width: in device pixels.
            words: stand below it, on as many lines as they need; safe to show.
            ratio: device pixels in a logical one, at least.
        """
        usual = self.size()
        factor = max(ratio, width / max(1, usual.width()))
        self.resize(max(1, math.ceil(width / factor)), usual.height())
        room = QRect(_SIDE_PX, usual.height(), self.width() - 2 * _SIDE_PX, _HIGHEST_PX)
        below = self.fontMetrics().boundingRect(room, _WRAPPED, words).height() + _FOOT_PX if words else 0
        image = QImage(width, max(1, round((usual.height() + below) * factor)), QImage.Format.Format_RGB32)
        if not image.isNull():
            image.fill(self.palette().color(self.backgroundRole()))
            painter = QPainter(image)
            painter.scale(factor, factor)
            self.render(painter, QPoint(0, 0))
            painter.setFont(self.font())
            painter.setPen(self.palette().color(self.foregroundRole()))
            painter.drawText(room, _WRAPPED, words)
            painter.end()
        self.resize(usual)
        return image

    @property
    def is_shown(self) -> bool:
        """Whether a map is explained."""
        return self._is_shown

    def text(self) -> str:
        """All words and numbers, as they are read from left to right."""
        words = [self._low.text(), self._high.text(), self._unit.text(), self._subject.text(), self._ledger.text()]
        return " ".join(word for word in words if word)

    def _lay_out(self) -> None:
        scale = QHBoxLayout()
        scale.setSpacing(8)
        scale.addWidget(self._low)
        # It alone would take what the name of the class needs.
        scale.addWidget(self._bar)
        scale.addWidget(self._high)
        scale.addWidget(self._unit)
        scale.addWidget(self._subject, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(_SIDE_PX, 4, _SIDE_PX, _FOOT_PX)
        column.setSpacing(4)
        column.addLayout(scale)
        column.addWidget(self._ledger)

    def _set_shown(self, shown: bool, *, has_bar: bool = True) -> None:
        self._is_shown = shown
        policy = self._bar.sizePolicy()
        # Without a map the line keeps its height; without a bar its words begin where the bar was.
        policy.setRetainSizeWhenHidden(not shown)
        self._bar.setSizePolicy(policy)
        self._bar.setVisible(shown and has_bar)

    def _tell(self, words: str) -> None:
        self.setAccessibleName(self.tr("Map legend"))
        self.setAccessibleDescription(words)


def _ends(scale: float, choice: MapChoice, *, is_signed: bool) -> tuple[str, str]:
    if not choice.is_exact:
        return decimal_text(-1.0 if is_signed else 0.0, 0), decimal_text(1.0, 0)
    decimals = decimals_for(scale)
    return decimal_text(-scale if is_signed else 0.0, decimals), decimal_text(scale, decimals, signed=True)


def _unit(choice: MapChoice, *, is_scaled: bool, outline: bool) -> str:
    if not is_scaled:
        if choice.method is Method.EVIDENCE:
            return tr("lines at 50 % and 80 % of the strongest evidence")
        return tr("lines at 50 % and 80 % of this map's largest")
    unit = tr("logits") if choice.is_exact else tr("of this map's largest")
    return tr("{unit}, lines at 50 % and 80 %").format(unit=unit) if outline else unit


def _method_words(choice: MapChoice) -> str:
    """What a reader must know before comparing this map with others."""
    name = full_name(choice)
    if not choice.depends_on_class:
        return tr("{name}: the picture's strongest pattern, the same for every class.").format(name=name)
    if choice.relative:
        name = tr("{name}, rather than the average class").format(name=name)
    if FACTS[choice.method].unit is Unit.LOGIT_DROP:
        return tr("{name}: logits lost where the cell is hidden, which add up to nothing.").format(name=name)
    return tr("{name}: only proportions count, nothing adds up to a logit.").format(name=name)


def _told(choice: MapChoice, *, is_scaled: bool) -> str:
    """The legend's sentence for screen readers."""
    if not is_scaled:
        return tr("Lines at 50 and 80 percent of the strongest evidence for {class_name}.")
    if choice.is_exact:
        return tr("Map scale for {class_name}: from {low} to {high} logits.")
    return (
        tr("Map scale for {class_name}: from {low} to {high} of this map's largest value.") + f" {full_name(choice)}."
    )
