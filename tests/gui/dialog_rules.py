"""What holds for every dialog and panel: plain labels, names for screen readers, targets that can be hit."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QLabel, QWidget

from gui.theme import TARGET_PX

HOSTILE = "<b>&\n\u202e\udcff.jpg"
"""A name with markup, a line break, a direction mark and a byte that is not UTF-8."""


def assert_keeps_the_rules(widget: QWidget) -> None:
    """Fail where a label would show markup, or a control has no name or is too low to hit."""
    for label in widget.findChildren(QLabel):
        assert not label.text() or label.textFormat() == Qt.TextFormat.PlainText, label.text()
        label.text().encode("utf-8")
        assert "\u202e" not in label.text()
    for control in widget.findChildren(QWidget):
        if control.focusPolicy() & Qt.FocusPolicy.TabFocus and control.isVisible():
            text = control.text() if isinstance(control, QAbstractButton) else ""
            assert control.accessibleName() or text or _is_inside_a_box(control), control
            assert control.height() >= TARGET_PX or _is_inside_a_box(control), (control, control.height())


def _is_inside_a_box(control: QWidget) -> bool:
    """The parts of spin boxes and lists belong to what has the name."""
    parent = control.parentWidget()
    return isinstance(parent, QAbstractSpinBox)
