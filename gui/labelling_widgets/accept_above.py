"""Let a person accept all suggestions at or above a score, and say beforehand what that would do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from gui import words
from gui.labelling_widgets.score_counts import ScoreCounts
from gui.labelling_widgets.score_histogram import ScoreHistogram
from gui.labels import plain_label
from gui.plain_text import elide_middle, for_tooltip
from gui.theme import TARGET_PX
from gui.words import counted, number, tr
from inference.sessions.marks import NO_NAME
from inference.texts import visible

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ALL_CLASSES = NO_NAME
"""Stands where no class was chosen."""

USUAL_THRESHOLD = 0.8
_STEPS = 1000
"""Of the slider: tenths of a percent."""
_PERCENT = 100
_NAME_LIMIT = 48
_COMBO_CHARACTERS = 24


class AcceptAboveDialog(QDialog):
    """A histogram of the scores of unreviewed suggestions, a threshold, and the count that it gives.

    Signals:
        threshold_chosen(threshold: float, class_code: int): accept all suggestions at or above this score, 0...1, of
            this class, or of all (`ALL_CLASSES`).
    """

    threshold_chosen = Signal(float, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scores: Sequence[float] | NDArray[np.floating] = ()
        self._codes: Sequence[int] | NDArray[np.integer] = ()
        self._counts = ScoreCounts.of(())
        self.setWindowTitle(tr("Accept all suggestions at or above"))
        self._classes = QComboBox()
        self._histogram = ScoreHistogram()
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._spin = QDoubleSpinBox()
        self._count = plain_label(points=1, bold=True)
        self._doubt = plain_label(secondary=True)
        self._accuracy = plain_label(secondary=True)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._accept = QPushButton()
        self._set_up()
        self._arrange()
        self._slider.valueChanged.connect(self._on_slider_moved)
        self._spin.valueChanged.connect(self._on_spin_changed)
        self._histogram.threshold_pointed.connect(self.set_threshold)
        self._classes.currentIndexChanged.connect(self._on_class_changed)
        self._buttons.accepted.connect(self._on_accepted)
        self._buttons.rejected.connect(self.reject)
        self.set_threshold(USUAL_THRESHOLD)

    def set_suggestions(
        self,
        scores: Sequence[float] | NDArray[np.floating],
        codes: Sequence[int] | NDArray[np.integer],
        name_of_class: Callable[[int], str],
    ) -> None:
        """Take the suggestions that would be accepted: shown, answered, not reviewed.

        Args:
            scores: softmax 0...1 of each.
            codes: vocabulary code of each one's class; as long as `scores`.
            name_of_class: the text of a code.
        """
        import numpy as np  # noqa: PLC0415 - not at the start

        self._scores, self._codes = scores, codes
        chosen = self.class_code
        found, counts = (one.tolist() for one in np.unique(np.asarray(codes, dtype=np.int64), return_counts=True))
        blocked = self._classes.blockSignals(True)
        self._classes.clear()
        self._classes.addItem(tr("All classes"), ALL_CLASSES)
        named = zip(found, counts, strict=True)
        for code, count in sorted(named, key=lambda entry: (-entry[1], name_of_class(entry[0]))):
            name = visible(elide_middle(name_of_class(code), _NAME_LIMIT))
            self._classes.addItem(tr("{name} ({count})").format(name=name, count=number(count)), int(code))
        self._classes.setCurrentIndex(max(0, self._classes.findData(chosen)))
        self._classes.blockSignals(blocked)
        self._on_class_changed()

    def set_accuracy_text(self, text: str) -> None:
        """Say how good the model was measured to be, safe to show; empty where nobody has measured."""
        self._accuracy.setText(text)
        self._accuracy.setVisible(bool(text))

    @property
    def threshold(self) -> float:
        """The lowest score that is accepted, 0...1."""
        return self._slider.value() / _STEPS

    @property
    def class_code(self) -> int:
        """The class that the person chose, or `ALL_CLASSES`."""
        code = self._classes.currentData()
        return ALL_CLASSES if code is None else int(code)

    @property
    def accepted_count(self) -> int:
        """How many suggestions would be accepted."""
        return self._counts.at_or_above(self.threshold)

    @Slot(float)
    def set_threshold(self, threshold: float) -> None:
        """Draw the line at this score, 0...1."""
        self._slider.setValue(round(threshold * _STEPS))
        self._tell()

    def _set_up(self) -> None:
        self._classes.setAccessibleName(tr("Which class"))
        self._classes.setMinimumHeight(TARGET_PX)
        self._classes.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._classes.setMinimumContentsLength(_COMBO_CHARACTERS)
        self._classes.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._slider.setRange(0, _STEPS)
        self._slider.setSingleStep(10)
        self._slider.setPageStep(50)
        self._slider.setMinimumHeight(TARGET_PX)
        self._slider.setAccessibleName(tr("Lowest score"))
        self._spin.setRange(0, _PERCENT)
        self._spin.setDecimals(1)
        self._spin.setLocale(words.locale())
        self._spin.setSuffix(tr(" %"))
        self._spin.setMinimumHeight(TARGET_PX)
        self._spin.setAccessibleName(tr("Lowest score in percent"))
        for label in (self._count, self._doubt, self._accuracy):
            label.setWordWrap(True)
        self._doubt.setToolTip(for_tooltip(tr("This score is not calibrated.")))
        self._doubt.setAccessibleDescription(tr("This score is not calibrated."))
        self._accuracy.hide()
        self._buttons.addButton(self._accept, QDialogButtonBox.ButtonRole.AcceptRole)
        cancel = self._buttons.button(QDialogButtonBox.StandardButton.Cancel)
        cancel.setAutoDefault(False)
        for button in (self._accept, cancel):
            button.setMinimumHeight(TARGET_PX)
        self._accept.setDefault(True)

    def _arrange(self) -> None:
        which = QHBoxLayout()
        which.addWidget(plain_label(tr("Suggestions of")))
        which.addWidget(self._classes, 1)
        line = QVBoxLayout()
        line.setSpacing(0)
        line.addWidget(self._histogram)
        line.addWidget(self._slider)
        with_number = QHBoxLayout()
        with_number.setSpacing(16)
        with_number.addLayout(line, 1)
        with_number.addWidget(self._spin, 0, Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addLayout(which)
        column.addLayout(with_number)
        for label in (self._count, self._doubt, self._accuracy):
            column.addWidget(label)
        column.addStretch(1)
        column.addWidget(self._buttons)

    @Slot(int)
    def _on_class_changed(self, _row: int = 0) -> None:
        import numpy as np  # noqa: PLC0415 - not at the start

        code, chosen = self.class_code, self._scores
        if code != ALL_CLASSES:
            chosen = np.asarray(self._scores, dtype=np.float64)[np.asarray(self._codes) == code]
        self._counts = ScoreCounts.of(chosen)
        self._histogram.set_bins(self._counts.bins)
        self._tell()

    @Slot(int)
    def _on_slider_moved(self, _value: int) -> None:
        self._tell()

    @Slot(float)
    def _on_spin_changed(self, percent: float) -> None:
        self.set_threshold(percent / _PERCENT)

    @Slot()
    def _on_accepted(self) -> None:
        threshold, code = self.threshold, self.class_code
        self.accept()
        self.threshold_chosen.emit(threshold, code)

    def _tell(self) -> None:
        """Say everywhere what the threshold means."""
        count, total = self.accepted_count, len(self._counts)
        blocked = self._spin.blockSignals(True)
        self._spin.setValue(self.threshold * _PERCENT)
        self._spin.blockSignals(blocked)
        self._histogram.set_threshold(self.threshold)
        summary = self._summary(count, total - count)
        self._count.setText(summary)
        self._histogram.set_summary(summary)
        self._slider.setAccessibleDescription(summary)
        self._doubt.setText(self._doubt_text(count))
        self._accept.setText(tr("Accept {count}").format(count=number(count)))
        self._accept.setEnabled(count > 0)

    def _summary(self, count: int, left: int) -> str:
        percent = words.locale().toString(self.threshold * _PERCENT, "f", 0 if self._slider.value() % 10 == 0 else 1)
        text = counted(
            count,
            "At {share} %: %n suggestion would be accepted, {left} left to review.",
            "At {share} %: %n suggestions would be accepted, {left} left to review.",
        )
        return text.format(share=percent, left=number(left))

    def _doubt_text(self, count: int) -> str:
        if not count:
            return tr("No suggestion has such a score.")
        wrong = round(self._counts.expected_wrong(self.threshold))
        if not wrong:
            return tr("If the scores are right, nearly all of them are right.")
        return counted(
            wrong,
            "If the scores are right, about %n of them is wrong.",
            "If the scores are right, about %n of them are wrong.",
        )
