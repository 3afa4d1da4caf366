"""Show the one job that runs: what it does, how far it is, how long it takes, and how to pause or stop it."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QSizePolicy, QWidget
from shiboken6 import isValid

from gui.icons import IconName, icon
from gui.labels import ElidedLabel, plain_label
from gui.progress_bar import ProgressBar
from gui.theme import theme_of
from gui.time_left import TimeLeft, time_left_text
from gui.words import counted, locale, number, tr

_BAR_WIDTH_PX = 200
_BAR_HEIGHT_PX = 8
_BUTTON_ICON_PX = 14


class JobState(StrEnum):
    """Where the job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FINISHED = "finished"
    FINISHED_WITH_FAILURES = "finished with failures"

    @property
    def is_over(self) -> bool:
        """Nothing more will happen."""
        return self in {JobState.STOPPED, JobState.FINISHED, JobState.FINISHED_WITH_FAILURES}


def state_text(state: JobState) -> str:
    """The state as the bar's first word."""
    texts = {
        JobState.QUEUED: tr("Queued"),
        JobState.RUNNING: tr("Classifying"),
        JobState.PAUSING: tr("Pausing"),
        JobState.PAUSED: tr("Paused"),
        JobState.STOPPING: tr("Stopping"),
        JobState.STOPPED: tr("Stopped"),
        JobState.FINISHED: tr("Finished"),
        JobState.FINISHED_WITH_FAILURES: tr("Finished with failures"),
    }
    return texts[state]


class JobBar(QWidget):
    """One bar for the job. It counts up and never restarts, also when images join a running job.

    Signals:
        pause_requested(): the person wants the job to wait.
        resume_requested(): the person wants it to go on, after a pause or with what a stop has left.
        stop_requested(): the person wants it to end; results are kept.
    """

    pause_requested = Signal()
    resume_requested = Signal()
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._state = JobState.QUEUED
        self._time_left = TimeLeft()
        self._done = self._total = self._failed = 0
        self._has_rest = False
        self._came_from: weakref.ref[QWidget] | None = None
        self._word = plain_label(bold=True)
        self._counts = ElidedLabel()
        self._left = ElidedLabel()
        self._rate = ElidedLabel()
        for label in (self._left, self._rate):
            label.setForegroundRole(label.palette().ColorRole.PlaceholderText)
        self._bar = _ThinBar()
        self._pause = QPushButton()
        self._stop = QPushButton(tr("Stop"))
        self._pause.clicked.connect(self._on_pause_clicked)
        self._stop.clicked.connect(self._on_stop_clicked)
        for button in (self._pause, self._stop):
            button.setAutoDefault(False)
            button.setIconSize(QSize(_BUTTON_ICON_PX, _BUTTON_ICON_PX))
            # They come and go: a click leaves the keys where they were.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._arrange()
        self.set_state(JobState.QUEUED)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus_changed)

    @property
    def state(self) -> JobState:
        return self._state

    @property
    def has_rest(self) -> bool:
        """Whether the job is over and the bar offers to go on with what it left."""
        return self._has_rest

    def start(self, total: int) -> None:
        """A new job of `total` images begins, queued."""
        self._time_left = TimeLeft()
        self._done = self._failed = 0
        self._total = total
        self._has_rest = False
        self.set_state(JobState.QUEUED)

    def set_state(self, state: JobState) -> None:
        """Say where the job stands. `RUNNING` after `PAUSED` goes on with the same counts and clock."""
        self._state = state
        if state is JobState.RUNNING:
            self._time_left.run(self._clock())
            self._time_left.update(self._done, self._clock())
        else:
            self._time_left.pause(self._clock())
        self._show()
        self._show_buttons()

    def set_progress(self, done: int, total: int, failed: int = 0) -> None:
        """Say how far the job is: `done` counts failed images too, `failed` how many of them."""
        self._done, self._total, self._failed = done, total, failed
        self._time_left.update(done, self._clock())
        self._show()

    def set_rest(self, *, is_waiting: bool) -> None:
        """Say whether the job that is over has left something that waits; the bar then offers to resume."""
        self._has_rest = is_waiting
        self._show_buttons()

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(12)
        row.addWidget(self._word)
        row.addWidget(self._counts)
        row.addWidget(self._left)
        row.addWidget(self._rate)
        row.addStretch(1)
        row.addWidget(self._bar)
        row.addWidget(self._pause)
        row.addWidget(self._stop)
        self.setAccessibleName(tr("Job"))
        self._bar.setAccessibleName(tr("Progress"))

    def _show(self) -> None:
        self._word.setText(state_text(self._state))
        self._counts.set_text(self._counts_text())
        seconds = self._time_left.seconds(self._total)
        running = self._state is JobState.RUNNING
        self._left.set_text(time_left_text(seconds) if running and seconds is not None else "")
        rate = self._time_left.rate()
        shown_rate = locale().toString(rate, "f", 1 if rate < 100 else 0) if rate else ""  # noqa: PLR2004  # digits
        self._rate.set_text(tr("{rate} images/s").format(rate=shown_rate) if running and rate else "")
        self._bar.show_progress(min(self._done, max(1, self._total)), max(1, self._total))

    def _counts_text(self) -> str:
        text = tr("{done} of {total}").format(done=number(self._done), total=number(self._total))
        if not self._failed:
            return text
        failed = counted(self._failed, "%n could not be read", "%n could not be read")
        return f"{text}, {failed}"

    def _show_buttons(self) -> None:
        over = self._state.is_over
        goes_on = self._state is JobState.PAUSED or (over and self._has_rest)
        can_pause = goes_on or self._state is JobState.RUNNING
        can_stop = not over and self._state is not JobState.STOPPING
        self._pause.setText(tr("Resume") if goes_on else tr("Pause"))
        self._pause.setIcon(icon(IconName.PLAY if goes_on else IconName.PAUSE, self.palette()))
        self._stop.setIcon(icon(IconName.STOP, self.palette()))
        if (self._pause.hasFocus() and not can_pause) or (self._stop.hasFocus() and not can_stop):
            self._give_focus_back()
        self._pause.setEnabled(can_pause)
        self._stop.setEnabled(can_stop)
        self._pause.setVisible(not over or goes_on)
        self._stop.setVisible(not over)

    def _give_focus_back(self) -> None:
        """The button with the focus goes: the keys are for what they were for before."""
        before = None if self._came_from is None else self._came_from()
        if before is not None and isValid(before) and before.isVisible() and before.isEnabled():
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, old: QWidget | None, now: QWidget | None) -> None:
        own = (self._pause, self._stop)
        if now in own and old is not None and old not in own:
            self._came_from = weakref.ref(old)

    @Slot()
    def _on_pause_clicked(self) -> None:
        if self._state is JobState.PAUSED or self._state.is_over:
            self.resume_requested.emit()
        else:
            self.pause_requested.emit()

    @Slot()
    def _on_stop_clicked(self) -> None:
        self.stop_requested.emit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._show_buttons()
        super().changeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width(), 1, QColor(theme_of(self.palette()).border))


class _ThinBar(ProgressBar):
    """A progress bar without text: the counts beside it say more than percent."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextVisible(False)
        self.setFixedHeight(_BAR_HEIGHT_PX)
        self.setMinimumWidth(_BAR_WIDTH_PX // 3)
        self.setMaximumWidth(_BAR_WIDTH_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(_BAR_WIDTH_PX, _BAR_HEIGHT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        radius = self.height() / 2
        painter.setBrush(QColor(theme.border))
        painter.drawRoundedRect(self.rect(), radius, radius)
        share = self.value() / self.maximum() if self.maximum() else 0.0
        if share > 0:
            filled = self.rect()
            filled.setWidth(max(self.height(), round(self.width() * share)))
            if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
                filled.moveRight(self.rect().right())
            painter.setBrush(QColor(theme.accent))
            painter.drawRoundedRect(filled, radius, radius)
