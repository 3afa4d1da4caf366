"""Test gui/job_bar.py: honest counts, the rule of the time left, and buttons that fit the state."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui.job_bar import JobBar, JobState, state_text
from gui.labels import ElidedLabel


class _Clock:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def _bar(qtbot: QtBot, clock: Callable[[], float]) -> JobBar:
    bar = JobBar(clock=clock)
    qtbot.addWidget(bar)
    bar.resize(1_000, bar.sizeHint().height())
    bar.show()
    return bar


def _words(bar: JobBar) -> list[str]:
    return [label.text() for label in bar.findChildren(ElidedLabel)]


def _button(bar: JobBar, text: str) -> QPushButton:
    return next(button for button in bar.findChildren(QPushButton) if button.text() == text)


def test_counts_rate_and_time_left(qtbot: QtBot) -> None:
    clock = _Clock()
    bar = _bar(qtbot, clock)
    bar.start(12_480)
    bar.set_state(JobState.RUNNING)
    clock.now += 4.9
    bar.set_progress(4_000, 12_480)
    assert _words(bar) == ["4,000 of 12,480", "", ""]
    clock.now += 0.1
    bar.set_progress(4_000, 12_480, 3)
    assert _words(bar) == ["4,000 of 12,480, 3 could not be read", "about 10 s left", "800 images/s"]
    assert [progress.value() for progress in bar.findChildren(QProgressBar)] == [4_000]


def test_a_pause_keeps_the_counts_and_hides_the_estimate(qtbot: QtBot) -> None:
    clock = _Clock()
    bar = _bar(qtbot, clock)
    bar.start(100)
    bar.set_state(JobState.RUNNING)
    clock.now += 10
    bar.set_progress(50, 100)
    bar.set_state(JobState.PAUSED)
    assert _words(bar) == ["50 of 100", "", ""]
    clock.now += 10_000
    bar.set_state(JobState.RUNNING)
    assert _words(bar) == ["50 of 100", "about 10 s left", "5.0 images/s"]


def test_a_new_job_starts_anew_and_a_growing_one_does_not(qtbot: QtBot) -> None:
    bar = _bar(qtbot, _Clock())
    bar.start(10)
    bar.set_state(JobState.RUNNING)
    bar.set_progress(5, 10)
    bar.set_progress(5, 20)
    assert _words(bar)[0] == "5 of 20"
    bar.start(7)
    assert (bar.state, _words(bar)[0]) == (JobState.QUEUED, "0 of 7")


@pytest.mark.parametrize("state", JobState)
def test_buttons_fit_the_state(qtbot: QtBot, state: JobState) -> None:
    bar = _bar(qtbot, _Clock())
    bar.start(10)
    bar.set_state(state)
    stop = _button(bar, "Stop")
    assert stop.isVisible() == (not state.is_over)
    assert stop.isEnabled() == (not state.is_over and state is not JobState.STOPPING)
    pause = _button(bar, "Resume" if state is JobState.PAUSED else "Pause")
    assert pause.isEnabled() == (state in {JobState.RUNNING, JobState.PAUSED})
    assert state_text(state)
    assert len({state_text(other) for other in JobState}) == len(JobState)


def test_clicks_are_told(qtbot: QtBot) -> None:
    bar = _bar(qtbot, _Clock())
    pauses, resumes, stops = (
        QSignalSpy(signal) for signal in (bar.pause_requested, bar.resume_requested, bar.stop_requested)
    )
    bar.start(10)
    bar.set_state(JobState.RUNNING)
    QTest.mouseClick(_button(bar, "Pause"), Qt.MouseButton.LeftButton)
    assert bar.state is JobState.RUNNING, "the bar asks; only the job knows when it has paused"
    bar.set_state(JobState.PAUSED)
    QTest.mouseClick(_button(bar, "Resume"), Qt.MouseButton.LeftButton)
    QTest.mouseClick(_button(bar, "Stop"), Qt.MouseButton.LeftButton)
    assert (pauses.count(), resumes.count(), stops.count()) == (1, 1, 1)


def test_a_job_that_left_something_offers_to_resume(qtbot: QtBot) -> None:
    bar = _bar(qtbot, _Clock())
    resumes = QSignalSpy(bar.resume_requested)
    bar.start(10)
    bar.set_state(JobState.STOPPED)
    bar.set_rest(is_waiting=True)
    QTest.mouseClick(_button(bar, "Resume"), Qt.MouseButton.LeftButton)
    assert resumes.count() == 1
    assert _button(bar, "Stop").isHidden()
    bar.start(5)
    assert not bar.has_rest


def test_buttons_that_go_leave_the_keys_where_they_were(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    other, images, bar = QPushButton("Other", window), QPushButton("Images", window), JobBar(window)
    bar.move(0, 50)
    window.show()
    qtbot.waitUntil(window.isActiveWindow)
    bar.start(10)
    bar.set_state(JobState.RUNNING)
    images.setFocus()
    QTest.mouseClick(_button(bar, "Stop"), Qt.MouseButton.LeftButton)
    assert images.hasFocus(), "a click takes no focus"
    _button(bar, "Stop").setFocus(Qt.FocusReason.TabFocusReason)
    assert _button(bar, "Stop").hasFocus()
    bar.set_state(JobState.STOPPING)
    assert images.hasFocus()
    assert not other.hasFocus()
