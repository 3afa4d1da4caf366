"""Make what the review's widgets show, and hostile names."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QAbstractSlider, QWidget

from gui.review.strip_frame import StripEntry
from gui.theme import TARGET_PX
from inference.sessions.states import ImageState

HOSTILE = ("<b>bold</b>", "a\nb", "=cmd()", "\u202egnp.exe", "x" * 300, "&File", "\udcff\udc80", "🐦 ñ", "سلام")
"""Names that try to be markup, lines, formulas, access keys or undecodable."""


def picture(color: str = "#3366aa", width: int = 160, height: int = 120) -> QImage:
    """A picture of one colour."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    return image


def entries_of(count: int, *, decided: int = 0, thumbnails: bool = True) -> list[StripEntry]:
    """Entries with keys 0, 1 ...; the first are accepted as "jay", the others suggested as "wren"."""
    return [
        StripEntry(
            key,
            ImageState.ACCEPTED if key < decided else ImageState.SUGGESTED,
            "jay" if key < decided else "wren",
            f"IMG_{key}.jpg",
            picture() if thumbnails else None,
        )
        for key in range(count)
    ]


def click(widget: QWidget) -> None:
    """Click in the middle."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def double_click(widget: QWidget, at: QPoint, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    """Double click and let go: QTest leaves the button pressed, and the pointer would belong to the widget for ever."""
    QTest.mouseDClick(widget, button, pos=at)
    QTest.mouseRelease(widget, button, pos=at)


def unnamed(widget: QWidget) -> list[QWidget]:
    """Widgets that take the focus and tell a screen reader nothing."""
    return [
        child
        for child in widget.findChildren(QWidget)
        if child.focusPolicy() != Qt.FocusPolicy.NoFocus
        and child.isVisibleTo(widget)
        and not child.accessibleName()
        and not (isinstance(child, QAbstractButton) and child.text())
        and not isinstance(child, QAbstractSlider)
    ]


def too_small(widget: QWidget) -> list[QAbstractButton]:
    """Visible buttons that are hard to hit."""
    return [
        button
        for button in widget.findChildren(QAbstractButton)
        if button.isVisibleTo(widget)
        and min(button.width(), button.height()) < TARGET_PX
        and not isinstance(button.parentWidget(), QAbstractItemView)
    ]
