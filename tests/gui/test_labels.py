"""Test gui/labels.py: text is never markup, and what does not fit is cut in the middle."""

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QPalette
from pytestqt.qtbot import QtBot

from gui.labels import ElidedLabel, plain_label


def test_labels_are_plain(qtbot: QtBot) -> None:
    label = plain_label("<b>x</b>", secondary=True, points=3, bold=True)
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.foregroundRole() == QPalette.ColorRole.PlaceholderText
    assert label.font().bold()


def test_an_elided_label_asks_for_its_text_and_can_be_narrow(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    assert label.sizeHint().width() <= 1
    label.set_text("a <long> name " * 10)
    assert label.sizeHint().width() > 300 > label.minimumSizeHint().width()
    assert "&lt;long&gt;" in label.toolTip()
    assert label.accessibleName() == label.text()


def test_the_same_text_again_does_not_paint(qtbot: QtBot) -> None:
    painted: list[int] = []

    class _Counting(ElidedLabel):
        """Counts its updates."""

        def event(self, event: QEvent) -> bool:
            if event.type() == QEvent.Type.UpdateRequest:
                painted.append(1)
            return super().event(event)

    label = _Counting()
    qtbot.addWidget(label)
    label.resize(200, 20)
    with qtbot.waitExposed(label):
        label.show()
    label.set_text("one")
    QCoreApplication.processEvents()
    painted.clear()
    label.set_text("one")
    QCoreApplication.processEvents()
    assert painted == []
    label.set_text("two")
    QCoreApplication.processEvents()
    assert painted
