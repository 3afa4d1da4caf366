"""Make small pictures, overlays and events for the Viewer's tests."""

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gui.viewer.picture_view import PictureView
from inference.results import Prediction


def plain_image(width: int, height: int, color: str = "#646464") -> QImage:
    """A picture of one colour."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    return image


def quartered_image(width: int, height: int) -> QImage:
    """Red, green, blue and white quarters: top left, top right, bottom left, bottom right."""
    image = plain_image(width, height, "white")
    painter = QPainter(image)
    painter.fillRect(0, 0, width // 2, height // 2, QColor("red"))
    painter.fillRect(width // 2, 0, width // 2, height // 2, QColor("lime"))
    painter.fillRect(0, height // 2, width // 2, height // 2, QColor("blue"))
    painter.end()
    return image


def opaque_overlay(color: str = "#e69f00") -> QImage:
    """A map that is of one colour everywhere."""
    image = QImage(16, 16, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(color))
    return image


def grey_view(qtbot: QtBot) -> PictureView:
    """A view of 500 x 400 logical pixels with a grey picture of 400 x 300; not on screen yet."""
    view = PictureView()
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.show_picture(plain_image(400, 300), original_size=QSize(400, 300))
    return view


def turn_wheel(
    widget: QWidget,
    at: QPointF,
    turn: int,
    *,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    phase: Qt.ScrollPhase = Qt.ScrollPhase.NoScrollPhase,
) -> None:
    """Turn the wheel by `turn` eighths of a degree; above 0 is away from the person."""
    event = QWheelEvent(
        at,
        widget.mapToGlobal(at),
        QPoint(0, turn if phase != Qt.ScrollPhase.NoScrollPhase else 0),
        QPoint(0, turn),
        Qt.MouseButton.NoButton,
        modifiers,
        phase,
        False,
    )
    QApplication.sendEvent(widget, event)


class PaintCounter(QObject):
    """Counts a widget's paint events and remembers the rectangles."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.rects: list[QRect] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        del watched
        if isinstance(event, QPaintEvent):
            self.rects.append(event.rect())
        return False


def some_predictions() -> tuple[Prediction, ...]:
    """Five classes of a model that knows 1,000."""
    rows = (("tabby", 0.713, 282), ("tiger cat", 0.18, 283), ("Egyptian cat", 0.062, 285))
    small = (("lynx", 0.011, 287), ("window screen", 0.0004, 904))
    return tuple(Prediction(index, label, share, 1.0) for label, share, index in rows + small)
