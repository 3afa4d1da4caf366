"""Say what the map's colours mean: a scale with its ends in logits, the class, and the ledger of its logit."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QFont, QImage, QLinearGradient, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from gui.labels import ElidedLabel, plain_label
from gui.viewer.map_mode import MapMode
from gui.viewer.number_texts import decimal_text, decimals_for, ledger_numbers
from gui.viewer.viewer_colors import ViewerColors, viewer_colors
from inference.texts import visible

_AGAINST = QColor("#0072b2")
_FOR = QColor("#e69f00")
_INFERNO = ("#000004", "#210c4a", "#57106e", "#8a226a", "#bc3754", "#e45a31", "#f98e09", "#f9cb35", "#fcffa4")
_HEAT_CLEAR_BELOW = 0.15
_HEAT_FULL_FROM = 0.60
_BAR_WIDTH_IN_LETTERS = 26
_LEDGER_UNIT = 0.1


class ScaleBar(QWidget):
    """The colours of a map from one end of its scale to the other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mode = MapMode.EVIDENCE
        self._outline = viewer_colors().surround_text
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_mode(self, mode: MapMode) -> None:
        """Show the colours of this mode."""
        self._mode = mode
        self.update()

    def set_outline(self, color: QColor) -> None:
        """Draw the outline and the mark of zero in this colour."""
        self._outline = color
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * _BAR_WIDTH_IN_LETTERS, round(metrics.height() * 0.8))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width() // 3, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        bar = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for position, color in _STOPS[self._mode]():
            gradient.setColorAt(position, color)
        outline = QColor(self._outline)
        outline.setAlpha(90)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(outline)
        painter.setBrush(gradient)
        painter.drawRoundedRect(bar, 2, 2)
        if self._mode is MapMode.EVIDENCE:
            middle = bar.center().x()
            painter.drawLine(QPointF(middle, bar.top() + 1), QPointF(middle, bar.bottom() - 1))
        painter.end()


class Legend(QWidget):
    """The line under a picture that explains its map; keeps its room while there is no map.

    The scale is fixed for a session, so the ends are the same for each picture, and two pictures can be compared.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_shown = False
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

    def show_scale(self, mode: MapMode, *, scale: float, class_name: str) -> None:
        """Explain a map.

        Args:
            mode: how it is drawn; OFF clears the legend.
            scale: s of the fixed scale -s...+s, in logits.
            class_name: whose map it is.
        """
        if mode is MapMode.OFF or not math.isfinite(scale) or scale <= 0:
            self.clear()
            return
        decimals = decimals_for(scale)
        is_signed = mode is MapMode.EVIDENCE
        self._bar.set_mode(mode)
        is_scaled = mode is not MapMode.OUTLINE
        self._low.setText(decimal_text(-scale if is_signed else 0.0, decimals) if is_scaled else "")
        self._high.setText(decimal_text(scale, decimals, signed=True) if is_scaled else "")
        class_name = visible(class_name)
        self._subject.set_text(self.tr("for {class_name}").format(class_name=class_name))
        if is_scaled:
            self._unit.setText(self.tr("logits"))
            told = self.tr("Map scale for {class_name}: from {low} to {high} logits.")
        else:
            self._unit.setText(self.tr("lines at 50 % and 80 % of the strongest evidence"))
            told = self.tr("Lines at 50 and 80 percent of the strongest evidence for {class_name}.")
        self._tell(told.format(class_name=class_name, low=self._low.text(), high=self._high.text()))
        self._set_shown(True, has_bar=is_scaled)

    def set_ledger(self, *, positive: float, negative: float, bias: float, logit: float, is_gap: bool = False) -> None:
        """Say how the logit comes about.

        Args:
            positive: sum of the cells that speak for the class.
            negative: sum of the cells that speak against it, 0 or below.
            bias: of the class.
            logit: of the class; what the other three add up to.
            is_gap: all of it is about the difference of two classes.
        """
        if not all(map(math.isfinite, (positive, negative, bias, logit))):
            self._ledger.set_text("")
            return
        for_it, against_it, base = ledger_numbers((positive, negative, bias), 1)
        added_up = for_it + against_it + base
        # A logit that lies on the border between two last digits is written as the sum; one that differs is not hidden.
        total = added_up if abs(added_up - logit) < _LEDGER_UNIT else logit
        words = (
            self.tr("{positive} for, {negative} against, difference of biases {bias} = difference of logits {logit}")
            if is_gap
            else self.tr("{positive} for, {negative} against, bias {bias} = logit {logit}")
        )
        self._ledger.set_text(
            words.format(
                positive=decimal_text(for_it, 1, signed=True),
                negative=decimal_text(against_it, 1, signed=True),
                bias=decimal_text(base, 1, signed=True),
                logit=decimal_text(total, 1),
            )
        )

    def clear(self) -> None:
        """Explain nothing: no map is on screen."""
        for label in (self._low, self._high, self._unit):
            label.setText("")
        self._subject.set_text("")
        self._ledger.set_text("")
        self._tell("")
        self._set_shown(False)

    def rendered(self, width: int) -> QImage:
        """The legend as an opaque image `width` pixels wide, to be put under a saved picture.

        It is enlarged with a wide picture and never shrunk, so that it can be read under a small one.
        """
        usual = self.size()
        factor = max(1.0, width / max(1, usual.width()))
        self.resize(max(1, math.ceil(width / factor)), usual.height())
        image = QImage(width, max(1, round(usual.height() * factor)), QImage.Format.Format_RGB32)
        if not image.isNull():
            image.fill(self.palette().color(self.backgroundRole()))
            painter = QPainter(image)
            painter.scale(factor, factor)
            self.render(painter, QPoint(0, 0))
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
        self._bar.setMaximumWidth(self._bar.sizeHint().width() * 2)
        scale = QHBoxLayout()
        scale.setSpacing(8)
        scale.addWidget(self._low)
        scale.addWidget(self._bar, 1)
        scale.addWidget(self._high)
        scale.addWidget(self._unit)
        scale.addWidget(self._subject, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 12, 10)
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


def _evidence_stops() -> list[tuple[float, QColor]]:
    clear_against, clear_for = QColor(_AGAINST), QColor(_FOR)
    clear_against.setAlpha(0)
    clear_for.setAlpha(0)
    # Two stops at the middle: a blend from blue to orange would put a muddy hue at zero.
    return [(0.0, _AGAINST), (0.4999, clear_against), (0.5001, clear_for), (1.0, _FOR)]


def _heat_stops() -> list[tuple[float, QColor]]:
    stops = []
    for place, name in enumerate(_INFERNO):
        position = place / (len(_INFERNO) - 1)
        color = QColor(name)
        color.setAlphaF(min(1.0, max(0.0, (position - _HEAT_CLEAR_BELOW) / (_HEAT_FULL_FROM - _HEAT_CLEAR_BELOW))))
        stops.append((position, color))
    return stops


def _spotlight_stops() -> list[tuple[float, QColor]]:
    return [(0.0, QColor(0, 0, 0, 200)), (_HEAT_FULL_FROM, QColor(0, 0, 0, 0)), (1.0, QColor(0, 0, 0, 0))]


_STOPS = {
    MapMode.EVIDENCE: _evidence_stops,
    MapMode.HEAT: _heat_stops,
    MapMode.SPOTLIGHT: _spotlight_stops,
    MapMode.OUTLINE: _spotlight_stops,
    MapMode.OFF: _evidence_stops,
}
