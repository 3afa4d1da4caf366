"""The second model is asked once the picture is read; an answer that nobody waits for any more is not told."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from gui.attention.examiner import Examiner
from gui.compare import compare_work
from gui.compare.kept_answers import KeptAnswers
from gui.compare.picture_reader import PictureReader
from gui.compare.second_model import SecondModel
from gui.tasks import TaskRunner
from inference.errors import InferenceError, ModelLoadError
from inference.models.catalog import ModelFile
from inference.profile import Profile
from tests.fakes import fake_contract
from tests.gui.compare.answering import FakeLink, answer_of

MODEL = ModelFile("other", Path("/m/other.onnx"), False, fake_contract())


class Bench:
    """A second model whose openings are noted, and what it told."""

    def __init__(self, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.qtbot = qtbot
        self.opened: list[tuple[object, ...]] = []
        self.error: Exception | None = None
        self.link = FakeLink()
        self.runner = TaskRunner()
        kept = KeptAnswers(self.link.as_link)
        self.reader = PictureReader(Examiner(self.link.as_link), kept)
        self.second = SecondModel(self.reader, self.runner, Profile.below(folder))
        self.link.open_model()
        self.answered, self.failed = QSignalSpy(self.second.answered), QSignalSpy(self.second.failed)
        monkeypatch.setattr(compare_work, "second_answer", self.answer)

    def answer(self, *asked: object) -> object:
        self.opened.append(asked[:2])
        if self.error is not None:
            raise self.error
        return answer_of()

    def ask(self) -> None:
        self.second.ask(MODEL, 1, "/p/a.png", "cpu")

    def read(self) -> None:
        """The picture was read as the model wants it."""
        self.link.end(self.link.room.orders[-1], "prepared")


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(qtbot, tmp_path, monkeypatch)


def test_it_is_opened_when_the_picture_is_there(bench: Bench) -> None:
    bench.ask()
    assert bench.opened == []
    bench.read()
    bench.qtbot.waitUntil(lambda: bench.answered.count() == 1)
    assert bench.opened == [("other", "cpu")]
    bench.runner.shutdown()


@pytest.mark.parametrize("error", [ModelLoadError("other.onnx", "it is damaged."), ValueError("surprise")])
def test_failures_are_told_as_errors_of_ours(bench: Bench, error: Exception) -> None:
    bench.error = error
    bench.ask()
    bench.read()
    bench.qtbot.waitUntil(lambda: bench.failed.count() == 1)
    told = bench.failed.at(0)[0]
    assert told is error or (isinstance(told, InferenceError) and "surprise" in str(told))
    bench.runner.shutdown()


def test_nothing_is_told_or_opened_after_stop(bench: Bench) -> None:
    bench.ask()
    bench.second.stop()
    bench.read()
    bench.ask()
    bench.read()
    bench.second.stop()
    bench.runner.shutdown()
    bench.qtbot.wait(20)
    assert bench.answered.count() == bench.failed.count() == 0
    assert len(bench.opened) <= 1


def test_the_open_model_is_not_offered_beside_itself(bench: Bench) -> None:
    names = [model.name for model in bench.second.others("")]
    assert names
    assert [model.name for model in bench.second.others(names[0])] == names[1:]
    bench.runner.shutdown()
