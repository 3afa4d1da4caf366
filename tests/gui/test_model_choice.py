"""Test gui/model_choice.py: models that are added at the same time, and the one that is tried again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from gui.engine_link import EngineLink
from gui.model_choice import ModelChoice
from gui.tasks import TaskRunner
from gui.user_message import UserMessage
from inference.cancel import CancelToken
from inference.errors import ChildTaskError, DownloadError
from inference.models.official import OfficialWeights
from inference.profile import Profile


class _Room:
    """Adds models as the test wants it: those in `failing` fail, all wait for `gate` or for being given up."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.given_up: list[str] = []
        self.failing: set[str] = set()
        self.gate = threading.Event()

    def install_file(self, path: Path, _on_progress: object, cancel: CancelToken) -> object:
        self.asked.append(path.name)
        while not self.gate.wait(0.005):
            if cancel.is_set():
                self.given_up.append(path.name)
                cancel.raise_if_set()
        if path.name in self.failing:
            raise ChildTaskError(f"Adding {path.name}", "it ended with code 1.")
        return SimpleNamespace(name=path.name)

    def install_official(self, weights: OfficialWeights, _on_progress: object, _cancel: CancelToken) -> object:
        raise DownloadError(f"https://example.org/{weights.name}.pth", "the connection ended")


class _Bench:
    def __init__(self, folder: Path) -> None:
        self.room = _Room()
        self.runner = TaskRunner()
        link = cast("EngineLink", SimpleNamespace(room=self.room))
        self.models = ModelChoice(link, self.runner, Profile.below(folder))
        self.said: list[UserMessage] = []
        self.shown: list[object] = []
        self.models.message_raised.connect(self.said.append)
        self.models.installing.connect(self.shown.append)

    def ids(self) -> list[str]:
        return [message.id for message in self.said]


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot) -> Iterator[_Bench]:
    made = _Bench(tmp_path)
    yield made
    made.room.gate.set()
    made.runner.shutdown()


def test_giving_up_reaches_every_model_that_is_being_added(bench: _Bench, qtbot: QtBot) -> None:
    bench.models.add("/a.onnx")
    bench.models.add("/b.onnx")
    qtbot.waitUntil(lambda: bench.room.asked == ["a.onnx"])
    assert bench.models.is_installing
    bench.models.cancel_installing()
    qtbot.waitUntil(lambda: not bench.models.is_installing)
    assert bench.room.given_up == ["a.onnx"]
    assert bench.room.asked == ["a.onnx"], "the other one had not begun, and does not"
    assert (bench.ids(), bench.shown[-1]) == ([], None)


def test_the_line_stays_until_the_last_one_is_done(bench: _Bench, qtbot: QtBot) -> None:
    bench.models.add("/a.onnx")
    bench.models.add("/b.onnx")
    bench.room.gate.set()
    qtbot.waitUntil(lambda: bench.ids() == ["T-10", "T-10"])
    qtbot.waitUntil(lambda: not bench.models.is_installing)
    assert bench.shown.count(None) == 1


def test_the_one_that_failed_is_tried_again_and_once(bench: _Bench, qtbot: QtBot) -> None:
    bench.room.failing = {"a.onnx"}
    bench.models.add("/a.onnx")
    bench.models.add("/b.onnx")
    bench.room.gate.set()
    qtbot.waitUntil(lambda: sorted(bench.ids()) == ["E-319", "T-10"] and not bench.models.is_installing)
    bench.room.failing = set()
    [failed] = [message for message in bench.said if message.id == "E-319"]
    bench.models.try_again(failed.subject)
    bench.models.try_again(failed.subject)
    qtbot.waitUntil(lambda: not bench.models.is_installing)
    assert bench.room.asked == ["a.onnx", "b.onnx", "a.onnx"], "not the one that was added last"
    assert bench.ids() == ["E-319", "T-10", "T-10"]


def test_each_of_two_that_failed_is_tried_again_by_its_own_message(bench: _Bench, qtbot: QtBot) -> None:
    bench.room.failing = {"a.onnx", "b.onnx"}
    bench.models.add("/a.onnx")
    bench.models.add("/b.onnx")
    bench.room.gate.set()
    qtbot.waitUntil(lambda: bench.ids() == ["E-319", "E-319"] and not bench.models.is_installing)
    first, second = bench.said
    assert first.subject != second.subject, "or one banner would take the other's place"
    bench.room.failing = {"b.onnx"}
    bench.models.try_again(first.subject)
    qtbot.waitUntil(lambda: bench.ids()[2:] == ["T-10"] and not bench.models.is_installing)
    bench.models.try_again(second.subject)
    qtbot.waitUntil(lambda: bench.ids()[3:] == ["E-319"] and not bench.models.is_installing)
    assert bench.room.asked == ["a.onnx", "b.onnx", "a.onnx", "b.onnx"]
    assert bench.said[3].subject == second.subject, "it can be tried a third time"


def test_two_downloads_that_failed_are_told_apart_by_the_models_names(bench: _Bench, qtbot: QtBot) -> None:
    for name in ("resnet50", "convnext_tiny"):
        bench.models.get(cast("OfficialWeights", SimpleNamespace(name=name)))
    qtbot.waitUntil(lambda: bench.ids() == ["E-318", "E-318"] and not bench.models.is_installing)
    assert [message.text for message in bench.said] == [
        "resnet50 could not be downloaded: the connection ended.",
        "convnext_tiny could not be downloaded: the connection ended.",
    ]
    assert "https://example.org/resnet50.pth" in bench.said[0].details


def test_what_was_added_after_all_cannot_be_tried_again(bench: _Bench, qtbot: QtBot) -> None:
    """It would be installed a second time, under another name."""
    solved = QSignalSpy(bench.models.installed_after_all)
    bench.room.failing = {"a.onnx"}
    bench.models.add("/a.onnx")
    bench.room.gate.set()
    qtbot.waitUntil(lambda: bench.ids() == ["E-319"] and not bench.models.is_installing)
    bench.room.failing = set()
    bench.models.add("/a.onnx")
    bench.models.add("/b.onnx")
    qtbot.waitUntil(lambda: bench.ids()[1:] == ["T-10", "T-10"] and not bench.models.is_installing)
    assert solved.count() == 1
    assert solved.at(0) == [bench.said[0].subject]
    bench.models.try_again(bench.said[0].subject)
    assert not bench.models.is_installing


def test_what_is_being_added_again_is_not_tried_a_second_time_meanwhile(bench: _Bench, qtbot: QtBot) -> None:
    bench.room.failing = {"a.onnx"}
    bench.room.gate.set()
    bench.models.add("/a.onnx")
    qtbot.waitUntil(lambda: bench.ids() == ["E-319"] and not bench.models.is_installing)
    bench.room.gate.clear()
    bench.models.add("/a.onnx")
    bench.models.try_again(bench.said[0].subject)
    bench.room.gate.set()
    qtbot.waitUntil(lambda: not bench.models.is_installing)
    assert bench.room.asked == ["a.onnx", "a.onnx"]
