"""Test gui/changed_files.py: what is said of a file that changed is true with and without a model."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.changed_files import ChangedFiles
from gui.gallery.image_state import ImageState
from gui.job_bar import JobState
from gui.job_list import JobList
from gui.main_window import View
from gui.running import Running
from gui.user_message import UserMessage
from inference.results import Classification, CropGeometry, PictureFacts, Prediction
from tests.gui.gallery.images import suggested
from tests.gui.label_bench import LabelBench


class _Bench(LabelBench):
    """Two images that the session has answers of, the first in the viewer; jobs are written down."""

    def __init__(self, qtbot: QtBot) -> None:
        super().__init__(qtbot, ("chain", "chain"))
        self.jobs: list[int] = []
        self.run = SimpleNamespace(state=JobState.FINISHED)
        self.job_list = SimpleNamespace(has_model=False, add=self._add)
        self.changed = ChangedFiles(
            self.table, self.viewing, self.labelling, cast("Running", self.run), cast("JobList", self.job_list)
        )
        self.said: list[UserMessage] = []
        self.changed.message_raised.connect(self.said.append)
        self.window.show_view(View.VIEWER)
        self.look_at(0)

    def _add(self, keys: Sequence[int]) -> None:
        self.jobs += keys

    def look_at(self, key: int) -> None:
        self.viewing.show_key(key)
        self.viewing.on_recalled(key, _answer(key))


def _answer(key: int) -> Classification:
    return Classification(
        path=f"/{key}.jpg",
        predictions=(Prediction(0, "chain", 0.5, 3.0),),
        crop=CropGeometry(0, 0, 40, 30),
        facts=PictureFacts(40, 30, "PNG", 900),
        evidence=None,
        model="resnext",
        device="cpu",
        precision="float32",
    )


@pytest.fixture
def bench(qtbot: QtBot) -> _Bench:
    return _Bench(qtbot)


@pytest.mark.parametrize("has_failed", [False, True])
def test_without_a_model_nobody_says_that_it_is_classified_again_now(bench: _Bench, has_failed: bool) -> None:
    if has_failed:
        bench.viewing.set_no_model()
    bench.viewing.tell_changed(0)
    assert bench.table.answer(0) is ImageState.QUEUED
    assert [(one.id, one.text.partition(". ")[2]) for one in bench.said] == [
        ("E-109", "It is classified again when a model is ready.")
    ]
    waits = "No model is ready, so it was not classified." if has_failed else "Waiting for the model…"
    assert bench.window.page.inspector.sentence == waits


def test_in_a_read_only_session_nobody_promises_that_it_is_classified(
    bench: _Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.labelling._writer, "can_write", False)
    bench.viewing.tell_changed(0)
    assert [(one.id, one.text.partition(". ")[2]) for one in bench.said] == [
        ("E-109", "The session is read-only: when a model is ready, open the image and choose Classify now.")
    ]


def test_old_answers_go_until_the_new_file_is_answered(bench: _Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.viewing.tell_changed(0)
    # Only what was said of it does not hold: what is read of the new file goes on.
    monkeypatch.setattr(bench.viewing, "forget", lambda _keys: pytest.fail("its pixels are of the new file"))
    bench.table.apply_answers([suggested(0, "jay")])
    bench.changed.forget_old_answers()
    assert [bench.table.answer(place) for place in range(2)] == [ImageState.QUEUED, ImageState.SUGGESTED]
    bench.changed.note_answers([0, 1])
    bench.table.apply_answers([suggested(0, "owl")])
    bench.changed.forget_old_answers()
    assert bench.table.suggestion(0) == "owl"


def test_with_a_model_it_is_asked_about_at_once_and_said_once(bench: _Bench) -> None:
    bench.job_list.has_model = True
    for _ in range(2):
        bench.look_at(0)
        bench.viewing.on_recalled(0, _answer(0))
        bench.viewing.tell_changed(0)
    assert [one.text.partition(". ")[2] for one in bench.said] == ["It is classified again."]
    assert bench.changed.was_asked_anew(0)
    assert not bench.changed.was_asked_anew(1)


def test_one_that_is_left_before_its_answer_comes_waits_for_its_turn(bench: _Bench) -> None:
    bench.job_list.has_model = True
    bench.viewing.tell_changed(0)
    bench.run.state = JobState.STOPPING
    bench.look_at(1)
    assert bench.jobs == [], "more to do would take the Stop back"
    bench.run.state = JobState.FINISHED
    bench.look_at(0)
    assert bench.jobs == []
    bench.look_at(1)
    assert bench.jobs == [0]


def test_of_another_session_nothing_is_asked(bench: _Bench) -> None:
    bench.job_list.has_model = True
    bench.viewing.tell_changed(0)
    bench.changed.forget()
    bench.look_at(1)
    assert bench.jobs == []
    assert not bench.changed.was_asked_anew(0)


def test_the_same_decision_is_said_again_of_the_new_picture(bench: _Bench) -> None:
    bench.press(Qt.Key.Key_X)
    bench.press(Qt.Key.Key_X)
    assert len(bench.labelling.steps) == 1
    bench.look_at(0)
    bench.changed.take_other_answer(0, "/0.jpg")
    assert [one.id for one in bench.said] == ["E-109"]
    bench.changed.note_answered(0)
    bench.labelling.reject([0])
    assert len(bench.labelling.steps) == 2
