"""What the open model said is kept with its feature map, and forgotten when it may be about something else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from gui.compare.kept_answers import KEPT, KeptAnswers
from inference.classify.events import Answered, Answers, Inspected
from inference.engine.devices import Precision
from inference.errors import ImageProblem, ImageReadError
from inference.results import Failure
from tests.gui.compare.answering import FakeLink, answer_of


@pytest.fixture
def link(qtbot: QtBot) -> FakeLink:
    del qtbot
    return FakeLink()


def test_inspections_are_kept_by_key_and_path(link: FakeLink) -> None:
    kept = KeptAnswers(link.as_link)
    told = answer_of("/p/a.png")
    link.event_arrived.emit(Inspected(1, told.classification, told.inspection))
    assert kept.find(1, "/p/a.png") is None, "no model is open"
    link.open_model("mine")
    assert (kept.name, kept.device) == ("mine", "cpu")
    link.event_arrived.emit(Inspected(1, told.classification, told.inspection))
    link.event_arrived.emit(Answers((Answered(2, told.classification, inspection=told.inspection),)))
    found = kept.find(1, "/p/a.png")
    assert found is not None
    assert found.inspection is told.inspection
    assert found.speaker is kept.speaker
    assert found.precision is Precision.FLOAT32
    assert kept.find(2, "/p/a.png") is not None
    assert kept.find(1, "/other session/a.png") is None
    assert kept.find(3, "/p/a.png") is None


def test_another_model_and_another_reading_make_it_forget(link: FakeLink) -> None:
    kept = KeptAnswers(link.as_link)
    changed = QSignalSpy(kept.model_changed)
    link.open_model()
    told = answer_of()
    for key in (1, 2, 3):
        link.event_arrived.emit(Inspected(key, told.classification, told.inspection))
    link.event_arrived.emit(Answers((Answered(1, told.classification),)))
    assert kept.find(1, "/p/a.png") is None
    failure = Failure("/p/a.png", ImageReadError("/p/a.png", ImageProblem.NOT_AN_IMAGE))
    link.event_arrived.emit(Inspected(2, failure, None))
    assert kept.find(2, "/p/a.png") is None
    assert kept.find(3, "/p/a.png") is not None
    link.open_model()
    assert kept.find(3, "/p/a.png") is None
    assert changed.count() == 2


def test_only_so_many_are_kept_and_none_without_a_feature_map(link: FakeLink) -> None:
    kept = KeptAnswers(link.as_link)
    link.open_model()
    for key in range(KEPT + 1):
        kept.keep(key, answer_of())
    assert kept.find(0, "/p/a.png") is None
    assert kept.find(KEPT, "/p/a.png") is not None
    told = answer_of()
    kept.keep(99, replace(told, inspection=None))
    assert kept.find(99, "/p/a.png") is None
